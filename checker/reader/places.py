"""Builds a tree of the spans of a document's nodes, and finds the span at a route."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.problems import Route


@dataclass(slots=True)
class Place:
    """The offsets in a text of a node's value and key, and the places of the nodes inside it."""

    start: int
    end: int
    key: tuple[int, int] | None = None
    """The span of the node's key; None in a list and at the root."""
    children: dict[str, Place] | list[Place] | None = None
    """The nodes inside a mapping or list; None for a scalar."""

    def child(self, step: str | int) -> Place | None:
        """Return the place of a child by its key or index; None if there is none."""
        children = self.children
        if isinstance(children, dict) and isinstance(step, str):
            return children.get(step)
        if isinstance(children, list) and isinstance(step, int) and 0 <= step < len(children):
            return children[step]
        return None


def find(root: Place, route: Route, *, key: bool) -> tuple[int, int]:
    """Return the span (start and end offset) of the value, or of the key, at a route.

    If the route leads nowhere, it is the span of the last value on the way that exists.
    """
    place = root
    for step in route:
        further = place.child(step)
        if further is None:
            return place.start, place.end
        place = further
    return place.key if key and place.key else (place.start, place.end)


class Tree:
    """Builds trees of places from nodes in the order of the text, each after its key."""

    __slots__ = ("_key", "_stack", "last_end", "roots")

    def __init__(self) -> None:
        self.roots: list[Place] = []
        """The roots of the documents so far."""
        self.last_end = 0
        """The offset at which the last scalar or bracket ended."""
        self._stack: list[Place] = []
        self._key: list[tuple[str, int, int] | None] = []

    def wants_key(self) -> bool:
        """Return whether the next scalar is a key of a mapping."""
        return bool(self._stack) and self._key[-1] is None and self._in_mapping()

    def key(self, text: str, start: int, end: int) -> None:
        """Add the key of the next value."""
        self._key[-1] = text, start, end

    def scalar(self, start: int, end: int) -> None:
        """Add a scalar value."""
        self._put(Place(start, end))
        self.last_end = end

    def open(self, start: int, children: dict[str, Place] | list[Place]) -> None:
        """Add the start of a mapping or list."""
        place = Place(start, start, None, children)
        self._put(place)
        self._stack.append(place)
        self._key.append(None)

    def close(self, end: int | None) -> None:
        """Add the end of a mapping or list; with None, it ends where its last node ends."""
        self._key.pop()
        place = self._stack.pop()
        if end is not None:
            self.last_end = end
        place.end = self.last_end

    @property
    def start(self) -> int:
        """The offset at which the innermost open mapping or list starts."""
        return self._stack[-1].start

    def _in_mapping(self) -> bool:
        return isinstance(self._stack[-1].children, dict)

    def _put(self, place: Place) -> None:
        if not self._stack:
            self.roots.append(place)
            return
        children, key = self._stack[-1].children, self._key[-1]
        if isinstance(children, list):
            children.append(place)
        elif isinstance(children, dict) and key is not None:
            text, start, end = key
            place.key = start, end
            children[text] = place
            self._key[-1] = None
