"""Decodes escapes in JSON, YAML and program text, and maps offsets back to the original text."""

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
    r"""Return the text with every escape replaced by its character.

    A run of backslashes counts as one, as JSON inside JSON strings repeats them. Before a line
    break, it is replaced by `joint`, together with the break and the indent. Before a character
    without a meaning, it is removed. `%XX` is decoded too if the text has a backslash or `%22`, as
    in a policy in a URL.
    """
    if "\\" not in text and "%22" not in text:
        return text
    return _ESCAPE.sub(lambda match: _meaning(match, joint), text)


def original(text: str, index: int, joint: str = "") -> int:
    """Return the offset in the text of the character at an index in the decoded text."""
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
    """Return a pattern for escapes that spell one of the characters, or join lines before one.

    It also finds a backslash before a character in `dropped`, where it has no meaning in JSON5 and
    JavaScript.
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
