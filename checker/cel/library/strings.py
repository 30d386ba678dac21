"""Declares and implements the strings extension of CEL, and base64.

https://github.com/google/cel-go/blob/master/ext/README.md#strings
"""

from __future__ import annotations

import base64
import binascii
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from checker.budget import Meter, charge
from checker.cel.library.formatting import format_text
from checker.cel.library.overload import Cost, Overload
from checker.cel.operators import no_overload
from checker.cel.types import BYTES, DYN, INT, STRING, Type, list_of
from checker.errors import EvaluationError

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_UPPER = str.maketrans(ascii_lowercase, ascii_uppercase)
_SPACE = (
    " \t\n\v\f\r\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""Unicode's White_Space; Python's strip() would remove U+001C to U+001F as well."""
_QUOTED = str.maketrans(
    {
        "\a": "\\a",
        "\b": "\\b",
        "\f": "\\f",
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
        "\v": "\\v",
        "\\": "\\\\",
        '"': '\\"',
    }
)
_STRINGS = list_of(STRING)


def _in_range(position: int, size: int) -> int:
    if 0 <= position <= size:
        return position
    raise EvaluationError(f"index out of range: {position} in a string of {size} characters")


def _char_at(text: str, position: int) -> str:
    _in_range(position, len(text))
    return text[position : position + 1]


def _index_of(meter: Meter, text: str, part: str, start: int = 0) -> int:
    charge(meter, len(text))
    return text.find(part, _in_range(start, len(text)))


def _last_index_of(meter: Meter, text: str, part: str) -> int:
    charge(meter, len(text))
    return text.rfind(part)


def _last_index_before(meter: Meter, text: str, part: str, last: int) -> int:
    charge(meter, len(text))
    return text.rfind(part, 0, _in_range(last, len(text)) + len(part))


def _substring(meter: Meter, text: str, start: int, end: int | None = None) -> str:
    last = len(text) if end is None else end
    _in_range(start, len(text))
    _in_range(last, len(text))
    if start > last:
        raise EvaluationError(f"substring() from {start} to {last}: the end is before the start")
    charge(meter, last - start)
    return text[start:last]


def _replace(meter: Meter, text: str, old: str, new: str, limit: int = -1) -> str:
    charge(meter, len(text))
    found = text.count(old)
    times = found if limit < 0 else min(found, limit)
    # INVARIANT: charged before it is made, because the result may be as long as this product
    charge(meter, len(text) + times * len(new))
    return text.replace(old, new, times)


def _split(meter: Meter, text: str, mark: str, limit: int = -1) -> list[str]:
    charge(meter, len(text))
    if limit == 0:
        return []
    if mark:
        return text.split(mark, -1 if limit < 0 else limit - 1)
    if not text:
        return [""]
    if limit < 0 or limit >= len(text):
        return list(text)
    return [*text[: limit - 1], text[limit - 1 :]]


def _join(meter: Meter, items: list[Any], mark: str = "") -> str:
    charge(meter, len(items))
    for item in items:
        if type(item) is not str:
            no_overload("join", items, mark)
    charge(meter, sum(map(len, items)) + len(items) * len(mark))
    return mark.join(items)


def _format(meter: Meter, text: str, values: list[Any]) -> str:
    return format_text(meter, text, values)


def _encode(meter: Meter, value: bytes) -> str:
    charge(meter, len(value))
    return base64.b64encode(value).decode()


def _decode(meter: Meter, text: str) -> bytes:
    charge(meter, len(text))
    body = text.rstrip("=")
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise EvaluationError("the string is not valid base64") from error


def _linear(call: Any) -> Any:
    """Return a function that charges for the length of its string before it calls another."""

    def charged(meter: Meter, text: str) -> str:
        charge(meter, len(text))
        return str(call(text))

    return charged


def _on_text(
    name: str, call: Any, *more: Type, fails: bool = False, result: Type = STRING
) -> Overload:
    return Overload(
        name, (STRING, *more), result, call, receiver=True, fails=fails, cost=Cost.LINEAR
    )


OVERLOADS = (
    Overload("charAt", (STRING, INT), STRING, _char_at, receiver=True),
    _on_text("indexOf", _index_of, STRING, result=INT),
    _on_text("indexOf", _index_of, STRING, INT, fails=True, result=INT),
    _on_text("lastIndexOf", _last_index_of, STRING, result=INT),
    _on_text("lastIndexOf", _last_index_before, STRING, INT, fails=True, result=INT),
    _on_text("lowerAscii", _linear(lambda text: text.translate(_LOWER))),
    _on_text("upperAscii", _linear(lambda text: text.translate(_UPPER))),
    _on_text("replace", _replace, STRING, STRING),
    _on_text("replace", _replace, STRING, STRING, INT),
    _on_text("split", _split, STRING, result=_STRINGS),
    _on_text("split", _split, STRING, INT, result=_STRINGS),
    _on_text("substring", _substring, INT, fails=True),
    _on_text("substring", _substring, INT, INT, fails=True),
    _on_text("trim", _linear(lambda text: text.strip(_SPACE))),
    _on_text("reverse", _linear(lambda text: text[::-1])),
    _on_text("format", _format, list_of(DYN), fails=True),
    Overload("join", (_STRINGS,), STRING, _join, receiver=True, cost=Cost.LINEAR),
    Overload("join", (_STRINGS, STRING), STRING, _join, receiver=True, cost=Cost.LINEAR),
    Overload(
        "strings.quote",
        (STRING,),
        STRING,
        _linear(lambda text: f'"{text.translate(_QUOTED)}"'),
        fails=False,
        cost=Cost.LINEAR,
    ),
    Overload("base64.encode", (BYTES,), STRING, _encode, fails=False, cost=Cost.LINEAR),
    Overload("base64.decode", (STRING,), BYTES, _decode, cost=Cost.LINEAR),
)
