"""Implements format strings: `"%s is %d".format([name, age])`.

https://github.com/google/cel-go/blob/master/ext/README.md#format
"""

from __future__ import annotations

import math
import re
from typing import Any

from checker.budget import Meter, charge, loop
from checker.cel.library import times
from checker.cel.library.standard import double_text
from checker.cel.types import Type
from checker.cel.values import BoolKey, Duration, Timestamp, UInt, type_name
from checker.errors import EvaluationError

_CLAUSE = re.compile(r"%(?:%|(?:\.([0-9]{1,9}))?(.?))", re.DOTALL)
_DEFAULT_PRECISION = 6
_MAX_PRECISION = 1000


def format_text(meter: Meter, text: str, values: list[Any]) -> str:
    """Return the formatted string.

    Raises EvaluationError for an invalid clause, a value of the wrong type or one that is missing.
    """
    charge(meter, len(text))
    parts: list[str] = []
    end = used = 0
    for match in _CLAUSE.finditer(text):
        parts.append(text[end : match.start()])
        end = match.end()
        if match[0] == "%%":
            parts.append("%")
            continue
        if used >= len(values):
            raise EvaluationError(f"format: no value for `{match[0]}` at index {used}")
        part = _clause(meter, match[2], match[1], values[used])
        charge(meter, len(part))
        parts.append(part)
        used += 1
    parts.append(text[end:])
    return "".join(parts)


def _clause(meter: Meter, verb: str, digits: str | None, value: Any) -> str:
    if verb in ("f", "e"):
        return _float(verb, _DEFAULT_PRECISION if digits is None else int(digits), value)
    if digits is not None and verb:
        raise EvaluationError(f"format: `%{verb}` takes no precision")
    if verb == "s":
        return _shown(meter, value)
    if verb == "d":
        return _decimal(value)
    if verb in ("x", "X"):
        shown = _hex(meter, value)
        return shown.upper() if verb == "X" else shown
    if verb == "b" and type(value) is bool:
        return "1" if value else "0"
    if verb in ("b", "o"):
        return _of_integer(verb, value)
    raise EvaluationError(
        f"format: `%{verb}` is not a clause: expected one of %s %d %f %e %b %o %x %X"
    )


def _refused(verb: str, value: Any) -> EvaluationError:
    return EvaluationError(f"format: `%{verb}` does not take {type_name(value)}")


def _special(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _float(verb: str, precision: int, value: Any) -> str:
    if type(value) not in (float, int, UInt):
        raise _refused(verb, value)
    if precision > _MAX_PRECISION:
        raise EvaluationError(f"format: the precision must be at most {_MAX_PRECISION}")
    number = float(value)
    return f"{number:.{precision}{verb}}" if math.isfinite(number) else _special(number)


def _decimal(value: Any) -> str:
    if type(value) in (int, UInt):
        return str(int(value))
    if type(value) is float and not math.isfinite(value):
        return _special(value)
    raise _refused("d", value)


def _hex(meter: Meter, value: Any) -> str:
    if type(value) in (int, UInt):
        return _of_integer("x", value)
    if type(value) is str:
        charge(meter, len(value))
        return value.encode().hex()
    if type(value) is bytes:
        charge(meter, len(value))
        return value.hex()
    raise _refused("x", value)


def _of_integer(verb: str, value: Any) -> str:
    if type(value) not in (int, UInt):
        raise _refused(verb, value)
    return format(int(value), verb)


def _shown(meter: Meter, value: Any) -> str:  # noqa: C901 - one case for each type
    kind = type(value)
    if kind is str:
        charge(meter, len(value))
        return str(value)
    if kind is bool or kind is BoolKey:
        return "true" if (value if kind is bool else value.value) else "false"
    if value is None:
        return "null"
    if kind is int or kind is UInt:
        return str(int(value))
    if kind is float:
        return double_text(value) if math.isfinite(value) else _special(value)
    if kind is bytes:
        charge(meter, len(value))
        return str(value, "utf-8", "replace")
    if kind is Timestamp:
        return times.timestamp_text(value, grouped=False)
    if kind is Duration:
        return times.duration_text(value)
    if kind is list:
        loop(meter, 1 + len(value))
        return f"[{', '.join([_shown(meter, item) for item in value])}]"
    if kind is dict:
        loop(meter, 1 + len(value))
        items = sorted((_shown(meter, key), _shown(meter, item)) for key, item in value.items())
        return f"{{{', '.join([f'{key}: {item}' for key, item in items])}}}"
    if kind is Type:
        return str(_NAMES.get(value.name, value.name))
    raise _refused("s", value)


_NAMES = {
    "timestamp": "google.protobuf.Timestamp",
    "duration": "google.protobuf.Duration",
    "optional": "optional_type",
}
