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
    """A node of a document: its JSON Pointer, its span, and what to show of it."""

    pointer: str
    location: Location | None = None
    excerpt: str = ""
    skipped: int = 0
    """Characters of the line before the excerpt."""


class Waiver(NamedTuple):
    """Why a finding is accepted, by whom, and until which day (the last one that counts)."""

    reason: str
    owner: str
    expires: date


class Finding(NamedTuple):
    """One violation, or one thing that could not be decided.

    `known` says that the baseline has it; then it fails no longer.
    """

    rule: str
    title: str
    severity: Severity
    status: Status
    document: str
    kind: str
    subject: str
    place: Place
    related: tuple[Place, ...]
    message: str
    remediation: str
    fingerprint: str
    waiver: Waiver | None = None
    known: bool = False

    @property
    def size(self) -> int:
        """Return for how many findings it counts where these are limited: long ones for several.

        That is by all which a report may repeat for each: what is said of the rule, too.
        """
        shown = (self.place, *self.related)
        texts = [self.message, self.subject, self.title, self.remediation]
        texts += (text for place in shown for text in (place.pointer, place.excerpt))
        if self.waiver:
            texts += (self.waiver.reason, self.waiver.owner)
        return 1 + (encoded(texts) + _OF_A_PLACE * len(shown)) // USUAL

    def without_place(self, message: str) -> Finding:
        """Return what stands for this finding and those after it, of which too many were found."""
        return self._replace(
            severity=Severity.CRITICAL,
            status=Status.ERROR,
            subject="",
            place=Place(""),
            related=(),
            message=message,
            fingerprint=digest(self.rule, self.document, message),
            waiver=None,
        )

    @property
    def is_open(self) -> bool:
        """Return whether it is to be looked at: undecided, or neither waived nor known."""
        return self.status is Status.ERROR or not (self.status is Status.WAIVED or self.known)


class Input(NamedTuple):
    """A file that decided the result: its path and the SHA-256 (hex) of its bytes."""

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
