"""Finds the first fault of a JSON text that was refused, and its place."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from checker.messages import quoted
from checker.problems import InputError
from checker.reader.number import integer, not_a_number, real
from checker.reader.spans import PartSource, duplicate_key, fault

if TYPE_CHECKING:
    from checker.problems import Source
    from checker.reader.limits import Limits

# Every repetition is possessive: no text makes these expressions step back.
_STRING_START = r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+'
_TOKEN = re.compile(
    rf"""[ \t\n\r]*+(?:
      (?P<string>{_STRING_START}")
    | (?P<number>-?+(?:0|[1-9][0-9]*+)(?P<real>(?:\.[0-9]++)?+(?:[eE][-+]?+[0-9]++)?+))
      (?![0-9A-Za-z_.+-])
    | (?P<word>true|false|null)(?![0-9A-Za-z_])
    | (?P<mark>[\[\]{{}}:,])
    )?+""",
    re.VERBOSE,
)
_UNFINISHED = re.compile(_STRING_START)
_WORD = re.compile(r"[-+.0-9A-Za-z_$]++")
_SURROGATES = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2}|[\ud800-\udfff])|\\.",
    re.DOTALL,
)
_CURLY = "\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u201b"
"""Quotation marks that text processors write instead of straight ones."""
_CURLY_DOUBLE = re.compile("[\u201c-\u201f]")
_HINTS = {
    "'": "put keys and strings in double quotes",
    "/": "JSON has no comments; remove it",
    "#": "JSON has no comments; remove it",
    "\ufeff": "a byte order mark is only allowed at the start of a file; remove it",
    "\xa0": "this is a no-break space; replace it with a space",
    **dict.fromkeys(_CURLY, 'use straight quotes (`"`)'),
}
_ESCAPES = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_SPELLINGS = {"True": "true", "False": "false", "None": "null"}


class _Expected(StrEnum):
    """What may come next, in the words of a message."""

    VALUE = "a value"
    FIRST_ITEM = "a value or `]`"
    ITEM = "another value"
    FIRST_KEY = "a key in double quotes or `}`"
    KEY = "another key in double quotes"
    COLON = "`:` after the key"
    NEXT_ITEM = "`,` or `]`"
    NEXT_KEY = "`,` or `}`"
    END = "nothing more after the value"


_VALUES: Final = frozenset({_Expected.VALUE, _Expected.FIRST_ITEM, _Expected.ITEM})
_KEYS: Final = frozenset({_Expected.KEY, _Expected.FIRST_KEY})
_AFTER: Final = {
    (_Expected.NEXT_ITEM, ","): _Expected.ITEM,
    (_Expected.NEXT_KEY, ","): _Expected.KEY,
    (_Expected.COLON, ":"): _Expected.VALUE,
}
_CLOSING: Final = frozenset(
    {
        (_Expected.FIRST_ITEM, "]"),
        (_Expected.NEXT_ITEM, "]"),
        (_Expected.FIRST_KEY, "}"),
        (_Expected.NEXT_KEY, "}"),
    },
)
_TRAILING: Final = frozenset({(_Expected.ITEM, "]"), (_Expected.KEY, "}")})


@dataclass(slots=True)
class _Walk:
    """The state of the walk over a text."""

    source: Source
    limits: Limits
    expected: _Expected
    keys: list[dict[str, int] | None]
    """For each open object, the offset of each key so far; for each open array, None."""
    comma: int
    """The offset of the last comma."""


def json_fault(source: Source, limits: Limits) -> InputError:
    """Return the error for the first fault of a JSON text that was refused.

    A text in which no fault is found gives an error too, so that no refused text passes.
    """
    walk = _Walk(source, limits, _Expected.VALUE, [], -1)
    offset = 0
    try:
        while (match := _next_token(source.text, offset)).lastgroup:
            _token(walk, match)
            offset = match.end()
    except InputError as error:
        return error
    return _no_token(walk, match.end())


def lone_surrogate(text: str) -> re.Match[str] | None:
    r"""Return the first surrogate (escaped as `\ud800`, or raw) that is not part of a pair."""
    return next((match for match in _SURROGATES.finditer(text) if match["lone"]), None)


def _next_token(text: str, offset: int) -> re.Match[str]:
    match = _TOKEN.match(text, offset)
    assert match is not None  # noqa: S101 - the expression matches the empty text too
    return match


def _token(walk: _Walk, match: re.Match[str]) -> None:
    if match["mark"]:
        _mark(walk, match["mark"], match.start("mark"))
    elif match["string"] and walk.expected in _KEYS:
        _key(walk, match)
    elif walk.expected in _VALUES:
        _scalar(walk, match)
    else:
        start = match.start(match.lastgroup or 0)
        raise _unexpected(walk, start, match.end())


def _mark(walk: _Walk, mark: str, start: int) -> None:
    state = (walk.expected, mark)
    if mark in "[{" and walk.expected in _VALUES:
        if len(walk.keys) == walk.limits.max_depth:
            raise fault(walk.source, start, start + 1, walk.limits.too_deep())
        walk.keys.append({} if mark == "{" else None)
        walk.expected = _Expected.FIRST_KEY if mark == "{" else _Expected.FIRST_ITEM
    elif state in _CLOSING:
        walk.keys.pop()
        _after_value(walk)
    elif state in _AFTER:
        walk.expected = _AFTER[state]
        walk.comma = start
    elif state in _TRAILING:
        message = f"trailing comma before `{mark}`: remove it"
        raise fault(walk.source, walk.comma, walk.comma + 1, message)
    else:
        raise _unexpected(walk, start, start + 1)


def _key(walk: _Walk, match: re.Match[str]) -> None:
    span = match.span("string")
    _check_surrogates(walk, match["string"], span[0])
    key = json.loads(match["string"])
    keys = walk.keys[-1]
    if keys is not None and keys.setdefault(key, span[0]) != span[0]:
        raise duplicate_key(walk.source, key, keys[key], span)
    walk.expected = _Expected.COLON


def _scalar(walk: _Walk, match: re.Match[str]) -> None:
    if match["string"]:
        _check_surrogates(walk, match["string"], match.start("string"))
    elif match["number"]:
        try:
            (real if match["real"] else integer)(match["number"])
        except ValueError as error:
            raise fault(walk.source, *match.span("number"), str(error)) from None
    _after_value(walk)


def _check_surrogates(walk: _Walk, string: str, start: int) -> None:
    if lone := lone_surrogate(string):
        message = r"unpaired surrogate: write the character itself, or both of its `\u` escapes"
        raise fault(walk.source, start + lone.start(), start + lone.end(), message)


def _after_value(walk: _Walk) -> None:
    if not walk.keys:
        walk.expected = _Expected.END
    else:
        walk.expected = _Expected.NEXT_ITEM if walk.keys[-1] is None else _Expected.NEXT_KEY


def _unexpected(walk: _Walk, start: int, end: int) -> InputError:
    found = quoted(walk.source.text[start:end])
    return fault(walk.source, start, end, f"expected {walk.expected}, not {found}")


def _no_token(walk: _Walk, start: int) -> InputError:
    """Return the error for the text at `start`, where no JSON token begins."""
    text = walk.source.text
    if start == len(text):
        is_empty = walk.expected is _Expected.VALUE and not walk.keys
        whole = "JSON text" if isinstance(walk.source, PartSource) else "file"
        what = f"the {whole} {'is empty' if is_empty else 'ends too early'}"
        return fault(walk.source, start, start, f"{what}: expected {walk.expected}")
    if text[start] == '"':
        return _bad_string(walk.source, start)
    word = _WORD.match(text, start)
    end = word.end() if word else start + 1
    if word and walk.expected in _VALUES:
        return fault(walk.source, start, end, _bad_word(word.group()))
    hint = _HINTS.get(text[start])
    if hint is None:
        return _unexpected(walk, start, end)
    message = f"expected {walk.expected}, not {quoted(text[start])}: {hint}"
    return fault(walk.source, start, end, message)


def _bad_word(word: str) -> str:
    try:
        if word.lstrip("-") in {"NaN", "Infinity"}:
            not_a_number(word)
    except ValueError as error:
        return str(error)
    if word in _SPELLINGS:
        return f"expected `{_SPELLINGS[word]}`, not {quoted(word)}"
    if word[0] in "-+.0123456789":
        return f"{quoted(word)} is not a JSON number: put it in double quotes"
    return f"expected a value, not {quoted(word)}: put a string in double quotes"


def _bad_string(source: Source, start: int) -> InputError:
    text = source.text
    sound = _UNFINISHED.match(text, start)
    end = sound.end() if sound else start + 1
    if end == len(text):
        return fault(source, start, start + 1, 'the string that starts here has no closing `"`')
    if text[end] == "\\":
        message = (
            f"{quoted(text[end : end + 2])} is not a JSON escape: write `\\\\` for a backslash"
        )
        return fault(source, end, end + 2, message)
    code = _ESCAPES.get(text[end], f"\\u{ord(text[end]):04x}")
    if text[end] in "\r\n":
        if curly := _CURLY_DOUBLE.search(text, start, end):
            message = 'the string is not closed: use straight quotes (`"`)'
            return fault(source, *curly.span(), message)
        message = f'line break in a string: write it as `{code}`, or close the string with `"`'
        return fault(source, end, end, message)
    return fault(source, end, end + 1, f"control character in a string: write it as `{code}`")
