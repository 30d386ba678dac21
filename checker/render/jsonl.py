"""Renders a report as JSON Lines in ASCII: one object per line, for readers of streams.

The objects are those of the JSON report, each with its `type`. The last one is the summary, which
contains the exit code. A stream without it is incomplete.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checker.render.json import control, document, finding, header, rule, summary, warning
from checker.render.stream import dump
from checker.report import Report
from checker.report.controls import assess


def render(report: Report) -> Iterator[str]:
    """Yield the report line by line: its header, findings, warnings, rules, controls, summary."""
    yield _line("report", header(report))
    for each in report.findings:
        yield _line("finding", finding(each))
    for checked in report.checked:
        yield _line("document", document(checked))
    for problem in report.warnings:
        yield _line("warning", warning(problem))
    for row in report.rules:
        yield _line("rule", rule(row))
    for found in assess(report):
        for one in found.controls:
            yield _line("control", control(one))
    yield _line("summary", summary(report))


def _line(kind: str, fields: dict[str, Any]) -> str:
    return dump({"type": kind, **fields}) + "\n"
