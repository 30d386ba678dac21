"""Formats that other programs read, held to golden files."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from checker.render import renderer
from checker.report import Report
from tests.support.golden import RENDER, compare
from tests.support.reports import accepted, everything, passed

SUFFIXES = {
    "jsonl": "jsonl",
    "github": "txt",
    "gitlab": "json",
    "azure": "txt",
    "tap": "tap",
    "markdown": "md",
    "csv": "csv",
}
REPORTS: dict[str, Callable[[], Report]] = {
    "everything": everything,
    "accepted": accepted,
    "passed": passed,
}


@pytest.mark.parametrize("name", SUFFIXES)
@pytest.mark.parametrize("report", REPORTS)
def test_the_report_is_the_golden_one(name: str, report: str) -> None:
    golden = RENDER / f"{name}-{report}.{SUFFIXES[name]}"
    compare(golden, "".join(renderer(name)(REPORTS[report]())))
