"""Defines findings and their severities, statuses, places and waivers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import IntEnum, StrEnum
from typing import NamedTuple

from checker.problems import Location
from checker.report.identity import Basis, digest

DOCUMENT_RULE = "valid-document"
"""The rule id of findings about a document that could not be read or is not valid."""
WAIVER_RULE = "current-waiver"
"""The rule id of findings about a waiver that is not valid, has expired or is not needed."""


USUAL = 1000
"""The bytes of an ordinary finding; a longer one counts as several where findings are limited."""
_INDENT = " " * 16
"""What a report writes about each part that a finding rests on, besides its digest."""
_OF_A_PLACE = 200
"""The bytes of a place in a report without its texts."""


class Severity(IntEnum):
    """The severity of a violation, in ascending order."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """Return the severity in lower case, as in rules and reports."""
        return self.name.lower()

    @classmethod
    def of(cls, label: str) -> Severity:
        """Return the severity with a label; raises KeyError if there is none."""
        return cls[label.upper()]


class Status(StrEnum):
    """The result of a rule on a document (or on one of its subjects)."""

    SKIP = "skip"
    PASS = "pass"  # noqa: S105 - not a password
    WAIVED = "waived"
    FAIL = "fail"
    ERROR = "error"


COUNTED = (Status.PASS, Status.FAIL, Status.SKIP, Status.WAIVED, Status.ERROR)
"""The statuses in the order in which reports count them."""
WORST = {status: rank for rank, status in enumerate(Status)}
"""The rank of each status. A rule's status on a document is the worst one of its subjects."""


class Place(NamedTuple):
    """A node of a document, its place in the file, and the text to show."""

    pointer: str
    """The JSON Pointer of the node, from the root of the document."""
    location: Location | None = None
    excerpt: str = ""
    skipped: int = 0
    """The number of characters of the line before the excerpt."""
    file_pointer: str = ""
    """The JSON Pointer from the root of the file; empty if it is the same as `pointer`."""


class Waiver(NamedTuple):
    """Why a finding is accepted, who is responsible, and the last day of the waiver."""

    reason: str
    owner: str
    expires: date


class Finding(NamedTuple):
    """A violation of a rule, or an error: something that could not be decided.

    A finding never changes. A `Judged` adds what waivers and the baseline say about it.
    """

    rule: str
    severity: Severity
    status: Status
    """Either FAIL or ERROR."""
    file: str
    """The name of the file: its path from the root of the repository."""
    part: str
    """The part of the file that is the document; empty if that is the whole file."""
    kind: str
    subject: str
    place: Place
    related: tuple[Place, ...]
    message: str
    fingerprint: str
    """32 hexadecimal digits that identify the finding in reports of different runs."""
    basis: Basis | None = None
    """What the fingerprint is made of; None for findings of the tool itself."""
    former: str = ""
    """The fingerprint of version 1, in a run that migrates from it."""
    implied_by: str = ""
    """The fingerprint of the graver or broader finding on the same statement that it follows from;
    empty for none."""

    @property
    def address(self) -> str:
        """Return the part and the JSON Pointer in it, for people to read."""
        return self.part + self.place.pointer

    @property
    def size(self) -> int:
        """Return how many findings this one counts as, where their number is limited.

        A long finding counts as several: one more for each `USUAL` bytes of its texts and places.
        """
        shown = (self.place, *self.related)
        texts = [self.message, self.subject, self.part]
        texts += (text for place in shown for text in (place.pointer, place.excerpt))
        texts += (place.file_pointer for place in shown)
        texts += (_INDENT + unit for unit in (self.basis.units if self.basis else ()))
        return 1 + (encoded(texts) + _OF_A_PLACE * len(shown)) // USUAL

    def too_many(self, message: str) -> Finding:
        """Return an error to put in place of this finding and those after it."""
        return self._replace(
            severity=Severity.CRITICAL,
            status=Status.ERROR,
            subject="",
            place=Place(""),
            related=(),
            message=message,
            fingerprint=digest(self.rule, self.file, message),
            basis=None,
        )


class RuleText(NamedTuple):
    """The texts that all findings of a rule share."""

    title: str
    remediation: str = ""


OWN_TEXTS = {
    DOCUMENT_RULE: RuleText("A document cannot be read or is not valid"),
    WAIVER_RULE: RuleText("A waiver is not valid, has expired or is not needed"),
}
"""The texts for the tool's own findings, by their rule ids."""


class Judged(NamedTuple):
    """A finding, with what the waivers and the baseline of the run say about it."""

    finding: Finding
    text: RuleText
    """The texts of the finding's rule."""
    waiver: Waiver | None = None
    known: bool = False
    """Whether the baseline contains it, so that it does not fail the check."""
    narrows: str = ""
    """The fingerprint of what was accepted, by the waiver or in the baseline, if the finding is
    another one that grants no more."""
    moved_from: str = ""
    """The name of its file in the baseline, if the file has another name now."""
    implied_by: str = ""
    """The fingerprint of the finding that it follows from, if that one is open."""

    @property
    def status(self) -> Status:
        """Return FAIL, ERROR or, if a waiver accepts the violation, WAIVED."""
        # INVARIANT: a waiver never changes the status of an error.
        if self.waiver and self.finding.status is Status.FAIL:
            return Status.WAIVED
        return self.finding.status

    @property
    def is_open(self) -> bool:
        """Return whether it needs attention: it is an error, or neither waived nor known."""
        return self.status is Status.ERROR or not (self.waiver or self.known)

    @property
    def size(self) -> int:
        """Return how many findings it counts as, by the bytes that a report shows of it."""
        texts = [*self.text]
        if self.waiver:
            texts += (self.waiver.reason, self.waiver.owner)
        return self.finding.size + encoded(texts) // USUAL

    @property
    def rule(self) -> str:
        """Return the id of the rule."""
        return self.finding.rule

    @property
    def severity(self) -> Severity:
        """Return the severity of the rule."""
        return self.finding.severity

    @property
    def file(self) -> str:
        """Return the name of the file."""
        return self.finding.file

    @property
    def part(self) -> str:
        """Return the part of the file."""
        return self.finding.part

    @property
    def address(self) -> str:
        """Return the part and the JSON Pointer in it, for people to read."""
        return self.finding.address

    @property
    def kind(self) -> str:
        """Return the kind of the document."""
        return self.finding.kind

    @property
    def subject(self) -> str:
        """Return the JSON Pointer of the subject."""
        return self.finding.subject

    @property
    def place(self) -> Place:
        """Return the place that it points to."""
        return self.finding.place

    @property
    def related(self) -> tuple[Place, ...]:
        """Return the other places that it points to."""
        return self.finding.related

    @property
    def message(self) -> str:
        """Return the message of the finding."""
        return self.finding.message

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint of the finding."""
        return self.finding.fingerprint

    @property
    def title(self) -> str:
        """Return the title of the rule."""
        return self.text.title

    @property
    def remediation(self) -> str:
        """Return the remediation of the rule."""
        return self.text.remediation


class Input(NamedTuple):
    """A file that the result depends on: its name and the SHA-256 (hex) of its bytes."""

    path: str
    sha256: str


def encoded(texts: Iterable[str]) -> int:
    """Return the number of bytes of the texts in UTF-8."""
    return sum(
        len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        for text in texts
    )
