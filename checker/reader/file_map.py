"""Finds the place in a file of each node of its documents, and of the texts that they hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from checker.reader.json_places import json_places
from checker.reader.places import Place, find
from checker.reader.scalar_text import Spelling
from checker.reader.spans import Lines, PartSource
from checker.reader.yaml_places import yaml_places

if TYPE_CHECKING:
    from checker.problems import Location, Route, Source


@dataclass(slots=True, eq=False)
class FileMap:
    """The places of all documents of a source, found once, when the first is asked for."""

    source: Source
    is_json: bool
    first_line: int = 1
    """The number that the source's first line has in its file."""
    _roots: list[Place] = field(default_factory=list)
    _lines: Lines | None = None
    _last: tuple[int, str] = (0, "")
    """The line that was asked for last, which may be the whole file, and its number."""

    @property
    def text(self) -> str:
        """The text that offsets are about."""
        return self.source.text

    def as_source(self) -> Source:
        """Return the source with problems that are shown at their lines in the file."""
        source = self.source
        return PartSource(source.path, source.text, source.sha256, self.location, self.line)

    def find(self, number: int, route: Route, *, key: bool = False) -> tuple[int, int]:
        """Return the span of a node, or of its key, in the text; `number` is its document's."""
        if not self._roots:
            text = self.source.text
            self._roots = [json_places(text)] if self.is_json else yaml_places(self.source)
        return find(self._roots[number], route, key=key)

    def location(self, start: int, end: int) -> Location:
        """Return the place in the file of a span of the text."""
        place = self._look_up().location(start, end)
        if self.first_line == 1:
            return place
        shift = self.first_line - 1
        return place._replace(line=place.line + shift, end_line=place.end_line + shift)

    def character(self, offset: int) -> Location:
        """Return the place in the file of one character; it is empty at the end of a line."""
        width = 0 if self.text[offset : offset + 1] in {"", "\r", "\n"} else 1
        return self.location(offset, offset + width)

    def line(self, number: int) -> str:
        """Return a line of the file, without its line break."""
        if self._last[0] != number:
            line = self._look_up().line(self.text, number - self.first_line + 1)
            self._last = number, line
        return self._last[1]

    def _look_up(self) -> Lines:
        if self._lines is None:
            self._lines = Lines.of(self.text)
        return self._lines


@dataclass(slots=True, eq=False)
class TextMap:
    """The places of a JSON document that a string holds as its text.

    Offsets are about the string's value; places are those of the file that spells it.
    """

    outer: AnyMap
    """Where the string stands: in which map, in which document there, and at which route."""
    number: int
    route: Route
    text: str
    _root: Place | None = None
    _spelling: Spelling | None = None
    _start: int = 0
    """The offset in the outer text at which the string begins."""

    @property
    def source(self) -> Source:
        """The source of the file."""
        return self.outer.source

    def as_source(self) -> Source:
        """Return the text as a source whose problems are shown where the file spells it."""
        source = self.source
        return PartSource(source.path, self.text, source.sha256, self.location, self.line)

    def find(self, number: int, route: Route, *, key: bool = False) -> tuple[int, int]:
        """Return the span of a node, or of its key, in the text, which is one document."""
        del number
        if self._root is None:
            self._root = json_places(self.text)
        return find(self._root, route, key=key)

    def location(self, start: int, end: int) -> Location:
        """Return the place in the file of what spells a span of the text."""
        first, beyond = self._look_up().span(start, end)
        return self.outer.location(self._start + first, self._start + beyond)

    def character(self, offset: int) -> Location:
        """Return the place in the file where the spelling of one character begins."""
        return self.outer.character(self._start + self._look_up().offset(offset))

    def line(self, number: int) -> str:
        """Return a line of the file, without its line break."""
        return self.outer.line(number)

    def _look_up(self) -> Spelling:
        if self._spelling is None:
            self._start, end = self.outer.find(self.number, self.route)
            self._spelling = Spelling.of(self.outer.text[self._start : end], self.text)
        return self._spelling


AnyMap: TypeAlias = FileMap | TextMap
