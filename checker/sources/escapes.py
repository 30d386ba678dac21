"""Decodes the escapes of JSON, YAML and program text, at any depth, and finds places again."""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    r"\\++(?:u\{0*+(?P<braced>[0-9A-Fa-f]{1,5})\}|u(?P<four>[0-9A-Fa-f]{4})"
    r"|x(?P<two>[0-9A-Fa-f]{2})|U000(?P<eight>[0-9A-Fa-f]{5})"
    r"|(?P<joined>\r?\n[ \t]*+|\Z)|(?P<other>.))|%(?P<percent>[2-7][0-9A-Fa-f])",
    re.DOTALL,
)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t"}
SPELLS = re.compile(r"\\(?:u\{?0*+[2-7][0-9A-Fa-f]|x[2-7]|U0000|\r?\n|[Eec])")
"""An escape that may stand for a letter, a digit or a hyphen."""


def decoded(text: str) -> str:
    r"""Return text in which every escape stands for its character.

    A run of backslashes of any length is one, as in texts inside JSON strings inside others;
    one before a line break joins lines, and one before another character is dropped. So is
    `%XX` decoded in a text with `%22`, which is a policy as a URL encodes it.
    """
    if "\\" not in text and "%22" not in text:
        return text
    return _ESCAPE.sub(_meaning, text)


def original(text: str, index: int) -> int:
    """Return the offset in a text of the character at an index of it decoded."""
    if "\\" not in text and "%22" not in text:
        return index
    shift = 0
    for match in _ESCAPE.finditer(text):
        meant = len(_meaning(match))
        if match.start() - shift + meant > index:
            return min(index + shift, match.start())
        shift += match.end() - match.start() - meant
    return index + shift


def spells_letters(text: str) -> bool:
    """Say whether escapes in a text may stand for letters, digits or hyphens."""
    return "\\" in text and bool(SPELLS.search(text))


def _meaning(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if kind is None:
        return match.group()
    found = match[kind]
    if kind == "joined":
        return ""
    if kind == "other":
        return _LETTERS.get(found, found)
    return chr(int(found, 16))
