"""Reads a JSON report of an earlier run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, cast

from checker.problems import InputError, Location, Problem
from checker.reader import AS_GIVEN, Limits, Root, parse_json, read_named
from checker.reader.schema import Schema
from checker.report import (
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
)

VERSION = 1
"""The only version of the JSON report that can be read."""
LIMITS = Limits(max_bytes=256 * 1024 * 1024)
"""A report takes about 1 KB for each finding, and a baseline may have many. 100 MiB take 10 s."""


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
    return Saved(
        Input(source.path, source.sha256),
        frozenset(rule["id"] for rule in data["rules"]),
        data["summary"]["documents"],
        findings,
        _decided(data["summary"], findings),
    )


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
        )
        text = RuleText(titles.get(each["rule"], ""), each["remediation"])
        yield Judged(finding, text, waiver, each.get("known", False))


def _place(data: dict[str, Any] | None) -> Place:
    if data is None:
        return Place("")
    location = Location(data["line"], data["column"], data["end_line"], data["end_column"])
    return Place(data["pointer"], location, file_pointer=data.get("file_pointer", ""))


def _waiver(data: dict[str, Any] | None) -> Waiver | None:
    if data is None:
        return None
    return Waiver(data["reason"], data["owner"], date.fromisoformat(data["expires"]))
