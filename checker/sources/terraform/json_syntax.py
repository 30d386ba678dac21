"""Reads the JSON syntax of Terraform, in which a string is a template.

https://developer.hashicorp.com/terraform/language/syntax/json
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from checker.problems import InputError, Source
from checker.reader.reading import parse_json
from checker.reader.scalar_text import Spelling
from checker.reader.spans import fault
from checker.sources.terraform import syntax as s
from checker.sources.terraform.native import template

if TYPE_CHECKING:
    from checker.problems import Json, Route
    from checker.reader import Limits, Reading

_LABELS = {"resource": 2, "data": 2, "variable": 1, "module": 1, "output": 1, "dynamic": 1}
"""How many labels blocks have; the blocks of other kinds have none."""


def read(source: Source, limits: Limits) -> s.Body:
    """Return the content of a file; raises InputError if it is not valid."""
    reading = parse_json(source, limits)
    if not isinstance(reading.data, dict | list):
        raise fault(source, 0, len(source.text), "expected an object of Terraform's blocks")
    return _Body(_Text(source, reading, limits), ())


class _Text:
    def __init__(self, source: Source, reading: Reading, limits: Limits) -> None:
        self.source = source
        self.reading = reading
        self.limits = limits

    def span(self, route: Route, *, key: bool = False) -> s.Span:
        return self.reading.span(route, key=key)

    def node(self, route: Route) -> Any:
        found: Any = self.reading.data
        for step in route:
            found = found[step]
        return found


class _Body:
    """The content of a block in JSON."""

    def __init__(self, text: _Text, route: Route) -> None:
        self._text = text
        self._route = route
        self._known: dict[str, s.Expression] = {}
        data = text.node(route)
        self._keys: dict[str, Route] = {}
        items = enumerate(data) if isinstance(data, list) else [(None, data)]
        for at, each in items:
            base = route if at is None else (*route, at)
            if isinstance(each, dict):
                self._keys.update({key: (*base, key) for key in each if key != "//"})

    @property
    def span(self) -> s.Span:
        """The span of the block."""
        return self._text.span(self._route)

    def attribute(self, name: str) -> s.Expression | None:
        """Return the expression of an argument; None if it is not given."""
        if name not in self._known:
            if name not in self._keys:
                return None
            self._known[name] = _expression(self._text, self._keys[name])
        return self._known[name]

    def attributes(self) -> Sequence[str]:
        """Return the names of the arguments and of the blocks, which look alike."""
        return tuple(self._keys)

    def place(self, name: str) -> s.Span:
        """Return the span of the expression of an argument."""
        return self._text.span(self._keys[name])

    def blocks(self, kind: str = "") -> Sequence[s.Block]:
        """Return the blocks in it, in order; of one kind, if one is given."""
        found: list[s.Block] = []
        for name, route in self._keys.items():
            if kind and name != kind:
                continue
            for labels, place in _labelled(self._text, route, _LABELS.get(name, 0)):
                body = _Body(self._text, place)
                found.append(s.Block(self._text.span(place), name, labels, body))
        return found


def _labelled(text: _Text, route: Route, left: int) -> Iterator[tuple[tuple[str, ...], Route]]:
    """Yield the labels and routes of blocks, of which each label is a key."""
    node = text.node(route)
    if isinstance(node, list):
        for at, _ in enumerate(node):
            yield from _labelled(text, (*route, at), left)
    elif isinstance(node, dict) and not left:
        yield (), route
    elif isinstance(node, dict):
        for key in node:
            for labels, place in _labelled(text, (*route, key), left - 1):
                yield (key, *labels), place


def _expression(text: _Text, route: Route) -> s.Expression:
    node: Json = text.node(route)
    span = text.span(route)
    if isinstance(node, dict):
        entries = [
            (_template(text, key, text.span((*route, key), key=True)), (*route, key))
            for key in node
        ]
        return s.Entries(span, tuple((key, _expression(text, at)) for key, at in entries))
    if isinstance(node, list):
        return s.Items(span, tuple(_expression(text, (*route, at)) for at, _ in enumerate(node)))
    if isinstance(node, str):
        return _template(text, node, span)
    return s.Literal(span, node)


def _template(text: _Text, value: str, span: s.Span) -> s.Template:
    spelling = Spelling.of(text.source.text[slice(*span)], value, span[0])
    if "${" not in value and "%{" not in value:
        if not value:
            return s.Template(span, ())
        return s.Template(span, tuple(_runs(value, spelling, 0)))
    try:
        _, found = template(Source(text.source.path, value, ""), text.limits)
    except InputError as error:
        raise fault(text.source, *span, error.problems[0].message) from None
    return s.Template(span, _placed(found.parts, spelling, found.span[0]))


def _runs(text: str, spelling: Spelling, at: int) -> Iterator[s.Run]:
    """Yield a part of a text, which begins at an index, in runs that are spelled as they are."""
    start = 0
    places = [spelling.span(at + index, at + index + 1) for index in range(len(text))]
    for index, (first, last) in enumerate(places):
        ends = index + 1 == len(places) or places[index + 1][0] != last
        if last - first != 1 or ends or places[index + 1][1] != last + 1:
            exact = last - places[start][0] == index + 1 - start
            yield s.Run((places[start][0], last), text[start : index + 1], exact)
            start = index + 1


def _placed(parts: Sequence[s.Part], spelling: Spelling, first: int) -> tuple[s.Part, ...]:
    """Return the parts of a template, of which spans are those from an offset in it."""

    def place(span: s.Span) -> s.Span:
        return spelling.span(max(0, span[0] - first), max(0, span[1] - first))

    found: list[s.Part] = []
    for part in parts:
        match part:
            case s.Run((start, _), text, True):
                found += _runs(text, spelling, start - first)
            case s.Choice(span, test, yes, no):
                inside = _placed(yes, spelling, first), _placed(no, spelling, first)
                found.append(s.Choice(place(span), _moved(test, place), *inside))
            case s.Repeat(span, names, over, inner):
                kept = _placed(inner, spelling, first)
                found.append(s.Repeat(place(span), names, _moved(over, place), kept))
            case _:
                found.append(_moved(part, place))
    return tuple(found)


def _moved(node: Any, place: Callable[[s.Span], s.Span]) -> Any:
    """Return an expression with other spans."""
    if not isinstance(node, tuple):
        return node
    if not hasattr(node, "_fields"):
        return tuple(_moved(each, place) for each in node)
    span = place(getattr(node, "span", (0, 0)))
    rest = {
        name: _moved(getattr(node, name), place)
        for name in getattr(node, "_fields", ())
        if name != "span"
    }
    if isinstance(node, s.Run) and span[1] - span[0] != len(node.text):
        rest["exact"] = False
    return type(node)(span=span, **rest)
