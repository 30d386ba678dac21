"""Decides all rules of a run on the documents of one file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from checker.documents import Contents, Document, Listing, Outcome, Selection, load, lost
from checker.problems import Json
from checker.reader import Limits
from checker.report import Finding, Status
from checker.rules import Rule
from checker.run.causes import Claimed, with_causes
from checker.run.combined import Combined
from checker.run.evaluate import MOST_FINDINGS, broken, evaluate, undecided
from checker.run.inherit import Heir, Inheritance
from checker.run.together import Decided, together
from checker.workers.job import PART, READING, Refused, never


class Decision(NamedTuple):
    """The outcome of one file, and the results on its documents."""

    file: str
    outcome: Outcome
    documents: tuple[Decided, ...]


class Work(NamedTuple):
    """The work of a run: every rule on every document of every file of a listing."""

    rules: Sequence[Rule]
    listing: Listing
    selection: Selection
    limits: Limits
    accepted: Inheritance = Inheritance()
    former: bool = False
    """Whether findings need their fingerprints of version 1."""

    @property
    def advice(self) -> str:
        """Return what to simplify, for the message about a rule that takes too long."""
        return "the rule or the document"

    @property
    def size(self) -> int:
        """Return the number of files."""
        return self.listing.size

    def decide(self, index: int, refused: Refused = never) -> Decision:
        """Decide all rules on the documents of the file at `index` in the listing.

        Each rule on each document is a stage, numbered document by document. A stage that `refused`
        gives a reason for is an error with that reason.
        """
        name = self.listing.name(index)
        if reason := refused(READING):
            contents = Contents([lost(name, reason)])
        else:
            contents = load(index, self.listing, self.selection, self.limits)
        decided = tuple(_by_part(self._decided(contents.documents, refused)))
        outcome = Outcome.DOCUMENTS if decided else contents.otherwise
        return Decision(name, outcome, decided)

    def _decided(self, documents: Iterable[Document], refused: Refused) -> Iterator[Decided]:
        left = MOST_FINDINGS
        combined = Combined()
        for number, document in enumerate(documents):
            refused(PART)
            statuses: list[Status] = []
            findings = list(broken(document))
            heirs: dict[str, Heir] = {}
            claimed: list[Claimed] = []
            for position, rule in enumerate(self.rules, number * len(self.rules)):
                if reason := refused(position):
                    outcome = undecided(rule, document, reason)
                else:
                    outcome = evaluate(rule, document, left, former=self.former)
                    heirs.update(self.accepted.heirs(document, outcome.findings))
                left -= sum(finding.size for finding in outcome.findings)
                statuses.append(outcome.status)
                findings.extend(outcome.findings)
                claimed.extend(outcome.claimed)
            statuses, findings = combined.added(document, self.rules, statuses, findings)
            yield Decided(
                document.part,
                document.kind.name if document.kind else "",
                document.sha256,
                bool(document.problems),
                tuple(statuses),
                with_causes(document, findings, claimed),
                heirs,
                _rested_on(document, findings),
                document.when,
                document.assumed,
                document.inferred,
            )


def _by_part(decided: Iterable[Decided]) -> Iterator[Decided]:
    """Yield the results on each part, which may be several documents of a template."""
    variants: list[Decided] = []
    for each in decided:
        if variants and not (each.when and each.part == variants[0].part):
            yield together(variants)
            variants = []
        variants.append(each)
    if variants:
        yield together(variants)


def _rested_on(document: Document, findings: Iterable[Finding]) -> dict[str, Json]:
    """Return the parts of a document that its violations rest on, by their digests."""
    failed = (each.basis for each in findings if each.status is Status.FAIL)
    used = {unit for basis in failed if basis for unit in basis.units}
    contents = document.units.contents if used else {}
    return {unit: contents[unit] for unit in sorted(used) if unit in contents}
