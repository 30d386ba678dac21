"""Maps spans of a file's text to locations in it, for a language whose parser gives the spans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from checker.reader.spans import Lines

if TYPE_CHECKING:
    from checker.problems import Location, Route, Source
    from checker.reader.file_map import AnyMap, Spelled


@dataclass(slots=True, eq=False)
class SpanMap:
    """The places in a source, in which the route of a node is its span: (start, end).

    What a node spells is taken to be what it says: each character is itself.
    """

    source: Source
    _lines: Lines | None = None

    @property
    def file(self) -> AnyMap:
        """The map of the file."""
        return self

    def in_file(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the file of a span of the text."""
        return start, end

    @property
    def text(self) -> str:
        """The text that offsets refer to."""
        return self.source.text

    def find(self, number: int, route: Route, *, key: bool = False) -> tuple[int, int]:
        """Return the span that a route is; the other arguments have no effect."""
        del number, key
        return cast("tuple[int, int]", route) if len(route) == _SPAN else (0, 0)

    def spelling(self, number: int, route: Route, value: str) -> Spelled:
        """Return where the text spells each character of a string, which is at a span."""
        del value
        return _Itself(*self.find(number, route))

    def location(self, start: int, end: int) -> Location:
        """Return the location in the file of a span of the text."""
        return self._look_up().location(start, end)

    def character(self, offset: int) -> Location:
        """Return the location in the file of one character; it is empty at the end of a line."""
        width = 0 if self.text[offset : offset + 1] in {"", "\r", "\n"} else 1
        return self.location(offset, offset + width)

    def line(self, number: int) -> str:
        """Return a line of the file, without its line break."""
        return self._look_up().line(self.text, number)

    def _look_up(self) -> Lines:
        if self._lines is None:
            self._lines = Lines.of(self.text)
        return self._lines


_SPAN = 2


class _Itself:
    """A text that spells itself, from an offset to another one."""

    __slots__ = ("_end", "_start")

    def __init__(self, start: int, end: int) -> None:
        self._start = start
        self._end = end

    def offset(self, index: int) -> int:
        """Return where the character at an index is."""
        return min(self._start + index, self._end)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the characters from index `start` up to index `end`."""
        return self.offset(start), self.offset(end)
