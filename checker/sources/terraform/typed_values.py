"""Defines the values of Terraform's expressions, of which some are open."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias

if TYPE_CHECKING:
    from checker.problems import Json
    from checker.sources.terraform import syntax as s
    from checker.sources.terraform.modules import File


class State(IntEnum):
    """What is known of a text."""

    KNOWN = 0
    NAMED = 1
    """It is one value without wildcards, whichever it is."""
    OPEN = 2
    """It may be any text."""


class Piece(NamedTuple):
    """A part of a text that comes from one place."""

    at: int
    """The index of its first character in the text."""
    span: s.Span
    exact: bool = False
    """Whether the place spells each character as itself."""


Type: TypeAlias = tuple[Any, ...]
"""A type of Terraform: its name and, of some, the type of its items or those of its attributes."""
ANY: Type = ("any",)


class Open(NamedTuple):
    """A value that is not known before it is applied."""

    address: str
    """What decides which open values are equal."""
    what: str
    """What it is, for messages."""
    type: Type = ANY
    is_name: bool = False
    """Whether it is one value without wildcards."""


class Thing(NamedTuple):
    """A resource or data source, or one of its instances."""

    address: str
    type: str
    is_data: bool


class Encoded(NamedTuple):
    """A policy as text, of which the data is known."""

    value: Value
    block: str = ""
    """The address of the data source that makes it; empty for `jsonencode`."""


Data: TypeAlias = (
    "str | int | float | bool | list[Value] | dict[str, Value] | Open | Thing | Encoded | None"
)


MOST_VALUES = 200_000
"""The most values that one value, or a policy, is made of; long texts count as several."""
LONGEST = 1_000_000
"""The most characters of a text."""
SHARE = 64
"""The characters of a text that count as one value."""


class TooLargeError(Exception):
    """Raised for a value that is made of too many others."""


class _Value(NamedTuple):
    data: Data
    file: File
    span: s.Span
    pieces: tuple[Piece, ...] = ()
    """The parts of a text, in order; none if all of it comes from the span."""
    state: State = State.KNOWN
    key: s.Span | None = None
    """The span of the key that it has in a mapping."""
    source: Value | None = None
    """The value in another place that this one is a reference to."""
    weight: int = 1
    """How many values it is made of, each counted as often as it is repeated."""


class Value(_Value):
    """A value and where it comes from; raises TooLargeError if it is made of too many others."""

    __slots__ = ()

    def __new__(  # noqa: PLR0913, PLR0917 - the fields
        cls,
        data: Data,
        file: File,
        span: s.Span,
        pieces: tuple[Piece, ...] = (),
        state: State = State.KNOWN,
        key: s.Span | None = None,
        source: Value | None = None,
    ) -> Self:
        """Return a value."""
        weight = 1
        if isinstance(data, str):
            weight += len(data) // SHARE
        elif isinstance(data, list):
            weight += sum(each.weight for each in data)
        elif isinstance(data, dict):
            weight += sum(each.weight for each in data.values())
        elif isinstance(data, Encoded):
            weight += data.value.weight
        # INVARIANT: lists of the same lists end here, before anything goes through all of them.
        if weight > MOST_VALUES:
            raise TooLargeError
        return super().__new__(cls, data, file, span, pieces, state, key, source, weight)

    def having(self, data: Data) -> Value:
        """Return other data at the same place."""
        return Value(data, self.file, self.span, (), self.state, self.key, self.source)


def items_of(value: Value) -> list[Value] | None:
    """Return the items of a list; None if it is none."""
    if not isinstance(value.data, list):
        return None
    if value.source is None:
        return value.data
    return [referred(each, value.file, value.span) for each in value.data]


def referred(value: Value, file: File, span: s.Span) -> Value:
    """Return a value as one of a place that refers to it; in the same file it keeps its own."""
    if value.file is file:
        return value
    return Value(value.data, file, span, (), value.state, None, value.source or value)


def origin_of(value: Value) -> Value:
    """Return the value that a reference leads to."""
    return value.source or value


def joined(parts: Iterable[Value], file: File, span: s.Span) -> Value:
    """Return the text of several texts after each other."""
    texts: list[str] = []
    pieces: list[Piece] = []
    length = 0
    state = State.KNOWN
    for each in parts:
        text = each.data
        if not isinstance(text, str):
            raise TypeError(text)
        if text:
            own = each.pieces if each.file is file else ()
            pieces += [x._replace(at=x.at + length) for x in own] or [
                Piece(length, each.span if each.file is file else span)
            ]
            texts.append(text)
            length += len(text)
            if length > LONGEST:
                raise TooLargeError
        state = max(state, each.state)
    return Value("".join(texts), file, span, tuple(pieces), state)


def cut(value: Value, start: int, end: int) -> Value:
    """Return the part of a text from index `start` up to index `end`."""
    text = str(value.data)
    pieces: list[Piece] = []
    for at, (begin, span, exact) in enumerate(value.pieces):
        last = value.pieces[at + 1].at if at + 1 < len(value.pieces) else len(text)
        first, last = max(begin, start), min(last, end)
        if first >= last:
            continue
        place = (span[0] + first - begin, span[0] + last - begin) if exact else span
        pieces.append(Piece(first - start, place, exact))
    return value._replace(data=text[start:end], pieces=tuple(pieces), key=None)


def plain(value: Value) -> Json:
    """Return the data of a value; of open ones their addresses."""
    data = value.data
    if isinstance(data, list):
        return [plain(each) for each in data]
    if isinstance(data, dict):
        return {key: plain(each) for key, each in data.items()}
    if isinstance(data, Open | Thing):
        return f"${{{data.address}}}"
    return json.dumps(plain(data.value)) if isinstance(data, Encoded) else data


def is_known(value: Value) -> bool:
    """Return whether nothing in a value is open or stands for what is."""
    data = value.data
    if isinstance(data, list):
        return all(map(is_known, data))
    if isinstance(data, dict):
        return all(map(is_known, data.values()))
    if isinstance(data, Encoded):
        return is_known(data.value)
    return not isinstance(data, Open | Thing) and value.state is State.KNOWN


def leaves(value: Value) -> Iterator[Value]:
    """Yield a value and all values in it, and those that they refer to."""
    todo: list[Value] = [value]
    while todo:
        each = todo.pop()
        yield each
        if each.source is not None:
            todo.append(each.source)
            continue
        if isinstance(each.data, list):
            todo += each.data
        elif isinstance(each.data, dict):
            todo += each.data.values()
        elif isinstance(each.data, Encoded):
            todo.append(each.data.value)


def type_at(kind: Type, step: str | int) -> Type:
    """Return the type of an attribute or item of a value of a type."""
    if kind[0] == "object" and isinstance(step, str):
        found: Type = kind[1].get(step, ANY)
        inside: Type = found[1] if found[0] == OPTIONAL else found
        return inside
    if kind[0] in LISTS or kind[0] == "map":
        inside = kind[1] if len(kind) > 1 else ANY
        return inside if isinstance(inside, tuple) else ANY
    return ANY


LISTS: Sequence[str] = ("list", "set", "tuple")
OPTIONAL = "optional"
"""The name of the type of an attribute that may be missing, before its own type and default."""


def written(value: float) -> str:
    """Return a number or truth value as Terraform writes it in a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if float(value).is_integer() else repr(value)


def data_value(data: object, place: Value) -> Value:
    """Return data as a value at the place of another one."""
    if isinstance(data, list):
        return place.having([data_value(each, place) for each in data])
    if isinstance(data, dict):
        made = {str(key): data_value(each, place) for key, each in data.items()}
        return place.having(made)
    state = place.state if isinstance(data, str) else State.KNOWN
    scalar = data if isinstance(data, str | int | float | bool) else None
    return Value(scalar, place.file, place.span, (), state, None, place.source)
