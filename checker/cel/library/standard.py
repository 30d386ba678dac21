"""Declares and implements the standard functions of CEL, and the names of its types.

https://github.com/google/cel-spec/blob/master/doc/langdef.md#list-of-standard-definitions
"""

from __future__ import annotations

import math
import re
from typing import Any

from checker.budget import Meter, charge
from checker.cel.library import times
from checker.cel.library.overload import Cost, Overload
from checker.cel.library.regex import searcher_for
from checker.cel.operators import ranged, unsigned
from checker.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    TYPE,
    UINT,
    Type,
    list_of,
    map_of,
    type_of,
)
from checker.cel.values import BILLION, UInt, runtime_type
from checker.errors import EvaluationError

_A, _B = Type("A"), Type("B")
_DIGITS = re.compile(r"[+-]?[0-9]{1,20}")
_UNSIGNED = re.compile(r"\+?[0-9]{1,20}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?")
_SPECIAL = re.compile(r"[+-]?(?:inf|infinity|nan)", re.IGNORECASE)
_LEAST, _MOST = -4, 6
"""Exponents of ten from (included) and to (excluded) which a double is written without one."""
_TRUE = frozenset({"1", "t", "true", "TRUE", "True"})
_FALSE = frozenset({"0", "f", "false", "FALSE", "False"})


def double_text(value: float) -> str:
    """Return the shortest decimal string that reads back as the same double."""
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    mantissa, _, power = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = f"{whole}{fraction}".strip("0") if whole != "0" or power else fraction.strip("0")
    exponent = int(power or "0") + len(whole) - 1
    if whole == "0" and not power:
        exponent = -1 - (len(fraction) - len(fraction.lstrip("0")))
    if _LEAST <= exponent < _MOST or not value:
        shown = repr(value).removesuffix(".0")
        return shown if "e" not in shown else f"{value:.{len(digits) - 1 - exponent}f}"
    sign = "-" if value < 0 else ""
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{rest}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _int_of_double(value: float) -> int:
    # both ends are excluded, as in other engines: a double there may be rounded from beyond it
    if -(2.0**63) < value < 2.0**63:
        return int(value)
    raise EvaluationError("integer overflow: the double does not fit in 64 bits")


def _uint_of_double(value: float) -> UInt:
    if 0 <= value < 2.0**64:
        return UInt(value)
    raise EvaluationError("unsigned integer overflow: the double does not fit in 64 bits")


def _int_of_text(text: str) -> int:
    if _DIGITS.fullmatch(text) is None:
        raise EvaluationError("not an int: expected up to 20 digits with an optional sign")
    return ranged(int(text))


def _uint_of_text(text: str) -> UInt:
    if _UNSIGNED.fullmatch(text) is None:
        raise EvaluationError("not a uint: expected up to 20 digits")
    return unsigned(int(text))


def _double_of_text(meter: Meter, text: str) -> float:
    charge(meter, len(text))
    if _DECIMAL.fullmatch(text) is None and _SPECIAL.fullmatch(text) is None:
        raise EvaluationError("not a double: expected a decimal number")
    return float(text)


def _bool_of_text(text: str) -> bool:
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise EvaluationError("not a bool: expected `true` or `false`")


def _text_of_bytes(meter: Meter, value: bytes) -> str:
    charge(meter, len(value))
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise EvaluationError("the bytes are not valid UTF-8") from error


def _bytes_of_text(meter: Meter, value: str) -> bytes:
    charge(meter, len(value))
    return value.encode()


def _matches(meter: Meter, text: str, pattern: str) -> bool:
    charge(meter, len(text) + len(pattern))
    return searcher_for(pattern, meter)(text)


def _contains(meter: Meter, text: str, part: str) -> bool:
    charge(meter, len(text))
    return part in text


def _same(value: Any) -> Any:
    return value


def _sizes() -> tuple[Overload, ...]:
    sized = (STRING, BYTES, list_of(_A), map_of(_B, _A))
    return tuple(
        Overload("size", (of,), INT, len, receiver=receiver, fails=False)
        for of in sized
        for receiver in (False, True)
    )


OVERLOADS = (
    *_sizes(),
    Overload("startsWith", (STRING, STRING), BOOL, str.startswith, receiver=True, fails=False),
    Overload("endsWith", (STRING, STRING), BOOL, str.endswith, receiver=True, fails=False),
    Overload(
        "contains", (STRING, STRING), BOOL, _contains, receiver=True, fails=False, cost=Cost.LINEAR
    ),
    Overload("matches", (STRING, STRING), BOOL, _matches, receiver=True, cost=Cost.LINEAR),
    Overload("matches", (STRING, STRING), BOOL, _matches, cost=Cost.LINEAR),
    Overload("type", (_A,), type_of(_A), runtime_type, fails=False),
    Overload("dyn", (_A,), DYN, _same, fails=False),
    Overload("bool", (BOOL,), BOOL, _same, fails=False),
    Overload("bool", (STRING,), BOOL, _bool_of_text),
    Overload("int", (INT,), INT, _same, fails=False),
    Overload("int", (UINT,), INT, lambda value: ranged(int(value))),
    Overload("int", (DOUBLE,), INT, _int_of_double),
    Overload("int", (STRING,), INT, _int_of_text),
    Overload("int", (TIMESTAMP,), INT, lambda moment: moment.nanos // BILLION, fails=False),
    Overload("uint", (UINT,), UINT, _same, fails=False),
    Overload("uint", (INT,), UINT, unsigned),
    Overload("uint", (DOUBLE,), UINT, _uint_of_double),
    Overload("uint", (STRING,), UINT, _uint_of_text),
    Overload("double", (DOUBLE,), DOUBLE, _same, fails=False),
    Overload("double", (INT,), DOUBLE, float),
    Overload("double", (UINT,), DOUBLE, float),
    Overload("double", (STRING,), DOUBLE, _double_of_text, cost=Cost.LINEAR),
    Overload("string", (STRING,), STRING, _same, fails=False),
    Overload("string", (BOOL,), STRING, lambda value: "true" if value else "false", fails=False),
    Overload("string", (INT,), STRING, str, fails=False),
    Overload("string", (UINT,), STRING, lambda value: str(int(value)), fails=False),
    Overload("string", (DOUBLE,), STRING, double_text, fails=False),
    Overload("string", (BYTES,), STRING, _text_of_bytes, cost=Cost.LINEAR),
    Overload("string", (TIMESTAMP,), STRING, times.timestamp_text, fails=False),
    Overload("string", (DURATION,), STRING, times.duration_text, fails=False),
    Overload("bytes", (BYTES,), BYTES, _same, fails=False),
    Overload("bytes", (STRING,), BYTES, _bytes_of_text, cost=Cost.LINEAR),
    *times.OVERLOADS,
)

TYPES: dict[str, Type] = {
    **{
        type_.name: type_
        for type_ in (BOOL, INT, UINT, DOUBLE, STRING, BYTES, TYPE, Type("null_type"))
    },
    "list": list_of(DYN),
    "map": map_of(DYN, DYN),
    "optional_type": Type("optional", (DYN,)),
    "google.protobuf.Timestamp": TIMESTAMP,
    "google.protobuf.Duration": DURATION,
}
"""The types that expressions may name."""
