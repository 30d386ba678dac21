"""Names the installed command and the root of the repository."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("policy-check")

PATIENCE = 600
"""Seconds by the clock after which a process is taken to hang: many times what any takes."""
MOST = 60
"""Seconds of processor time that a process may take that `limited` bounds."""

COPY = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
"""Variables by which the tests of a copy of the package run the copy."""

Run = Callable[..., subprocess.CompletedProcess[bytes]]


def limited() -> None:
    """Let the system end this process where it takes far more processor time than it needs."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST, MOST))
