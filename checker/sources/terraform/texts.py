"""Reads the text in templates: escapes, and the indent of what is written over several lines.

https://developer.hashicorp.com/terraform/language/expressions/strings
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from checker.sources.terraform import syntax as s

_DOUBLED = r"\$\$\{|%%\{"
_ESCAPE = re.compile(rf"\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}}|\\.|{_DOUBLED}", re.DOTALL)
_HOLE = re.compile(_DOUBLED)
_MEANT = {"n": "\n", "r": "\r", "t": "\t"}
_MOST = 0x10FFFF


def quoted(text: str, start: int, end: int, *, escapes: bool) -> Iterator[s.Run]:
    """Yield the parts of a text between two offsets; `escapes` says whether backslashes count."""
    pattern = _ESCAPE if escapes else _HOLE
    for found in pattern.finditer(text, start, end):
        if found.start() > start:
            yield s.Run((start, found.start()), text[start : found.start()], exact=True)
        yield s.Run(found.span(), _meaning(found[0]), exact=False)
        start = found.end()
    if end > start:
        yield s.Run((start, end), text[start:end], exact=True)


def _meaning(escape: str) -> str:
    if escape[0] != "\\":
        return escape[1:]
    if escape[1] in "uU" and len(escape) > 2:  # noqa: PLR2004 - with digits
        code = int(f"0x{escape[2:]}", 0)
        # Half of a surrogate pair is no character.
        return chr(code) if code <= _MOST and not 0xD800 <= code <= 0xDFFF else "\ufffd"  # noqa: PLR2004
    return _MEANT.get(escape[1], escape[1])


def unindented(parts: Sequence[s.Part]) -> list[s.Part]:
    """Return the parts of a text without the indent that all of its lines have."""
    least = min(_indents(parts, starts=True)[0], default=0)
    return list(_without(parts, least, starts=True)[0]) if least else list(parts)


def _indents(parts: Sequence[s.Part], *, starts: bool) -> tuple[list[int], bool]:
    """Return the indents of the lines, and whether a line starts after them."""
    found: list[int] = []
    for at, part in enumerate(parts):
        match part:
            case s.Run(_, text, _):
                lines = text.split("\n")
                for number, line in enumerate(lines):
                    is_start = starts if number == 0 else True
                    is_last = number == len(lines) - 1
                    blank = not line.strip()
                    # A line without text has no indent, unless something follows on it.
                    if is_start and (not blank or (is_last and at + 1 < len(parts))):
                        found.append(len(line) - len(line.lstrip(" ")))
                starts = text.endswith("\n") if text else starts
            case s.Choice(_, _, yes, no):
                for inside in (yes, no):
                    found += _indents(inside, starts=False)[0]
                starts = False
            case s.Repeat(_, _, _, inside):
                found += _indents(inside, starts=False)[0]
                starts = False
            case _:
                if starts:
                    found.append(0)
                starts = False
    return found, starts


def _without(parts: Sequence[s.Part], indent: int, *, starts: bool) -> tuple[list[s.Part], bool]:
    found: list[s.Part] = []
    for part in parts:
        match part:
            case s.Run(span, text, True):
                found += _lines(span[0], text, indent, starts=starts)
                starts = text.endswith("\n") if text else starts
            case s.Choice(span, test, yes, no):
                made = [tuple(_without(x, indent, starts=False)[0]) for x in (yes, no)]
                found.append(s.Choice(span, test, made[0], made[1]))
                starts = False
            case s.Repeat(span, names, over, inside):
                kept = tuple(_without(inside, indent, starts=False)[0])
                found.append(s.Repeat(span, names, over, kept))
                starts = False
            case _:
                found.append(part)
                starts = False
    return found, starts


def _lines(at: int, text: str, indent: int, *, starts: bool) -> Iterator[s.Run]:
    """Yield each line of a text without its indent."""
    for line in text.splitlines(keepends=True):
        blanks = min(indent, len(line) - len(line.lstrip(" "))) if starts else 0
        if line[blanks:]:
            yield s.Run((at + blanks, at + len(line)), line[blanks:], exact=True)
        at += len(line)
        starts = line.endswith("\n")
