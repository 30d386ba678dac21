"""Reads a file of waivers, applies it to findings, and finds what is wrong with its entries.

An entry that is not valid or has expired is a finding of every run. An entry that is not needed is
a finding only where its rule was decided on its document, since gates also check parts of a
repository.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, NamedTuple, TypeAlias, cast

from checker.messages import did_you_mean, quoted
from checker.problems import InputError, Json, Problem, Route
from checker.reader import AS_GIVEN, Limits, Reading, Root, parse_yaml, read_named
from checker.reader.schema import Schema, Violation
from checker.report import (
    DOCUMENT_RULE,
    WAIVER_RULE,
    Finding,
    IdleWaiver,
    Input,
    Place,
    Severity,
    Status,
    Waiver,
    digest,
)

SCHEMA = "waivers.schema.json"
"""Beside this module."""
FARTHEST = 400
"""Days that a waiver may last: with one that is renewed every year there is a month to do so."""
_MOST_BROKEN = 100
"""Entries that are not valid and are explained; none after them is looked at, or waives."""

_Pair: TypeAlias = tuple[str, str]
"""The id of a rule and the name of a file."""
_Aim: TypeAlias = tuple[str, str, str | None, str | None, str | None]
"""What a waiver is for: rule, file, part, subject, fingerprint; None means any."""


class Terms(NamedTuple):
    """What waivers are held to: the day, the rules there are, and those that no one may waive."""

    today: date
    rules: Collection[str]
    unwaivable: Collection[str] = ()


class Entry(NamedTuple):
    """One waiver that is valid and has not expired, and its place in the file's list, from 0."""

    number: int
    aim: _Aim
    waiver: Waiver

    @property
    def pair(self) -> _Pair:
        """Return the rule and the document that it is for."""
        return self.aim[:2]


@dataclass(slots=True)
class Waivers:
    """The waivers of a run, and what has come of them so far."""

    path: str = ""
    input: Input | None = None
    entries: Sequence[Entry] = ()
    findings: list[Finding] = field(default_factory=list)
    """What is wrong with the file and its entries, whatever is checked."""
    reading: Reading | None = None
    _first: dict[_Aim, Entry] = field(init=False)
    """The first entry for each aim: it counts, and any other is not needed."""
    _decided: dict[_Pair, bool] = field(init=False)
    """Whether nothing of the rule on the file was undecided, for every pair of an entry."""
    _met: set[_Pair] = field(init=False, default_factory=set)
    """The pairs that the run has come to."""
    _used: set[int] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self._first = {entry.aim: entry for entry in reversed(self.entries)}
        self._decided = dict.fromkeys((entry.pair for entry in self.entries), True)

    def apply(
        self, pair: _Pair, part: str, status: Status, findings: Sequence[Finding]
    ) -> tuple[Status, tuple[Waiver | None, ...]]:
        """Return what becomes of a rule's status on a document, and the waiver of each finding.

        INVARIANT: the status is `waived` only where all that failed is, and nothing is undecided.
        """
        if pair not in self._decided:
            return status, (None,) * len(findings)
        self._decided[pair] &= status is not Status.ERROR
        self._met.add(pair)
        waivers = tuple(self._waiver(each, part) for each in findings)
        waived = status is Status.FAIL and bool(waivers) and all(waivers)
        return (Status.WAIVED if waived else status), waivers

    def _waiver(self, finding: Finding, part: str) -> Waiver | None:
        """Return the waiver that says most about a finding; an error is never waived."""
        if finding.status is not Status.FAIL:
            return None
        for fingerprint in (finding.fingerprint, None):
            for subject in (finding.subject, None):
                for within in (part, None):
                    aim = (finding.rule, finding.file, within, subject, fingerprint)
                    if entry := self._first.get(aim):
                        self._used.add(entry.number)
                        return entry.waiver
        return None

    def settle(self) -> tuple[list[Finding], tuple[IdleWaiver, ...]]:
        """Return all that is wrong with the waivers, and those that the run says nothing about."""
        rest = [entry for entry in self.entries if entry.number not in self._used]
        decided = {pair for pair in self._met if self._decided[pair]}
        unused = [self._unused(entry) for entry in rest if entry.pair in decided]
        idle = tuple(IdleWaiver(*entry.pair) for entry in rest if entry.pair not in decided)
        return _told_apart([*self.findings, *unused]), idle

    def _unused(self, entry: Entry) -> Finding:
        reading = cast("Reading", self.reading)
        first = self._first[entry.aim]
        if first is not entry:
            line = reading.locate(_route(first.number)).line
            message = f"not needed: the waiver in line {line} is for the same; remove one"
        elif entry.aim[-1] is None:
            message = "not needed: the rule finds nothing there; remove the waiver"
        else:
            message = "not needed: what it is bound to has changed or is gone; remove the waiver"
        problem = reading.problem(message, _route(entry.number))
        return _finding(self.path, problem, Status.FAIL, "unused", _content(reading, entry.number))


