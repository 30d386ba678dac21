"""Names the installed command and the root of the repository."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("policy-check")

Run = Callable[..., subprocess.CompletedProcess[bytes]]
