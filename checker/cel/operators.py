"""Implements the operators of CEL on values whose types are known only at run time.

All functions raise EvaluationError for values that they do not accept. Both engines use them;
generated code uses Python's own operators instead if the types are proven.
https://github.com/google/cel-spec/blob/master/doc/langdef.md#list-of-standard-definitions
"""

from __future__ import annotations

import math
from typing import Any, NoReturn

from checker.budget import Meter, charge, loop
from checker.cel.types import Type
from checker.cel.values import (
    INT_MAX,
    INT_MIN,
    NONE,
    UINT_MAX,
    BoolKey,
    Duration,
    Optional,
    Timestamp,
    UInt,
    difference,
    duration,
    map_key,
    timestamp,
    type_name,
)
from checker.errors import EvaluationError

_NUMBERS = frozenset({int, UInt, float})
_KEYS = frozenset({bool, int, UInt, float, str})
"""Types of values that may be looked up in a map; a double finds the integer that it equals."""
_ORDERED = frozenset({bool, int, UInt, float, str, bytes, Timestamp, Duration})


def no_overload(name: str, *values: object) -> NoReturn:
    """Raise the error for an operator or function that does not accept such values."""
    given = ", ".join(map(type_name, values))
    raise EvaluationError(f"no such overload: `{name}` does not take ({given})")


def ranged(value: int) -> int:
    """Return an int; raises EvaluationError if it does not fit in 64 bits."""
    if INT_MIN <= value <= INT_MAX:
        return value
    raise EvaluationError("integer overflow: the result does not fit in 64 bits")


def unsigned(value: int) -> UInt:
    """Return a uint; raises EvaluationError if it does not fit in 64 bits."""
    if 0 <= value <= UINT_MAX:
        return UInt(value)
    raise EvaluationError("unsigned integer overflow: the result does not fit in 64 bits")


def equal(left: Any, right: Any, meter: Meter) -> bool:
    """Return whether two values are equal; numbers of different types are compared by value."""
    kind = type(left)
    if kind is not type(right):
        if kind not in _NUMBERS or type(right) not in _NUMBERS:
            return False
        if kind is float or type(right) is float:
            return _rounded_equal(left, right)
        return bool(left == right)
    if kind is list:
        # INVARIANT: even a short list is charged, because a value may hold another many times.
        loop(meter, 1 + len(left))
        return len(left) == len(right) and all(
            equal(one, other, meter) for one, other in zip(left, right, strict=True)
        )
    if kind is dict:
        loop(meter, 1 + len(left))
        return len(left) == len(right) and all(
            key in right and equal(item, right[key], meter) for key, item in left.items()
        )
    if kind is Optional:
        if left.present and right.present:
            return equal(left.value, right.value, meter)
        return bool(left.present == right.present)
    if kind is Type:
        return bool(left.name == right.name)
    return bool(left == right)


def _rounded_equal(left: Any, right: Any) -> bool:
    """Compare an integer with a double as `<` does, so that `<=` and `>=` together imply `==`."""
    try:
        return float(left) == float(right)
    except OverflowError:
        return False


def compare(op: str, left: Any, right: Any) -> bool:
    """Return `left op right` for `<`, `<=`, `>`, `>=`; raises EvaluationError."""
    one, other = type(left), type(right)
    if one is not other:
        if one not in _NUMBERS or other not in _NUMBERS:
            no_overload(op, left, right)
        if one is float or other is float:
            # an integer is rounded to a double for this, as the standard says
            left, right = float(left), float(right)
    elif one not in _ORDERED:
        no_overload(op, left, right)
    if op == "<":
        return bool(left < right)
    if op == "<=":
        return bool(left <= right)
    return bool(left > right) if op == ">" else bool(left >= right)


