"""Templates of our own and text of others in, HTML in which no text of others is markup out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from checker.messages import visible


class Markup(str):
    """Text that is HTML already. Any other text is escaped when it is put into HTML."""

    __slots__ = ()


EMPTY = Markup()
_READY = frozenset({Markup, int})


def fill(template: str, **values: str | int) -> Markup:
    """Return a template with its `{name}` fields filled; all values but Markup are escaped."""
    # INVARIANT: a template is a constant of this package, never text of a report.
    for name, value in values.items():
        if type(value) not in _READY:
            values[name] = _escaped(str(value))
    return Markup(template.format_map(values))


def join(parts: Iterable[Markup], between: str = "") -> Markup:
    """Return pieces of HTML one after the other."""
    return Markup(between.join(parts))


def each(template: str, items: Iterable[str]) -> Markup:
    """Return a template filled with every item in turn, as `{item}`."""
    return join(fill(template, item=item) for item in items)


def text(value: str) -> Markup:
    """Return text for use between tags or in a quoted attribute; it shows no control character."""
    return Markup(_escaped(value))


def _escaped(value: str) -> str:
    """Return text as HTML shows it; no mark of a command to a CI system is left, see `inert`."""
    shown = escape(visible(value))
    return shown.replace("##", "#&#35;") if "##" in shown else shown


def prose(value: str) -> Markup:
    """Return a sentence with what stands in backticks as code."""
    line = text(value)
    return Markup(_CODE.sub(r"<code>\1</code>", line)) if "`" in line else line


def paragraphs(value: str) -> Markup:
    """Return text whose lines flow and whose blank lines part paragraphs."""
    parts = filter(None, (" ".join(part.split()) for part in _BLANK.split(value)))
    return join(fill("<p>{part}</p>", part=prose(part)) for part in parts)


def link(address: str) -> Markup:
    """Return a link to an address of the web; any other address is text that leads nowhere."""
    if not address.lower().startswith(("https://", "http://")):
        return text(address)
    return fill('<a href="{address}">{address}</a>', address=address)


def section(name: str, title: str, content: Markup) -> Markup:
    """Return a part of the page with its heading; empty without content."""
    return fill(_SECTION, name=name, title=title, content=content) if content else EMPTY


def count(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where it is not one."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


_SECTION = """\
<section id="{name}" aria-labelledby="h-{name}">
<h2 id="h-{name}">{title}</h2>
{content}</section>
"""
_CODE = re.compile(r"`([^`]+)`")
_BLANK = re.compile(r"\n\s*\n")
