"""A string as a document spells it, and a place in its value: the place in the spelling.

In every style each character that is neither blank nor escaped spells itself, in order; the
styles differ in their escapes and in what becomes of blanks (spaces, tabs, line breaks):
https://yaml.org/spec/1.2.2/#chapter-7-flow-style-productions and #chapter-8.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple, Self

_BLANKS = r"|[ \t\r\n]++"
_UNITS = {
    '"': re.compile(
        r"\\\r?\n[ \t\r\n]*+"
        r"|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\x..|\\u.{4}|\\U.{8}|\\.|[^\\ \t\r\n]" + _BLANKS,
        re.DOTALL,
    ),
    "'": re.compile(r"''|[^ \t\r\n]" + _BLANKS),
}
_PLAIN_UNITS = re.compile(r"[^ \t\r\n]" + _BLANKS)
_SOLID = re.compile(r"[^ \t\r\n]")


def offset_in_scalar(raw: str, value: str, line: int, column: int) -> int:
    """Return the offset in `raw` of what spells a character of `value`.

    `raw` is the scalar from its first character (a quote, `|`, `>` or text) to its end. The
    line and column count from 1 in the value, in which only line feeds end lines; a place
    beyond a line's end means that end, and one at the value's end means what follows it.
    """
    lines = value.split("\n")
    if line > len(lines):
        index = len(value)
    else:
        index = sum(len(before) + 1 for before in lines[: line - 1])
        index += min(column - 1, len(lines[line - 1]))
    style = raw[:1]
    if style in {"|", ">"}:
        return _in_block(raw, value, index)
    if style in _UNITS:
        return 1 + _in_flow(raw[1:-1], _UNITS[style], index)
    return _in_flow(raw, _PLAIN_UNITS, index)


def _in_flow(inner: str, units: re.Pattern[str], index: int) -> int:
    offsets = _flow_offsets(inner, units)
    return offsets[index] if index < len(offsets) else len(inner)


def _flow_offsets(inner: str, units: re.Pattern[str]) -> list[int]:
    """Return for each character of a flow scalar's value where it is spelled."""
    offsets: list[int] = []
    for unit in units.finditer(inner):
        start, text = unit.start(), unit.group()
        breaks = [start + place for place, character in enumerate(text) if character == "\n"]
        if breaks and text[0] == "\\":
            offsets.extend(breaks[1:])
        elif breaks:
            offsets.extend(breaks[1:] or breaks)
        elif text[0] in " \t":
            offsets.extend(range(start, unit.end()))
        else:
            offsets.append(start)
    return offsets


def _in_block(raw: str, value: str, index: int) -> int:
    """Return where a block scalar spells character `index`, by counting the solid ones.

    A blank stands as far before the next solid character of its line as it does in the
    value, unless lines were folded there; otherwise as far behind the last solid character.
    """
    before = len(_SOLID.findall(value, 0, index))
    spelled = _Solids.around(raw, before, raw.find("\n") + 1 or len(raw))
    meant = _Solids.around(value, before, 0)
    if meant.next == index < len(value):
        return spelled.next
    folded = raw.count("\n", *spelled) != value.count("\n", *meant)
    if meant.next < len(value) and not folded and "\n" not in value[index : meant.next]:
        return spelled.next - (meant.next - index)
    return min(spelled.last + index - meant.last, spelled.next)


class _Solids(NamedTuple):
    """Two neighbouring solid characters of a text, or the text's bounds."""

    last: int
    next: int

    @classmethod
    def around(cls, text: str, count: int, start: int) -> Self:
        """Return the last of the first `count` solid characters, and the one after it."""
        rest = islice(_SOLID.finditer(text, start), max(count - 1, 0), count + 1)
        found = [solid.start() for solid in rest]
        if count == 0:
            found.insert(0, start)
        return cls(found[0], found[1] if len(found) > 1 else len(text))
