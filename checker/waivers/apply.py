"""Reads a waivers file, applies its entries to findings, and reports faulty entries.

An entry that is invalid or expired is a finding in every run. An entry that is not needed is a
finding only if its rule was decided on its document, as a gate may check only a part of a
repository.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias, cast

from checker.reader import Reading
from checker.report import Accepted, Finding, IdleWaiver, Input, Status, Waiver
from checker.waivers.moved import moves
from checker.waivers.told import content_of, finding, route_of, told_apart

_Pair: TypeAlias = tuple[str, str]
"""The id of a rule and the name of a file."""
_Aim: TypeAlias = tuple[str, str, str | None, str | None, str | None]
"""The findings that a waiver accepts: rule, file, part, subject, fingerprint; None means any."""


class Grant(NamedTuple):
    """The waiver of a finding, and the fingerprint of what it accepts if that is another one."""

    waiver: Waiver | None = None
    narrows: str = ""


class Entry(NamedTuple):
    """A valid waiver that has not expired, and its index in the file's list, from 0."""

    number: int
    aim: _Aim
    waiver: Waiver
    accepted: Accepted | None = None
    """What it accepts, if the entry says on what the verdict rests."""

    @property
    def pair(self) -> _Pair:
        """Return the id of its rule and the name of its file."""
        return self.aim[:2]


@dataclass(slots=True)
class Waivers:
    """The waivers of a run, and how they have been used so far."""

    path: str = ""
    input: Input | None = None
    entries: Sequence[Entry] = ()
    findings: list[Finding] = field(default_factory=list)
    """The findings about the file and its entries that do not depend on what is checked."""
    reading: Reading | None = None
    is_gone: Callable[[str], bool] = bool
    """Returns whether no file has a name; the default is that there is one."""
    _first: dict[_Aim, Entry] = field(init=False)
    """The first entry for each aim. Only the first one counts; others are not needed."""
    _decided: dict[_Pair, bool] = field(init=False)
    """For the pair of every entry: whether the rule has had no error on the file so far."""
    _met: set[_Pair] = field(init=False, default_factory=set)
    """The pairs of entries that the run has reached so far."""
    _used: set[int] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self._first = {entry.aim: entry for entry in reversed(self.entries)}
        self._decided = dict.fromkeys((entry.pair for entry in self.entries), True)

    def apply(
        self,
        pair: _Pair,
        part: str,
        status: Status,
        findings: Sequence[Finding],
        heirs: Sequence[str] = (),
    ) -> tuple[Status, tuple[Grant, ...]]:
        """Return a rule's status on a document after waivers, and the waiver of each finding.

        `heirs` has, for each finding, the fingerprint of a waiver that accepts no less than what
        the finding is about; it may be empty. INVARIANT: the status is `waived` only if every
        violation is waived and nothing is undecided.
        """
        if pair not in self._decided:
            return status, (Grant(),) * len(findings)
        self._decided[pair] &= status is not Status.ERROR
        self._met.add(pair)
        both = zip(findings, heirs or ("",) * len(findings), strict=True)
        grants = tuple(self._grant(each, part, heir) for each, heir in both)
        waived = status is Status.FAIL and bool(grants) and all(each.waiver for each in grants)
        return (Status.WAIVED if waived else status), grants

    def _grant(self, finding: Finding, part: str, heir: str) -> Grant:
        """Return the most specific waiver of a finding; an error is never waived."""
        if finding.status is not Status.FAIL:
            return Grant()
        for fingerprint in (finding.fingerprint, *filter(None, [heir]), None):
            for subject in (finding.subject, None):
                for within in (part, None):
                    aim = (finding.rule, finding.file, within, subject, fingerprint)
                    if entry := self._first.get(aim):
                        self._used.add(entry.number)
                        return Grant(entry.waiver, heir if heir and fingerprint == heir else "")
        return Grant()

    def settle(self, open_: Sequence[Finding] = ()) -> tuple[list[Finding], tuple[IdleWaiver, ...]]:
        """Return the findings about waivers, and the waivers whose pair was not decided.

        `open_` are the violations that no waiver accepts, among which those of files that have
        another name now are looked for.
        """
        rest = [entry for entry in self.entries if entry.number not in self._used]
        decided = {pair for pair in self._met if self._decided[pair]}
        unused = [self._unused(entry) for entry in rest if entry.pair in decided]
        idle = [entry for entry in rest if entry.pair not in decided]
        moved = moves([each.aim for each in idle if self.is_gone(each.aim[1])], open_)
        unused += [self._moved(each, moved[each.aim]) for each in idle if each.aim in moved]
        idle = [each for each in idle if each.aim not in moved]
        return told_apart([*self.findings, *unused]), tuple(IdleWaiver(*e.pair) for e in idle)

    def _moved(self, entry: Entry, now: str) -> Finding:
        """Return the finding about a waiver whose file has another name now.

        The waiver does not follow, because it was given for one place: whoever moves a policy may
        attach it to something else.
        """
        message = (
            f"not needed: the file moved to {now}; remove the waiver, and if the finding is to be "
            "accepted there too, run `policy-check waive` again"
        )
        reading = cast("Reading", self.reading)
        problem = reading.problem(message, (*route_of(entry.number), "document"))
        return finding(self.path, problem, Status.FAIL, "unused", content_of(reading, entry.number))

    def _unused(self, entry: Entry) -> Finding:
        reading = cast("Reading", self.reading)
        first = self._first[entry.aim]
        if first is not entry:
            line = reading.locate(route_of(first.number)).line
            message = f"not needed: the waiver in line {line} accepts the same; remove one of them"
        elif entry.aim[-1] is None:
            message = "not needed: the rule finds nothing there; remove the waiver"
        else:
            message = "not needed: what it accepts has changed or is gone; remove the waiver"
        problem = reading.problem(message, route_of(entry.number))
        return finding(self.path, problem, Status.FAIL, "unused", content_of(reading, entry.number))
