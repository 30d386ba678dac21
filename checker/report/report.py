"""Holds the result of a run: findings, counts and what they mean for the exit code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import NamedTuple

from checker.problems import Problem
from checker.report.finding import Finding, Input, Severity, Status


class Exit(IntEnum):
    """The exit codes of the gate."""

    OK = 0
    VIOLATIONS = 1
    NOT_EVALUATED = 2
    NOTHING_CHECKED = 3
    INTERRUPTED = 130


class IdleWaiver(NamedTuple):
    """A waiver that this run says nothing about: its rule on its document was not decided."""

    rule: str
    document: str


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
