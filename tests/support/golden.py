"""A text and the name of a golden file in; a clear failure where the two differ.

UPDATE_GOLDEN=1 writes the golden files anew; read the difference before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.command import ROOT

RENDER = ROOT / "tests" / "render" / "golden"
"""Where the golden files of renderers stand."""


def compare(golden: Path, text: str) -> None:
    """Hold a text to its golden file."""
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8", newline="")
    with golden.open(encoding="utf-8", newline="") as file:
        assert text == file.read()
