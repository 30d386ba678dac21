"""Makes the findings about the entries of a waivers file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

from checker.problems import Problem, Route
from checker.reader import Reading
from checker.reader.schema import Violation
from checker.report import WAIVER_RULE, Finding, Place, Severity, Status, digest


def listed(reading: Reading) -> list[Any]:
    """Return the entries of a waivers file, valid or not."""
    return cast("list[Any]", cast("Any", reading.data)["waivers"])


def route_of(index: int) -> Route:
    """Return the route of an entry."""
    return ("waivers", index)


def problem_of(reading: Reading, index: int, found: Violation) -> Problem:
    """Return a fault of an entry as a problem."""
    route = (*route_of(index), *found.route)
    return reading.problem(found.message, route, of_key=found.of_key)


def content_of(reading: Reading, index: int) -> str:
    """Return a digest of an entry."""
    return digest(listed(reading)[index])


def broken(path: str, problem: Problem, content: str = "") -> Finding:
    """Return the error about a waiver, or a waivers file, that is not valid."""
    return finding(path, problem, Status.ERROR, "broken", content)


def finding(path: str, problem: Problem, status: Status, *content: str) -> Finding:
    """Return a finding about a waiver.

    An error is critical, so that it comes first in the report; anything else is low.
    """
    return Finding(
        rule=WAIVER_RULE,
        severity=Severity.CRITICAL if status is Status.ERROR else Severity.LOW,
        status=status,
        file=path,
        part="",
        kind="",
        subject=problem.pointer,
        place=Place(problem.pointer, problem.location, problem.excerpt, problem.skipped),
        related=(),
        message=problem.message,
        fingerprint=digest(WAIVER_RULE, path, *content),
    )


def told_apart(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings with unique fingerprints, even if entries of the file are equal."""
    seen: Counter[str] = Counter()
    result = []
    for finding in findings:
        seen[finding.fingerprint] += 1
        again = seen[finding.fingerprint]
        told = finding.fingerprint if again == 1 else digest(finding.fingerprint, again)
        result.append(finding._replace(fingerprint=told))
    return result
