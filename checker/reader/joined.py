"""Finds the location in a file of each node of a document whose items stand in different places.

What an IAM role may do together, for example, is a list of the statements of all its policies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from checker.problems import Location, Route, Source
    from checker.reader.file_map import AnyMap, Spelled


class Item(NamedTuple):
    """Where an item of the list stands: a map, the number of a document there, and a route."""

    places: AnyMap
    number: int
    route: Route


@dataclass(slots=True, eq=False)
class JoinedMap:
    """The spans of the nodes of a document whose list at one key has items from elsewhere.

    All are in one file, and offsets refer to the text of the file.
    """

    whole: Item
    """What the rest of the document stands for."""
    key: str
    """The key of the list."""
    items: tuple[Item, ...]

    @property
    def source(self) -> Source:
        """The source of the file."""
        return self.whole.places.source

    @property
    def file(self) -> AnyMap:
        """The map of the file."""
        return self.whole.places.file

    @property
    def text(self) -> str:
        """The text that offsets refer to."""
        return self.file.text

    def find(self, number: int, route: Route, *, key: bool = False) -> tuple[int, int]:
        """Return the span of a node, or of its key; `number` has no effect."""
        del number
        item, rest = self._item(route)
        return item.places.in_file(
            *item.places.find(item.number, (*item.route, *rest), key=key and bool(rest))
        )

    def spelling(self, number: int, route: Route, value: str) -> Spelled:
        """Return where the file spells each character of a string."""
        del number
        item, rest = self._item(route)
        spelled = item.places.spelling(item.number, (*item.route, *rest), value)
        return _InFile(item.places, spelled)

    def location(self, start: int, end: int) -> Location:
        """Return the location in the file of a span of the text."""
        return self.file.location(start, end)

    def character(self, offset: int) -> Location:
        """Return the location in the file of one character; it is empty at the end of a line."""
        return self.file.character(offset)

    def line(self, number: int) -> str:
        """Return a line of the file, without its line break."""
        return self.file.line(number)

    def in_file(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the file of a span of the text."""
        return start, end

    def _item(self, route: Route) -> tuple[Item, Route]:
        """Return the item that a node is in, and the node's route from there."""
        match route:
            case (key, int(index), *rest) if key == self.key and 0 <= index < len(self.items):
                return self.items[index], tuple(rest)
        return self.whole, ()


class _InFile:
    """Where a file spells each character of a string, as offsets in the text of the file."""

    def __init__(self, places: AnyMap, spelled: Spelled) -> None:
        self._places = places
        self._spelled = spelled

    def offset(self, index: int) -> int:
        """Return where the character at an index of the string is spelled."""
        at = self._spelled.offset(index)
        return self._places.in_file(at, at)[0]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span that spells the characters from index `start` up to index `end`."""
        return self._places.in_file(*self._spelled.span(start, end))
