"""Finds the location in a file of each node of a document that was rendered from a template.

A node of the document comes from one node of the template, and a string from pieces of several.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from checker.reader.file_map import AnyMap, Spelled

if TYPE_CHECKING:
    from checker.problems import Location, Route, Source


class Piece(NamedTuple):
    """The part of a string that comes from one node of a template."""

    at: int
    """The index of its first character in the string."""
    route: Route
    """The route of the node in the template."""
    whole: str | None = None
    """The string at that node, if the piece is a part of it; None if the node makes the piece."""
    offset: int = 0
    """The index of the piece in that string."""
    width: int = 0
    """The number of characters there that stand for all of the piece; 0 if each is itself."""


@dataclass(slots=True, eq=False)
class Origin:
    """Where a node of a rendered document comes from."""

    route: Route
    """The route of the node in the template."""
    key: Route | None = None
    """The route of the node whose key it has; None if it has none in the template."""
    children: dict[str, Origin] | list[Origin] | None = None
    pieces: tuple[Piece, ...] = ()
    """The pieces of a string, in order."""

    def child(self, step: str | int) -> Origin | None:
        """Return the origin of a child by its key or index; None if there is none."""
        children = self.children
        if isinstance(children, dict) and isinstance(step, str):
            return children.get(step)
        if isinstance(children, list) and isinstance(step, int) and 0 <= step < len(children):
            return children[step]
        return None


@dataclass(slots=True, eq=False)
class RenderedMap:
    """The spans of the nodes of a rendered document in the text of its template."""

    outer: AnyMap
    """The map of the template; `number` is its document there."""
    number: int
    root: Origin

    @property
    def source(self) -> Source:
        """The source of the file."""
        return self.outer.source

    @property
    def file(self) -> AnyMap:
        """The map of the file."""
        return self.outer.file

    @property
    def text(self) -> str:
        """The text that offsets refer to."""
        return self.outer.text

    def find(self, number: int, route: Route, *, key: bool = False) -> tuple[int, int]:
        """Return the span of a node, or of its key; `number` has no effect."""
        del number
        origin, found = self._origin(route)
        if key and found and origin.key is not None:
            return self.outer.find(self.number, origin.key, key=True)
        return self.outer.find(self.number, origin.route)

    def spelling(self, number: int, route: Route, value: str) -> Spelled:
        """Return where the template spells each character of a string."""
        del number, value
        origin, _ = self._origin(route)
        pieces = origin.pieces or (Piece(0, origin.route),)
        return _Pieces(self.outer, self.number, pieces)

    def location(self, start: int, end: int) -> Location:
        """Return the location in the file of a span of the text."""
        return self.outer.location(start, end)

    def character(self, offset: int) -> Location:
        """Return the location in the file of one character; it is empty at the end of a line."""
        return self.outer.character(offset)

    def line(self, number: int) -> str:
        """Return a line of the file, without its line break."""
        return self.outer.line(number)

    def in_file(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the file of a span of the text."""
        return self.outer.in_file(start, end)

    def _origin(self, route: Route) -> tuple[Origin, bool]:
        """Return the origin of a node, or of the last one on the way that exists."""
        origin = self.root
        for step in route:
            further = origin.child(step)
            if further is None:
                return origin, False
            origin = further
        return origin, True


class _Pieces:
    """Where a template spells each character of a string that consists of pieces."""

    def __init__(self, outer: AnyMap, number: int, pieces: tuple[Piece, ...]) -> None:
        self._outer = outer
        self._number = number
        self._pieces = pieces
        self._starts = [piece.at for piece in pieces]
        self._known: dict[tuple[Route, str], Spelled] = {}

    def offset(self, index: int) -> int:
        """Return where the character at an index of the string is spelled."""
        return self._span(index)[0]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span from the first of some characters to the last of them."""
        first = self._span(start)
        if end <= start:
            return first[0], first[0]
        last = self._span(end - 1)
        # Pieces of parameters and mappings stand elsewhere: then the first place is shown.
        return (first[0], last[1]) if last[1] >= first[0] else first

    def _span(self, index: int) -> tuple[int, int]:
        at = max(0, bisect_right(self._starts, index) - 1)
        piece = self._pieces[at]
        if piece.whole is None:
            return self._outer.find(self._number, piece.route)
        key = piece.route, piece.whole
        if key not in self._known:
            self._known[key] = self._outer.spelling(self._number, *key)
        if piece.width:
            return self._known[key].span(piece.offset, piece.offset + piece.width)
        inside = index - piece.at + piece.offset
        return self._known[key].span(inside, inside + 1)
