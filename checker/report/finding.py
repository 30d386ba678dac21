"""Holds what a run finds: severities, statuses, places, waivers and findings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from enum import IntEnum, StrEnum
from typing import NamedTuple

from checker.problems import Location

DOCUMENT_RULE = "valid-document"
"""The rule id of findings about a document that could not be read or is not valid."""
WAIVER_RULE = "current-waiver"
"""The rule id of findings about a waiver that is invalid, expired or not used."""


USUAL = 1000
"""Bytes of a finding that is not long."""
_OF_A_PLACE = 200
"""Bytes of a place beside its texts."""


class Severity(IntEnum):
    """How bad a violation is, in rising order."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """Return the severity as rules and reports write it."""
        return self.name.lower()

    @classmethod
    def of(cls, label: str) -> Severity:
        """Return the severity of a label; raises KeyError."""
        return cls[label.upper()]


class Status(StrEnum):
    """What became of a rule on a document (or on one of its subjects)."""

    SKIP = "skip"
    PASS = "pass"  # noqa: S105 - not a password
    WAIVED = "waived"
    FAIL = "fail"
    ERROR = "error"


COUNTED = (Status.PASS, Status.FAIL, Status.SKIP, Status.WAIVED, Status.ERROR)
"""The statuses in the order in which reports count them."""
WORST = {status: rank for rank, status in enumerate(Status)}
"""Rank of a status; the status of a rule on a document is the worst of its subjects'."""


class Place(NamedTuple):
    """A node of a document, its place in the file, and what to show of it."""

    pointer: str
    """The JSON Pointer of the node, from the root of the document."""
    location: Location | None = None
    excerpt: str = ""
    skipped: int = 0
    """Characters of the line before the excerpt."""
    file_pointer: str = ""
    """The JSON Pointer from the root of the file; empty where the two do not differ."""


class Waiver(NamedTuple):
    """Why a finding is accepted, by whom, and until which day (the last one that counts)."""

    reason: str
    owner: str
    expires: date


class Finding(NamedTuple):
    """One violation of a rule, or one thing that could not be decided.

    It is made once and never changed: what waivers and the baseline say of it is a `Judged`.
    """

    rule: str
    severity: Severity
    status: Status
    """Either FAIL or ERROR."""
    file: str
    """The name of the file: its path from the root of the repository."""
    part: str
    """Which document of the file it is about; empty if that is the whole file."""
    kind: str
    subject: str
    place: Place
    related: tuple[Place, ...]
    message: str
    fingerprint: str
    """32 hexadecimal digits by which reports of different runs tell findings apart."""

    @property
    def address(self) -> str:
        """Return the part and the JSON Pointer in it, as people read them."""
        return self.part + self.place.pointer

    @property
    def size(self) -> int:
        """Return for how many findings it counts where their number is limited.

        A long one counts for several, by the bytes of all its texts.
        """
        shown = (self.place, *self.related)
        texts = [self.message, self.subject, self.part]
        texts += (text for place in shown for text in (place.pointer, place.excerpt))
        texts += (place.file_pointer for place in shown)
        return 1 + (encoded(texts) + _OF_A_PLACE * len(shown)) // USUAL

    def too_many(self, message: str) -> Finding:
        """Return the error that stands for this finding and those after it."""
        return self._replace(
            severity=Severity.CRITICAL,
            status=Status.ERROR,
            subject="",
            place=Place(""),
            related=(),
            message=message,
            fingerprint=digest(self.rule, self.file, message),
        )


class RuleText(NamedTuple):
    """What is said of every finding of a rule."""

    title: str
    remediation: str = ""


OWN_TEXTS = {
    DOCUMENT_RULE: RuleText("A document cannot be read or is not valid"),
    WAIVER_RULE: RuleText("A waiver is not valid, has expired or is not needed"),
}
"""The texts of the findings that this tool makes by itself, by the ids of their rules."""


class Judged(NamedTuple):
    """A finding, and what the waivers and the baseline of the run say of it."""

    finding: Finding
    text: RuleText
    """That of the finding's rule."""
    waiver: Waiver | None = None
    known: bool = False
    """Whether the baseline has it, so that it does not fail any longer."""

    @property
    def status(self) -> Status:
        """Return FAIL, ERROR or, where a waiver accepts a violation, WAIVED."""
        # INVARIANT: no waiver makes anything of what could not be decided.
        if self.waiver and self.finding.status is Status.FAIL:
            return Status.WAIVED
        return self.finding.status

    @property
    def is_open(self) -> bool:
        """Return whether someone has to look at it: it is undecided, or not accepted."""
        return self.status is Status.ERROR or not (self.waiver or self.known)

    @property
    def size(self) -> int:
        """Return for how many findings it counts, by the bytes of what a report shows of it."""
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
        """Return the part and the JSON Pointer in it, as people read them."""
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
        """Return what was found."""
        return self.finding.message

    @property
    def fingerprint(self) -> str:
        """Return what tells it apart from others."""
        return self.finding.fingerprint

    @property
    def title(self) -> str:
        """Return the title of the rule."""
        return self.text.title

    @property
    def remediation(self) -> str:
        """Return what to do about it."""
        return self.text.remediation


class Input(NamedTuple):
    """A file that decided the result: its name and the SHA-256 (hex) of its bytes."""

    path: str
    sha256: str


def encoded(texts: Iterable[str]) -> int:
    """Return how many bytes some texts take in UTF-8."""
    return sum(
        len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        for text in texts
    )


def digest(*parts: object) -> str:
    """Return 32 hexadecimal digits for plain data: the same whatever the order of its keys."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
