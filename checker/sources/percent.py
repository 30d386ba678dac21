"""Decodes JSON text that is encoded for a URL, as the API of IAM returns policies.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_PolicyVersion.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checker.problems import InputError
from checker.reader.rendered import Origin, Piece

if TYPE_CHECKING:
    from checker.problems import Route
    from checker.reader import Reading

_ENCODED = re.compile("(?:%[0-9A-Fa-f]{2})++")
_LONGEST = 1 << 18
"""The most characters of a text that is decoded. The longest policies have some 10,000."""


def is_encoded(text: str) -> bool:
    """Return whether a text is an object in JSON that is encoded for a URL."""
    return text.lstrip()[:3].upper() == "%7B"


def decoded(reading: Reading, route: Route) -> Reading:
    """Return the reading of the decoded text in the string at a route of a file's document.

    Raises InputError for a text that is too long or not UTF-8.
    """
    text = str(reading.within(route).data)
    if len(text) > _LONGEST:
        message = f"a policy that is encoded for a URL has more than {_LONGEST:,} characters"
        raise InputError(reading.problem(message, route))
    try:
        pieces, value = _pieces(text, route)
    except UnicodeDecodeError:
        message = "a policy that is encoded for a URL is not UTF-8"
        raise InputError(reading.problem(message, route)) from None
    return reading.rendered(value, Origin(route, pieces=pieces))


def _pieces(text: str, route: Route) -> tuple[tuple[Piece, ...], str]:
    """Return the pieces that a text is decoded to, and all of them as one text."""
    pieces: list[Piece] = []
    made: list[str] = []
    length = behind = 0
    for found in _ENCODED.finditer(text):
        start = found.start()
        if start > behind:
            pieces.append(Piece(length, route, text, behind))
            made.append(text[behind:start])
            length += start - behind
        for character in bytes.fromhex(found[0].replace("%", "")).decode():
            width = 3 * len(character.encode())
            pieces.append(Piece(length, route, text, start, width))
            made.append(character)
            length += 1
            start += width
        behind = found.end()
    pieces.append(Piece(length, route, text, behind))
    made.append(text[behind:])
    return tuple(pieces), "".join(made)
