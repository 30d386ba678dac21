"""Yields the events of PyYAML for a YAML text.

A text that the two parsers of PyYAML (libyaml, and the one in Python) would read differently, or
not in linear time, is refused before it is parsed.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import yaml

from checker.reader.spans import fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from checker.problems import Source

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_SLOW_BYTES = 1024 * 1024
"""The longest text for the parser in Python, in characters: it takes some ten seconds for it."""

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


def events(source: Source) -> Iterator[yaml.Event]:
    """Yield the events of a text; raises InputError at the first thing that is not YAML."""
    event: yaml.Event | None = None
    with guarded(source, lambda: event):
        for event in yaml.parse(source.text, Loader=LOADER):
            yield event


@contextmanager
def guarded(source: Source, last: Callable[[], yaml.Event | None] = lambda: None) -> Iterator[None]:
    """Read a text with PyYAML, with an InputError for what is not YAML.

    `last` returns the last event that was read.
    """
    refuse(source)
    try:
        yield
    except yaml.MarkedYAMLError as error:
        from checker.reader.yaml_faults import yaml_fault  # noqa: PLC0415 - only for a fault

        raise yaml_fault(source, error) from None
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        # The parser in Python converts the number of an escape without a look at its range.
        from checker.reader.yaml_faults import escape_fault  # noqa: PLC0415 - as above

        event = last()
        raise escape_fault(source, span(event)[1] if event else 0) from None


def span(event: yaml.Event) -> tuple[int, int]:
    """Return the offsets (in characters, for both parsers) at which an event starts and ends."""
    start, end = event.start_mark, event.end_mark
    return start.index if start else 0, end.index if end else 0


def refuse(source: Source) -> None:
    """Raise InputError for a text that the parsers of PyYAML read differently."""
    text = source.text
    if found := _FORBIDDEN.search(text):
        character = found.group()
        what = _BREAKS.get(character)
        message = (
            f"{what} is a line break to some YAML readers only: end lines with a line feed"
            if what
            else f"the character U+{ord(character):04X} is not allowed in YAML: "
            f"remove it, or write it as an escape in double quotes"
        )
        raise fault(source, *found.span(), message)
    if found := _DIRECTIVE.search(text):
        message = (
            "directives other than `%YAML 1.2` are not supported: remove this line, "
            "or put a text that starts with `%` in quotes"
        )
        raise fault(source, *found.span(), message)
    if LOADER is yaml.SafeLoader and len(text) > _SLOW_BYTES:
        message = "more than 1 MiB of YAML needs PyYAML with libyaml: install it, or write JSON"
        raise fault(source, 0, 0, message)
