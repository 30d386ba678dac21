"""Folds violations under the violation that they follow from, as long as that one is open."""

from __future__ import annotations

from collections.abc import Container, Iterable

from checker.report.finding import Judged, Severity, Status


def folded(findings: Iterable[Judged], fail_level: Severity) -> tuple[Judged, ...]:
    """Return findings, each with its cause if both are open and the cause fails the check.

    INVARIANT: a violation is never folded under one that is waived, known by the baseline or below
    the fail level: it stands by itself then, as if it followed from nothing.
    """
    judged = tuple(findings)
    open_ = {
        each.fingerprint
        for each in judged
        if each.status is Status.FAIL and each.is_open and each.severity >= fail_level
    }
    return tuple(each._replace(implied_by=_cause(each, open_)) for each in judged)


def _cause(judged: Judged, causes: Container[str]) -> str:
    """Return the cause of a finding if it is one of those that may have findings under them."""
    cause = judged.finding.implied_by
    return cause if judged.status is Status.FAIL and judged.is_open and cause in causes else ""
