"""Tests that start a process are known for slow, however they come to it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.repo import dependencies
from tests.support import git, golden, slowness
from tests.support.command import ROOT


def directly() -> None:
    subprocess.run([sys.executable, "-c", ""], check=True)


def by_a_function() -> None:
    directly()


def within_a_function() -> None:
    def run() -> None:
        by_a_function()

    run()


def by_another_module() -> None:
    git.commit(ROOT)


def not_at_all() -> object:
    return golden.compare, dependencies.row


@pytest.mark.parametrize(
    "function", [directly, by_a_function, within_a_function, by_another_module]
)
def test_a_function_that_starts_a_process_is_known(function: Callable[[], None]) -> None:
    assert slowness.starts_a_process(function)


def test_one_that_starts_none_is_not(request: pytest.FixtureRequest) -> None:
    assert not slowness.starts_a_process(not_at_all)
    assert request.node.get_closest_marker("slow") is None


@pytest.mark.usefixtures("policy_check")
def test_a_fixture_that_runs_the_command_makes_a_test_slow(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("slow") is not None
