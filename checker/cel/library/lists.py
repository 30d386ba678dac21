"""Declares and implements the lists and sets extensions of CEL.

https://github.com/google/cel-go/blob/master/ext/README.md#lists and #sets
"""

from __future__ import annotations

from functools import cmp_to_key
from typing import Any

from checker.budget import Meter, charge, loop
from checker.cel.library.overload import Cost, Overload
from checker.cel.operators import compare, contains, no_overload
from checker.cel.types import BOOL, DYN, INT, Type, list_of, optional_of
from checker.cel.values import NONE, Duration, Optional, Timestamp, UInt
from checker.errors import EvaluationError

_A = Type("A")
_LIST = list_of(_A)
_COMPARABLE = frozenset({bool, int, UInt, float, str, bytes, Timestamp, Duration})


def _range(meter: Meter, size: int) -> list[int]:
    loop(meter, max(size, 0))
    return list(range(size))


def _distinct(meter: Meter, items: list[Any]) -> list[Any]:
    if all(type(item) is str for item in items):
        charge(meter, len(items))
        return list(dict.fromkeys(items))
    found: list[Any] = []
    for item in items:
        loop(meter, 1)
        if not contains(item, found, meter):
            found.append(item)
    return found


def _flatten(meter: Meter, items: list[Any], depth: int = 1) -> list[Any]:
    if depth < 0:
        raise EvaluationError(f"the depth of flatten() must be at least 0, not {depth}")
    found = items
    while depth > 0 and any(type(item) is list for item in found):
        flat: list[Any] = []
        for item in found:
            charge(meter, len(item) if type(item) is list else 1)
            if type(item) is list:
                flat.extend(item)
            else:
                flat.append(item)
        loop(meter, len(flat))
        found, depth = flat, depth - 1
    return found


def _slice(meter: Meter, items: list[Any], start: int, end: int) -> list[Any]:
    if not 0 <= start <= end <= len(items):
        size = len(items)
        raise EvaluationError(f"slice() from {start} to {end} is out of range of {size} elements")
    charge(meter, end - start)
    return items[start:end]


def _reverse(meter: Meter, items: list[Any]) -> list[Any]:
    charge(meter, len(items))
    return items[::-1]


def sort_by(meter: Meter, items: list[Any], by: list[Any]) -> list[Any]:
    """Return the items in ascending order of their keys; `by` holds the key of each item.

    Raises EvaluationError unless all keys have the same comparable type.
    """
    loop(meter, len(items))
    for key in by:
        if type(key) is not type(by[0]) or type(key) not in _COMPARABLE:
            no_overload("sort", by[0], key)
    charge(meter, len(items) * max(len(items).bit_length(), 1))

    def order(one: int, other: int) -> int:
        if compare("<", by[one], by[other]):
            return -1
        return 1 if compare(">", by[one], by[other]) else 0

    return [items[position] for position in sorted(range(len(items)), key=cmp_to_key(order))]


def _sort(meter: Meter, items: list[Any]) -> list[Any]:
    return sort_by(meter, items, items)


def _first(items: list[Any]) -> Optional:
    return Optional(items[0]) if items else NONE


def _last(items: list[Any]) -> Optional:
    return Optional(items[-1]) if items else NONE


def _includes(meter: Meter, items: list[Any], wanted: list[Any]) -> bool:
    loop(meter, len(wanted))
    return all(contains(item, items, meter) for item in wanted)


def _equivalent(meter: Meter, left: list[Any], right: list[Any]) -> bool:
    return _includes(meter, left, right) and _includes(meter, right, left)


def _intersects(meter: Meter, left: list[Any], right: list[Any]) -> bool:
    loop(meter, len(left))
    return any(contains(item, right, meter) for item in left)


def _on_list(
    name: str, call: Any, *more: Type, fails: bool = False, cost: Cost = Cost.LINEAR
) -> Overload:
    return Overload(name, (_LIST, *more), _LIST, call, receiver=True, fails=fails, cost=cost)


def _on_sets(name: str, call: Any) -> Overload:
    return Overload(f"sets.{name}", (_LIST, _LIST), BOOL, call, fails=False, cost=Cost.QUADRATIC)


_COMPARED = ("int", "uint", "double", "bool", "string", "bytes", "timestamp", "duration", "dyn")

OVERLOADS = (
    Overload("lists.range", (INT,), list_of(INT), _range, cost=Cost.LINEAR),
    _on_list("distinct", _distinct, cost=Cost.QUADRATIC),
    Overload("flatten", (list_of(_LIST),), _LIST, _flatten, receiver=True, cost=Cost.LINEAR),
    Overload("flatten", (list_of(DYN),), list_of(DYN), _flatten, receiver=True, cost=Cost.LINEAR),
    Overload(
        "flatten", (list_of(DYN), INT), list_of(DYN), _flatten, receiver=True, cost=Cost.LINEAR
    ),
    _on_list("slice", _slice, INT, INT, fails=True),
    _on_list("reverse", _reverse),
    *(
        Overload(
            "sort",
            (list_of(Type(name)),),
            list_of(Type(name)),
            _sort,
            receiver=True,
            cost=Cost.LINEAR,
        )
        for name in _COMPARED
    ),
    Overload("first", (_LIST,), optional_of(_A), _first, receiver=True, fails=False),
    Overload("last", (_LIST,), optional_of(_A), _last, receiver=True, fails=False),
    _on_sets("contains", _includes),
    _on_sets("equivalent", _equivalent),
    _on_sets("intersects", _intersects),
)