def add(left: Any, right: Any, meter: Meter) -> Any:
    """Return `left + right`."""
    one, other = type(left), type(right)
    if one is other:
        if one is int:
            return ranged(left + right)
        if one is float:
            return left + right
        if one is UInt:
            return unsigned(int(left) + int(right))
        if one is str or one is list or one is bytes:
            charge(meter, len(left) + len(right))
            return left + right
        if one is Duration:
            return duration(left.nanos + right.nanos)
    if (one is Timestamp and other is Duration) or (one is Duration and other is Timestamp):
        return timestamp(left.nanos + right.nanos)
    no_overload("+", left, right)


def subtract(left: Any, right: Any) -> Any:
    """Return `left - right`."""
    one, other = type(left), type(right)
    if one is other:
        if one is int:
            return ranged(left - right)
        if one is float:
            return left - right
        if one is UInt:
            return unsigned(int(left) - int(right))
        if one is Duration:
            return duration(left.nanos - right.nanos)
        if one is Timestamp:
            return difference(left, right)
    if one is Timestamp and other is Duration:
        return timestamp(left.nanos - right.nanos)
    no_overload("-", left, right)


def multiply(left: Any, right: Any) -> Any:
    """Return `left * right`."""
    kind = type(left)
    if kind is type(right):
        if kind is int:
            return ranged(left * right)
        if kind is float:
            return left * right
        if kind is UInt:
            return unsigned(int(left) * int(right))
    no_overload("*", left, right)


