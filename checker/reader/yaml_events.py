"""A YAML text goes in, PyYAML's events come out, with the parser's faults as InputErrors.

What the two parsers of PyYAML (libyaml, and the one in Python) do not read alike, or not in
linear time, is refused before they see it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from checker.reader.spans import fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.problems import InputError, Source

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_SLOW_BYTES = 1024 * 1024
"""What the parser in Python is given at most: it takes some ten seconds for it."""

_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
    "|\r(?!\n)",
)
_BREAKS = {
    "\r": "a carriage return without a line feed",
    "\x85": "a next-line character (U+0085)",
    "\u2028": "a line separator (U+2028)",
    "\u2029": "a paragraph separator (U+2029)",
}
# libyaml compares each %TAG with all before it, which takes hours for a file full of them.
_DIRECTIVE = re.compile(r"^%(?!YAML[ \t]++1\.2[ \t]*+\r?$)[^\r\n]*+", re.MULTILINE)

_HINTS = {
    "'\\t'": "a tab cannot indent: use spaces",
    "cannot start any token": "put a text that starts so in quotes, and indent with spaces",
    "mapping values are not allowed": "put a text that holds `: ` in quotes, or mend the indent",
    "find expected ':'": "write `:` and a space after the key, or close the quotes",
    "expected key": "indent the keys of a mapping alike, and put a text after quotes inside them",
    "expected <block end>": "indent the keys of a mapping alike",
    "'-' indicator": "start each item of the list with `- `, indented alike",
    "end of stream": "close the quotes or the bracket that this text opens",
    "escape": r"write `\\` for a backslash, or use single quotes",
}


def events(source: Source) -> Iterator[yaml.Event]:
    """Yield the events of a text; raises InputError where it is not YAML."""
    text = source.text
    _refuse(source)
    try:
        yield from yaml.parse(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(source, error) from None
    except (yaml.YAMLError, ValueError, OverflowError):
        # The parser in Python converts escapes and versions without a look at their range.
        message = "not valid YAML: an escape or a directive is out of range"
        raise fault(source, 0, 0, message) from None


def span(event: yaml.Event) -> tuple[int, int]:
    """Return the offsets between which an event stands; both parsers count characters."""
    start, end = event.start_mark, event.end_mark
    return start.index if start else 0, end.index if end else 0


def _refuse(source: Source) -> None:
    text = source.text
    if found := _FORBIDDEN.search(text):
        character = found.group()
        what = _BREAKS.get(character)
        message = (
            f"{what} is a line break to some readers only: end lines with a line feed"
            if what
            else f"the character U+{ord(character):04X} cannot stand in YAML: "
            f"remove it, or write it as an escape in double quotes"
        )
        raise fault(source, *found.span(), message)
    if found := _DIRECTIVE.search(text):
        message = "directives other than `%YAML 1.2` are not read: remove this line"
        raise fault(source, *found.span(), message)
    if LOADER is yaml.SafeLoader and len(text) > _SLOW_BYTES:
        message = "more than 1 MiB of YAML needs PyYAML with libyaml: install it, or write JSON"
        raise fault(source, 0, 0, message)


def _not_yaml(source: Source, error: yaml.MarkedYAMLError) -> InputError:
    mark = error.problem_mark or error.context_mark
    start = mark.index if mark else 0
    problem = str(error.problem or error.context)
    message = f"not valid YAML: {problem.replace(chr(39), chr(96))}"
    hint = next((hint for words, hint in _HINTS.items() if words in problem), None)
    return fault(source, start, start + 1, f"{message}; {hint}" if hint else message)
