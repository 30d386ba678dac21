"""Rewrites the fingerprints of version 1 in a waivers file; the rest of its text stays."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from checker.output import write_file
from checker.problems import InputError, Json, Problem
from checker.reader import Limits, Reading, parse_yaml, read_file
from checker.report import FINGERPRINTS, Finding
from checker.waivers import basis
from checker.waivers.entries import VERSION_KEY, shape
from checker.waivers.told import listed, route_of
from checker.waivers.write import holds, marked, quoted_once, versioned


class Run(NamedTuple):
    """What a run without waivers found, with the fingerprints of version 1."""

    findings: Sequence[Finding]
    units: Mapping[str, Json]
    """The parts of documents that violations rest on, by their digests."""
    can_tell: Callable[[str, str], bool]
    """Returns whether the run says all there is to find by a rule in a file."""


class Migrated(NamedTuple):
    """The number of waivers that were rewritten, and problems about those that have lapsed."""

    number: int
    lapsed: tuple[Problem, ...]


class _New(NamedTuple):
    """A waiver's fingerprint of today, and the text of its basis, which may be empty."""

    fingerprint: str
    basis: str


def migrate(path: str, run: Run, limits: Limits) -> Migrated:
    """Rewrite a waivers file.

    A waiver that accepts nothing today keeps its fingerprint, and accepts nothing hereafter. Raises
    InputError if the file is not a waivers file, cannot be rewritten, or has a waiver of which the
    run cannot tell whether it is still needed; and OutputError if it cannot be written.
    """
    source = read_file(path, limits)
    reading = parse_yaml(source, limits)
    if problems := shape().problems(reading):
        raise InputError(*problems)
    if cast("Any", reading.data).get(VERSION_KEY) == FINGERPRINTS:
        return Migrated(0, ())
    bound = [index for index, each in enumerate(listed(reading)) if _is_bound(each)]
    new = {index: _renewed(listed(reading)[index], run) for index in bound}
    lost = [index for index in bound if new[index] is None]
    _refuse(reading, lost, run)
    renewed = {index: each for index, each in new.items() if each is not None}
    if bound and not renewed:
        message = (
            "none of these waivers accepts anything today: name the same rules and policies as in "
            "a check, in the same repository, or remove them"
        )
        raise InputError(reading.problem(message, ("waivers",)))
    text = marked(source, versioned(reading, _rewritten(reading, renewed)))
    wanted = [{**each, **_fields(renewed.get(index))} for index, each in enumerate(listed(reading))]
    if not holds(text, wanted, path, limits):
        message = "this file cannot be rewritten: write its waivers with dashes, one key a line"
        raise InputError(reading.problem(message, ("waivers",)))
    write_file(Path(os.path.realpath(path)), [text])  # keeps a symbolic link to the file
    message = "what it accepts has changed or is gone: remove the waiver"
    return Migrated(len(renewed), tuple(reading.problem(message, route_of(each)) for each in lost))


def _is_bound(entry: Any) -> bool:
    keys = ("rule", "document", "fingerprint")
    return isinstance(entry, dict) and all(isinstance(entry.get(key), str) for key in keys)


def _renewed(entry: Mapping[str, str], run: Run) -> _New | None:
    """Return today's fingerprint of what an entry accepts; None if that is not there any more."""
    for each in run.findings:
        if (
            (each.rule, each.file) == (entry["rule"], entry["document"])
            and entry["fingerprint"] in (each.former, each.fingerprint)
            and entry.get("part", each.part) == each.part
            and entry.get("subject", each.subject) == each.subject
        ):
            # Without the part of its document, a basis would not belong to the fingerprint.
            whole = "part" in entry or not each.part
            return _New(each.fingerprint, basis.written(each, run.units) if whole else "")
    return None


def _refuse(reading: Reading, lost: Sequence[int], run: Run) -> None:
    """Raise InputError for waivers of which the run cannot tell whether they are needed."""
    message = (
        "this waiver cannot be rewritten, as its rule was not decided on its document: name the "
        "same rules and policies as in a check, or remove the waiver"
    )
    unclear = [
        index
        for index in lost
        if not run.can_tell(listed(reading)[index]["rule"], listed(reading)[index]["document"])
    ]
    if unclear:
        raise InputError(*(reading.problem(message, route_of(index)) for index in unclear))


def _fields(new: _New | None) -> dict[str, str]:
    """Return the keys of an entry that are new."""
    if new is None:
        return {}
    return {"fingerprint": new.fingerprint, **({"basis": new.basis} if new.basis else {})}


def _rewritten(reading: Reading, renewed: Mapping[int, _New]) -> str:
    """Return the text with other fingerprints, each followed by its basis."""
    lines = reading.source.text.split("\n")
    for index in sorted(renewed, reverse=True):  # lines that are added move what is below
        new, route = renewed[index], (*route_of(index), "fingerprint")
        place = reading.locate(route)
        before, line = place.line - 1, lines[place.line - 1]
        fields = [f'"{new.fingerprint}"']
        at, of_entry = reading.locate(route, key=True), reading.locate(route_of(index))
        is_flow = lines[of_entry.line - 1][of_entry.column - 1 : of_entry.column] == "{"
        if new.basis and is_flow:
            fields.append(f"basis: {quoted_once(new.basis)}")
        lines[before] = line[: place.column - 1] + ", ".join(fields) + line[place.end_column - 1 :]
        if new.basis and not is_flow:
            end = "\r" if line.endswith("\r") else ""
            added = f"{' ' * (at.column - 1)}basis: {quoted_once(new.basis)}{end}"
            lines.insert(before + 1, added)
    return "\n".join(lines)


def lines_of(lapsed: Sequence[Problem]) -> Iterator[str]:
    """Yield a line for each waiver that has lapsed."""
    for each in lapsed:
        line = f":{each.location.line}" if each.location else ""
        yield f"{each.path}{line}  {each.message}"
