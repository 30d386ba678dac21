"""Declares and implements the functions of CEL on optional values.

https://github.com/google/cel-go/blob/master/cel/library.go (OptionalTypes)
"""

from __future__ import annotations

from typing import Any

from checker.budget import Meter, charge
from checker.cel.library.overload import Cost, Overload
from checker.cel.operators import present
from checker.cel.types import BOOL, Type, list_of, optional_of
from checker.cel.values import NONE, Duration, Optional, Timestamp, UInt
from checker.errors import EvaluationError

_A = Type("A")
_OPTIONAL = optional_of(_A)


def _is_zero(value: Any) -> bool:
    kind = type(value)
    if kind is Timestamp or kind is Duration:
        return bool(value.nanos == 0)
    if kind is Optional:
        return not value.present
    if value is None or kind in (bool, int, UInt, float, str, bytes, list, dict):
        return not value
    return False


def _of_non_zero(value: Any) -> Optional:
    return NONE if _is_zero(value) else Optional(value)


def _value(value: Optional) -> Any:
    if not value.present:
        raise EvaluationError("the optional value is absent: test hasValue() or use orValue()")
    return value.value


def _or_value(value: Optional, other: Any) -> Any:
    return value.value if value.present else other


def _unwrap(meter: Meter, items: list[Any]) -> list[Any]:
    charge(meter, len(items))
    return [item.value for item in map(present, items) if item.present]


OVERLOADS = (
    Overload("optional.of", (_A,), _OPTIONAL, Optional, fails=False),
    Overload("optional.ofNonZeroValue", (_A,), _OPTIONAL, _of_non_zero, fails=False),
    Overload("optional.none", (), _OPTIONAL, lambda: NONE, fails=False),
    Overload("optional.unwrap", (list_of(_OPTIONAL),), list_of(_A), _unwrap, cost=Cost.LINEAR),
    Overload(
        "unwrapOpt", (list_of(_OPTIONAL),), list_of(_A), _unwrap, receiver=True, cost=Cost.LINEAR
    ),
    Overload(
        "hasValue", (_OPTIONAL,), BOOL, lambda value: value.present, receiver=True, fails=False
    ),
    Overload("value", (_OPTIONAL,), _A, _value, receiver=True),
    Overload(
        "or",
        (_OPTIONAL, _OPTIONAL),
        _OPTIONAL,
        lambda value, other: value if value.present else other,
        receiver=True,
        fails=False,
    ),
    Overload("orValue", (_OPTIONAL, _A), _A, _or_value, receiver=True, fails=False),
)
