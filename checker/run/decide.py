"""Rules and a listing in, what all the rules decide on one of its documents out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from checker import documents
from checker.documents import Listing, Selection
from checker.reader import Limits
from checker.report import Finding, Status
from checker.rules import Rule
from checker.run.evaluate import MOST_FINDINGS, broken, evaluate, undecided
from checker.workers.job import READING, Refused, never


class Decision(NamedTuple):
    """What was decided on one document: a status for every rule, in order, and the findings."""

    path: str
    sha256: str
    statuses: tuple[Status, ...]
    findings: tuple[Finding, ...]


class Work(NamedTuple):
    """All that there is to decide: every rule on every document of a listing."""

    rules: Sequence[Rule]
    listing: Listing
    selection: Selection
    limits: Limits

    @property
    def advice(self) -> str:
        """Return what to make simpler where a rule takes too long."""
        return "the rule or the document"

    @property
    def size(self) -> int:
        """Return how many documents there are."""
        return self.listing.size

    def decide(self, index: int, refused: Refused = never) -> Decision:
        """Decide all rules on one document; what is refused is an error.

        Each rule is a stage, by its number.
        """
        reason = refused(READING)
        if reason:
            document = documents.lost(self.listing.name(index), reason)
        else:
            document = documents.load_one(index, self.listing, self.selection, self.limits)
        statuses: list[Status] = []
        findings = list(broken(document))
        left = MOST_FINDINGS
        for number, rule in enumerate(self.rules):
            reason = refused(number)
            if reason:
                outcome = undecided(rule, document, reason)
            else:
                outcome = evaluate(rule, document, left)
            left -= sum(finding.size for finding in outcome.findings)
            statuses.append(outcome.status)
            findings.extend(outcome.findings)
        return Decision(document.path, document.sha256, tuple(statuses), tuple(findings))
