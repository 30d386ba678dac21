"""Declares and implements the math extension of CEL.

https://github.com/google/cel-go/blob/master/ext/README.md#math
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from checker.budget import Meter, charge
from checker.cel.library.overload import Cost, Overload
from checker.cel.operators import compare, no_overload, ranged
from checker.cel.types import BOOL, DOUBLE, DYN, INT, UINT, Type, list_of
from checker.cel.values import UINT_MAX, UInt
from checker.errors import EvaluationError

_BITS = 64


def _extreme(name: str, op: str) -> tuple[Overload, ...]:
    def of(values: tuple[Any, ...] | list[Any]) -> Any:
        if not values:
            raise EvaluationError(f"math.{name}() needs at least one number")
        best = values[0]
        for value in values:
            if type(value) not in (int, UInt, float):
                no_overload(f"math.{name}", value)
            if compare(op, value, best):
                best = value
        return best

    def of_arguments(*values: Any) -> Any:
        return of(values)

    def of_list(meter: Meter, values: list[Any]) -> Any:
        charge(meter, len(values))
        return of(values)

    numbers = (INT, UINT, DOUBLE)
    return (
        *(Overload(f"math.{name}", (of_,), of_, of_arguments, variadic=True) for of_ in numbers),
        *(
            Overload(f"math.{name}", (list_of(of_),), of_, of_list, cost=Cost.LINEAR)
            for of_ in (*numbers, DYN)
        ),
        Overload(f"math.{name}", (DYN, DYN), DYN, of_arguments, variadic=True),
    )


def _round(value: float) -> float:
    if not math.isfinite(value):
        return value
    whole = math.floor(abs(value))
    return math.copysign(whole + (abs(value) - whole >= 0.5), value)  # noqa: PLR2004 - halves round away from zero


def _whole(call: Callable[[float], int]) -> Callable[[float], float]:
    def rounded(value: float) -> float:
        return math.copysign(call(value), value) if math.isfinite(value) else value

    return rounded


def _sign(value: float) -> float:
    if math.isnan(value) or not value:
        return abs(value)
    return math.copysign(1, value)


def _root(value: float) -> float:
    return math.sqrt(value) if value >= 0 else math.nan


def _wrapped(value: int) -> int:
    """Return the lowest 64 bits of a number as a signed int."""
    value &= UINT_MAX
    return value - (1 << _BITS) if value >> (_BITS - 1) else value


def _offset(offset: int) -> int:
    if offset < 0:
        raise EvaluationError(f"math.bitShift: negative offset {offset}")
    return min(offset, _BITS)


def _unary(name: str, of: Type, call: Callable[[Any], Any], *, fails: bool = False) -> Overload:
    return Overload(f"math.{name}", (of,), of, call, fails=fails)


def _bits(name: str, call: Callable[[int, int], int]) -> tuple[Overload, Overload]:
    def of_uints(left: int, right: int) -> UInt:
        return UInt(call(int(left), int(right)))

    return (
        Overload(f"math.{name}", (INT, INT), INT, call, fails=False),
        Overload(f"math.{name}", (UINT, UINT), UINT, of_uints, fails=False),
    )


def _test(name: str, call: Callable[[float], bool]) -> Overload:
    return Overload(f"math.{name}", (DOUBLE,), BOOL, call, fails=False)


OVERLOADS = (
    *_extreme("greatest", ">"),
    *_extreme("least", "<"),
    _unary("ceil", DOUBLE, _whole(math.ceil)),
    _unary("floor", DOUBLE, _whole(math.floor)),
    _unary("round", DOUBLE, _round),
    _unary("trunc", DOUBLE, _whole(math.trunc)),
    _unary("abs", INT, lambda value: ranged(abs(value)), fails=True),
    _unary("abs", UINT, lambda value: value),
    _unary("abs", DOUBLE, math.fabs),
    _unary("sign", INT, lambda value: (value > 0) - (value < 0)),
    _unary("sign", UINT, lambda value: UInt(value > 0)),
    _unary("sign", DOUBLE, _sign),
    Overload("math.sqrt", (INT,), DOUBLE, _root, fails=False),
    Overload("math.sqrt", (UINT,), DOUBLE, _root, fails=False),
    Overload("math.sqrt", (DOUBLE,), DOUBLE, _root, fails=False),
    _test("isNaN", math.isnan),
    _test("isInf", math.isinf),
    _test("isFinite", math.isfinite),
    *_bits("bitAnd", lambda left, right: left & right),
    *_bits("bitOr", lambda left, right: left | right),
    *_bits("bitXor", lambda left, right: left ^ right),
    _unary("bitNot", INT, lambda value: ~value),
    _unary("bitNot", UINT, lambda value: UInt(UINT_MAX - int(value))),
    Overload(
        "math.bitShiftLeft", (INT, INT), INT, lambda value, by: _wrapped(value << _offset(by))
    ),
    Overload(
        "math.bitShiftLeft",
        (UINT, INT),
        UINT,
        lambda value, by: UInt((int(value) << _offset(by)) & UINT_MAX),
    ),
    Overload(
        "math.bitShiftRight",
        (INT, INT),
        INT,
        lambda value, by: _wrapped((value & UINT_MAX) >> _offset(by)),
    ),
    Overload(
        "math.bitShiftRight",
        (UINT, INT),
        UINT,
        lambda value, by: UInt(int(value) >> _offset(by)),
    ),
)
