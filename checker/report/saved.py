"""Reads a JSON report of an earlier run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from itertools import islice
from typing import Any, cast

from checker.problems import InputError, Location, Problem
from checker.reader import AS_GIVEN, Limits, Reading, Root, parse_json, read_named
from checker.reader.schema import Schema
from checker.report import (
    FINGERPRINTS,
    Basis,
    CheckedDocument,
    Exit,
    Finding,
    Input,
    Judged,
    Place,
    RuleText,
    Saved,
    Severity,
    Status,
    Waiver,
    digest,
    fingerprint,
)

VERSION = 1
"""The only version of the JSON report that can be read."""
_CHANGED = "this {} does not belong to its digest, so it was changed: create the report again"
_AGAIN = "create the report again"
_MOST = 100
"""The most changes by hand that are listed."""
LIMITS = Limits(max_bytes=256 * 1024 * 1024)
"""A report takes about 1 KB for each finding and 50 bytes for each part that it rests on, and a
baseline may have many. 100 MiB take 10 s."""


def load(place: str, root: Root = AS_GIVEN, limits: Limits = LIMITS) -> Saved:
    """Return the JSON report at a path or at `git:REF:PATH`.

    Raises InputError if the file is not a JSON report of this tool in the known version.
    """
    reading = parse_json(read_named(place, limits, root), limits)
    source, data = reading.source, cast("Any", reading.data)
    version = data.get("version") if isinstance(data, dict) and "findings" in data else None
    if version is None:
        message = "not a JSON report of policy-check: create one with `-o json=FILE`"
        raise InputError(Problem(source.path, message))
    if version != VERSION:
        message = f"the version of the report is not {VERSION}: create the report again"
        raise InputError(reading.problem(message, ("version",)))
    if problems := _schema().problems(reading):
        raise InputError(*problems)
    try:
        findings = tuple(_findings(data))
    except ValueError as error:
        raise InputError(Problem(source.path, f"not a date in a waiver: {error}")) from error
    if problems := tuple(islice(_mismatches(reading, data, findings), _MOST)):
        raise InputError(*problems)
    return Saved(
        Input(source.path, source.sha256),
        frozenset(rule["id"] for rule in data["rules"]),
        data["summary"]["documents"],
        findings,
        _decided(data["summary"], findings),
        data.get("fingerprints", 1),
        tuple(
            CheckedDocument(each["path"], each["part"], each["kind"], each["sha256"], ())
            for each in data.get("documents", ())
        ),
        data.get("parts", {}),
    )


def usable(place: str, root: Root = AS_GIVEN, advice: str = _AGAIN) -> Saved:
    """Return a report as `load` does, if its fingerprints are of the current version.

    Raises InputError, with `advice` on what to do, if they are not.
    """
    found = load(place, root)
    if found.fingerprints != FINGERPRINTS:
        message = (
            f"its fingerprints are of version {found.fingerprints}, and those of today of version "
            f"{FINGERPRINTS}: {advice}"
        )
        raise InputError(Problem(found.input.path, message))
    return found


def refuse_unlike(old: Saved, new: Saved) -> None:
    """Raise InputError if two reports have fingerprints of different versions."""
    if old.fingerprints != new.fingerprints:
        versions = f"{old.fingerprints} and {new.fingerprints}"
        message = f"the fingerprints are of versions {versions}: create the older report again"
        raise InputError(Problem(min(old, new, key=_version).input.path, message))


def _version(report: Saved) -> int:
    return report.fingerprints


def _mismatches(
    reading: Reading, data: dict[str, Any], findings: Sequence[Judged]
) -> Iterator[Problem]:
    """Yield what in a report was changed by hand, so that it would accept something else.

    INVARIANT: a finding stands for nothing but what its fingerprint is made of.
    """
    for name, part in data.get("parts", {}).items():
        if digest(part) != name:
            yield reading.problem(_CHANGED.format("part"), ("parts", name))
    for index, each in enumerate(findings):
        found = each.finding
        if found.basis and found.fingerprint != fingerprint(
            found.rule, found.file, found.part, found.basis
        ):
            route = ("findings", index, "fingerprint")
            yield reading.problem(_CHANGED.format("finding"), route)


def _decided(summary: dict[str, Any], findings: tuple[Judged, ...]) -> bool:
    undecided = summary["error"] or any(each.status is Status.ERROR for each in findings)
    return not undecided and summary["exit_code"] in (Exit.OK, Exit.VIOLATIONS)


@cache
def _schema() -> Schema:
    return Schema.bundled("report/report.schema.json")


def _findings(data: dict[str, Any]) -> Iterator[Judged]:
    titles = {rule["id"]: rule["title"] for rule in data["rules"]}
    for each in data["findings"]:
        status = Status(each["status"])
        waiver = _waiver(each.get("waiver")) if status is Status.WAIVED else None
        finding = Finding(
            rule=each["rule"],
            severity=Severity.of(each["severity"]),
            status=Status.FAIL if waiver else status,
            file=each["document"],
            part=each.get("part", ""),
            kind=each["kind"],
            subject=each["subject"],
            place=_place(each["location"]),
            related=tuple(map(_place, each["related"])),
            message=each["message"],
            fingerprint=each["fingerprint"],
            basis=_basis(each.get("basis")),
        )
        text = RuleText(titles.get(each["rule"], ""), each["remediation"])
        names = ("narrows", "moved_from", "implied_by")
        more = [each.get(name) or "" for name in names]
        yield Judged(finding, text, waiver, each.get("known", False), *more)


def _basis(data: dict[str, Any] | None) -> Basis | None:
    if data is None:
        return None
    units = tuple(sorted(data["parts"]))
    return Basis(data["requirement"], data["points"], units, data["again"])


def _place(data: dict[str, Any] | None) -> Place:
    if data is None:
        return Place("")
    location = Location(data["line"], data["column"], data["end_line"], data["end_column"])
    return Place(data["pointer"], location, file_pointer=data.get("file_pointer", ""))


def _waiver(data: dict[str, Any] | None) -> Waiver | None:
    if data is None:
        return None
    return Waiver(data["reason"], data["owner"], date.fromisoformat(data["expires"]))
