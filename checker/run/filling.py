"""Fills the placeholders of a rule's message with values."""

from __future__ import annotations

import json
from collections.abc import Iterable

from checker import cel
from checker.rules import Hole

_LONGEST_MESSAGE = 1000
"""The most characters of a message; a longer one ends in `…`."""


def filled(parts: Iterable[str | Hole], activation: cel.Activation) -> str:
    """Return a message with its placeholders replaced; one that has no value stays as it is."""
    text = "".join(part if isinstance(part, str) else _shown(part, activation) for part in parts)
    return text if len(text) <= _LONGEST_MESSAGE else text[: _LONGEST_MESSAGE - 1] + "…"


def _shown(hole: Hole, activation: cel.Activation) -> str:
    try:
        return _text(hole.program.evaluate(activation))
    except (cel.EvaluationError, ValueError):
        return hole.text


def _text(value: object) -> str:
    """Return a value as text for a message; raises ValueError if it is too large or not JSON."""
    if isinstance(value, str):
        return value
    if _is_large(value):
        raise ValueError("too large to show")
    try:
        return json.dumps(value, ensure_ascii=False)
    except TypeError as error:
        raise ValueError(type(value).__name__) from error


def _is_large(value: object) -> bool:
    """Say whether a value has more nodes than a message could show.

    A node that several others share counts each time, as it would be shown each time.
    """
    todo, seen = [value], 0
    while todo and seen <= _LONGEST_MESSAGE:
        part = todo.pop()
        seen += 1
        if isinstance(part, list | dict):
            todo.extend(part if isinstance(part, list) else part.values())
    return bool(todo)
