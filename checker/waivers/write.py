"""Writes waivers for the findings of a report to a waivers file."""

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
from checker.report import FINGERPRINTS, WAIVER_RULE, Input, Judged, Report, Status, Waiver
from checker.waivers import Terms, basis, faults
from checker.waivers.entries import VERSION_KEY

Entry: TypeAlias = Mapping[str, str]
"""One entry of a waivers file, as keys and texts."""

_HEADER = "# Findings that are accepted: why, who is responsible, and the last day of the waiver.\n"
_VERSION = f"{VERSION_KEY}: {FINGERPRINTS}\n"
_INDENT = 2
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./,-]*(?: [A-Za-z0-9_./,-]+)*|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""Words that some YAML readers take for a boolean or null."""


class Addition(NamedTuple):
    """An entry to write, and the JSON Pointer of its finding, which becomes a comment."""

    entry: Entry
    pointer: str


class Wanted(NamedTuple):
    """The findings to accept, all of one rule and file, and the waiver for them; None is any."""

    rule: str
    document: str
    """The name of a file."""
    part: str | None
    subject: str | None
    fingerprint: str | None
    waiver: Waiver

    def addition(self, finding: Judged, units: Mapping[str, Json]) -> Addition:
        """Return the entry for one finding; it has the fingerprint, so it accepts nothing wider.

        `units` are the parts of documents that violations rest on, by their digests.
        """
        rest = basis.written(finding.finding, units)
        entry = self._entry(finding.part or None, finding.fingerprint, rest or None)
        return Addition(entry, finding.place.pointer)

    def _entry(self, part: str | None, fingerprint: str | None, rest: str | None = None) -> Entry:
        given = {
            "rule": self.rule,
            "document": self.document,
            "part": part,
            "subject": self.subject,
            "fingerprint": fingerprint,
            "basis": rest,
            "reason": self.waiver.reason,
            "owner": self.waiver.owner,
            "expires": self.waiver.expires.isoformat(),
        }
        return {key: text for key, text in given.items() if text is not None}

    def refuse(self, terms: Terms) -> None:
        """Raise InputError if the wanted waiver would not be valid."""
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
            message = f"{self.waiver.expires} is in the past: expected {terms.today} or later"
            raise InputError(Problem("--expires", message))

    def _matches(self, finding: Judged) -> bool:
        return (
            (finding.rule, finding.file) == (self.rule, self.document)
            and self.part in (None, finding.part)
            and self.subject in (None, finding.subject)
            and self.fingerprint in (None, finding.fingerprint)
        )

    def among(self, report: Report) -> list[Judged]:
        """Return the violations in a report to accept; there may be none.

        Raises InputError if the waivers file has faults, the rule is not run or cannot be waived,
        or all matching findings are undecided or waived already.
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
    """Raise InputError if the waivers file of the report has faults."""
    broken = [
        Problem(each.file, each.message, each.place.location, each.place.excerpt)
        for each in report.findings
        if each.rule == WAIVER_RULE and each.status is Status.ERROR
    ]
    if broken:
        raise InputError(*broken)


def _why_not(finding: Judged) -> Problem:
    message = "this could not be decided, so it cannot be waived"
    if finding.waiver:
        message = f"this is already waived until {finding.waiver.expires}"
    place = finding.place
    return Problem(finding.file, f"{message}: {finding.rule}", place.location, place.excerpt)


def create(path: str, additions: Sequence[Addition], limits: Limits, schema: str = "") -> None:
    """Create a waivers file.

    `schema` is the path of the JSON Schema for editors, relative to the file; it may be empty.
    Raises OutputError if the file cannot be written, and InputError if reading it again gives
    other entries.
    """
    _write(path, created(additions, schema), [], additions, limits)


def add(path: str, read: Input, additions: Sequence[Addition], limits: Limits) -> None:
    """Add entries to the waivers file that the check read.

    `read` has the file's digest at that time. Raises OutputError if the file cannot be written, and
    InputError if it has changed since, entries cannot be added to it, or reading it again gives
    other entries.
    """
    source = read_file(path, limits)
    if source.sha256 != read.sha256:
        raise InputError(Problem(path, "the file has changed since the check began: try again"))
    before = _listed(source, limits) or []
    _write(path, appended(source, additions, limits), before, additions, limits)


def _write(
    path: str, text: str, before: list[Json], additions: Sequence[Addition], limits: Limits
) -> None:
    write_file(Path(os.path.realpath(path)), [text])  # keeps a symbolic link to the file
    if _listed(read_file(path, limits), limits) != [*before, *(each.entry for each in additions)]:
        raise InputError(Problem(path, "the file does not hold what was written: check it"))


