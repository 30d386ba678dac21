"""Keeps the parts of a document that verdicts rest on, such as statements, by their digests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from checker.kinds import Kind
from checker.problems import Json, Route
from checker.report import digest

_MOST = 100
"""The most parts that are told apart. More of them have one digest in common, and no content."""


class Rest(NamedTuple):
    """What a verdict rests on: digests of parts, sorted, and whether it is about what they deny."""

    units: tuple[str, ...]
    guards: bool = False


class Units:
    """The parts of one valid document; each is written and digested only once."""

    def __init__(
        self,
        kind: Kind,
        data: Json,
        node: Callable[[Route], Json],
        digest_of: Callable[[Route], str],
    ) -> None:
        self.contents: dict[str, Json] = {}
        """The content of parts by digest. Only kinds that know their grounds have any."""
        self._kind = kind
        self._node = node
        self._digest_of = digest_of
        self._grounds = kind.grounds(data) if kind.grounds else None
        self._digests: dict[Route, str] = {}
        self._known: dict[tuple[tuple[Route, ...], bool], Rest] = {}

    def used(self, routes: Iterable[Route], *, alike: bool = False) -> Rest:
        """Return what a verdict about the nodes at some routes rests on.

        With `alike`, the verdict is about the whole document, and points to one of several parts
        that are alike.
        """
        key = tuple(dict.fromkeys(routes)), alike
        if key not in self._known:
            self._known[key] = self._used(*key)
        return self._known[key]

    def is_part(self, route: Route) -> bool:
        """Return whether a node is itself such a part."""
        return self._grounds is not None and self._grounds.is_part(route)

    def _used(self, about: tuple[Route, ...], alike: bool) -> Rest:  # noqa: FBT001 - a key of `used`
        if self._grounds is None:
            return Rest(_folded({self._digest_of(route) for route in about}))
        found = self._grounds.used(about, alike=alike)
        return Rest(_folded({self._unit(route) for route in found.routes}), found.guards)

    def _unit(self, route: Route) -> str:
        if route not in self._digests and self._grounds:
            content = self._grounds.alone(self._kind.canonical(self._node(route)))
            self._digests[route] = digest(content)
            self.contents[self._digests[route]] = content
        return self._digests[route]


def _folded(digests: set[str]) -> tuple[str, ...]:
    found = tuple(sorted(digests))
    return found if len(found) <= _MOST else (digest(found),)
