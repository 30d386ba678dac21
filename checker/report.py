"""The result of a run: findings, counts and what they mean for the exit code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from typing import NamedTuple

from checker.source import Location, Problem

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


class Access(StrEnum):
    """What a new policy grants, beside its old one."""

    MORE = "new access"
    SAME_OR_LESS = "no new access"
    GONE = "gone"
    UNDECIDED = "undecided"


class Comparison(NamedTuple):
    """An old and a new policy. New access has a request as its proof, as pairs to read out."""

    path: str
    access: Access
    proof: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()


class Exit(IntEnum):
    """The exit codes of the gate."""

    OK = 0
    VIOLATIONS = 1
    NOT_EVALUATED = 2
    NOTHING_CHECKED = 3
    INTERRUPTED = 130


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


class IdleWaiver(NamedTuple):
    """A waiver that this run says nothing about: its rule on its document was not decided."""

    rule: str
    document: str


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


class Framework(NamedTuple):
    """A standard that rules serve: its title, where it is kept, a title for each control id."""

    title: str
    source: str
    controls: Mapping[str, str]


class Earlier(NamedTuple):
    """What an earlier JSON report found: its file, and its findings by their fingerprints."""

    input: Input
    findings: Mapping[str, Severity]


class Saved(NamedTuple):
    """What a JSON report says; `decided` if all was, and there was something to decide."""

    input: Input
    rules: frozenset[str]
    documents: int
    findings: tuple[Finding, ...]
    decided: bool

    @property
    def earlier(self) -> Earlier:
        """Return its violations alone: what was waived or undecided is not known to be there."""
        failed = (each for each in self.findings if each.status is Status.FAIL)
        return Earlier(self.input, {each.fingerprint: each.severity for each in failed})


@dataclass(slots=True)
class RuleCounts:
    """One rule and how many documents ended in each status; the counts add up to all of them."""

    id: str
    title: str
    severity: Severity
    controls: Mapping[str, tuple[str, ...]]
    description: str = ""
    remediation: str = ""
    references: tuple[str, ...] = ()
    path: str = ""
    """The file that the rule stands in."""
    waivable: bool = True
    shipped: bool = False
    """It is no rule of the user's own, but came with this program."""
    counts: dict[Status, int] = field(default_factory=lambda: dict.fromkeys(Status, 0))


@dataclass(slots=True)
class Report:
    """Everything a renderer shows. Passing results are counted, not kept."""

    version: str
    fail_level: Severity
    strict: bool
    rules: list[RuleCounts]
    inputs: list[Input]
    config: Input | None
    disabled: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """Rules that the profile does not select."""
    facts: tuple[str, ...] = ()
    """What the rules rely on that ages, each with its date."""
    documents: int = 0
    documents_sha256: str = ""
    """Of one line `SHA-256 path` per document, in order."""
    unread: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    """What may go wrong in rules, though it need not have."""
    frameworks: Mapping[str, Framework] = field(default_factory=dict)
    """All that is known of the standards which rules name."""
    assessed: tuple[str, ...] = ()
    """The standards that were asked for; without any, those that the rules name."""
    today: date = date.min
    """The day by which waivers were judged."""
    waivers: Input | None = None
    idle_waivers: tuple[IdleWaiver, ...] = ()
    baseline: Input | None = None
    previous: Earlier | None = None
    """An earlier report to show a trend against; it decides nothing."""

    def total(self, status: Status) -> int:
        """Return how many rule and document pairs ended in a status."""
        return sum(rule.counts[status] for rule in self.rules)

    @property
    def never_applied(self) -> list[str]:
        """Return the ids of the rules that applied to no document."""
        return [rule.id for rule in self.rules if rule.counts[Status.SKIP] == self.documents]

    @property
    def idle(self) -> list[str]:
        """Return those of them that someone wrote for documents which there should be."""
        shipped = {rule.id for rule in self.rules if rule.shipped}
        return [name for name in self.never_applied if name not in shipped]

    @property
    def exit_code(self) -> Exit:
        """Return what the run means for a gate; what was not evaluated wins over violations."""
        undecided = any(finding.status is Status.ERROR for finding in self.findings)
        if undecided or self.total(Status.ERROR):
            return Exit.NOT_EVALUATED
        if self.strict and (self.unread or self.idle) and self.documents and self.rules:
            return Exit.NOT_EVALUATED
        if not self.rules or not self.documents or len(self.never_applied) == len(self.rules):
            return Exit.NOTHING_CHECKED  # of waivers there may be findings all the same
        if any(self.counts_as_violation(finding) for finding in self.findings):
            return Exit.VIOLATIONS
        return Exit.OK

    def counts_as_violation(self, finding: Finding) -> bool:
        """Say whether a finding is a violation at or above the fail level."""
        violated = finding.status is Status.FAIL and not finding.known
        return violated and finding.severity >= self.fail_level


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


def compared(found: Sequence[Comparison]) -> Exit:
    """Return what comparisons mean for a gate; what was not decided wins over new access."""
    kinds = {each.access for each in found}
    if Access.UNDECIDED in kinds:
        return Exit.NOT_EVALUATED
    if Access.MORE in kinds:
        return Exit.VIOLATIONS
    return Exit.OK if found else Exit.NOTHING_CHECKED
