"""Mistakes that would open the gate are noticed; tools/gate_mutants.py plants all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracles.gate_mutants import Mutant, Result, copied, fits, load, planted, run
from tests.support.command import ROOT

MUTANTS = {mutant.name: mutant for mutant in load()}
PLANTED = (
    "a mistake of our own while a rule is decided is forgotten",
    "a document that could not be read is passed over",
    "the fail level itself does not fail",
    "the condition of a Deny is ignored",
)
"""Those that are planted in every run of the tests."""


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("copy"))


def test_there_are_enough_and_each_has_a_name() -> None:
    assert len(MUTANTS) == len(load()) >= 100


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_a_mutant_still_fits_and_its_tests_are_there(mutant: Mutant) -> None:
    assert fits(mutant), f"{mutant.file} does not hold once what is replaced: mend the mutant"
    assert mutant.right != mutant.wrong
    assert mutant.tests
    for node in mutant.tests:
        file, _, name = node.partition("::")
        function, _, case = name.partition("[")
        assert f"def {function}(" in (ROOT / file).read_text(encoding="utf-8"), node
        assert not case or (ROOT / "tests" / "cases" / case.removesuffix("]")).is_dir(), node


@pytest.mark.parametrize("name", PLANTED)
def test_a_mutant_is_killed(copy: Path, name: str) -> None:
    mutant = MUTANTS[name]
    with planted(mutant, copy):
        outcome = run(copy, mutant.tests)
    assert outcome.result is Result.KILLED, outcome.said


def test_a_mutant_that_no_test_notices_survives(copy: Path) -> None:
    harmless = MUTANTS[PLANTED[2]]._replace(
        wrong="return violated and self.fail_level <= finding.severity"
    )
    with planted(harmless, copy):
        outcome = run(copy, harmless.tests)
    assert outcome.result is Result.SURVIVED, outcome.said


def test_a_mutant_that_keeps_the_tests_from_running_is_not_killed(copy: Path) -> None:
    broken = MUTANTS[PLANTED[2]]._replace(wrong="return (")
    with planted(broken, copy):
        outcome = run(copy, broken.tests)
    assert outcome.result is Result.BROKEN, outcome.said
