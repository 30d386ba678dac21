"""Writes waivers for findings of a report into a file of waivers."""

from __future__ import annotations

import codecs
import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, cast

from checker.messages import visible
from checker.output import write_file
from checker.problems import InputError, Json, Problem, Source
from checker.reader import Limits, Reading, parse_yaml, read_bytes, read_file
from checker.report import WAIVER_RULE, Input, Judged, Report, Status, Waiver
from checker.waivers import Terms, faults

Entry: TypeAlias = Mapping[str, str]
"""One entry of a waivers file, as it is written there."""

_HEADER = (
    "# Findings that are accepted: why, who answers for it, and the last day that it counts.\n"
)
_INDENT = 2
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./,-]*(?: [A-Za-z0-9_./,-]+)*|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""What some reader of YAML takes for another value than its text."""


class Addition(NamedTuple):
    """An entry to write, and where what it is for stands now, as a JSON Pointer: a comment."""

    entry: Entry
    pointer: str


class Wanted(NamedTuple):
    """Which findings to accept, of one rule and document, and why; None is any."""

    rule: str
    document: str
    """The name of a file."""
    part: str | None
    subject: str | None
    fingerprint: str | None
    waiver: Waiver

    def addition(self, finding: Judged) -> Addition:
        """Return what to write for one finding; the entry holds as long as what was found does."""
        entry = self._entry(finding.part or None, finding.fingerprint)
        return Addition(entry, finding.place.pointer)

    def _entry(self, part: str | None, fingerprint: str | None) -> Entry:
        given = {
            "rule": self.rule,
            "document": self.document,
            "part": part,
            "subject": self.subject,
            "fingerprint": fingerprint,
            "reason": self.waiver.reason,
            "owner": self.waiver.owner,
            "expires": self.waiver.expires.isoformat(),
        }
        return {key: text for key, text in given.items() if text is not None}

    def refuse(self, terms: Terms) -> None:
        """Raise InputError where no waiver can say what is wanted."""
        entry = self._entry(self.part, self.fingerprint)
        for key, text in entry.items():
            if not text.isascii() and text != text.encode("utf-8", "replace").decode("utf-8"):
                raise InputError(Problem(f"--{key}", "expected text in UTF-8"))
        if found := [
            Problem("".join(f"--{key}" for key in each.route), each.message)
            for each in faults(cast("Json", entry), terms)
        ]:
            raise InputError(*found)
        if self.waiver.expires < terms.today:
            message = f"{self.waiver.expires} is past: expected {terms.today} or later"
            raise InputError(Problem("--expires", message))

    def _matches(self, finding: Judged) -> bool:
        return (
            (finding.rule, finding.file) == (self.rule, self.document)
            and self.part in (None, finding.part)
            and self.subject in (None, finding.subject)
            and self.fingerprint in (None, finding.fingerprint)
        )

    def among(self, report: Report) -> list[Judged]:
        """Return the violations to accept; there may be none.

        Raises InputError where a waiver would not do, or is there already.
        """
        _refuse_broken(report)
        rules = {rule.id for rule in report.rules}
        if self.rule in {*report.disabled, *report.left_out} - rules:
            message = f"`{self.rule}` is not run: it is disabled, or the profile leaves it out"
            raise InputError(Problem("--rule", message))
        fixed = {rule.id for rule in report.rules if not rule.waivable}
        self.refuse(Terms(report.today, rules, fixed))
        matching = [finding for finding in report.findings if self._matches(finding)]
        failed = [finding for finding in matching if finding.status is Status.FAIL]
        if matching and not failed:
            raise InputError(*map(_why_not, matching))
        return failed


def _refuse_broken(report: Report) -> None:
    """Raise InputError where the file that waivers are added to has faults."""
    broken = [
        Problem(each.file, each.message, each.place.location, each.place.excerpt)
        for each in report.findings
        if each.rule == WAIVER_RULE and each.status is Status.ERROR
    ]
    if broken:
        raise InputError(*broken)


def _why_not(finding: Judged) -> Problem:
    message = "this could not be decided, and only what was decided can be waived"
    if finding.waiver:
        message = f"this is waived already, until {finding.waiver.expires}"
    place = finding.place
    return Problem(finding.file, f"{message}: {finding.rule}", place.location, place.excerpt)


def create(path: str, additions: Sequence[Addition], limits: Limits, schema: str = "") -> None:
    """Make a file of waivers; `schema` is where an editor finds its JSON Schema, if it does.

    Raises OutputError, and InputError where what was written is read as anything else.
    """
    _write(path, created(additions, schema), [], additions, limits)


def add(path: str, read: Input, additions: Sequence[Addition], limits: Limits) -> None:
    """Add entries to a file of waivers, which is the one that was read for the check.

    Raises OutputError, and InputError where they cannot be added, or something else is read after.
    """
    source = read_file(path, limits)
    if source.sha256 != read.sha256:
        raise InputError(Problem(path, "it has changed since the check began: try again"))
    before = _listed(source, limits) or []
    _write(path, appended(source, additions, limits), before, additions, limits)


def _write(
    path: str, text: str, before: list[Json], additions: Sequence[Addition], limits: Limits
) -> None:
    write_file(Path(os.path.realpath(path)), [text])  # a link to it stays one
    if _listed(read_file(path, limits), limits) != [*before, *(each.entry for each in additions)]:
        raise InputError(Problem(path, "it does not hold what was written: look at it"))


def created(additions: Sequence[Addition], schema: str) -> str:
    """Return the text of a new file, with a line about its schema if there is one."""
    line = f"# yaml-language-server: $schema={schema}\n" if schema else ""
    return f"{line}{_HEADER}waivers:\n{''.join(_written(additions, _INDENT))}"


def appended(source: Source, additions: Sequence[Addition], limits: Limits) -> str:
    """Return a file's text with more entries at its end, and else as it stands.

    Raises InputError where they would not become the last ones of its list.
    """
    reading = parse_yaml(source, limits)
    text, indent = _opened(reading)
    if hashlib.sha256(source.text.encode()).hexdigest() != source.sha256:
        text = codecs.BOM_UTF8.decode() + text  # the one thing that reading takes away
    end = "\r\n" if "\r\n" in text else "\n"
    if text and not text.endswith("\n"):
        text += end
    text += "".join(_written(additions, indent)).replace("\n", end)
    try:
        found = _listed(read_bytes(source.path, text.encode(), limits), limits)
    except InputError:
        found = None
    if found != [*cast("Any", reading.data)["waivers"], *(each.entry for each in additions)]:
        message = "no entry can be added at the end as it is written: write the list with dashes"
        raise InputError(reading.problem(message, ("waivers",)))
    return text


def _listed(source: Source, limits: Limits) -> list[Json] | None:
    """Return the entries of a file, valid or not; raises InputError where it is no YAML."""
    data = parse_yaml(source, limits).data
    found = data.get("waivers") if isinstance(data, dict) else None
    return found if isinstance(found, list) else None


def _opened(reading: Reading) -> tuple[str, int]:
    """Return the text of a file, whose list may go on at its end, and how far it is indented.

    The brackets of an empty list go; its entries follow in lines of their own.
    """
    text = reading.source.text
    place = reading.locate(("waivers",))
    if cast("Any", reading.data)["waivers"]:
        return text, place.column - 1
    lines = text.split("\n")
    line = lines[place.line - 1]
    if place.line == place.end_line:
        lines[place.line - 1] = line[: place.column - 1].rstrip() + line[place.end_column - 1 :]
    return "\n".join(lines), _INDENT


def _written(additions: Sequence[Addition], indent: int) -> Iterator[str]:
    for entry, pointer in additions:
        mark = "- "
        for key, text in entry.items():
            comment = f"  # {visible(pointer)}" if key == "fingerprint" and pointer else ""
            yield f"{' ' * indent}{mark}{key}: {_scalar(text)}{comment}\n"
            mark = "  "


def _scalar(text: str) -> str:
    """Return text as a YAML scalar on one line: plain where no reader could take it otherwise.

    https://yaml.org/spec/1.2.2/#731-double-quoted-style
    """
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    if character == "\n":
        return "\\n"
    return f"\\U{ord(character):08x}"
