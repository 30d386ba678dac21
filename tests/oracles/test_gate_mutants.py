"""Mistakes that would open the gate are noticed; tools/gate_mutants.py plants all of them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.oracles.gate_mutants import Mutant, Result, copied, load, run
from tests.oracles.planting import Mistake, Package, planted
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
def package() -> Package:
    return Package(ROOT / "checker")


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("copy"))


@pytest.fixture(scope="session")
def copied_package(copy: Path) -> Package:
    return Package(copy / "checker")


def test_there_are_enough_and_each_has_a_name() -> None:
    assert len(MUTANTS) == len(load()) >= 190


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_a_mutant_has_one_place_and_its_tests_are_there(package: Package, mutant: Mutant) -> None:
    path, source = package.source(mutant.mistake)
    sound = ast.unparse(ast.parse(path.read_text(encoding="utf-8")))
    assert source != sound
    compile(source, str(path), "exec")
    assert mutant.tests
    for node in mutant.tests:
        file, _, name = node.partition("::")
        function, _, case = name.partition("[")
        assert f"def {function}(" in (ROOT / file).read_text(encoding="utf-8"), node
        assert not case or (ROOT / "tests" / "cases" / case.removesuffix("]")).is_dir(), node


@pytest.mark.parametrize("name", PLANTED)
def test_a_mutant_is_killed(copy: Path, copied_package: Package, name: str) -> None:
    mutant = MUTANTS[name]
    with planted(mutant.mistake, copied_package):
        outcome = run(copy, mutant.tests)
    assert outcome.result is Result.KILLED, outcome.said


def test_a_mutant_that_no_test_notices_survives(copy: Path, copied_package: Package) -> None:
    mutant = MUTANTS[PLANTED[2]]
    harmless = mutant.mistake._replace(wrong="self.fail_level <= finding.severity")
    with planted(harmless, copied_package):
        outcome = run(copy, mutant.tests)
    assert outcome.result is Result.SURVIVED, outcome.said


def test_a_mutant_that_keeps_the_tests_from_running_is_not_killed(
    copy: Path, copied_package: Package
) -> None:
    mutant = MUTANTS[PLANTED[2]]
    broken = Mistake("Exit", "VIOLATIONS = 1", "VIOLATIONS = not_there")
    with planted(broken, copied_package):
        outcome = run(copy, mutant.tests)
    assert outcome.result is Result.BROKEN, outcome.said
