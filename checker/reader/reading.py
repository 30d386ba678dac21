"""Reads a source into its data and the place of every node in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from checker.problems import InputError, Problem, excerpt, pointer
from checker.reader.file_map import AnyMap, FileMap, TextMap
from checker.reader.joined import Item, JoinedMap
from checker.reader.limits import DEFAULT_LIMITS, Limits
from checker.reader.rendered import Origin, RenderedMap
from checker.reader.scalar_text import index_in
from checker.reader.strict_json import read_json
from checker.reader.strict_yaml import read_yaml, read_yaml_documents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from checker.problems import Json, Location, Route, Source
    from checker.reader.dialect import Dialect


@dataclass(slots=True, eq=False)
class Reading:
    """The data of a document, and the location of each of its nodes in its file.

    The document is a whole file, one of several documents in a file, a node of another document, or
    the JSON text in a string of another document. Routes start at the document's own root;
    locations are always those in the file.
    """

    source: Source
    """The file, or the line of a file, that contains the document."""
    data: Json
    _map: AnyMap
    """The map of the file, or of a text in it; readings of one file share it."""
    _number: int = 0
    """The index of the document in the map, from 0."""
    origin: Route = ()
    """The route of its root in the file's document; for a JSON text, the route of the string."""
    _base: Route = ()
    """The route of its root in the map's document."""

    def within(self, route: Route) -> Reading:
        """Return the reading of one node; raises LookupError if there is no such node."""
        data = _node(self.data, route)
        base = self._base + route
        origin = base if self._has_file_routes() else self.origin
        return Reading(self.source, data, self._map, self._number, origin, base)

    def inside(self, route: Route, limits: Limits = DEFAULT_LIMITS) -> Reading:
        """Return the reading of the JSON text in the string at a route.

        Raises InputError, with a location in the file, if the text is not strict JSON, and
        LookupError if there is no string.
        """
        text = _node(self.data, route)
        if not isinstance(text, str):
            raise LookupError(f"no string at {pointer(route)!r}")  # noqa: TRY004 - as of no node
        origin = self.origin + route if self._has_file_routes() else self.origin
        inner = TextMap(self._map, self._number, self._base + route, text)
        try:
            data = read_json(inner.as_source(), limits)
        except InputError as error:
            at = pointer(origin)
            raise InputError(*(each._replace(pointer=at) for each in error.problems)) from None
        return Reading(self.source, data, inner, origin=origin)

    def inside_dialect(self, route: Route, limits: Limits, dialect: Dialect) -> list[Reading]:
        """Return the readings of the YAML documents in the string at a route.

        Raises InputError, with a location in the file, if the text is not valid, and LookupError if
        there is no string.
        """
        from checker.reader.dialect import read_dialect  # noqa: PLC0415 - policies are strict

        text = _node(self.data, route)
        if not isinstance(text, str):
            raise LookupError(f"no string at {pointer(route)!r}")  # noqa: TRY004 - as of no node
        origin = self.origin + route if self._has_file_routes() else self.origin
        inner = TextMap(self._map, self._number, self._base + route, text)
        documents = read_dialect(inner.as_source(), limits, dialect)
        return [
            Reading(
                self.source,
                data,
                TextMap(self._map, self._number, self._base + route, text, _root=place),
                origin=origin,
            )
            for data, place in filter(None, documents)
        ]

    def file_pointer(self, route: Route) -> str:
        """Return the JSON Pointer of a node from the root of the file's document.

        For a node inside a JSON text, it is the pointer of the string that contains the text.
        """
        return pointer(self.origin + route if self._has_file_routes() else self.origin)

    def locate(self, route: Route, *, key: bool = False) -> Location:
        """Return the location of the value at a route, or of its key.

        If the node has no key (the root, or an item of a list), it is the location of the value. If
        the route leads nowhere, it is the location of the last value on the way that exists.
        """
        key = key and bool(route)
        return self._map.location(*self._map.find(self._number, self._base + route, key=key))

    def span(self, route: Route, *, key: bool = False) -> tuple[int, int]:
        """Return the offsets at which a value, or its key, begins and ends in the map's text."""
        return self._map.find(self._number, self._base + route, key=key)

    def line(self, number: int) -> str:
        """Return line `number` (from 1) of the file; a node must have been located before."""
        return self._map.line(number)

    def problem(
        self, message: str, route: Route, place: Location | None = None, *, of_key: bool = False
    ) -> Problem:
        """Return a problem at a node, or at `place` if it is given, with the line to show.

        With `of_key`, the problem is at the node's key.
        """
        place = place or self.locate(route, key=of_key)
        shown, skipped = excerpt(self.line(place.line), place.column)
        return Problem(self.source.path, message, place, shown, pointer(route), skipped)

    def locate_text(self, route: Route, line: int, column: int) -> Location:
        """Return the location in the file of one character of a string.

        `line` and `column` count from 1 in the string's value, such as an expression. The location
        spans one character, or none at the end of a line. For a node that is not a string, it is
        the location of the node.
        """
        at = self._base + route
        try:
            value = _node(self.data, route)
        except LookupError:
            value = None
        if not isinstance(value, str):
            return self._map.location(*self._map.find(self._number, at))
        spelling = self._map.spelling(self._number, at, value)
        return self._map.character(spelling.offset(index_in(value, line, column)))

    def rendered(self, data: Json, root: Origin) -> Reading:
        """Return the reading of a document that was rendered from this one, its template."""
        return Reading(
            self.source, data, RenderedMap(self._map, self._number, root), origin=root.route
        )

    def joined(self, data: Json, key: str, items: Iterable[tuple[Reading, Route]]) -> Reading:
        """Return the reading of a document whose list at a key has items of other readings.

        All are of one file. What else the document has stands where this reading does.
        """
        places = JoinedMap(self.item(()), key, tuple(each.item(route) for each, route in items))
        return Reading(self.source, data, places, origin=self.origin)

    def item(self, route: Route) -> Item:
        """Return where the node at a route stands, for a document that is joined of such nodes."""
        return Item(self._map, self._number, self._base + route)

    def _has_file_routes(self) -> bool:
        """Return whether its routes are routes in a document of the file."""
        return isinstance(self._map, FileMap)


