"""Maps the characters of a string's value to where a JSON or YAML text spells them.

In every style of YAML, each character that is neither blank nor escaped spells itself, and the
order is kept. The styles differ in their escapes and in how they treat blanks (spaces, tabs and
line breaks): https://yaml.org/spec/1.2.2/#chapter-7-flow-style-productions and #chapter-8.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right

_DOUBLE = r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\x..|\\u.{4}|\\U.{8}|\\."
_ESCAPES = {'"': re.compile(_DOUBLE, re.DOTALL), "'": re.compile("''")}
_BLANKS = r"|[ \t\r\n]++"
_UNITS = {
    '"': re.compile(
        rf"\\\r?\n[ \t\r\n]*+|{_DOUBLE}|[^\\ \t\r\n]++" + _BLANKS,
        re.DOTALL,
    ),
    "'": re.compile(r"''|[^' \t\r\n]++" + _BLANKS),
    "": re.compile(r"[^ \t\r\n]++" + _BLANKS),
}
_ESCAPE = {'"': "\\", "'": "'"}
_WORD = re.compile(r"[^ \t\r\n]++")


class Spelling:
    """Where a scalar spells each character of its value, as offsets from the scalar's start.

    Neighbours that spell themselves side by side are one piece, so that the memory is in
    proportion to the escapes and line breaks. A lookup is a binary search.
    """

    __slots__ = ("_base", "_end", "_ends", "_indices", "_size", "_starts")

    def __init__(self, end: int, base: int = 0) -> None:
        self._indices = array("q")
        """For each piece, the index of its first character in the value."""
        self._starts = array("q")
        self._ends = array("q")
        self._size = 0
        self._end = end
        """What follows the last character."""
        self._base = base
        """What is added to each offset."""

    @classmethod
    def of(cls, raw: str, value: str, base: int = 0) -> Spelling:
        """Return how `raw` spells `value`.

        `raw` is the scalar from its first character (a quote, `|`, `>` or text) to its end. `base`
        is the offset of its start.
        """
        style = raw[:1]
        if style in {"|", ">"}:
            spelling = cls(len(raw), base)
            _read_block(spelling, raw, value)
        else:
            style = style if style in _ESCAPE else ""
            spelling = cls(len(raw) - len(style), base)
            _read_flow(spelling, raw, style)
        return spelling

    def offset(self, index: int) -> int:
        """Return where the character at an index of the value is spelled.

        Beyond the value's end, it is what follows the last character.
        """
        return self._base + self._offset(index)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span that spells the characters from index `start` up to index `end`."""
        first = self.offset(start)
        if end <= start:
            return first, first
        if end > self._size:
            return first, self._base + self._end
        piece = bisect_right(self._indices, end - 1) - 1
        following = piece + 1
        beyond = self._indices[following] if following < len(self._indices) else self._size
        if end == beyond:
            return first, self._base + self._ends[piece]
        last = min(self._starts[piece] + end - self._indices[piece], self._ends[piece])
        return first, self._base + last

    def _offset(self, index: int) -> int:
        if index >= self._size:
            return self._end
        piece = bisect_right(self._indices, index) - 1
        return min(self._starts[piece] + index - self._indices[piece], self._ends[piece])

    def add(self, length: int, start: int, end: int) -> None:
        """Take the next `length` characters of the value, and the span that spells them."""
        if not length:
            return
        last = len(self._starts) - 1
        if length == end - start and last >= 0 and self._ends[last] == start:
            spelled = start - self._starts[last]
            if spelled == self._size - self._indices[last]:
                self._ends[last] = end
                self._size += length
                return
        self._indices.append(self._size)
        self._starts.append(start)
        self._ends.append(end)
        self._size += length


def index_in(value: str, line: int, column: int) -> int:
    """Return the index of a character of a string by its line and column, which count from 1.

    Only line feeds end lines. A column after the end of its line means that end.
    """
    lines = value.split("\n")
    if line > len(lines):
        return len(value)
    before = sum(len(each) + 1 for each in lines[: line - 1])
    return before + min(column - 1, len(lines[line - 1]))


def _read_flow(spelling: Spelling, raw: str, style: str) -> None:
    """Read a plain or quoted scalar."""
    quotes = len(style)
    if "\n" not in raw:
        _read_line(spelling, raw, style)
        return
    for unit in _UNITS[style].finditer(raw, quotes, len(raw) - quotes):
        at, after = unit.span()
        if raw[at] in " \t\r\n":
            _read_blanks(spelling, raw, at, after)
        elif raw[at] != _ESCAPE.get(style):
            spelling.add(after - at, at, after)
        elif raw[at + 1] in "\r\n":
            for place in _breaks(raw, at, after)[1:]:
                spelling.add(1, place, place + 1)
        else:
            spelling.add(1, at, after)


def _read_line(spelling: Spelling, raw: str, style: str) -> None:
    """Read a plain or quoted scalar on one line: only escapes do not spell themselves."""
    start, end = len(style), len(raw) - len(style)
    if style:
        for escape in _ESCAPES[style].finditer(raw, start, end):
            at, after = escape.span()
            spelling.add(at - start, start, at)
            spelling.add(1, at, after)
            start = after
    spelling.add(end - start, start, end)


def _read_blanks(spelling: Spelling, raw: str, start: int, end: int) -> None:
    """Read blanks of a flow scalar: a line break is a space, each empty line a line feed."""
    breaks = _breaks(raw, start, end)
    if not breaks:
        spelling.add(end - start, start, end)
    for place in breaks[1:] or breaks:
        spelling.add(1, place, place + 1)


def _breaks(raw: str, start: int, end: int) -> list[int]:
    return [place for place in range(start, end) if raw[place] == "\n"]


def _read_block(spelling: Spelling, raw: str, value: str) -> None:
    """Read a block scalar: its words are those of the value, whatever becomes of its blanks."""
    behind, raw_behind = 0, raw.find("\n") + 1 or len(raw)
    for word, raw_word in zip(_WORD.finditer(value), _WORD.finditer(raw, raw_behind), strict=False):
        _read_gap(spelling, raw, value, (raw_behind, raw_word.start()), (behind, word.start()))
        spelling.add(word.end() - word.start(), *raw_word.span())
        behind, raw_behind = word.end(), raw_word.end()
    rest = len(value) - behind
    spelling.add(rest, raw_behind, min(raw_behind + rest, len(raw)))


def _read_gap(
    spelling: Spelling, raw: str, value: str, spelled: tuple[int, int], meant: tuple[int, int]
) -> None:
    """Read the blanks between two words of a block scalar.

    Where the lines are those of the value, what is on a line before its line feed or its next
    word ends there. Where lines were folded, blanks follow the last word, one for one.
    """
    start, end = spelled
    breaks = value.count("\n", *meant)
    if raw.count("\n", start, end) != breaks:
        length = meant[1] - meant[0]
        spelling.add(length, start, min(start + length, end))
        return
    behind = meant[0]
    for _ in range(breaks):
        place, raw_place = value.index("\n", behind), raw.index("\n", start)
        blanks = place - behind
        line_end = raw_place - 1 if blanks and raw[raw_place - 1] == "\r" else raw_place
        spelling.add(blanks, line_end - blanks, line_end)
        spelling.add(1, raw_place, raw_place + 1)
        behind, start = place + 1, raw_place + 1
    length = meant[1] - behind
    spelling.add(length, end - length, end)
