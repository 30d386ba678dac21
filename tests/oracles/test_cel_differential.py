"""A slice of the random comparison of the engines; tools/cel_differential.py is the whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import yaml

from tests.oracles.planting import Mistake, Package
from tests.support.command import ROOT

BUGS = yaml.safe_load((ROOT / "tests/oracles/cel_planted_bugs.yaml").read_text(encoding="utf-8"))
EVALUATIONS = 50_000


def test_engines_agree_on_random_programs() -> None:
    pytest.importorskip("cel_expr_python.cel", reason="cel-expr-python is the oracle")
    # in a process of its own: the oracle may abort Python when it ends
    ran = subprocess.run(
        [sys.executable, "tools/cel_differential.py", "--evaluations", str(EVALUATIONS), "--json"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    found = json.loads(ran.stdout.splitlines()[-1])
    assert found["differences"] == []
    assert found["evaluations"] >= EVALUATIONS
    assert found["uncovered"] == []


@pytest.fixture(scope="module")
def package() -> Package:
    return Package(ROOT / "checker" / "cel")


@pytest.mark.parametrize("bug", BUGS, ids=[bug["name"] for bug in BUGS])
def test_a_bug_that_the_comparison_must_find_has_one_place(
    package: Package, bug: dict[str, str]
) -> None:
    path, source = package.source(Mistake.of(bug))
    compile(source, str(path), "exec")
