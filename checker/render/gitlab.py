"""Renders a report as a Code Quality report for merge requests on GitLab: a JSON array in ASCII.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format

The format cannot show accepted findings, or that a run checked nothing. Only the exit code of the
job tells the latter.
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath
from typing import Any

from checker.messages import visible
from checker.render.stream import dump
from checker.render.wording import said
from checker.report import Judged, Report, Severity, Status

_SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
}
"""The severities of GitLab, from the highest down; `info` is not used."""
_UNDECIDED = "blocker"
"""The severity of what could not be decided: it closes the gate, whatever the rule's severity."""


def render(report: Report) -> Iterator[str]:
    """Yield the array, with one open finding per line."""
    separator = "["
    for finding in report.findings:
        if finding.is_open:
            yield f"{separator}\n  {dump(_issue(finding))}"
            separator = ","
    yield "[]\n" if separator == "[" else "\n]\n"


def _issue(finding: Judged) -> dict[str, Any]:
    location = finding.place.location
    undecided = finding.status is Status.ERROR
    return {
        "description": said(finding),
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": _UNDECIDED if undecided else _SEVERITIES[finding.severity],
        "location": {
            "path": visible(normpath(finding.file)),
            "lines": {"begin": location.line if location else 1},
        },
    }
