"""Writes and reads what a waived finding rests on, as the text of an entry's `basis`.

With it, a waiver outlives changes that only narrow what it accepts. The text is JSON on one line,
so that people can read the accepted statements, and no YAML reader changes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple, cast

from checker.problems import InputError, Json
from checker.reader import Limits, parse_json, read_bytes
from checker.reader.schema import Schema
from checker.report import Basis, Finding, digest

LONGEST = 100_000
"""The most characters of a text. AWS's own limits for a policy are far below this."""
_LIMITS = Limits(max_bytes=4 * LONGEST)


class Read(NamedTuple):
    """A basis, and the contents of its parts."""

    basis: Basis
    parts: tuple[Json, ...]


def written(finding: Finding, units: Mapping[str, Json]) -> str:
    """Return the basis of a finding as text; empty if it has none, or the text would be too long.

    `units` are the contents of parts by their digests.
    """
    basis = finding.basis
    if basis is None or not basis.units or not all(each in units for each in basis.units):
        return ""
    data: dict[str, Json] = {
        "requirement": basis.requirement,
        "points": basis.points,
        "parts": [units[each] for each in basis.units],
    }
    if basis.again > 1:
        data["again"] = basis.again
    text = json.dumps(data, separators=(",", ":"))
    return text if len(text) <= LONGEST else ""


def read(text: str) -> Read | None:
    """Return the basis that a text says; None if the text is not one."""
    try:
        data = parse_json(read_bytes("basis", text.encode(), _LIMITS), _LIMITS).data
    except (InputError, UnicodeEncodeError):
        return None
    if not _schema().accepts(data):
        return None
    found = cast("Any", data)
    parts = {digest(each): each for each in sorted(found["parts"], key=digest)}
    again = found.get("again", 1)
    basis = Basis(found["requirement"], found["points"], tuple(parts), again)
    return Read(basis, tuple(parts.values()))


@cache
def _schema() -> Schema:
    return Schema(
        cast("Any", Schema.bundled("waivers/waivers.schema.json").source)["$defs"]["basis"]
    )
