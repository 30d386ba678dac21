"""The values of CEL that plain Python data lacks, and how any value's type is told.

null, bool, int, double, string, bytes, list and map are None, bool, int, float, str, bytes,
list and dict; a type is a `Type`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from checker.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    TYPE,
    UINT,
    Type,
    list_of,
    map_of,
    optional_of,
)
from checker.errors import EvaluationError

INT_MIN: Final = -(1 << 63)
INT_MAX: Final = (1 << 63) - 1
UINT_MAX: Final = (1 << 64) - 1
BILLION: Final = 1_000_000_000
_DURATION_MAX = 315_576_000_000 * BILLION
"""https://protobuf.dev/reference/protobuf/google.protobuf/#duration"""
_DIFFERENCE_MAX = INT_MAX
"""Nanoseconds that two timestamps may lie apart: the standard's Duration is an int64 there."""
_TIMESTAMP_MIN = -62_135_596_800 * BILLION
_TIMESTAMP_MAX = 253_402_300_800 * BILLION - 1
"""https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp"""


class UInt(int):
    """An unsigned integer of 64 bits; equal to the int of the same number, as CEL has it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{int(self)}u"


@dataclass(frozen=True, slots=True, order=True)
class Timestamp:
    """A moment, in nanoseconds since 1970."""

    nanos: int


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A span of time in nanoseconds."""

    nanos: int


class Optional:
    """A value that may be absent; `x[key]` of one that is present looks into the value."""

    __slots__ = ("value",)

    def __init__(self, value: object = ...) -> None:
        self.value = value

    @property
    def present(self) -> bool:
        """Whether there is a value."""
        return self.value is not ...

    def __repr__(self) -> str:
        return f"optional.of({self.value!r})" if self.present else "optional.none()"


NONE: Final = Optional()


class BoolKey:
    """How a map holds a boolean key: in Python, True and 1 would be the same key."""

    __slots__ = ("value",)

    def __init__(self, value: bool) -> None:  # noqa: FBT001 - it stands for the boolean
        self.value = value

    def __repr__(self) -> str:
        return str(self.value)


TRUE_KEY: Final = BoolKey(True)  # noqa: FBT003 - the same
FALSE_KEY: Final = BoolKey(False)  # noqa: FBT003 - the same


def timestamp(nanos: int) -> Timestamp:
    """Return a moment; raises EvaluationError out of the years 1 to 9999."""
    if not _TIMESTAMP_MIN <= nanos <= _TIMESTAMP_MAX:
        raise EvaluationError("timestamp out of range: expected a year from 0001 to 9999")
    return Timestamp(nanos)


def duration(nanos: int) -> Duration:
    """Return a span; raises EvaluationError beyond some 10,000 years."""
    if not -_DURATION_MAX <= nanos <= _DURATION_MAX:
        raise EvaluationError("duration out of range: expected at most 315,576,000,000 seconds")
    return Duration(nanos)


def difference(left: Timestamp, right: Timestamp) -> Duration:
    """Return `left - right`; raises EvaluationError where it exceeds int64 nanoseconds."""
    nanos = left.nanos - right.nanos
    if not -_DIFFERENCE_MAX - 1 <= nanos <= _DIFFERENCE_MAX:
        raise EvaluationError("duration out of range: the timestamps lie too far apart")
    return Duration(nanos)


_TYPES: dict[type[object], Type] = {
    type(None): NULL,
    bool: BOOL,
    int: INT,
    UInt: UINT,
    float: DOUBLE,
    str: STRING,
    bytes: BYTES,
    list: list_of(DYN),
    dict: map_of(DYN, DYN),
    Timestamp: TIMESTAMP,
    Duration: DURATION,
    Type: TYPE,
    Optional: optional_of(DYN),
    BoolKey: BOOL,
}


def type_name(value: object) -> str:
    """Return the name of a value's type, for messages; a host value has its class's name."""
    known = _TYPES.get(type(value))
    return known.name if known is not None else type(value).__name__.lower()


def runtime_type(value: object) -> Type:
    """Return the value of `type(value)`: lists and maps without their parameters."""
    known = _TYPES.get(type(value))
    return Type(known.name) if known is not None else Type(type(value).__name__.lower())


def map_key(value: Any) -> Any:
    """Return the form in which a map holds a key; raises EvaluationError for no key's type."""
    kind = type(value)
    if kind is str or kind is int or kind is UInt:
        return value
    if kind is bool:
        return TRUE_KEY if value else FALSE_KEY
    raise EvaluationError(f"a key of a map is a string, int, uint or bool, not {type_name(value)}")


def plain(value: Any) -> Any:
    """Return a value with its maps' boolean keys as Python booleans, where they do not collide.

    What holds no such map is returned as the same object.
    """
    return _plain(value, {}) if type(value) in (list, dict, Optional) else value


def _plain(value: Any, done: dict[int, Any]) -> Any:
    """Return a plain value; `done` holds those of the objects that were met before.

    INVARIANT: each object is walked once, since a value may hold another in many places.
    """
    kind = type(value)
    if kind is not list and kind is not dict and kind is not Optional:
        return value
    if id(value) not in done:
        done[id(value)] = _made(value, done)
    return done[id(value)]


def _made(value: Any, done: dict[int, Any]) -> Any:
    if type(value) is list:
        items = [_plain(item, done) for item in value]
        same = all(one is other for one, other in zip(items, value, strict=True))
        return value if same else items
    if type(value) is Optional:
        inner = _plain(value.value, done) if value.present else value.value
        return value if inner is value.value else Optional(inner)
    made = {key: _plain(item, done) for key, item in value.items()}
    found = [key for key in (TRUE_KEY, FALSE_KEY) if key in made]
    if any(int(key.value) in made for key in found):
        return made
    if not found:
        return value if all(made[key] is item for key, item in value.items()) else made
    return {(key.value if type(key) is BoolKey else key): item for key, item in made.items()}
