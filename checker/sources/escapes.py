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


def decoded(text: str, joint: str = "") -> str:
    r"""Return text in which every escape stands for its character.

    A run of backslashes of any length is one, as in texts inside JSON strings inside others.
    One before a line break becomes the `joint` of the two lines; one before a character that
    has no meaning is dropped. `%XX` is decoded too where there is a backslash or `%22`, as in
    a policy that a URL holds.
    """
    if "\\" not in text and "%22" not in text:
        return text
    return _ESCAPE.sub(lambda match: _meaning(match, joint), text)


def original(text: str, index: int, joint: str = "") -> int:
    """Return the offset in a text of the character at an index of it decoded."""
    if "\\" not in text and "%22" not in text:
        return index
    shift = 0
    for match in _ESCAPE.finditer(text):
        meant = len(_meaning(match, joint))
        if match.start() - shift + meant > index:
            return min(index + shift, match.start())
        shift += match.end() - match.start() - meant
    return index + shift


def joins(text: str) -> bool:
    """Say whether a backslash joins two lines of a text."""
    return "\\\n" in text or "\\\r\n" in text


def hidden(characters: str, dropped: str = "") -> re.Pattern[str]:
    """Return an expression that finds an escape that spells, or joins, one of some characters.

    Before those in `dropped` a backslash means nothing, as JSON5 and JavaScript have it.
    """
    codes = "|".join(f"{ord(each):02x}" for each in characters)
    joined = rf"|\r?\n[ \t]*+[{re.escape(characters)}\\]"
    bare = f"|[{dropped}]" if dropped else ""
    return re.compile(rf"\\(?:(?:u\{{?0*+|x|U0*+)(?i:{codes}){joined}{bare})")


def _meaning(match: re.Match[str], joint: str) -> str:
    kind = match.lastgroup
    if kind is None:
        return match.group()
    found = match[kind]
    if kind == "joined":
        return joint
    if kind == "other":
        return _LETTERS.get(found, found)
    return chr(int(found, 16))
