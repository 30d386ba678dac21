"""Fills HTML templates so that foreign text never becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from checker.messages import visible


class Markup(str):
    """Text that is already HTML; any other text is escaped when it is inserted into HTML."""

    __slots__ = ()


EMPTY = Markup()
_READY = frozenset({Markup, int})


def fill(template: str, **values: str | int) -> Markup:
    """Return a template with its `{name}` fields filled; all values except Markup are escaped."""
    # INVARIANT: a template is a constant of this package, never text of a report.
    for name, value in values.items():
        if type(value) not in _READY:
            values[name] = _escaped(str(value))
    return Markup(template.format_map(values))


def join(parts: Iterable[Markup], between: str = "") -> Markup:
    """Return pieces of HTML one after another, with HTML between them."""
    return Markup(between.join(parts))


def each(template: str, items: Iterable[str]) -> Markup:
    """Return a template once for each item, which fills its field `{item}`."""
    return join(fill(template, item=item) for item in items)


def text(value: str) -> Markup:
    """Return text for use between tags or in a quoted attribute, without control characters."""
    return Markup(_escaped(value))


def _escaped(value: str) -> str:
    """Return text escaped for HTML, in which no CI system finds a command (see `inert`)."""
    shown = escape(visible(value))
    return shown.replace("##", "#&#35;") if "##" in shown else shown


def prose(value: str) -> Markup:
    """Return text in which the parts in backticks are code."""
    line = text(value)
    return Markup(_CODE.sub(r"<code>\1</code>", line)) if "`" in line else line


def paragraphs(value: str) -> Markup:
    """Return text as paragraphs, which blank lines separate; other line breaks become spaces."""
    parts = filter(None, (" ".join(part.split()) for part in _BLANK.split(value)))
    return join(fill("<p>{part}</p>", part=prose(part)) for part in parts)


def link(address: str) -> Markup:
    """Return a link to a web address; any other address is only text."""
    if not address.lower().startswith(("https://", "http://")):
        return text(address)
    return fill('<a href="{address}">{address}</a>', address=address)


def section(name: str, title: str, content: Markup) -> Markup:
    """Return a section of the page with its heading; empty without content."""
    return fill(_SECTION, name=name, title=title, content=content) if content else EMPTY


def count(number: int, noun: str) -> str:
    """Return a number with its noun, such as `1,234 findings`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


_SECTION = """\
<section id="{name}" aria-labelledby="h-{name}">
<h2 id="h-{name}">{title}</h2>
{content}</section>
"""
_CODE = re.compile(r"`([^`]+)`")
_BLANK = re.compile(r"\n\s*\n")
