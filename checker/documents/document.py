"""Defines a document: a file, or a part of one, that is checked against rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, cast

from checker import cel
from checker.documents.units import Units
from checker.kinds import Kind
from checker.problems import Json, Problem, Route
from checker.reader import Reading
from checker.report import digest
from checker.sources.stand_ins import shown

_NOTHING: Mapping[str, str] = MappingProxyType({})
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


class Document:
    """A document in a file: the whole file, or a part of it.

    `part` is the address of the document in its file: empty for the whole file, `#2` for the second
    YAML document, `:12` for line 12 of JSON Lines, a JSON Pointer for a wrapped policy, or a
    combination such as `#2/PolicyDocument`, or the path in a template. Documents of one part that
    follow each other are the ways in which a template may make it. A document with `problems` is
    broken: no rule can be decided on it.
    """

    __slots__ = (
        *("_digests", "_places", "_units"),
        *("activation", "assumed", "case", "doubt", "file", "inferred", "kind", "legend"),
        *("members", "part", "problems", "reading", "source", "unknowns", "when"),
    )

    def __init__(
        self,
        file: str,
        kind: Kind | None = None,
        reading: Reading | None = None,
        problems: tuple[Problem, ...] = (),
        part: str = "",
    ) -> None:
        self.file = file
        self.part = part
        self.source = "a file of its own"
        """How the file holds it."""
        self.inferred = False
        """Whether its kind follows from how it is used, and not from its place alone."""
        self.when: tuple[str, ...] = ()
        """What holds where a template makes this document; empty if there is no other."""
        self.case = ""
        """What is settled in these cases: the same text for the same cases of another version."""
        self.assumed: tuple[str, ...] = ()
        """The placeholders for what is taken to be one value without wildcards."""
        self.legend: Mapping[str, str] = _NOTHING
        """How messages show the values that stand for what a template leaves open."""
        self.unknowns: Mapping[str, str] = _NOTHING
        """For each placeholder for any text: what it is, and what to do about it."""
        self.members: tuple[str, ...] | None = None
        """The parts whose policies it puts together; None if it is written as it is."""
        self.doubt = ""
        """Why it may allow less than it says; empty if it allows just that."""
        self.kind = kind
        self.reading = reading
        self.problems = problems
        self._digests: dict[Route, str] = {}
        self._places: dict[int, Route] | None = None
        self._units: Units | None = None
        values: dict[str, object] = {}
        if reading and kind and not problems:
            values = kind.variables(reading.data)
        self.activation = cel.Activation(values)

    @property
    def address(self) -> str:
        """Return its part, and in which cases a template makes it."""
        return f"{self.part} (when {' and '.join(self.when)})" if self.when else self.part

    @property
    def sha256(self) -> str:
        """Return the SHA-256 (hex) of its source; empty if that was not read."""
        return self.reading.source.sha256 if self.reading else ""

    @property
    def data(self) -> Json:
        """Return the data as it was read; None if it could not be read."""
        return self.reading.data if self.reading else None

    def shown(self, message: str) -> str:
        """Return a message with placeholders in place of values that stand for them."""
        return shown(message, self.legend) if self.legend else message

    def route(self, value: object) -> Route | None:
        """Return the route of a value; None if it has none.

        The value is an object or list of this document, or a host's value with an attribute
        `route`.
        """
        if isinstance(found := getattr(value, "route", None), tuple):
            return cast("Route", found)
        if not isinstance(value, dict | list):
            return None
        if self._places is None:
            self._places = dict(_containers(self.data))
        return self._places.get(id(value))

    def resolve(self, text: str) -> Route | None:
        """Return the route of a JSON Pointer; None if it leads to no node."""
        route: Route = ()
        node = self.data
        for step in text.split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict) and key in node:
                node, route = node[key], (*route, key)
            elif isinstance(node, list) and _INDEX.fullmatch(key) and int(key) < len(node):
                node, route = node[int(key)], (*route, int(key))
            else:
                return None
        return route if text[:1] in {"", "/"} else None

    def node(self, route: Route) -> Json:
        """Return the node at a route; raises LookupError or TypeError if there is none."""
        node: Any = self.data
        for step in route:
            node = node[step]
        return cast("Json", node)

    @property
    def units(self) -> Units:
        """Return the parts that verdicts rest on; the document must be valid."""
        if self._units is None:
            if self.kind is None:
                message = "a broken document has no parts"
                raise TypeError(message)
            self._units = Units(self.kind, self.data, self.node, self.digest)
        return self._units

    def digest(self, route: Route) -> str:
        """Return a digest of a node's content and of the keys (but not indexes) on its route.

        Different spellings of the same content have the same digest. If there is no node, only the
        keys count.
        """
        if route not in self._digests:
            keys = [step for step in route if isinstance(step, str)]
            try:
                node = self.node(route)
            except (LookupError, TypeError):
                self._digests[route] = digest(keys)
            else:
                canonical = self.kind.canonical(node) if self.kind else node
                self._digests[route] = digest(keys, canonical)
        return self._digests[route]


def _containers(root: Json) -> Iterator[tuple[int, Route]]:
    """Yield the `id()` and the route of every object and list in a document."""
    todo: list[tuple[Json, Route]] = [(root, ())]
    while todo:
        node, route = todo.pop()
        if isinstance(node, dict):
            yield id(node), route
            todo.extend((item, (*route, key)) for key, item in node.items())
        elif isinstance(node, list):
            yield id(node), route
            todo.extend((item, (*route, index)) for index, item in enumerate(node))
