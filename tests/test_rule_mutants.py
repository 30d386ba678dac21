"""The examples of the shipped rules notice when a rule is broken, but for what is listed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
KNOWN = Path(__file__).with_name("rule_mutants.txt")


def test_no_other_mutant_survives() -> None:
    ran = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "rule_mutants.py"],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
    )
    found = [line for line in ran.stdout.splitlines() if not line.endswith("%")]
    if os.environ.get("UPDATE_GOLDEN"):
        KNOWN.write_text("\n".join(found) + "\n", encoding="utf-8")
    assert found == KNOWN.read_text(encoding="utf-8").splitlines(), ran.stderr
