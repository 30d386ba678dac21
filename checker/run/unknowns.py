"""Says of what a document leaves open: its name, where it stands, and what to do about it."""

from __future__ import annotations

import json

from checker import cel
from checker.documents import Document
from checker.problems import Location, Route

_CURE = "render the template before checking"


def reason(error: cel.EvaluationError) -> str:
    """Return why a condition has no value; of an unknown also its name and the cure."""
    if not isinstance(error, cel.DoubtError) or error.unknown is None:
        return error.message
    address, _ = error.unknown
    named = "" if address in error.message else f": that depends on `{address}`"
    cure = "" if error.message.endswith(_CURE) and not named else f"; {_CURE}"
    return error.message + named + cure


def explained(document: Document, message: str) -> str:
    """Return a message with what an unknown of a template is, and the cure for it, in its words."""
    if _CURE not in message:
        return message
    for placeholder, what in document.unknowns.items():
        if placeholder in message:
            found = message.replace("is a placeholder of a template", f"is {what}")
            return found.replace(f"; {_CURE}", "").replace(_CURE, "")
    return message


def route_of(document: Document, unknown: cel.Unknown | None) -> Route | None:
    """Return the route of an unknown; None if that node of the document does not mention it.

    A policy that a rule makes of a part of the document, or of a parameter, has its own routes.
    """
    if unknown is None:
        return None
    address, route = unknown
    try:
        node = document.node(route)
    except (LookupError, TypeError):
        return None
    text = node if isinstance(node, str) else json.dumps(node, ensure_ascii=False)
    keys = "".join(step for step in route[-1:] if isinstance(step, str))
    return route if address in text or address in keys else None


def location_of(document: Document, unknown: cel.Unknown) -> Location | None:
    """Return where the text of an unknown stands in its node; None if that is no text with it."""
    address, route = unknown
    node = document.node(route)
    if document.reading is None or not isinstance(node, str) or not address or address not in node:
        return None
    first = node.index(address)
    start, last = (
        document.reading.locate_text(route, *_line_and_column(node, offset))
        for offset in (first, first + len(address) - 1)
    )
    return Location(start.line, start.column, last.end_line, last.end_column)


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
