"""Decides all the rules of a run on one of its files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from checker.documents import Contents, Document, Listing, Outcome, Selection, load, lost
from checker.reader import Limits
from checker.report import Finding, Status
from checker.rules import Rule
from checker.run.evaluate import MOST_FINDINGS, broken, evaluate, undecided
from checker.workers.job import PART, READING, Refused, never


class Decided(NamedTuple):
    """What was decided on one document."""

    part: str
    kind: str
    sha256: str
    is_broken: bool
    statuses: tuple[Status, ...]
    """One for each rule, in order."""
    findings: tuple[Finding, ...]


class Decision(NamedTuple):
    """What was decided on the documents of one file."""

    file: str
    outcome: Outcome
    documents: tuple[Decided, ...]


class Work(NamedTuple):
    """All that a run decides: every rule on every document of every file of a listing."""

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
        """Return the number of files."""
        return self.listing.size

    def decide(self, index: int, refused: Refused = never) -> Decision:
        """Decide all rules on the documents of one file; what is refused is an error.

        Each rule on each document is a stage, numbered document by document.
        """
        name = self.listing.name(index)
        if reason := refused(READING):
            contents = Contents([lost(name, reason)])
        else:
            contents = load(index, self.listing, self.selection, self.limits)
        decided = tuple(self._decided(contents.documents, refused))
        outcome = Outcome.DOCUMENTS if decided else contents.otherwise
        return Decision(name, outcome, decided)

    def _decided(self, documents: Iterable[Document], refused: Refused) -> Iterator[Decided]:
        left = MOST_FINDINGS
        for number, document in enumerate(documents):
            refused(PART)
            statuses: list[Status] = []
            findings = list(broken(document))
            for position, rule in enumerate(self.rules, number * len(self.rules)):
                if reason := refused(position):
                    outcome = undecided(rule, document, reason)
                else:
                    outcome = evaluate(rule, document, left)
                left -= sum(finding.size for finding in outcome.findings)
                statuses.append(outcome.status)
                findings.extend(outcome.findings)
            yield Decided(
                document.part,
                document.kind.name if document.kind else "",
                document.sha256,
                bool(document.problems),
                tuple(statuses),
                tuple(findings),
            )
