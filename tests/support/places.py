"""What the tests of places in a text share."""

from __future__ import annotations

from collections.abc import Iterator

from checker.problems import Json, Location, Route


def cut(text: str, place: Location) -> str:
    """Return the text at a place, by a plain reading of its lines and columns."""
    lines = [line + "\n" for line in text.split("\n")]
    if place.line == place.end_line:
        return lines[place.line - 1][place.column - 1 : place.end_column - 1]
    first = lines[place.line - 1][place.column - 1 :]
    between = "".join(lines[place.line : place.end_line - 1])
    return first + between + lines[place.end_line - 1][: place.end_column - 1]


def nodes(data: Json, route: Route = ()) -> Iterator[tuple[Route, Json]]:
    """Yield the route and the value of every node in data."""
    yield route, data
    if isinstance(data, dict):
        for key, value in data.items():
            yield from nodes(value, (*route, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from nodes(value, (*route, index))
