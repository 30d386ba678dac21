"""Makes text of others safe to show, and finds what a misspelt word may have meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_SHOWN = 60
"""Characters of an input's text that a message repeats."""


def quoted(text: str) -> str:
    """Return text of an input for a message: in backticks, visible, cut where it is long."""
    return f"`{visible(text)}`" if len(text) <= _SHOWN else f"`{visible(text[:_SHOWN])}…`"


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return `; did you mean …?` for a misspelt word, or nothing when no known one is close.

    Nothing also when the word itself is known, and wrong for another reason.
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
    r"""Return text with every control, format or unpaired surrogate character spelled out.

    A terminal escape becomes `\x1b`, a bidirectional override `\u202e`, so that text of a
    document can neither drive the terminal nor look like something else.
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

    GitHub takes a line for one that starts, after blanks, with `::`, or holds `##[` anywhere;
    Azure one that holds `##vso[`. A backslash breaks the mark.
    https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
    """
    return _COMMAND.sub(r"\1\\\2", text) if "::" in text or "##" in text else text


_COMMAND = re.compile(r"(^\s*+(?:\x1b\[[0-9;]*m)*+\s*+)(::)|(?<=#)()(?=#(?:vso)?\[)", re.MULTILINE)
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
