"""Reads the entries of a waivers file, and says what is wrong with each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, NamedTuple, cast

from checker.messages import did_you_mean, quoted
from checker.problems import InputError, Json
from checker.reader import AS_GIVEN, Limits, Reading, Root, parse_yaml, read_named
from checker.reader.schema import Schema, Violation
from checker.report import (
    DOCUMENT_RULE,
    FINGERPRINTS,
    WAIVER_RULE,
    Accepted,
    Finding,
    Input,
    Status,
    Waiver,
    fingerprint,
)
from checker.waivers import basis
from checker.waivers.apply import Entry, Waivers
from checker.waivers.told import broken, content_of, finding, listed, problem_of, route_of

SCHEMA = "waivers.schema.json"
"""The file name of the JSON Schema, which is in the same directory as this module."""
VERSION_KEY = "fingerprints"
"""The key of a waivers file that holds the version of its fingerprints."""
FARTHEST = 400
"""The most days from today to the end of a waiver: a year, and a month to renew it."""
_MOST_BROKEN = 100
"""The most invalid entries to report. Entries after them are not read, and waive nothing."""


class Terms(NamedTuple):
    """The terms that waivers must meet: today's date, the known rules and the unwaivable ones."""

    today: date
    rules: Collection[str]
    unwaivable: Collection[str] = ()


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
        problems = shape().problems(reading)
    except InputError as error:
        problems = error.problems
    if problems:
        return Waivers(path, given, findings=[broken(path, each) for each in problems])
    former = _former(path, reading)
    entries, findings = _entries(path, reading, terms)
    if former:
        entries = [each for each in entries if each.aim[-1] is None]
        findings.insert(0, former)
    return Waivers(path, given, entries, findings, reading, root.lacks)


def _former(path: str, reading: Reading) -> Finding | None:
    """Return the error about a file with fingerprints of an older version; None if it has none.

    INVARIANT: such a fingerprint accepts nothing. All of them together are one error.
    """
    version = cast("Any", reading.data).get(VERSION_KEY, 1)
    bound = [
        index
        for index, each in enumerate(listed(reading))
        if isinstance(each, dict) and isinstance(each.get("fingerprint"), str)
    ]
    if version == FINGERPRINTS or not bound:
        return None
    number = f"{len(bound):,} waiver{'' if len(bound) == 1 else 's'}"
    message = (
        f"fingerprints of version {version} accept nothing any more ({number}): rewrite them once "
        "by `policy-check waive --migrate`, with the same rules, policies and waivers file"
    )
    problem = reading.problem(message, (*route_of(bound[0]), "fingerprint"))
    return broken(path, problem, "former")


def _entries(path: str, reading: Reading, terms: Terms) -> tuple[list[Entry], list[Finding]]:
    entries: list[Entry] = []
    findings: list[Finding] = []
    faulty = 0
    for index, data in enumerate(listed(reading)):
        if faulty == _MOST_BROKEN:
            message = f"{faulty} waivers before this one are not valid: the rest are not read"
            findings.append(broken(path, reading.problem(message, route_of(index))))
            break
        if wrong := list(faults(data, terms)):
            faulty += 1
            content = content_of(reading, index)
            findings += [broken(path, problem_of(reading, index, each), content) for each in wrong]
            continue
        expires = date.fromisoformat(data["expires"])
        if expires < terms.today:
            message = f"expired on {expires}: fix what it accepts, or renew the waiver"
            problem = reading.problem(message, (*route_of(index), "expires"))
            content = content_of(reading, index)
            findings.append(finding(path, problem, Status.FAIL, "expired", content))
            continue
        optional = map(data.get, ("part", "subject", "fingerprint"))
        aim = (data["rule"], data["document"], *optional)
        waiver = Waiver(data["reason"], data["owner"], expires)
        entries.append(Entry(index, aim, waiver, _accepted(data)))
    return entries, findings


def _accepted(data: Mapping[str, str]) -> Accepted | None:
    """Return what a valid entry accepts, if it says on what the verdict rested."""
    found = basis.read(data["basis"]) if "basis" in data else None
    if found is None:
        return None
    return Accepted(
        data["rule"],
        data["document"],
        data.get("part", ""),
        data.get("subject"),
        data["fingerprint"],
        found.basis,
        found.parts,
    )


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
    if message := _basis_fault(entry):
        yield Violation(("basis",), message)


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


def _basis_fault(entry: Mapping[str, str]) -> str:
    """Return what is wrong with the basis of an entry.

    INVARIANT: a basis counts only with the fingerprint that it has; nothing else may be accepted.
    """
    if "basis" not in entry:
        return ""
    found = basis.read(entry["basis"])
    if found is None:
        return "this is not the basis of a finding: `policy-check waive` writes it"
    own = fingerprint(entry["rule"], entry["document"], entry.get("part", ""), found.basis)
    if own == entry.get("fingerprint"):
        return ""
    return (
        "it does not belong to the fingerprint, rule, document and part of this waiver: remove "
        "both, and run `policy-check waive` again"
    )


@cache
def shape() -> Schema:
    """Return the schema of a waivers file without that of its entries.

    Entries are checked one by one, so that an invalid one leaves the others in force.
    """
    whole = Schema.bundled(f"waivers/{SCHEMA}").source
    of_file = cast("Any", whole)["properties"]
    return Schema({**whole, "properties": {**of_file, "waivers": {"type": "array"}}})


@cache
def _entry() -> Schema:
    return Schema(cast("Any", Schema.bundled(f"waivers/{SCHEMA}").source)["$defs"]["waiver"])
