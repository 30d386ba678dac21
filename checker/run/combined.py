"""Finds out what several policies violate together that none of them violates alone.

What a role may do by all of its policies is a document of its own. A finding on one of the policies
is not repeated there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from checker.documents import Document
from checker.problems import Location
from checker.report import DOCUMENT_RULE, Finding, Status
from checker.rules import Rule

_Key: TypeAlias = tuple[str, Status, Location | None]


class Combined:
    """The findings on the policies of one file, to be compared with those on several together."""

    def __init__(self) -> None:
        self._known: dict[str, set[_Key]] = {}
        """The rule, status and place of findings, by the part they are about. A finding is also
        there without its place."""

    def added(
        self,
        document: Document,
        rules: Sequence[Rule],
        statuses: list[Status],
        findings: list[Finding],
    ) -> tuple[list[Status], list[Finding]]:
        """Return the statuses and findings on a document, without those on policies in it.

        Where the document may allow less than it says, a violation is an error that says so. The
        documents of a file must come in order, each after its members.
        """
        if document.members is not None:
            known = set().union(*(self._known.get(each, set()) for each in document.members))
            kept = [each for each in findings if not _is_known(each, known)]
            if document.doubt:
                kept = [_doubtful(each, document.doubt) for each in kept]
            statuses = _statuses(rules, statuses, findings, kept)
            findings = kept
        if document.part:
            keys = self._known.setdefault(document.part, set())
            for each in findings:
                keys |= {
                    (each.rule, each.status, each.place.location),
                    (each.rule, each.status, None),
                }
        return statuses, findings


def _is_known(finding: Finding, known: set[_Key]) -> bool:
    """Return whether a finding is one on a member.

    A violation of the whole document is one if a member violates the same rule.
    """
    place = finding.place.location if finding.subject or finding.rule == DOCUMENT_RULE else None
    return (finding.rule, finding.status, place) in known


def _doubtful(finding: Finding, doubt: str) -> Finding:
    if finding.status is not Status.FAIL:
        return finding
    return finding._replace(status=Status.ERROR, message=f"{finding.message}, {doubt}")


def _statuses(
    rules: Sequence[Rule],
    statuses: Sequence[Status],
    findings: Sequence[Finding],
    kept: Sequence[Finding],
) -> list[Status]:
    """Return the status of each rule, by the findings that are kept of it.

    INVARIANT: only a rule that had findings, all of which are known, becomes skipped.
    """
    had = {each.rule for each in findings}
    left: dict[str, set[Status]] = {}
    for each in kept:
        left.setdefault(each.rule, set()).add(each.status)
    return [
        _status(status, left.get(rule.id)) if rule.id in had else status
        for rule, status in zip(rules, statuses, strict=True)
    ]


def _status(status: Status, left: set[Status] | None) -> Status:
    if left is None:
        return Status.SKIP
    return Status.ERROR if Status.ERROR in left else status
