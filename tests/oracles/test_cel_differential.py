"""A slice of the random comparison of the engines; tools/cel_differential.py is the whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

SECONDS = 25


def test_engines_agree_on_random_programs() -> None:
    pytest.importorskip("cel_expr_python.cel", reason="cel-expr-python is the oracle")
    # in a process of its own: the oracle may abort Python when it ends
    ran = subprocess.run(
        [sys.executable, "tools/cel_differential.py", "--seconds", str(SECONDS), "--json"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    found = json.loads(ran.stdout.splitlines()[-1])
    assert found["differences"] == []
    assert found["evaluations"] > 1000
    assert found["uncovered"] == []