def divide(left: Any, right: Any) -> Any:
    """Return `left / right`; a quotient of integers is truncated towards zero."""
    kind = type(left)
    if kind is type(right):
        if kind is int:
            return divide_ints(left, right)
        if kind is float:
            return divide_doubles(left, right)
        if kind is UInt:
            if not right:
                raise EvaluationError("divide by zero")
            return UInt(int(left) // int(right))
    no_overload("/", left, right)


def divide_ints(left: int, right: int) -> int:
    """Return the quotient truncated towards zero, where Python would round down."""
    if not right:
        raise EvaluationError("divide by zero")
    quotient = abs(left) // abs(right)
    return ranged(quotient if (left < 0) == (right < 0) else -quotient)


def divide_doubles(left: float, right: float) -> float:
    """Return the quotient; a division by zero gives an infinity or NaN."""
    if right:
        return left / right
    if not left or math.isnan(left) or math.isnan(right):
        return math.nan
    return math.copysign(math.inf, math.copysign(1, left) * math.copysign(1, right))


def remainder(left: Any, right: Any) -> Any:
    """Return `left % right`, with the sign of `left`."""
    kind = type(left)
    if kind is type(right):
        if kind is int:
            return remainder_of_ints(left, right)
        if kind is UInt:
            if not right:
                raise EvaluationError("modulus by zero")
            return UInt(int(left) % int(right))
    no_overload("%", left, right)


def remainder_of_ints(left: int, right: int) -> int:
    """Return the remainder with the sign of `left`."""
    if not right:
        raise EvaluationError("modulus by zero")
    rest = abs(left) % abs(right)
    # the quotient of INT_MIN and -1 overflows, so cel-go and cel-cpp report an error for `%` too
    divide_ints(left, right)
    return -rest if left < 0 else rest


def negate(value: Any) -> Any:
    """Return `-value`."""
    kind = type(value)
    if kind is int:
        return ranged(-value)
    if kind is float:
        return -value
    no_overload("-", value)


def boolean(value: Any) -> bool:
    """Return a boolean as it is; raises EvaluationError for any other value."""
    if value is True or value is False:
        return bool(value)
    raise EvaluationError(f"expected true or false, not {type_name(value)}")


def contains(item: Any, container: Any, meter: Meter) -> bool:
    """Return `item in container`, for a list or for the keys of a map."""
    kind = type(container)
    if kind is list:
        if type(item) is str:
            charge(meter, len(container))
            return item in container
        loop(meter, len(container))
        return any(equal(item, other, meter) for other in container)
    if kind is dict and type(item) in _KEYS:
        return find(container, item) is not MISSING
    no_overload("in", item, container)


MISSING: Any = object()
"""What `find` returns for a key that is not in the map."""


def find(mapping: dict[Any, Any], key: Any) -> Any:
    """Return the value of a key of any type, or MISSING."""
    kind = type(key)
    if kind is str or kind is int or kind is UInt or kind is float:
        return mapping.get(key, MISSING)
    return mapping.get(map_key(key), MISSING) if kind is bool else MISSING


def index(container: Any, key: Any) -> Any:
    """Return `container[key]`; raises EvaluationError."""
    kind = type(container)
    if kind is dict:
        value = find(container, key)
        if value is MISSING:
            raise no_such_key(key)
        return value
    if kind is list:
        position = _position(key)
        if 0 <= position < len(container):
            return container[position]
        raise EvaluationError(f"index out of range: {position} in a list of {len(container)}")
    if kind is Optional:
        return optional_index(container, key)
    no_overload("[]", container, key)


def optional_index(container: Any, key: Any) -> Optional:
    """Return `container[?key]`: an absent optional if there is no such key or index."""
    kind = type(container)
    if kind is Optional:
        return optional_index(container.value, key) if container.present else container
    if kind is dict:
        value = find(container, key)
        return NONE if value is MISSING else Optional(value)
    if kind is list:
        position = _position(key)
        if 0 <= position < len(container):
            return Optional(container[position])
        return NONE
    no_overload("[?]", container, key)


def no_such_key(key: Any) -> EvaluationError:
    """Return the error for a key or field that is absent."""
    shown = key if isinstance(key, str) else repr(key)
    return EvaluationError(f"no such key: `{shown if len(shown) <= 80 else shown[:79] + '…'}`")  # noqa: PLR2004 - a line's worth


def _position(key: Any) -> int:
    if type(key) is int or type(key) is UInt:
        return int(key)
    if type(key) is float and key.is_integer():
        return int(key)
    raise EvaluationError(f"the index of a list must be an int, not {type_name(key)}")


def keys(mapping: dict[Any, Any]) -> Any:
    """Return the list of a map's keys, for a loop."""
    return [key.value if type(key) is BoolKey else key for key in mapping]


def elements(value: Any) -> Any:
    """Return what a loop with one variable runs over: the items of a list or the keys of a map."""
    kind = type(value)
    if kind is list:
        return value
    if kind is dict:
        return keys(value)
    raise EvaluationError(f"a macro loops over a list or a map, not {type_name(value)}")


def pairs(value: Any) -> Any:
    """Return what a loop with two variables runs over: (index, item) or (key, value) pairs."""
    kind = type(value)
    if kind is list:
        return list(enumerate(value))
    if kind is dict:
        return list(zip(keys(value), value.values(), strict=True))
    raise EvaluationError(f"a macro loops over a list or a map, not {type_name(value)}")


def made_map(entries: Any) -> dict[Any, Any]:
    """Return the map of (key, value) pairs; raises EvaluationError for a repeated key."""
    made: dict[Any, Any] = {}
    for key, value in entries:
        held = map_key(key)
        if held in made:
            raise EvaluationError(f"the key `{key}` is repeated in a map")
        made[held] = value
    return made


def present(value: Any) -> Optional:
    """Return the optional value of a `?item` in a list or map; raises EvaluationError."""
    if type(value) is Optional:
        return value
    raise EvaluationError(f"expected an optional value after `?`, not {type_name(value)}")


def opened(name: str, value: Any) -> Optional:
    """Return the optional value that `name` needs; raises EvaluationError for any other value."""
    if type(value) is not Optional:
        no_overload(name, value)
    return value


def merged(meter: Meter, maps: list[Any]) -> dict[Any, Any]:
    """Return several maps merged into one; raises EvaluationError for a repeated key."""
    found: dict[Any, Any] = {}
    for each in maps:
        if type(each) is not dict:
            no_overload("transformMapEntry", each)
        charge(meter, len(each))
        for key, value in each.items():
            if key in found:
                raise EvaluationError(f"the key `{key}` is repeated in a map")
            found[key] = value
    return found


ARITHMETIC = {"-": subtract, "*": multiply, "/": divide, "%": remainder}
"""The arithmetic operators that need no meter."""
