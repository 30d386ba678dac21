"""A source goes in, its data and the place of every node in it come out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from checker.problems import Problem, excerpt, pointer
from checker.reader.json_places import json_places
from checker.reader.limits import DEFAULT_LIMITS, Limits
from checker.reader.places import Place, find
from checker.reader.scalar_text import offset_in_scalar
from checker.reader.spans import Lines
from checker.reader.strict_json import read_json
from checker.reader.strict_yaml import read_yaml, read_yaml_documents
from checker.reader.yaml_places import yaml_places

if TYPE_CHECKING:
    from checker.problems import Json, Location, Route, Source


@dataclass(slots=True, eq=False)
class _Map:
    """The places of all documents of a source, found once, when the first is asked for."""

    source: Source
    is_json: bool
    roots: list[Place] = field(default_factory=list)
    lines: Lines = field(default_factory=lambda: Lines([]))

    def look_up(self) -> None:
        if not self.roots:
            source = self.source
            self.lines = Lines.of(source.text)
            self.roots = [json_places(source.text)] if self.is_json else yaml_places(source)


@dataclass(slots=True, eq=False)
class Reading:
    """The data of one document, and the place of each of its nodes in its source."""

    source: Source
    data: Json
    _map: _Map
    _number: int = 0
    """Which document of the source it is, from 0."""

    def locate(self, route: Route, *, key: bool = False) -> Location:
        """Return the place of the value that a route leads to, or of its key.

        A node without a key (the root, an item of a list) has its value's place instead. A
        route that leads nowhere has the place of the last value on the way that exists.
        """
        root = self._root()
        return self._map.lines.location(*find(root, route, key=key))

    def line(self, number: int) -> str:
        """Return a line (from 1) of the source, in which a node was located before."""
        self._map.look_up()
        return self._map.lines.line(self.source.text, number)

    def problem(
        self, message: str, route: Route, place: Location | None = None, *, of_key: bool = False
    ) -> Problem:
        """Return a problem of a node, or of the place that is given, with the line to show."""
        place = place or self.locate(route, key=of_key)
        shown, skipped = excerpt(self.line(place.line), place.column)
        return Problem(self.source.path, message, place, shown, pointer(route), skipped)

    def locate_text(self, route: Route, line: int, column: int) -> Location:
        """Return the place of one character of a string's value, in the file.

        The line and column count from 1 in the value, as in an expression that it holds. It
        is a span of one character, where it is spelled; an empty span at the end of a line.
        A node that is no string has its own place.
        """
        start, end = find(self._root(), route, key=False)
        value = _node(self.data, route)
        if not isinstance(value, str):
            return self._map.lines.location(start, end)
        text = self.source.text
        start += offset_in_scalar(text[start:end], value, line, column)
        width = 0 if text[start : start + 1] in {"", "\r", "\n"} else 1
        return self._map.lines.location(start, start + width)

    def _root(self) -> Place:
        self._map.look_up()
        return self._map.roots[self._number]


def parse(source: Source, limits: Limits = DEFAULT_LIMITS) -> Reading:
    """Return the one document of a source; raises InputError if it is not sound.

    `.json` is read as JSON and nothing else, `.yaml` and `.yml` as YAML. With any other
    name, a text that starts with `{` or `[` is JSON, and any other YAML.
    """
    suffix = PurePath(source.path).suffix.lower()
    if suffix == ".json" or (suffix not in YAML_SUFFIXES and _looks_like_json(source.text)):
        return parse_json(source, limits)
    return parse_yaml(source, limits)


def parse_json(source: Source, limits: Limits = DEFAULT_LIMITS) -> Reading:
    """Return the document of a JSON source; raises InputError."""
    return Reading(source, read_json(source, limits), _Map(source, is_json=True))


def parse_yaml(source: Source, limits: Limits = DEFAULT_LIMITS) -> Reading:
    """Return the one document of a YAML source; raises InputError, also if it is empty."""
    return Reading(source, read_yaml(source, limits), _Map(source, is_json=False))


def parse_yaml_documents(source: Source, limits: Limits = DEFAULT_LIMITS) -> list[Reading]:
    """Return the documents of a YAML source, separated by `---`; none of an empty source.

    Their places are those in the whole source. Raises InputError, also for a document in
    which nothing is written.
    """
    places = _Map(source, is_json=False)
    documents = read_yaml_documents(source, limits)
    return [Reading(source, data, places, number) for number, data in enumerate(documents)]


YAML_SUFFIXES = frozenset({".yaml", ".yml"})


def _looks_like_json(text: str) -> bool:
    return text.lstrip()[:1] in {"{", "["}


def _node(data: Json, route: Route) -> Json:
    for step in route:
        data = _child(data, step)
    return data


def _child(data: Json, step: str | int) -> Json:
    if isinstance(data, dict) and isinstance(step, str):
        return data.get(step)
    if isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data):
        return data[step]
    return None
