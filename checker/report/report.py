"""Holds the result of a run: what was checked, what was found, and the exit code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from types import MappingProxyType
from typing import NamedTuple

from checker.problems import Problem
from checker.report.finding import Input, Judged, Severity, Status


class Exit(IntEnum):
    """The exit codes of the gate."""

    OK = 0
    VIOLATIONS = 1
    NOT_EVALUATED = 2
    NOTHING_CHECKED = 3
    INTERRUPTED = 130


class IdleWaiver(NamedTuple):
    """A waiver that this run says nothing about: its rule was not decided on its document."""

    rule: str
    document: str
    """The name of a file."""


class Framework(NamedTuple):
    """A standard that rules serve: its title, its address, and the titles of its controls by id."""

    title: str
    source: str
    controls: Mapping[str, str]


class Earlier(NamedTuple):
    """What an earlier JSON report found: its file, and severities by fingerprint."""

    input: Input
    findings: Mapping[str, Severity]


class Saved(NamedTuple):
    """What a JSON report says."""

    input: Input
    rules: frozenset[str]
    documents: int
    findings: tuple[Judged, ...]
    decided: bool
    """Whether there was something to decide, and all of it was decided."""

    @property
    def earlier(self) -> Earlier:
        """Return its violations alone: nothing else is known to have been violated."""
        failed = (each for each in self.findings if each.status is Status.FAIL)
        return Earlier(self.input, {each.fingerprint: each.severity for each in failed})


class CheckedDocument(NamedTuple):
    """A document that rules were decided on."""

    file: str
    part: str
    kind: str
    """Empty for a document that could not be read."""
    sha256: str
    """Of the bytes of its file, or of its line in JSON Lines; empty if these were not read."""
    rules: tuple[str, ...]
    """The ids of the rules that applied to it: those that ended in anything but `skip`."""
    is_broken: bool = False
    """Whether it could not be read or is not valid, so that no rule was decided on it."""


class FileCounts(NamedTuple):
    """What became of the files of a run."""

    read: int = 0
    """Files that were looked at."""
    without: int = 0
    """Files that hold no document."""
    mentioned: tuple[str, ...] = ()
    """Prose and program text that shows a policy."""
    unread: tuple[str, ...] = ()
    """Files that show a policy, and of whose extension nothing is known; YAML and such of rules."""
    excluded: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    """What git ignores: files, and directories as a whole."""
    idle_globs: tuple[str, ...] = ()
    """Globs that match no file."""


def _no_counts() -> Mapping[Status, int]:
    return MappingProxyType(dict.fromkeys(Status, 0))


@dataclass(frozen=True, slots=True)
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
    """Whether it came with this program, and is no rule of the user's own."""
    counts: Mapping[Status, int] = field(default_factory=_no_counts)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a renderer shows. Results that pass are counted, not kept."""

    version: str
    fail_level: Severity
    strict: bool
    rules: Sequence[RuleCounts]
    inputs: Sequence[Input]
    config: Input | None
    disabled: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """Rules that the profile does not select."""
    facts: tuple[str, ...] = ()
    """What the rules rely on that ages, each with its date."""
    checked: Sequence[CheckedDocument] = ()
    """The documents, in the order of their files."""
    documents_sha256: str = ""
    """Of one line `SHA-256 NAME` for each document, in order."""
    files: FileCounts = field(default_factory=FileCounts)
    findings: Sequence[Judged] = ()
    """The worst first."""
    warnings: Sequence[Problem] = ()
    """What may go wrong in rules, though it did not."""
    frameworks: Mapping[str, Framework] = field(default_factory=dict)
    """All that is known of the standards which rules name."""
    assessed: tuple[str, ...] = ()
    """The standards that were asked for; if none was, all that the rules name."""
    today: date = date.min
    """The day by which waivers were judged."""
    waivers: Input | None = None
    idle_waivers: tuple[IdleWaiver, ...] = ()
    baseline: Input | None = None
    previous: Earlier | None = None
    """An earlier report to show a trend against; it decides nothing."""

    @property
    def documents(self) -> int:
        """Return the number of documents, those included that could not be read."""
        return len(self.checked)

    @property
    def without_rules(self) -> tuple[CheckedDocument, ...]:
        """Return the documents that no rule applied to."""
        return tuple(each for each in self.checked if not each.rules and not each.is_broken)

    def by_document(self) -> Iterator[tuple[CheckedDocument, tuple[Judged, ...]]]:
        """Yield each document with its findings, the worst first, in the order of the files."""
        found: dict[tuple[str, str], list[Judged]] = {}
        for each in self.findings:
            found.setdefault((each.file, each.part), []).append(each)
        for document in self.checked:
            yield document, tuple(found.get((document.file, document.part), ()))

    def total(self, status: Status) -> int:
        """Return how many pairs of a rule and a document ended in a status."""
        return sum(rule.counts[status] for rule in self.rules)

    @property
    def never_applied(self) -> list[str]:
        """Return the ids of the rules that applied to no document."""
        return [rule.id for rule in self.rules if rule.counts[Status.SKIP] == self.documents]

    @property
    def idle(self) -> list[str]:
        """Return those of them that are the user's own, and so meant for some document."""
        shipped = {rule.id for rule in self.rules if rule.shipped}
        return [name for name in self.never_applied if name not in shipped]

    @property
    def exit_code(self) -> Exit:
        """Return what the run means for a gate; what was not decided wins over violations."""
        undecided = any(finding.status is Status.ERROR for finding in self.findings)
        if undecided or self.total(Status.ERROR):
            return Exit.NOT_EVALUATED
        lax = self.files.unread or self.files.idle_globs or self.idle
        if self.strict and lax and self.documents and self.rules:
            return Exit.NOT_EVALUATED
        if not self.rules or not self.documents or len(self.never_applied) == len(self.rules):
            return Exit.NOTHING_CHECKED  # of waivers there may be findings all the same
        if any(self.counts_as_violation(finding) for finding in self.findings):
            return Exit.VIOLATIONS
        return Exit.OK

    def counts_as_violation(self, finding: Judged) -> bool:
        """Say whether a finding is a violation at or above the fail level."""
        violated = finding.status is Status.FAIL and not finding.known
        return violated and finding.severity >= self.fail_level
