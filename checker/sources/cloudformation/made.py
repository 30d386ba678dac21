"""Defines what a template makes of a node: its value, and where each part of it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from checker.reader.rendered import Origin, Piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from checker.problems import Json, Route


class Made(NamedTuple):
    """The value that a template makes of a node, and its origin."""

    value: Json
    origin: Origin


def scalar(value: Json, route: Route) -> Made:
    """Return a value that stands as it is at a route."""
    pieces = (Piece(0, route, value),) if isinstance(value, str) else ()
    return Made(value, Origin(route, pieces=pieces))


def text(value: str, route: Route) -> Made:
    """Return a string that the node at a route makes."""
    return Made(value, Origin(route, pieces=(Piece(0, route),)))


def listed(items: Iterable[Made], route: Route) -> Made:
    """Return a list."""
    items = list(items)
    return Made(
        [each.value for each in items], Origin(route, None, [each.origin for each in items])
    )


def items_of(made: Made) -> list[Made]:
    """Return the items of a list; another value is the only item."""
    if not isinstance(made.value, list):
        return [made]
    origins = made.origin.children
    if not isinstance(origins, list):
        return [Made(each, made.origin) for each in made.value]
    return [Made(value, origin) for value, origin in zip(made.value, origins, strict=True)]


def entries_of(made: Made) -> list[tuple[str, Made]]:
    """Return the entries of a mapping; another value has none."""
    if not isinstance(made.value, dict):
        return []
    origins = made.origin.children
    inside = origins if isinstance(origins, dict) else {}
    return [(key, Made(value, inside.get(key, made.origin))) for key, value in made.value.items()]


def moved(made: Made, key: Route | None) -> Made:
    """Return the same value under the key of a node of the template."""
    origin = made.origin
    return Made(made.value, Origin(origin.route, key, origin.children, origin.pieces))


def joined(parts: Sequence[Made], route: Route) -> Made:
    """Return the string of several strings after each other."""
    found: list[Piece] = []
    length = 0
    for each in parts:
        value = each.value if isinstance(each.value, str) else ""
        pieces = each.origin.pieces or (Piece(0, each.origin.route),)
        found += [piece._replace(at=piece.at + length) for piece in pieces] if value else []
        length += len(value)
    value = "".join(each.value for each in parts if isinstance(each.value, str))
    return Made(value, Origin(route, pieces=tuple(found) or (Piece(0, route),)))


def placed(made: Made, route: Route, whole: str, span: tuple[int, int]) -> Made:
    """Return a string at the place of what stands for it in a text."""
    piece = Piece(0, route, whole, span[0], span[1] - span[0])
    return Made(made.value, Origin(route, pieces=(piece,)))


def cut(made: Made, start: int, end: int) -> Made:
    """Return the part of a string from index `start` up to index `end`."""
    if not isinstance(made.value, str):
        raise TypeError(made.value)
    pieces: list[Piece] = []
    for piece in made.origin.pieces or (Piece(0, made.origin.route),):
        before = max(0, start - piece.at)
        if piece.at >= end:
            break
        shifted = piece._replace(at=max(0, piece.at - start))
        if piece.whole is not None and not piece.width:
            shifted = shifted._replace(offset=piece.offset + before)
        pieces = [shifted] if shifted.at == 0 else [*pieces, shifted]
    return Made(made.value[start:end], Origin(made.origin.route, pieces=tuple(pieces)))
