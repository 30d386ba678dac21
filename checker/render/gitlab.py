"""A report in, a Code Quality report for merge requests on GitLab out: a JSON array, in ASCII.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format

It has no place for findings that are accepted, nor for a run that checked nothing: the job's exit
code tells that.
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath
from typing import Any

from checker.messages import visible
from checker.render.stream import dump
from checker.render.wording import caveat, shown
from checker.report import Judged, Report, Severity, Status

_SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
}
"""GitLab's words, the worst of theirs for the worst of ours; `info` is left."""
_UNDECIDED = "blocker"
"""Whatever the rule's severity: what could not be decided keeps the gate closed."""


def render(report: Report) -> Iterator[str]:
    """Yield the array, one open finding a line."""
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
        "description": caveat(finding) + shown(finding.message),
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": _UNDECIDED if undecided else _SEVERITIES[finding.severity],
        "location": {
            "path": visible(normpath(finding.file)),
            "lines": {"begin": location.line if location else 1},
        },
    }
