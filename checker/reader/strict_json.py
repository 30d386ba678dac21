"""A JSON text goes in, its data comes out: RFC 8259, with every ambiguity refused.

Refused beyond the grammar (https://www.rfc-editor.org/rfc/rfc8259): duplicate keys however
they are spelled, NaN and Infinity, integers beyond 64 bits, infinite floats, unpaired
surrogates, and nesting deeper than the limit.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import TYPE_CHECKING

from checker.reader.number import integer, not_a_number, real

if TYPE_CHECKING:
    from checker.problems import Json, Source
    from checker.reader.limits import Limits

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_STEPS = dict(zip(b"[{]}", (1, 1, -1, -1), strict=True))
_NO_MARKS = bytes(set(range(256)) - _STEPS.keys() - {ord('"')})


def read_json(source: Source, limits: Limits) -> Json:
    """Return the data of a JSON text; raises InputError at the first thing that is wrong.

    This says only that something is wrong. What and where is found by a second, slower walk
    over the text, so that a sound document does not pay for it.
    """
    text = source.text
    try:
        # INVARIANT: the decoder, which recurses, only sees what is within the depth limit.
        _check_depth(text, limits.max_depth)
        data: Json = _DECODER.decode(text)
        _check_surrogates(text)
    except ValueError:
        from checker.reader.json_faults import json_fault  # noqa: PLC0415 - only for a fault

        raise json_fault(source, limits) from None
    return data


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise ValueError("a key occurs twice")
    return data


def _check_depth(text: str, max_depth: int) -> None:
    if text.count("[") + text.count("{") > max_depth and _depth(text) > max_depth:
        raise ValueError("too deep")


def _depth(text: str) -> int:
    r"""Return how deep brackets outside strings nest; exact up to the first syntax error.

    Once `\\` and then `\"` are gone, every `"` left opens or closes a string, so that every
    second piece between quotes is outside strings. A backslash outside a string makes the
    rest wrong, but the decoder stops there.
    """
    if "\\" in text:
        text = text.replace("\\\\", "").replace('\\"', "")
    marks = text.encode("ascii", "replace").translate(None, delete=_NO_MARKS)
    # Two quotes side by side may go: what stands before and after is as much in a string.
    outside = b"".join(marks.replace(b'""', b"").split(b'"')[::2])
    return max(accumulate(map(_STEPS.__getitem__, outside)), default=0)


def _check_surrogates(text: str) -> None:
    if not text.isascii():
        text.encode()  # raises UnicodeEncodeError, a ValueError, at an unpaired surrogate
    # One character is looked for first, as that is several times faster than two.
    if "\\" in text and "\\u" in text and _SURROGATE.search(text):
        from checker.reader.json_faults import lone_surrogate  # noqa: PLC0415 - rarely needed

        if lone_surrogate(text):
            raise ValueError("an unpaired surrogate")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=integer,
    parse_float=real,
    parse_constant=not_a_number,
)
