"""Finds a text that a regular expression matches, if it matches no text with a wildcard.

A parameter with such an expression is one value, whichever it is; another one may be `*`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any

codes: Any = import_module("re._constants")
parser: Any = import_module("re._parser")

_WILD = "*?$"
_LIKED = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_./:"
_FULL = 7
"""The number of characters of a repeated set, if it may have as many."""
_LONGEST = 500
_UNLIKE_JAVA = re.compile(r"\(\?(?!:|i\))|\[\^?+\]?+(?:\\.|[^]\\\[&]|&(?!&))*+(?:\[|&&)", re.DOTALL)
"""What Java, whose expressions CloudFormation takes, may read in another way: flags, and sets in
sets. https://docs.oracle.com/javase/8/docs/api/java/util/regex/Pattern.html"""
_SAFE_CATEGORIES = {
    codes.CATEGORY_DIGIT: "0123456789",
    codes.CATEGORY_WORD: _LIKED[:62] + "_",
    codes.CATEGORY_SPACE: " ",
}


class _OpenError(Exception):
    """Raised for an expression that may match a wildcard, or that is not understood."""


def sample(expression: str, address: str) -> str | None:
    """Return a text that matches an expression as a whole; None if it may match a wildcard.

    `address` makes the text differ from that of other unknowns. An expression that Python cannot
    read, or with assertions or references, is taken to match anything.
    """
    if _UNLIKE_JAVA.search(expression):
        return None
    try:
        parsed = parser.parse(expression, re.ASCII)
        found = _text(parsed, hashlib.sha256(address.encode()).digest())
    except (_OpenError, re.error, RecursionError, OverflowError):
        return None
    return found if 0 < len(found) <= _LONGEST else None


def may_be_empty(expression: str) -> bool:
    """Return whether an expression that has a sample also matches an empty text."""
    return re.fullmatch(expression, "") is not None


def _text(parsed: Iterable[tuple[Any, Any]], salt: bytes) -> str:
    found = ""
    for code, argument in parsed:
        found += _one(code, argument, salt)
        if len(found) > _LONGEST:
            raise _OpenError
    return found


def _one(code: Any, argument: Any, salt: bytes) -> str:
    match code:
        case codes.LITERAL:
            return _pick({chr(argument)}, 0)
        case codes.IN:
            return _pick(_members(argument), salt[0])
        case codes.AT:
            return ""
        case codes.SUBPATTERN:
            return _text(argument[-1], salt)
        case codes.BRANCH:
            found = [_text(each, salt) for each in argument[1]]
            return next(filter(None, found), "")
        case codes.MAX_REPEAT | codes.MIN_REPEAT | codes.POSSESSIVE_REPEAT:
            least, most, inside = argument
            return _repeated((least, most), inside, salt)
    raise _OpenError


def _repeated(times: tuple[int, int], parsed: Sequence[tuple[Any, Any]], salt: bytes) -> str:
    least, most = times
    wanted = _FULL if len(parsed) == 1 and parsed[0][0] is codes.IN else 1
    count = max(least, min(wanted, most))
    if count > _LONGEST:
        raise _OpenError
    found = ""
    for index in range(count):
        at = index % 8
        found += _text(parsed, salt[at:] + salt[:at])
        if not found:
            break  # it is empty however often it is repeated
        if len(found) > _LONGEST:
            raise _OpenError
    return found


def _members(items: Sequence[tuple[Any, Any]]) -> set[str]:
    """Return the characters of a set among those that are liked and those that are wildcards."""
    negated = bool(items) and items[0][0] is codes.NEGATE
    found: set[str] = set()
    for code, argument in items[negated:]:
        if code is codes.LITERAL:
            found.add(chr(argument))
        elif code is codes.RANGE:
            found |= {each for each in _LIKED + _WILD if argument[0] <= ord(each) <= argument[1]}
        elif code is codes.CATEGORY and argument in _SAFE_CATEGORIES:
            found |= set(_SAFE_CATEGORIES[argument])
        else:
            raise _OpenError
    return {*_LIKED, *_WILD} - found if negated else found


def _pick(members: set[str], salt: int) -> str:
    if members & set(_WILD):
        raise _OpenError
    liked = [each for each in _LIKED if each in members] or sorted(members)
    if not liked:
        raise _OpenError
    letters = liked[: max(1, sum(each.islower() for each in liked) or len(liked))]
    return letters[salt % len(letters)]
