"""A report in, workflow commands out: annotations in the run and the pull request on GitHub.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands

A path is taken to be relative to the repository's root. Only places within one line have columns,
for the runner takes no others:
https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from checker.problems import Location, Problem
from checker.render.wording import caveat, count, flowing, shown, unexplained, verdict
from checker.report import Judged, Report, Severity, Status

MOST = 10
"""Annotations of one kind that GitHub shows of a step (and 50 of a job).

https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations
"""
_MOST_TITLE = 200
"""Characters of a title; an annotation takes 255.

https://docs.github.com/rest/checks/runs
"""
_COMMANDS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
}


def render(report: Report) -> Iterator[str]:
    """Yield one command for each of the worst open findings, and how many are not shown."""
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
        kept["notice"].pop()  # makes room for the line about those that are left
        left["notice"] += 1
    if alone:
        yield _line("error", {"title": "policy-check"}, verdict(report))
    for name, findings in kept.items():
        for finding in findings:
            yield _annotation(name, finding)
    if any(left.values()):
        yield _line("notice", {"title": "policy-check"}, _rest(left))


def annotate(problems: Iterable[Problem]) -> Iterator[str]:
    """Yield one command for each of the first problems that prevented a report."""
    for problem in islice(problems, MOST):
        place = {"file": shown(problem.path), **_span(problem.location)}
        yield _line("error", {**place, "title": "policy-check"}, shown(problem.message))


def _command(finding: Judged) -> str:
    return "error" if finding.status is Status.ERROR else _COMMANDS[finding.severity]


def _annotation(name: str, finding: Judged) -> str:
    place = {"file": shown(finding.file), **_span(finding.place.location)}
    title = shown(f"{finding.rule}: {finding.title}", _MOST_TITLE)
    # INVARIANT: with what follows it stays below 4,096 characters, which the runner sends on.
    message = caveat(finding) + shown(finding.message)
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
        f"{total} without an annotation ({kinds}), for GitHub shows {MOST} of a kind: "
        "see the job summary, or another report of policy-check"
    )


def _line(name: str, properties: Mapping[str, str], message: str) -> str:
    """Return a command, escaped as GitHub's own toolkit does.

    https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
    """
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {listed}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
