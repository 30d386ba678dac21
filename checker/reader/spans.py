"""Converts offsets in a text into lines and columns, and makes errors at these locations."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import Self

from checker.messages import quoted
from checker.problems import InputError, Location, Problem, Source


@dataclass(frozen=True, slots=True)
class Lines:
    r"""The offsets at which the lines of a text start.

    Only `\n` and `\r\n` end a line, as in `Source.line`, even if the grammar of a format has other
    line breaks. So a location always refers to the line that is shown for it.
    """

    starts: list[int]

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the lines of a text."""
        lengths = (len(line) + 1 for line in text.split("\n"))
        starts = list(accumulate(lengths, initial=0))
        starts.pop()
        return cls(starts)

    def line(self, text: str, number: int) -> str:
        """Return line `number` (from 1) of the text, without its line break."""
        start = self.starts[number - 1]
        end = self.starts[number] - 1 if number < len(self.starts) else len(text)
        return text[start:end].removesuffix("\r")

    def location(self, start: int, end: int) -> Location:
        """Return the location of the characters from offset `start` up to offset `end`."""
        line, end_line = bisect_right(self.starts, start), bisect_right(self.starts, end)
        column, end_column = start - self.starts[line - 1], end - self.starts[end_line - 1]
        return Location(line, column + 1, end_line, end_column + 1)


@dataclass(frozen=True, slots=True)
class PartSource(Source):
    """A text that is a part of a file, with problems shown at its place in the file."""

    place: Callable[[int, int], Location]
    """Returns the location in the file of a span (start and end offset) of the text."""
    shown: Callable[[int], str]
    """Returns a line of the file by its number, from 1."""

    def line(self, number: int) -> str:
        """Return line `number` of the file."""
        return self.shown(number)


def fault(source: Source, start: int, end: int, message: str) -> InputError:
    """Return an error with `message` for the characters from offset `start` up to `end`."""
    return InputError(Problem.at(source, message, _location(source, start, end)))


def duplicate_key(source: Source, key: str, first: int, span: tuple[int, int]) -> InputError:
    """Return the error for a key at `span` that already occurred at offset `first`."""
    place = _location(source, first, first)
    where = f"line {place.line}, column {place.column}"
    return fault(source, *span, f"duplicate key {quoted(key)}: first at {where}; keep one")


def _location(source: Source, start: int, end: int) -> Location:
    size = len(source.text)
    place = source.place if isinstance(source, PartSource) else Lines.of(source.text).location
    return place(min(start, size), min(end, size))
