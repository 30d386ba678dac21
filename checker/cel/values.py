"""Defines the values of CEL that Python data lacks, and finds the type of any value.

null, bool, int, double, string, bytes, list and map are None, bool, int, float, str, bytes,
list and dict in Python; a type is a `Type`.
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
"""The most nanoseconds between two timestamps: their difference is an int64 in other engines."""
_TIMESTAMP_MIN = -62_135_596_800 * BILLION
_TIMESTAMP_MAX = 253_402_300_800 * BILLION - 1
"""https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp"""


class UInt(int):
    """An unsigned 64-bit integer; it equals the int of the same value, as in CEL."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{int(self)}u"


@dataclass(frozen=True, slots=True, order=True)
class Timestamp:
    """A point in time, in nanoseconds since 1970-01-01T00:00:00Z."""

    nanos: int


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A span of time in nanoseconds."""

    nanos: int


class Optional:
    """A value that may be absent; `value` is `...` if it is."""

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
    """A boolean key of a map; in a Python dict, True and 1 would be the same key."""

    __slots__ = ("value",)

    def __init__(self, value: bool) -> None:  # noqa: FBT001 - it wraps the boolean
        self.value = value

    def __repr__(self) -> str:
        return str(self.value)


TRUE_KEY: Final = BoolKey(True)  # noqa: FBT003 - as above
FALSE_KEY: Final = BoolKey(False)  # noqa: FBT003 - as above


def timestamp(nanos: int) -> Timestamp:
    """Return a timestamp; raises EvaluationError outside the years 1 to 9999."""
    if not _TIMESTAMP_MIN <= nanos <= _TIMESTAMP_MAX:
        raise EvaluationError("timestamp out of range: expected a year from 0001 to 9999")
    return Timestamp(nanos)


def duration(nanos: int) -> Duration:
    """Return a duration; raises EvaluationError beyond about 10,000 years."""
    if not -_DURATION_MAX <= nanos <= _DURATION_MAX:
        raise EvaluationError("duration out of range: expected at most 315,576,000,000 seconds")
    return Duration(nanos)


def difference(left: Timestamp, right: Timestamp) -> Duration:
    """Return `left - right`; raises EvaluationError if its nanoseconds exceed an int64."""
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
    """Return the name of a value's type for messages; for a host's value, that of its class."""
    known = _TYPES.get(type(value))
    return known.name if known is not None else type(value).__name__.lower()


def runtime_type(value: object) -> Type:
    """Return the value of `type(value)`; lists and maps have no parameters there."""
    known = _TYPES.get(type(value))
    return Type(known.name) if known is not None else Type(type(value).__name__.lower())


def map_key(value: Any) -> Any:
    """Return a key in the form that maps hold; raises EvaluationError for a wrong type."""
    kind = type(value)
    if kind is str or kind is int or kind is UInt:
        return value
    if kind is bool:
        return TRUE_KEY if value else FALSE_KEY
    raise EvaluationError(f"a map key must be a string, int, uint or bool, not {type_name(value)}")


def plain(value: Any) -> Any:
    """Return a value whose maps have Python booleans as boolean keys, unless keys would collide.

    A value without such maps is returned as the same object.
    """
    return _plain(value, {}) if type(value) in (list, dict, Optional) else value


def _plain(value: Any, done: dict[int, Any]) -> Any:
    """Return a plain value; `done` maps the id of each object seen so far to its plain value.

    INVARIANT: each object is walked once, because a value may hold another in many places.
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
