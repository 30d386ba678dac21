"""Makes foreign text safe to show, and suggests known words for misspelt ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_SHOWN = 60
"""The most characters of an input's text that a message repeats."""


def quoted(text: str) -> str:
    """Return text of an input for a message: visible, in backticks, and cut if it is long."""
    return f"`{visible(text)}`" if len(text) <= _SHOWN else f"`{visible(text[:_SHOWN])}…`"


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return `; did you mean …?` with the known word that is closest to a misspelt one.

    The result is empty if no known word is close, or if the word itself is known.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    if not isinstance(word, str):
        return ""
    folded = {name.lower(): name for name in sorted(known)}
    close = get_close_matches(word.lower()[:200], list(folded), n=1, cutoff=0.6)
    if not close or folded[close[0]] == word:
        return ""
    return f"; did you mean `{folded[close[0]]}`?"


def visible(text: str) -> str:
    r"""Return text with all control and format characters and unpaired surrogates escaped.

    The escape character becomes `\x1b`, and a bidirectional override becomes `\u202e`, so that text
    of a document can neither control the terminal nor look like different text.
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _visible(each) for each in text)


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    width, letter = (2, "x") if code < 0x100 else (4, "u") if code < 0x10000 else (8, "U")  # noqa: PLR2004 - sizes of the escapes
    return f"\\{letter}{code:0{width}x}"


def inert(text: str) -> str:
    """Return text in which no line is a command to a CI system that reads the output.

    GitHub reads a line as a command if it starts, after blanks, with `::`, or contains `##[`
    anywhere; Azure if it contains `##vso[`. A backslash is inserted into these marks.
    https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
    """
    return _COMMAND.sub(r"\1\\\2", text) if "::" in text or "##" in text else text


_COMMAND = re.compile(r"(^\s*+(?:\x1b\[[0-9;]*m)*+\s*+)(::)|(?<=#)()(?=#(?:vso)?\[)", re.MULTILINE)
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
