"""Finds the location in a file of each node of its documents and of the JSON texts in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from checker.reader.json_places import json_places
from checker.reader.places import Place, find
from checker.reader.scalar_text import Spelling
from checker.reader.spans import Lines, PartSource
from checker.reader.yaml_places import yaml_places

if TYPE_CHECKING:
    from checker.problems import Location, Route, Source


@dataclass(slots=True, eq=False)
class FileMap:
    """The spans of the nodes of all documents in a source, found when first needed."""

    source: Source
    is_json: bool
    first_line: int = 1
    """The number of the source's first line in its file."""
    _roots: list[Place] = field(default_factory=list)
    _lines: Lines | None = None
    _last: tuple[int, str] = (0, "")
    """The number and text of the line that was last returned; a line may be the whole file."""

    @property
    def file(self) -> AnyMap:
        """The map of the file."""
        return self

    @property
    def text(self) -> str:
        """The text that offsets refer to."""
        return self.source.text

    def as_source(self) -> Source:
        """Return the source, with problems shown at their lines in the file."""
        source = self.source
        return PartSource(source.path, source.text, source.sha256, self.location, self.line)

    def find(self, number: int, route: Route, *, key: bool = False) -> tuple[int, int]:
        """Return the span of a node, or of its key, in the text; `number` is its document."""
        if not self._roots:
            text = self.source.text
            self._roots = [json_places(text)] if self.is_json else yaml_places(self.source)
        return find(self._roots[number], route, key=key)

    def spelling(self, number: int, route: Route, value: str) -> Spelled:
        """Return where the text spells each character of a string, which is at a route."""
        return spelled(self, number, route, value)

    def location(self, start: int, end: int) -> Location:
        """Return the location in the file of a span of the text."""
        place = self._look_up().location(start, end)
        if self.first_line == 1:
            return place
        shift = self.first_line - 1
        return place._replace(line=place.line + shift, end_line=place.end_line + shift)

    def character(self, offset: int) -> Location:
        """Return the location in the file of one character; it is empty at the end of a line."""
        width = 0 if self.text[offset : offset + 1] in {"", "\r", "\n"} else 1
        return self.location(offset, offset + width)

    def line(self, number: int) -> str:
        """Return a line of the file, without its line break."""
        if self._last[0] != number:
            line = self._look_up().line(self.text, number - self.first_line + 1)
            self._last = number, line
        return self._last[1]

    def in_file(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the file of a span of the text."""
        return start, end

    def _look_up(self) -> Lines:
        if self._lines is None:
            self._lines = Lines.of(self.text)
        return self._lines


@dataclass(slots=True, eq=False)
class TextMap:
    """The spans of the nodes of a JSON text in a string.

    Offsets refer to the string's value; locations are those of its spelling in the file.
    """

    outer: AnyMap
    """The map that contains the string; `number` and `route` are its document and route there."""
    number: int
    route: Route
    text: str
    _root: Place | None = None
    _spelling: Spelled | None = None

    @property
    def source(self) -> Source:
        """The source of the file."""
        return self.outer.source

    @property
    def file(self) -> AnyMap:
        """The map of the file."""
        return self.outer.file

    def as_source(self) -> Source:
        """Return the text as a source, with problems shown at its spelling in the file."""
        source = self.source
        return PartSource(source.path, self.text, source.sha256, self.location, self.line)

    def find(self, number: int, route: Route, *, key: bool = False) -> tuple[int, int]:
        """Return the span of a node, or of its key, in the text; `number` has no effect."""
        del number
        if self._root is None:
            self._root = json_places(self.text)
        return find(self._root, route, key=key)

    def location(self, start: int, end: int) -> Location:
        """Return the location in the file of the spelling of a span of the text."""
        return self.outer.location(*self._look_up().span(start, end))

    def character(self, offset: int) -> Location:
        """Return the location in the file of the start of one character's spelling."""
        return self.outer.character(self._look_up().offset(offset))

    def line(self, number: int) -> str:
        """Return a line of the file, without its line break."""
        return self.outer.line(number)

    def spelling(self, number: int, route: Route, value: str) -> Spelled:
        """Return where the text spells each character of a string, which is at a route."""
        return spelled(self, number, route, value)

    def in_file(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the file of a span of the text."""
        return self.outer.in_file(*self._look_up().span(start, end))

    def _look_up(self) -> Spelled:
        if self._spelling is None:
            self._spelling = self.outer.spelling(self.number, self.route, self.text)
        return self._spelling


class Spelled(Protocol):
    """Where a text spells each character of a string, as offsets in the text."""

    def offset(self, index: int) -> int:
        """Return where the character at an index of the string is spelled."""
        ...

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span that spells the characters from index `start` up to index `end`."""
        ...


def spelled(places: AnyMap, number: int, route: Route, value: str) -> Spelled:
    """Return where a text spells each character of a string, which is at a route."""
    start, end = places.find(number, route)
    return Spelling.of(places.text[start:end], value, start)


class AnyMap(Protocol):
    """The places of the nodes of some documents; offsets refer to `text`."""

    @property
    def text(self) -> str:
        """The text that offsets refer to."""
        ...

    @property
    def source(self) -> Source:
        """The source of the file."""
        ...

    @property
    def file(self) -> AnyMap:
        """The map of the file."""
        ...

    def find(self, number: int, route: Route, *, key: bool = False) -> tuple[int, int]:
        """Return the span of a node, or of its key, in the text; `number` is its document."""
        ...

    def spelling(self, number: int, route: Route, value: str) -> Spelled:
        """Return where the text spells each character of a string, which is at a route."""
        ...

    def location(self, start: int, end: int) -> Location:
        """Return the location in the file of a span of the text."""
        ...

    def character(self, offset: int) -> Location:
        """Return the location in the file of one character; it is empty at the end of a line."""
        ...

    def line(self, number: int) -> str:
        """Return a line of the file, without its line break."""
        ...

    def in_file(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the file of a span of the text."""
        ...
