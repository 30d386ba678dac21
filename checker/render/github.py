"""Renders a report as workflow commands, which GitHub shows as annotations of a pull request.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands

GitHub reads paths relative to the root of the repository. Only places within one line have
columns, because the runner rejects others:
https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from checker.problems import Location, Problem
from checker.render.wording import count, flowing, said, shown, unexplained, verdict
from checker.report import Judged, Report, Severity, Status

MOST = 10
"""The most annotations of one kind that GitHub shows for a step (and 50 for a job).

https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations
"""
_MOST_TITLE = 200
"""The most characters of a title; an annotation allows 255.

https://docs.github.com/rest/checks/runs
"""
_COMMANDS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
}


def render(report: Report) -> Iterator[str]:
    """Yield a command for each of the worst open findings, and the number of the others."""
    kept: dict[str, list[Judged]] = {name: [] for name in _COMMANDS.values()}
    left = dict.fromkeys(kept, 0)
    alone = unexplained(report)
    for finding in report.findings:
        if finding.is_open:
            name = _command(finding)
            if len(kept[name]) < MOST - (alone and name == "error"):
                kept[name].append(finding)
            else:
                left[name] += 1
    if any(left.values()) and len(kept["notice"]) == MOST:
        kept["notice"].pop()  # makes room for the notice with the number of the others
        left["notice"] += 1
    if alone:
        yield _line("error", {"title": "policy-check"}, verdict(report))
    for name, findings in kept.items():
        for finding in findings:
            yield _annotation(name, finding)
    if any(left.values()):
        yield _line("notice", {"title": "policy-check"}, _rest(left))


def annotate(problems: Iterable[Problem]) -> Iterator[str]:
    """Yield a command for each of the first problems that prevented a report."""
    for problem in islice(problems, MOST):
        place = {"file": shown(problem.path), **_span(problem.location)}
        yield _line("error", {**place, "title": "policy-check"}, shown(problem.message))


def _command(finding: Judged) -> str:
    return "error" if finding.status is Status.ERROR else _COMMANDS[finding.severity]


def _annotation(name: str, finding: Judged) -> str:
    place = {"file": shown(finding.file), **_span(finding.place.location)}
    title = shown(f"{finding.rule}: {finding.title}", _MOST_TITLE)
    # INVARIANT: the whole message stays below 4,096 characters, the most that the runner passes on.
    message = said(finding)
    if finding.remediation:
        message += f"\nto fix: {shown(flowing(finding.remediation))}"
    return _line(name, {**place, "title": title}, message)


def _span(location: Location | None) -> dict[str, str]:
    if location is None:
        return {}
    line, column, end_line, end_column = map(str, location)
    columns = {"col": column, "endColumn": end_column} if line == end_line else {}
    return {"line": line, "endLine": end_line, **columns}


def _rest(left: Mapping[str, int]) -> str:
    kinds = ", ".join(count(number, name) for name, number in left.items() if number)
    total = count(sum(left.values()), "more finding")
    return (
        f"{total} without an annotation ({kinds}), because GitHub shows {MOST} of each kind: "
        "see the job summary or another report of policy-check"
    )


def _line(name: str, properties: Mapping[str, str], message: str) -> str:
    """Return a command, escaped as by GitHub's own toolkit.

    https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
    """
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {listed}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
