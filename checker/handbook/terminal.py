"""Writes a topic for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from checker.handbook.topics import Block, Case, Code, Links, Points, Text, Topic
from checker.messages import inert, visible
from checker.render.text import BOLD, CYAN, DIM, SEVERITY_COLOURS, WIDTH, Style

_INDENT = "  "


def manual(about: Topic, *, colour: bool = False) -> Iterator[str]:
    """Yield the lines of a topic, each with its line break; code can be copied as it is."""
    for line in _lines(about, Style(colour)):
        yield inert(line.rstrip() + "\n")


def _lines(about: Topic, style: Style) -> Iterator[str]:
    yield style(about.id, BOLD)
    yield from _wrapped(about.title)
    yield ""
    yield from _facts(about, style)
    for section in about.sections:
        yield from ("", style(section.title.upper(), BOLD))
        for index, block in enumerate(section.blocks):
            if index and isinstance(block, Case):
                yield ""
            yield from _block(block, style)


def _facts(about: Topic, style: Style) -> Iterator[str]:
    if about.severity is None:
        yield "reported by policy-check itself"
        return
    label = style(about.severity.label, *SEVERITY_COLOURS[about.severity])
    yield f"severity  {label}"
    yield f"for       {visible(about.kind)}"
    if about.about:
        yield f"about     {about.about}"
    yield f"profiles  {visible(', '.join(about.profiles)) or 'none'}"


def _block(block: Block, style: Style) -> Iterator[str]:
    match block:
        case Text(text):
            yield from _wrapped(text, _INDENT)
        case Points(items):
            for item in items:
                yield from _wrapped(item, f"{_INDENT}- ", f"{_INDENT}  ")
        case Links(addresses):
            yield from (style(_INDENT + visible(each), CYAN) for each in addresses)
        case Case(name, kind):
            yield from _wrapped(name + (f" (as {kind})" if kind else ""), _INDENT)
        case Code(language, text, file):
            indent = _INDENT if language == "yaml" else 2 * _INDENT
            if file:
                yield f"{indent}in {file}:"
            for line in text.splitlines():
                yield from _code(indent + visible(line), style, folds=language == "yaml")


def _code(line: str, style: Style, *, folds: bool) -> Iterator[str]:
    """Yield a line of code; if it `folds` (YAML), it may continue on deeper lines at its blanks."""
    deeper = " " * (len(line) - len(line.lstrip()) + 4)
    folded = wrap(
        line,
        WIDTH,
        subsequent_indent=deeper,
        break_long_words=False,
        break_on_hyphens=False,
    )
    yield from (style(each, DIM) for each in (folded if folds else [line]))


def _wrapped(text: str, first: str = "", more: str | None = None) -> list[str]:
    return wrap(
        visible(" ".join(text.split())),
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if more is None else more,
        break_long_words=False,
        break_on_hyphens=False,
    )
