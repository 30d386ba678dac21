"""What tests share: the installed command, and the data that a machine may have."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from checker import kinds
from checker.kinds.kind import Kind
from checker.reader import Limits
from checker.report import Report
from checker.rules import Rule, load
from tests.support.command import COMMAND, COPY, PATIENCE, ROOT, Run
from tests.support.reports import everything
from tests.support.slowness import is_slow


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that are slow, which `make quick` leaves out."""
    for item in items:
        if is_slow(item):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def data() -> Path:
    """Return the folder of the larger test data; skips where the machine has none."""
    place = os.environ.get("POLICY_CHECK_DATA")
    if not place:
        pytest.skip("POLICY_CHECK_DATA names no folder of test data")
    return Path(place).resolve()


@pytest.fixture(scope="session")
def known_kinds() -> dict[str, Kind]:
    """Return the kinds of documents that the package brings along, by name."""
    return {kind.name: kind for kind in kinds.builtin()}


@pytest.fixture(scope="session")
def shipped_rules(known_kinds: dict[str, Kind]) -> dict[str, Rule]:
    """Return all shipped rules by id: compiling them takes a second."""
    return {rule.id: rule for rule in load(["builtin"], known_kinds, {}, Limits()).rules}


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let processes that begin heed SIGINT, also below a shell that ignores it for us."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def policy_check() -> Run:
    """Return a function that runs the installed command in a clean environment."""

    def run(
        *arguments: str | Path,
        cwd: Path = ROOT,
        env: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        timeout: float = PATIENCE,
    ) -> subprocess.CompletedProcess[bytes]:
        clean = {"PATH": os.environ["PATH"], "LC_ALL": "C", **COPY, **(env or {})}
        return subprocess.run(
            [COMMAND, *map(str, arguments)],
            cwd=cwd,
            env=clean,
            input=stdin,
            capture_output=True,
            timeout=timeout,
            check=False,
        )

    return run


@pytest.fixture
def report() -> Report:
    """Return one report with everything a renderer has to show."""
    return everything()