def parse(source: Source, limits: Limits = DEFAULT_LIMITS) -> Reading:
    """Return the one document of a source; raises InputError if the text is not valid.

    A name that ends in `.json` means JSON; `.yaml` and `.yml` mean YAML. With any other name, a
    text that starts with `{` or `[` is read as JSON, and any other text as YAML.
    """
    if is_json(source):
        return parse_json(source, limits)
    return parse_yaml(source, limits)


def is_json(source: Source) -> bool:
    """Say whether a source is read as JSON, by its name or else by the start of its text."""
    suffix = PurePath(source.path).suffix.lower()
    return suffix == ".json" or (suffix not in YAML_SUFFIXES and _looks_like_json(source.text))


def parse_json(source: Source, limits: Limits = DEFAULT_LIMITS) -> Reading:
    """Return the document of a JSON source; raises InputError if it is not valid."""
    return Reading(source, read_json(source, limits), FileMap(source, is_json=True))


def parse_json_line(source: Source, number: int, limits: Limits = DEFAULT_LIMITS) -> Reading:
    """Return the document of a source that is line `number` (from 1) of a file.

    Its locations are those in the file. Raises InputError if the line is not valid JSON.
    """
    places = FileMap(source, is_json=True, first_line=number)
    return Reading(source, read_json(places.as_source(), limits), places)


def parse_yaml(source: Source, limits: Limits = DEFAULT_LIMITS) -> Reading:
    """Return the one document of a YAML source; raises InputError if it is not valid or empty."""
    return Reading(source, read_yaml(source, limits), FileMap(source, is_json=False))


def parse_yaml_documents(
    source: Source, limits: Limits = DEFAULT_LIMITS, *, skip_empty: bool = False
) -> list[Reading]:
    """Return the documents of a YAML source, separated by `---`; an empty source has none.

    Their locations are those in the whole source. Raises InputError if the source is not valid, and
    for an empty document unless `skip_empty` is set.
    """
    places = FileMap(source, is_json=False)
    documents = read_yaml_documents(source, limits, skip_empty=skip_empty)
    return [Reading(source, data, places, number) for number, data in documents.items()]


def parse_dialect(source: Source, limits: Limits, dialect: Dialect) -> list[Reading]:
    """Return the documents of a YAML source of another program, without empty ones.

    Raises InputError if the source is not valid.
    """
    from checker.reader.dialect import read_dialect  # noqa: PLC0415 - policies are strict

    documents = read_dialect(source, limits, dialect)
    found = [each for each in documents if each is not None]
    places = FileMap(source, is_json=False, _roots=[place for _, place in found])
    return [Reading(source, data, places, number) for number, (data, _) in enumerate(found)]


def made_of_spans(source: Source, data: Json, root: Origin) -> Reading:
    """Return the reading of a document that was rendered from a source; a route is a span in it."""
    from checker.reader.span_map import SpanMap  # noqa: PLC0415 - few files are templates

    places = RenderedMap(SpanMap(source), 0, root)
    return Reading(source, data, places, origin=())


YAML_SUFFIXES = frozenset({".yaml", ".yml"})


def _looks_like_json(text: str) -> bool:
    return text.lstrip()[:1] in {"{", "["}


def _node(data: Json, route: Route) -> Json:
    """Return the node at a route; raises LookupError if there is none."""
    for step in route:
        if isinstance(data, dict) and isinstance(step, str):
            data = data[step]
            continue
        if not (isinstance(data, list) and isinstance(step, int) and step >= 0):
            raise LookupError(step)
        data = data[step]
    return data
