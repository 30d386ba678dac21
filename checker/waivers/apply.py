"""Reads a waivers file, applies its entries to findings, and reports faulty entries.

An entry that is invalid or expired is a finding in every run. An entry that is not needed is a
finding only if its rule was decided on its document, as a gate may check only a part of a
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
"""The file name of the JSON Schema, which is in the same directory as this module."""
FARTHEST = 400
"""The most days from today to the end of a waiver: a year, and a month to renew it."""
_MOST_BROKEN = 100
"""The most invalid entries to report. Entries after them are not read, and waive nothing."""

_Pair: TypeAlias = tuple[str, str]
"""The id of a rule and the name of a file."""
_Aim: TypeAlias = tuple[str, str, str | None, str | None, str | None]
"""The findings that a waiver accepts: rule, file, part, subject, fingerprint; None means any."""


class Terms(NamedTuple):
    """The terms that waivers must meet: today's date, the known rules and the unwaivable ones."""

    today: date
    rules: Collection[str]
    unwaivable: Collection[str] = ()


class Entry(NamedTuple):
    """A valid waiver that has not expired, and its index in the file's list, from 0."""

    number: int
    aim: _Aim
    waiver: Waiver

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
        self, pair: _Pair, part: str, status: Status, findings: Sequence[Finding]
    ) -> tuple[Status, tuple[Waiver | None, ...]]:
        """Return a rule's status on a document after waivers, and the waiver of each finding.

        INVARIANT: it is `waived` only if every violation is waived and nothing is undecided.
        """
        if pair not in self._decided:
            return status, (None,) * len(findings)
        self._decided[pair] &= status is not Status.ERROR
        self._met.add(pair)
        waivers = tuple(self._waiver(each, part) for each in findings)
        waived = status is Status.FAIL and bool(waivers) and all(waivers)
        return (Status.WAIVED if waived else status), waivers

    def _waiver(self, finding: Finding, part: str) -> Waiver | None:
        """Return the most specific waiver of a finding; an error is never waived."""
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
        """Return the findings about waivers, and the waivers whose pair was not decided."""
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
            message = f"not needed: the waiver in line {line} accepts the same; remove one of them"
        elif entry.aim[-1] is None:
            message = "not needed: the rule finds nothing there; remove the waiver"
        else:
            message = "not needed: what it accepts has changed or is gone; remove the waiver"
        problem = reading.problem(message, _route(entry.number))
        return _finding(self.path, problem, Status.FAIL, "unused", _content(reading, entry.number))


def load(place: str, terms: Terms, limits: Limits, root: Root = AS_GIVEN) -> Waivers:
    """Return the waivers in a file, which may be `git:REF:PATH`.

    Faults are findings of the result, and not exceptions. An entry that is invalid or expired
    waives nothing. A file that cannot be read, or is not a waivers file, has no waivers.
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
            message = f"{broken} waivers before this one are not valid: the rest are not read"
            findings.append(_broken(path, reading.problem(message, _route(index))))
            break
        if wrong := list(faults(data, terms)):
            broken += 1
            content = _content(reading, index)
            findings += [_broken(path, _problem(reading, index, each), content) for each in wrong]
            continue
        expires = date.fromisoformat(data["expires"])
        if expires < terms.today:
            message = f"expired on {expires}: fix what it accepts, or renew the waiver"
            problem = reading.problem(message, (*_route(index), "expires"))
            content = _content(reading, index)
            findings.append(_finding(path, problem, Status.FAIL, "expired", content))
            continue
        optional = map(data.get, ("part", "subject", "fingerprint"))
        aim = (data["rule"], data["document"], *optional)
        entries.append(Entry(index, aim, Waiver(data["reason"], data["owner"], expires)))
    return entries, findings


def faults(data: Json, terms: Terms) -> Iterator[Violation]:
    """Yield the faults of an entry of a waivers file. Having expired is not one of them."""
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
        return f"`{rule}` cannot be waived: fix what it finds"
    if rule not in terms.rules:
        hint = did_you_mean(rule, terms.rules) or ": expected the id of a rule"
        return f"there is no rule {quoted(rule)}{hint}"
    if rule in terms.unwaivable:
        return f"`{rule}` is a rule that may not be waived: fix what it finds"
    return ""


def _expiry_fault(day: str, today: date) -> str:
    try:
        expires = date.fromisoformat(day)
    except ValueError:
        return f"{quoted(day)} is not a date: expected one such as `2027-03-31`"
    if (expires - today).days <= FARTHEST:
        return ""
    last = date.fromordinal(today.toordinal() + FARTHEST)
    return f"{day} is more than {FARTHEST} days ahead: expected {last} at the latest"


@cache
def _shape() -> Schema:
    """Return the schema of a waivers file without that of its entries.

    Entries are checked one by one, so that an invalid one leaves the others in force.
    """
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
    """Return a finding about a waiver.

    An error is critical, so that it comes first in the report; anything else is low.
    """
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
    """Return the findings with unique fingerprints, even if entries of the file are equal."""
    seen: Counter[str] = Counter()
    result = []
    for finding in findings:
        seen[finding.fingerprint] += 1
        again = seen[finding.fingerprint]
        told = finding.fingerprint if again == 1 else digest(finding.fingerprint, again)
        result.append(finding._replace(fingerprint=told))
    return result
