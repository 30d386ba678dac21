"""Rules and a listing in, what all the rules decide on one of its documents out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from checker import documents
from checker.documents import Listing, Selection
from checker.evaluate import MOST_FINDINGS, broken, evaluate, undecided
from checker.reader import Limits
from checker.report import Finding, Status
from checker.rules import Rule

READING: Final = -1
"""The stage before the first rule: the file is read, its kind found, its schema checked."""
Refused = Callable[[int], str]
"""Called before each stage (READING, or the number of a rule): why it must not be; or nothing."""


class Work(NamedTuple):
    """All that there is to decide: every rule on every document of a listing."""

    rules: Sequence[Rule]
    listing: Listing
    selection: Selection
    limits: Limits


class Decision(NamedTuple):
    """What was decided on one document: a status for every rule, in order, and the findings."""

    path: str
    sha256: str
    statuses: tuple[Status, ...]
    findings: tuple[Finding, ...]


def _never(_stage: int) -> str:
    return ""


def decide(work: Work, index: int, refused: Refused = _never) -> Decision:
    """Decide all rules on one document of a listing; what is refused is an error."""
    reason = refused(READING)
    if reason:
        document = documents.lost(work.listing.name(index), reason)
    else:
        document = documents.load_one(index, work.listing, work.selection, work.limits)
    statuses: list[Status] = []
    findings = list(broken(document))
    left = MOST_FINDINGS
    for number, rule in enumerate(work.rules):
        reason = refused(number)
        outcome = undecided(rule, document, reason) if reason else evaluate(rule, document, left)
        left -= sum(finding.size for finding in outcome.findings)
        statuses.append(outcome.status)
        findings.extend(outcome.findings)
    return Decision(document.path, document.sha256, tuple(statuses), tuple(findings))


def lost(work: Work, index: int, reason: str) -> Decision:
    """Return the decision on a document of which nothing could be decided."""
    return decide(work, index, lambda stage: reason if stage == READING else "")