def load(place: str, terms: Terms, limits: Limits, root: Root = AS_GIVEN) -> Waivers:
    """Return the waivers of a file, which may be `git:REF:PATH`.

    What is wrong with it are findings: an entry that is not valid or has expired waives nothing,
    and of a file that cannot be read, or holds something else, none does.
    """
    path = root.name(place)
    given = None
    try:
        source = read_named(place, limits, root)
        given = Input(source.path, source.sha256)
        reading = parse_yaml(source, limits)
        problems = _shape().problems(reading)
    except InputError as error:
        problems = error.problems
    if problems:
        return Waivers(path, given, findings=[_broken(path, each) for each in problems])
    entries, findings = _entries(path, reading, terms)
    return Waivers(path, given, entries, findings, reading)


def _entries(path: str, reading: Reading, terms: Terms) -> tuple[list[Entry], list[Finding]]:
    entries: list[Entry] = []
    findings: list[Finding] = []
    broken = 0
    for index, data in enumerate(_list(reading)):
        if broken == _MOST_BROKEN:
            message = f"{broken} waivers before this one are not valid: none from here on is read"
            findings.append(_broken(path, reading.problem(message, _route(index))))
            break
        if wrong := list(faults(data, terms)):
            broken += 1
            content = _content(reading, index)
            findings += [_broken(path, _problem(reading, index, each), content) for each in wrong]
            continue
        expires = date.fromisoformat(data["expires"])
        if expires < terms.today:
            message = f"expired on {expires}: mend what it waived, or decide anew"
            problem = reading.problem(message, (*_route(index), "expires"))
            content = _content(reading, index)
            findings.append(_finding(path, problem, Status.FAIL, "expired", content))
            continue
        optional = map(data.get, ("part", "subject", "fingerprint"))
        aim = (data["rule"], data["document"], *optional)
        entries.append(Entry(index, aim, Waiver(data["reason"], data["owner"], expires)))
    return entries, findings


def faults(data: Json, terms: Terms) -> Iterator[Violation]:
    """Yield why an entry of a file of waivers waives nothing; one that is valid may be past."""
    violations = _entry().violations(data)
    yield from violations
    if violations:
        return
    entry = cast("dict[str, str]", data)
    if message := _rule_fault(entry["rule"], terms):
        yield Violation(("rule",), message)
    if message := _expiry_fault(entry["expires"], terms.today):
        yield Violation(("expires",), message)


def _rule_fault(rule: str, terms: Terms) -> str:
    if rule in (DOCUMENT_RULE, WAIVER_RULE):
        return f"`{rule}` cannot be waived: mend what it finds"
    if rule not in terms.rules:
        hint = did_you_mean(rule, terms.rules) or ": expected the id of a rule"
        return f"there is no rule {quoted(rule)}{hint}"
    if rule in terms.unwaivable:
        return f"`{rule}` is a rule that may not be waived: mend what it finds"
    return ""


def _expiry_fault(day: str, today: date) -> str:
    try:
        expires = date.fromisoformat(day)
    except ValueError:
        return f"{quoted(day)} is no day: expected such as `2027-03-31`"
    if (expires - today).days <= FARTHEST:
        return ""
    last = date.fromordinal(today.toordinal() + FARTHEST)
    return f"{day} is more than {FARTHEST} days ahead: expected {last} at the latest"


@cache
def _shape() -> Schema:
    """Return the schema of a file but for its entries: a bad one does not spoil the others."""
    whole = Schema.bundled(f"waivers/{SCHEMA}").source
    return Schema({**whole, "properties": {"waivers": {"type": "array"}}})


@cache
def _entry() -> Schema:
    return Schema(cast("Any", Schema.bundled(f"waivers/{SCHEMA}").source)["$defs"]["waiver"])


def _list(reading: Reading) -> list[Any]:
    return cast("list[Any]", cast("Any", reading.data)["waivers"])


def _route(index: int) -> Route:
    return ("waivers", index)


def _problem(reading: Reading, index: int, found: Violation) -> Problem:
    route = (*_route(index), *found.route)
    return reading.problem(found.message, route, of_key=found.of_key)


def _content(reading: Reading, index: int) -> str:
    return digest(_list(reading)[index])


def _broken(path: str, problem: Problem, content: str = "") -> Finding:
    return _finding(path, problem, Status.ERROR, "broken", content)


def _finding(path: str, problem: Problem, status: Status, *content: str) -> Finding:
    """Return a finding about a waiver; what makes a run undecided stands first in the report."""
    return Finding(
        rule=WAIVER_RULE,
        severity=Severity.CRITICAL if status is Status.ERROR else Severity.LOW,
        status=status,
        file=path,
        part="",
        kind="",
        subject=problem.pointer,
        place=Place(problem.pointer, problem.location, problem.excerpt, problem.skipped),
        related=(),
        message=problem.message,
        fingerprint=digest(WAIVER_RULE, path, *content),
    )


def _told_apart(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings of which no two have one fingerprint, though entries may be equal."""
    seen: Counter[str] = Counter()
    result = []
    for finding in findings:
        seen[finding.fingerprint] += 1
        again = seen[finding.fingerprint]
        told = finding.fingerprint if again == 1 else digest(finding.fingerprint, again)
        result.append(finding._replace(fingerprint=told))
    return result
