"""Counts the findings of a report, in one pass, by everything that the page shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import takewhile
from typing import NamedTuple

from checker.report import Earlier, Judged, Report, Severity, Status


class State(StrEnum):
    """The state of a finding for a reader; the values are those of the filter and of links."""

    ERROR = "error"
    FAIL = "fail"
    WAIVED = "waived"
    KNOWN = "known"

    @property
    def label(self) -> str:
        """The state in words."""
        return _LABELS[self]


_LABELS = {
    State.ERROR: "Not evaluated",
    State.FAIL: "Failed",
    State.WAIVED: "Waived",
    State.KNOWN: "In the baseline",
}


def state(finding: Judged) -> State:
    """Return the state of a finding; if it was not decided, that precedes all other states."""
    if finding.status is Status.ERROR:
        return State.ERROR
    if finding.status is Status.WAIVED:
        return State.WAIVED
    return State.KNOWN if finding.known else State.FAIL


@dataclass(slots=True)
class Tally:
    """The number of findings by state, severity, rule, folder and document."""

    states: Counter[State] = field(default_factory=Counter)
    severities: Counter[Severity] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    folders: dict[str, Counter[Severity]] = field(default_factory=dict)
    documents: dict[str, Counter[Severity]] = field(default_factory=dict)
    violations: int = 0
    """The number of findings that fail the gate."""
    violated: set[tuple[str, str]] = field(default_factory=set)
    """The documents with findings that fail the gate, by their files and parts."""

    @property
    def findings(self) -> int:
        """The number of all findings."""
        return self.severities.total()

    @property
    def below(self) -> int:
        """The number of findings that failed, but are below the fail level."""
        return self.states[State.FAIL] - self.violations


def tally(report: Report) -> Tally:
    """Count the findings of a report."""
    found = Tally()
    for finding in report.findings:
        found.states[state(finding)] += 1
        found.severities[finding.severity] += 1
        found.rules[finding.rule] += 1
        folder = folder_of(finding.file)
        for counts, name in ((found.folders, folder), (found.documents, finding.file)):
            counts.setdefault(name, Counter())[finding.severity] += 1
        if report.counts_as_violation(finding):
            found.violations += 1
            found.violated.add((finding.file, finding.part))
    return found


def folder_of(path: str) -> str:
    """Return the folder in a document's path, with its final slash; empty if there is none."""
    return path[: path.rfind("/") + 1]


def common_folder(paths: Collection[str]) -> str:
    """Return the folder that contains all paths, with its final slash; empty if there is none."""
    ends = zip(min(paths), max(paths), strict=False)
    same = takewhile(lambda pair: pair[0] == pair[1], ends)
    return folder_of("".join(letter for letter, _ in same))


class Change(NamedTuple):
    """The numbers of new, fixed and unchanged findings."""

    new: int
    fixed: int
    unchanged: int


def changes(report: Report, earlier: Earlier) -> Mapping[Severity, Change]:
    """Return the changes since an earlier report, by severity, the worst first.

    Findings with equal fingerprints are the same, whether accepted or not. A fixed finding counts
    for the severity that it had.
    """
    now = {finding.fingerprint: finding.severity for finding in report.findings}
    new = Counter(level for name, level in now.items() if name not in earlier.findings)
    fixed = Counter(level for name, level in earlier.findings.items() if name not in now)
    same = Counter(level for name, level in now.items() if name in earlier.findings)
    return {
        level: Change(new[level], fixed[level], same[level])
        for level in sorted(Severity, reverse=True)
    }
