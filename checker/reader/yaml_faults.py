"""Explains why a YAML text was refused, in the same words for both parsers of PyYAML.

libyaml and the parser in Python report the same places in different words. The words therefore
only select an explanation, and the text at the place supplies its details.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checker.messages import quoted
from checker.reader.spans import Lines, fault

if TYPE_CHECKING:
    from collections.abc import Callable

    import yaml

    from checker.problems import InputError, Source

_Fault = tuple[int, int, str]
"""The offsets at which the wrong text starts and ends, and what is wrong with it."""

_TAG = (
    "an unquoted `!` starts a tag in YAML, and tags are not supported: "
    "put the text in quotes, or remove the tag"
)
_PROPERTIES = {
    "*": "an unquoted `*` starts an alias in YAML, and aliases are not supported: "
    "put the text in quotes, or write out the value",
    "&": "an unquoted `&` starts an anchor in YAML, and anchors are not supported: "
    "put the text in quotes, or remove the anchor",
    "!": _TAG,
}
_ANCHORS = {
    "duplicate anchor": "an anchor with this name stands before: rename one",
    "undefined alias": "no anchor with this name stands before: correct the name",
}
# Every repetition is possessive: no text makes these expressions step back.
_WORD = re.compile(r"[^\s,\[\]{}]++")
_FOREIGN_BLANK = re.compile(r"[-?:]?+(?P<blank>[^\S \t\r\n])")
_LINE = re.compile(r"[^\r\n]*+")
_MAPPED = re.compile(r":[ \t]")
_STUCK = re.compile(r"[^\s:]++(:)[^ \t\r\n]")
_MARKERS = re.compile(r"[ ]*+(?:-[ ]++)*+")
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{0,2}|u[0-9a-fA-F]{0,4}|U[0-9a-fA-F]{0,8}|.|$)", re.DOTALL)
_HALF = re.compile(r"\\(?:u|U0000)[dD][89a-fA-F][0-9a-fA-F]{2}")
_TOO_HIGH = re.compile(r"\\U(?!000[0-9a-fA-F]|0010)[0-9a-fA-F]{8}")
_NO_CHARACTER = re.compile(rf"(?P<found>{_HALF.pattern}|{_TOO_HIGH.pattern})|\\.", re.DOTALL)


def yaml_fault(source: Source, error: yaml.MarkedYAMLError) -> InputError:
    """Return the error for a text that a parser of PyYAML refused."""
    text, context, problem = source.text, error.context_mark, error.problem_mark
    at = problem.index if problem else 0
    start = context.index if context else at
    words = f"{error.context or ''}: {error.problem or ''}"
    if "quoted scalar" not in words and (blank := blank_fault(source, at)):
        return blank
    for part, message in _ANCHORS.items():
        if part in words:
            return fault(source, at, at + 1, message)
    place = at if "parsing a block" in words else start
    if text[place : place + 1] in _PROPERTIES:
        return property_fault(source, place)
    for part, explain in _EXPLANATIONS:
        if part in words:
            start, end, message = explain(text, at, start)
            return fault(source, start, end, f"not valid YAML: {message}")
    message = str(error.problem or error.context).replace("'", "`")
    return fault(source, at, at + 1, f"not valid YAML: {message}")


def property_fault(source: Source, start: int) -> InputError:
    """Return the error for the alias, anchor or tag that starts at an offset."""
    word = _WORD.match(source.text, start)
    message = _PROPERTIES.get(source.text[start : start + 1], _TAG)
    return fault(source, start, word.end() if word else start + 1, message)


def escape_fault(source: Source, start: int) -> InputError:
    """Return the error for the first escape from an offset on that stands for no character.

    The parser in Python accepts the escapes of surrogates, and gives no place for an escape above
    U+10FFFF.
    """
    escapes = _NO_CHARACTER.finditer(source.text, start)
    found = next((each.start() for each in escapes if each["found"]), None)
    if found is None:
        return fault(source, start, start, "not valid YAML: the text cannot be read from here on")
    start, end, message = _escape_at(source.text, found)
    return fault(source, start, end, f"not valid YAML: {message}")


def blank_fault(source: Source, start: int) -> InputError | None:
    """Return the error for a blank that YAML takes for text; None if there is none at the offset.

    A no-break space looks like an indentation, or like the space after `-`, and is neither.
    """
    found = _FOREIGN_BLANK.match(source.text, start)
    if found is None:
        return None
    message = (
        f"the character U+{ord(found['blank']):04X} looks like a space, but YAML reads it "
        "as a letter: replace it with a space"
    )
    return fault(source, *found.span("blank"), message)


def _directive(_text: str, at: int, _start: int) -> _Fault:
    return at, at + 1, "a second `%YAML` directive: remove it"


def _character(text: str, at: int, _start: int) -> _Fault:
    if text[at] == "\t":
        return at, at + 1, "a tab is not allowed here: use spaces"
    mark = "a backtick" if text[at] == "`" else quoted(text[at])
    return at, at + 1, f"an unquoted text cannot start with {mark}: put it in quotes"


def _block(text: str, _at: int, start: int) -> _Fault:
    mark = text[start]
    message = (
        f"an unquoted `{mark}` starts a block of text, which begins on the next line: "
        f"put a text that starts with `{mark}` in quotes"
    )
    return start, start + 1, message


def _unclosed(text: str, _at: int, start: int) -> _Fault:
    return start, start + 1, f"the text that starts here has no closing `{text[start]}`"


def _escape(text: str, at: int, _start: int) -> _Fault:
    # For an unknown escape, libyaml points to the backslash and the parser in Python to the next
    # character; for a wrong number, both point to the character after the letter.
    return _escape_at(text, text.rfind("\\", 0, at + 1))


def _escape_at(text: str, start: int) -> _Fault:
    found = _ESCAPE.match(text, start)
    escape = found.group() if found else text[start : start + 1]
    if _HALF.match(escape):
        what = "is half of a character: write the character itself"
    elif _TOO_HIGH.match(escape):
        what = "is beyond U+10FFFF: write the character itself"
    else:
        what = r"is not an escape in YAML: write `\\` for a backslash, or use single quotes"
    return start, start + len(escape), f"{quoted(escape)} {what}"


def _no_colon(text: str, _at: int, start: int) -> _Fault:
    """Explain a text that must be a key, because it is indented like one, and has no `: `."""
    return _key_without_colon(text, start, _end_of_line(text, start))


def _key_without_colon(text: str, start: int, end: int) -> _Fault:
    if stuck := _STUCK.match(text, start, end):
        return *stuck.span(1), "write a space after the `:` that follows a key"
    return start, end, "write `: ` after this key, or indent the line to continue a text above"


def _colon(text: str, at: int, _start: int) -> _Fault:
    """Explain a `: ` that cannot follow a key: in a value, or in a line that continues a text."""
    line = text.rfind("\n", 0, at) + 1
    before = text[line:at]
    if before.startswith("---"):
        return at, at + 1, "a mapping cannot start on the line of `---`: start it on the next line"
    if _MAPPED.search(before):
        return at, at + 1, "an unquoted text cannot contain `: `: put it in quotes"
    start, end = _line_above(text, line)
    if start < end and text[end - 1] != ":" and not _MAPPED.search(text, start, end):
        return _key_without_colon(text, start, end)
    message = (
        "this line continues the text above: indent it like the other keys of its mapping, "
        "or put a text that contains `: ` in quotes"
    )
    return line + len(before) - len(before.lstrip(" ")), at, message


def _line_above(text: str, line: int) -> tuple[int, int]:
    """Return where the last text above a line starts, without indent and `- `, and ends."""
    end = len(text[:line].rstrip())
    start = text.rfind("\n", 0, end) + 1
    markers = _MARKERS.match(text, start, end)
    return markers.end() if markers else start, end


def _question(_text: str, at: int, _start: int) -> _Fault:
    return at, at + 1, "an unquoted `?` and a space start a key: put the text in quotes"


def _dash(_text: str, at: int, _start: int) -> _Fault:
    message = (
        "a list cannot start on the line of its key: start it on the next line, "
        "or put a text that starts with `- ` in quotes"
    )
    return at, at + 1, message


def _no_key(text: str, at: int, _start: int) -> _Fault:
    if text[at : at + 1] == "-" and text[at + 1 : at + 2].isspace():
        return at, at + 1, "expected a key, not a list item: indent the list below its key"
    hint = "indent this line like the other keys of its mapping"
    return _misplaced(text, at, f"the indentation matches nothing above: {hint}")


def _no_item(text: str, at: int, _start: int) -> _Fault:
    hint = "start this line with `- `, indented like the other items of its list"
    return _misplaced(text, at, f"the indentation matches nothing above: {hint}")


def _document(text: str, at: int, _start: int) -> _Fault:
    hint = "remove it, or write `---` before the next document"
    return _misplaced(text, at, f"expected nothing more after the value: {hint}")


def _misplaced(text: str, at: int, otherwise: str) -> _Fault:
    """Explain a text that neither continues the value before it nor starts the next one."""
    before = text[text.rfind("\n", 0, at) + 1 : at].rstrip(" \t")
    end = max(at + 1, _end_of_line(text, at))
    mark = before[-1:]
    if text[at : at + 1] in {"]", "}", ","}:
        return at, at + 1, _stray(text[at])
    if mark in {"]", "}"}:
        return at, end, f"expected nothing more after `{mark}`: put the whole text in quotes"
    if mark not in {'"', "'"}:
        return at, end, otherwise
    if before.count(mark) % 2:
        return at, end, f"this `{mark}` closes a text of an earlier line: close that text there"
    doubled = "''" if mark == "'" else '\\"'
    message = (
        f"expected nothing more after the closing `{mark}`: put the whole text in quotes, "
        f"and write `{doubled}` for a `{mark}` inside it"
    )
    return at, end, message


def _stray(mark: str) -> str:
    return f"unexpected `{mark}`: remove it, or put a text that starts with it in quotes"


def _flow(text: str, at: int, start: int) -> _Fault:
    bracket = text[start]
    closing = "]" if bracket == "[" else "}"
    if not text[at : at + 1]:
        return start, start + 1, f"the `{bracket}` that starts here has no closing `{closing}`"
    place = Lines.of(text).location(start, start)
    message = (
        f"expected `,` or `{closing}`, not {quoted(text[at])}: close the `{bracket}` of "
        f"line {place.line}, column {place.column}, or put the text in quotes"
    )
    return at, at + 1, message


def _flow_colon(_text: str, at: int, _start: int) -> _Fault:
    return at, at + 1, "an unquoted text cannot contain this `:`: put it in quotes"


def _content(text: str, at: int, _start: int) -> _Fault:
    if not text[at : at + 1]:
        return at, at, "the file ends too early: close every bracket that is open"
    return at, at + 1, _stray(text[at])


def _end_of_line(text: str, start: int) -> int:
    line = _LINE.match(text, start)
    return start + len(line.group().rstrip()) if line else start


_EXPLANATIONS: tuple[tuple[str, Callable[[str, int, int], _Fault]], ...] = (
    ("duplicate", _directive),
    ("cannot start any token", _character),
    ("a tab character", _character),
    ("a block scalar", _block),
    ("a quoted scalar: found unexpected", _unclosed),
    ("quoted scalar:", _escape),
    ("found unexpected ':'", _flow_colon),
    ("a simple key", _no_colon),
    ("mapping values", _colon),
    ("mapping keys", _question),
    ("sequence entries", _dash),
    ("a block mapping", _no_key),
    ("a block collection", _no_item),
    ("a flow sequence", _flow),
    ("a flow mapping", _flow),
    ("node content", _content),
    ("document start", _document),
)
"""Words of a parser's context and problem, and what explains them: the first that fits."""
