"""Reads the data of JSON texts and refuses whatever two readers may read differently.

In addition to what the grammar of JSON excludes (https://www.rfc-editor.org/rfc/rfc8259), these
are refused: duplicate keys, however they are spelled; NaN and Infinity; integers that do not fit
into 64 bits; infinite floats; unpaired surrogates; and nesting deeper than the limit.
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
    """Return the data of a JSON text; raises InputError for its first fault.

    The fast decoder only detects that there is a fault. A second, slower pass then finds what is
    wrong and where, so that valid documents do not pay for it.
    """
    text = source.text
    try:
        # INVARIANT: the decoder recurses, so it only gets texts within the depth limit.
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
    r"""Return how deeply brackets outside strings nest; exact up to the first syntax error.

    Once `\\` and then `\"` are removed, every remaining `"` opens or closes a string, so every
    second piece between quotes is outside strings. A backslash outside a string makes the rest
    of the result wrong, but the decoder stops there.
    """
    if "\\" in text:
        text = text.replace("\\\\", "").replace('\\"', "")
    marks = text.encode("ascii", "replace").translate(None, delete=_NO_MARKS)
    # Two adjacent quotes can be removed: whether the rest is inside strings does not change.
    outside = b"".join(marks.replace(b'""', b"").split(b'"')[::2])
    return max(accumulate(map(_STEPS.__getitem__, outside)), default=0)


def _check_surrogates(text: str) -> None:
    if not text.isascii():
        text.encode()  # raises UnicodeEncodeError, a ValueError, for an unpaired surrogate
    # A search for one character is several times faster than a search for two.
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
