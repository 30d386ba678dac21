"""Every target stands the inputs that are kept, and a minute of random ones; see tests/fuzz.

`tools/fuzz.py` tries more of them, for as long as it is told.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.fuzz.case import Answer, Case, SilentPassError, Target, WrongAnswerError
from tests.fuzz.running import case_of, corpus, kept, minimised, read, tried
from tests.fuzz.targets import TARGETS
from tests.support.command import PATIENCE, ROOT

COUNTS = {
    "json": 4000,
    "yaml": 2000,
    "policy": 800,
    "rule": 600,
    "cel": 4000,
    "config": 800,
    "schema": 1000,
    "report": 40,
    "spelling": 1600,
    "widening": 800,
    "damage": 2000,
    "request": 1000,
    "folder": 60,
    "waiver": 40,
    "comparison": 200,
}
"""How many random inputs each target is given: a few seconds of them."""
KEPT = [
    pytest.param(target, path, id=f"{target.name}/{path.name}")
    for target in TARGETS.values()
    for path in corpus(target)
]


def test_every_target_is_given_something() -> None:
    assert COUNTS.keys() == TARGETS.keys()
    assert {param.values[0] for param in KEPT} == set(TARGETS.values())


@pytest.mark.parametrize(("target", "path"), KEPT)
def test_an_input_that_is_kept_is_answered_right(target: Target, path: Path) -> None:
    target.judge(read(path))


@pytest.mark.parametrize("name", TARGETS)
def test_random_inputs_are_answered_right(name: str) -> None:
    target = TARGETS[name]

    @settings(
        max_examples=COUNTS[name],
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.integers(0, 2**32))
    def judge(seed: int) -> None:
        target.judge(case_of(target, str(seed)))

    judge()


def test_the_script_counts_what_it_tries(tmp_path: Path) -> None:
    command = ["tools/fuzz.py", "--seconds", "0.5", "--target", "cel", "--json"]
    ran = subprocess.run(
        [sys.executable, *command, "--keep", tmp_path],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    counts = json.loads(ran.stdout)
    assert counts.pop("inputs") > 0
    assert counts == {"wrong answer": 0, "silent pass": 0, "crash": 0, "hang": 0}


# ---- that what is wrong is noticed ----


def test_an_input_that_takes_too_long_ends_its_process() -> None:
    code = "from tools.fuzz import _BEGUN, _begins; _begins([0] * (_BEGUN + 1), 0.1)"
    command = [sys.executable, "-c", f"{code}\nwhile True: pass"]
    ran = subprocess.run(command, cwd=ROOT, timeout=PATIENCE, check=False)
    assert ran.returncode == -signal.SIGXCPU


def _target(name: str, judge: Exception | None) -> Target:
    def raising(case: object) -> None:
        if judge is not None and b"x" in case.content:  # type: ignore[attr-defined]
            raise judge

    return TARGETS["json"]._replace(name=name, judge=raising)


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (None, Answer.RIGHT),
        (WrongAnswerError("w"), Answer.WRONG),
        (SilentPassError("s"), Answer.SILENT),
        (RecursionError("r"), Answer.CRASH),
        (SystemExit(1), Answer.CRASH),
    ],
)
def test_a_bad_answer_is_noticed_and_its_input_made_small(
    tmp_path: Path, error: Exception | None, answer: Answer
) -> None:
    target = _target("t", error)
    case = Case("a.b.json", b"aaaa" * 50 + b"x" + b"b" * 77)
    found = tried(target, case)
    assert found.answer is answer
    if answer is not Answer.RIGHT:
        small = minimised(target, case, found)
        assert small.content == b"x"
        assert read(kept(target, small, tmp_path)) == small