def created(additions: Sequence[Addition], schema: str) -> str:
    """Return the text of a new file, with a comment about its schema if `schema` is not empty."""
    line = f"# yaml-language-server: $schema={schema}\n" if schema else ""
    entries = "".join(_written(additions, _INDENT))
    return f"{line}{_HEADER}{_VERSION}waivers:\n{entries}"


def marked(source: Source, text: str) -> str:
    """Return a text with the byte order mark that reading took off its file, if it has one."""
    same = hashlib.sha256(source.text.encode()).hexdigest() == source.sha256
    return text if same else codecs.BOM_UTF8.decode() + text


def appended(source: Source, additions: Sequence[Addition], limits: Limits) -> str:
    """Return a file's text with entries added at its end; the rest of the text is unchanged.

    Raises InputError if a reader of the text would not find the entries at the end of the list.
    """
    reading = parse_yaml(source, limits)
    text, indent = _opened(reading)
    if any("fingerprint" in each.entry for each in additions):
        text = versioned(reading, text)
    text = marked(source, text)
    end = "\r\n" if "\r\n" in text else "\n"
    if text and not text.endswith("\n"):
        text += end
    text += "".join(_written(additions, indent)).replace("\n", end)
    wanted = [*cast("Any", reading.data)["waivers"], *(each.entry for each in additions)]
    if not holds(text, wanted, source.path, limits):
        message = (
            f"no entry can be added at the end of this list: write its entries with dashes, and "
            f"`{_VERSION.strip()}` in a line above `waivers:`"
        )
        raise InputError(reading.problem(message, ("waivers",)))
    return text


def versioned(reading: Reading, text: str) -> str:
    """Return the text of a file, with the version of fingerprints in a line above the entries.

    The text may differ from that of the reading, but not in its number of lines.
    """
    place = reading.locate(("waivers",), key=True)
    version = cast("Any", reading.data).get(VERSION_KEY)
    if version == FINGERPRINTS or place.column != 1:
        return text
    lines = text.split("\n")
    end = "\r" if "\r\n" in text else ""
    if version is None:
        lines.insert(place.line - 1, _VERSION.strip() + end)
    else:
        lines[reading.locate((VERSION_KEY,), key=True).line - 1] = _VERSION.strip() + end
    return "\n".join(lines)


def holds(text: str, entries: Sequence[Json], path: str, limits: Limits) -> bool:
    """Say whether a reader finds the entries in a text, and none with an older fingerprint."""
    try:
        data = cast("Any", parse_yaml(read_bytes(path, text.encode(), limits), limits).data)
    except InputError:
        return False
    is_bound = any(isinstance(each, dict) and "fingerprint" in each for each in entries)
    found = data.get("waivers") if isinstance(data, dict) else None
    return found == list(entries) and (data.get(VERSION_KEY) == FINGERPRINTS or not is_bound)


def _listed(source: Source, limits: Limits) -> list[Json] | None:
    """Return the entries of a file, valid or not; None if it has no list of them.

    Raises InputError if the file is not valid YAML.
    """
    data = parse_yaml(source, limits).data
    found = data.get("waivers") if isinstance(data, dict) else None
    return found if isinstance(found, list) else None


def _opened(reading: Reading) -> tuple[str, int]:
    """Return the text to which entries can be added, and the indent (in spaces) of its list.

    The brackets of an empty list are removed, so that its entries can follow on lines of their own.
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
            value = _QUOTED.get(key, _scalar)(text)
            yield f"{' ' * indent}{mark}{key}: {value}{comment}\n"
            mark = "  "


def quoted_once(text: str) -> str:
    """Return printable text as a YAML scalar on one line, in single quotes.

    https://yaml.org/spec/1.2.2/#732-single-quoted-style
    """
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _quoted(text: str) -> str:
    """Return text as a YAML scalar on one line, in double quotes.

    https://yaml.org/spec/1.2.2/#731-double-quoted-style
    """
    return f'"{"".join(map(_escaped, text))}"'


_QUOTED = {"basis": quoted_once, "fingerprint": _quoted}
"""How texts of some keys are written; those of other keys as `_scalar` does."""


def _scalar(text: str) -> str:
    """Return text as a YAML scalar on one line, in double quotes unless it is safe without."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return _quoted(text)


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    if character == "\n":
        return "\\n"
    return f"\\U{ord(character):08x}"
