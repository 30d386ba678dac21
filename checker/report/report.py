"""Holds the result of a check: counts, documents, findings and the exit code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from types import MappingProxyType
from typing import NamedTuple

from checker.problems import Json, Problem
from checker.report.finding import Finding, Input, Judged, Severity, Status
from checker.report.identity import FINGERPRINTS, Accepted


class Exit(IntEnum):
    """The exit codes of the gate."""

    OK = 0
    VIOLATIONS = 1
    NOT_EVALUATED = 2
    NOTHING_CHECKED = 3
    INTERRUPTED = 130


class IdleWaiver(NamedTuple):
    """A waiver that this run cannot judge, as its rule was not decided on its document."""

    rule: str
    document: str
    """The name of a file."""


class Framework(NamedTuple):
    """A standard that rules serve: its title, its URL, and the titles of its controls by id."""

    title: str
    source: str
    controls: Mapping[str, str]


class Earlier(NamedTuple):
    """The violations in an earlier JSON report: its file, and severities by fingerprint."""

    input: Input
    findings: Mapping[str, Severity]
    accepted: tuple[Accepted, ...] = ()
    """Those of which the report has the parts that their verdicts rest on."""
    checked: tuple[CheckedDocument, ...] = ()
    """The documents of the report, without their rules."""


class Saved(NamedTuple):
    """The content of a JSON report. `fingerprints` is their version."""

    input: Input
    rules: frozenset[str]
    documents: int
    findings: tuple[Judged, ...]
    decided: bool
    """Whether there was something to decide, and everything was decided."""
    fingerprints: int = FINGERPRINTS
    checked: tuple[CheckedDocument, ...] = ()
    """The documents, without their rules."""
    units: Mapping[str, Json] = MappingProxyType({})
    """The parts of documents that verdicts rest on, by their digests."""

    @property
    def earlier(self) -> Earlier:
        """Return its violations. Waived and undecided findings are left out."""
        failed = [each.finding for each in self.findings if each.status is Status.FAIL]
        return Earlier(
            self.input,
            {each.fingerprint: each.severity for each in failed},
            tuple(self._accepted(failed)),
            self.checked,
        )

    def _accepted(self, findings: Sequence[Finding]) -> Iterator[Accepted]:
        parts: dict[tuple[str, ...], tuple[Json, ...]] = {}
        for each in findings:
            used = each.basis.units if each.basis else ()
            if each.basis and used and all(unit in self.units for unit in used):
                shared = parts.setdefault(used, tuple(self.units[unit] for unit in used))
                yield Accepted(
                    each.rule,
                    each.file,
                    each.part,
                    None,
                    each.fingerprint,
                    each.basis,
                    shared,
                )


class Move(NamedTuple):
    """A file that has another name than in the baseline, and the same content."""

    old: str
    new: str


class CheckedDocument(NamedTuple):
    """A document of a run, whether valid or broken."""

    file: str
    part: str
    kind: str
    """The name of its kind; empty for a document that could not be read."""
    sha256: str
    """The SHA-256 (hex) of its file, or of its line in JSON Lines; empty if it was not read."""
    rules: tuple[str, ...]
    """The ids of the rules that applied to it, that is, that did not skip it."""
    is_broken: bool = False
    """Whether it could not be read or is not valid, so that no rule was decided on it."""


class FileCounts(NamedTuple):
    """The files of a run, by their outcomes."""

    read: int = 0
    """The number of files that were read."""
    without: int = 0
    """The number of files without a document."""
    mentioned: tuple[str, ...] = ()
    """The names of prose and program files that show a policy."""
    unread: tuple[str, ...] = ()
    """The names of files that show a policy but have an unknown extension, and of files in
    directories of rules that are not read as rules.
    """
    excluded: tuple[str, ...] = ()
    """The names of files that a glob excludes."""
    ignored: tuple[str, ...] = ()
    """The names of files and of whole directories that git ignores."""
    idle_globs: tuple[str, ...] = ()
    """The globs that match no file."""
    boundaries: tuple[str, ...] = ()
    """The policies that are permissions boundaries because nothing else names them."""
    assumed: tuple[str, ...] = ()
    """What templates leave open and is taken to be one value, and in how many policies."""


def _no_counts() -> Mapping[Status, int]:
    return MappingProxyType(dict.fromkeys(Status, 0))


@dataclass(frozen=True, slots=True)
class RuleCounts:
    """A rule, and the number of documents in each status; the sum is the number of documents."""

    id: str
    title: str
    severity: Severity
    controls: Mapping[str, tuple[str, ...]]
    description: str = ""
    remediation: str = ""
    references: tuple[str, ...] = ()
    path: str = ""
    """The path of the rule's file."""
    waivable: bool = True
    shipped: bool = False
    """Whether the rule comes with this program, and is not the user's own."""
    counts: Mapping[Status, int] = field(default_factory=_no_counts)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a renderer shows. Passing results are only counted, not listed."""

    version: str
    fail_level: Severity
    strict: bool
    rules: Sequence[RuleCounts]
    inputs: Sequence[Input]
    config: Input | None
    disabled: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """The ids of the rules that the profile does not select."""
    facts: tuple[str, ...] = ()
    """The data that rules rely on and that can become outdated, each with its date."""
    checked: Sequence[CheckedDocument] = ()
    """The documents, in the order of their files."""
    documents_sha256: str = ""
    """The SHA-256 (hex) of a list with a line `SHA-256 NAME` for each document."""
    files: FileCounts = field(default_factory=FileCounts)
    findings: Sequence[Judged] = ()
    """The findings, the worst first."""
    warnings: Sequence[Problem] = ()
    """Possible mistakes in rules, which do not affect the result."""
    frameworks: Mapping[str, Framework] = field(default_factory=dict)
    """The known frameworks by name."""
    assessed: tuple[str, ...] = ()
    """The names of the frameworks that were chosen; if empty, all that the rules name are shown."""
    today: date = date.min
    """The date against which waivers were judged."""
    waivers: Input | None = None
    idle_waivers: tuple[IdleWaiver, ...] = ()
    baseline: Input | None = None
    moved: tuple[Move, ...] = ()
    """The files with violations that the baseline knows by another name."""
    units: Mapping[str, Json] = field(default_factory=dict)
    """The parts of documents that violations rest on, by their digests."""
    previous: Earlier | None = None
    """An earlier report to show a trend against; it does not affect the result."""

    @property
    def documents(self) -> int:
        """Return the number of documents, including broken ones."""
        return len(self.checked)

    @property
    def without_rules(self) -> tuple[CheckedDocument, ...]:
        """Return the valid documents that no rule applied to."""
        return tuple(each for each in self.checked if not each.rules and not each.is_broken)

    def by_document(self) -> Iterator[tuple[CheckedDocument, tuple[Judged, ...]]]:
        """Yield each document with its findings, the worst first, in the order of the files."""
        found: dict[tuple[str, str], list[Judged]] = {}
        for each in self.findings:
            found.setdefault((each.file, each.part), []).append(each)
        for document in self.checked:
            yield document, tuple(found.get((document.file, document.part), ()))

    def total(self, status: Status) -> int:
        """Return the number of pairs of a rule and a document with a status."""
        return sum(rule.counts[status] for rule in self.rules)

    @property
    def causes(self) -> int:
        """Return the number of violations, not waived, that follow from no other one."""
        failed = sum(each.status is Status.FAIL for each in self.findings)
        return failed - self.implied

    @property
    def implied(self) -> int:
        """Return the number of violations that follow from another one, their cause."""
        return sum(bool(each.implied_by) for each in self.findings)

    @property
    def never_applied(self) -> list[str]:
        """Return the ids of the rules that applied to no document."""
        return [rule.id for rule in self.rules if rule.counts[Status.SKIP] == self.documents]

    @property
    def idle(self) -> list[str]:
        """Return the ids of the user's own rules that applied to no document.

        The user wrote them for some document, so they may have a mistake.
        """
        shipped = {rule.id for rule in self.rules if rule.shipped}
        return [name for name in self.never_applied if name not in shipped]

    @property
    def exit_code(self) -> Exit:
        """Return the exit code. Undecided results take precedence over violations."""
        undecided = any(finding.status is Status.ERROR for finding in self.findings)
        if undecided or self.total(Status.ERROR):
            return Exit.NOT_EVALUATED
        lax = self.files.unread or self.files.idle_globs or self.idle
        if self.strict and lax and self.documents and self.rules:
            return Exit.NOT_EVALUATED
        if not self.rules or not self.documents or len(self.never_applied) == len(self.rules):
            return Exit.NOTHING_CHECKED  # even if there are findings about waivers
        if any(self.counts_as_violation(finding) for finding in self.findings):
            return Exit.VIOLATIONS
        return Exit.OK

    def counts_as_violation(self, finding: Judged) -> bool:
        """Say whether a finding is a violation at or above the fail level."""
        violated = finding.status is Status.FAIL and not finding.known
        return violated and finding.severity >= self.fail_level
