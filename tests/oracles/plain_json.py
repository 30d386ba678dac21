"""Reads JSON slowly and plainly, and refuses every ambiguity.

Nothing here is the project's own reader: it is what that is held against.
"""

from __future__ import annotations

import json
from typing import Any

DEPTH = 64


class RefusedError(ValueError):
    """What the standard library reads and the gate must not."""


def plain_json(text: str) -> Any:
    """Return the data of a text; raises ValueError where it is no JSON, or no clear one."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in found}) < len(found):
            raise RefusedError("a key stands twice")
        return dict(found)

    def constant(text: str) -> None:
        raise RefusedError(f"{text} is no number")

    def integer(digits: str) -> int:
        if len(digits) > 20 or not -(2**63) <= (value := int(digits)) < 2**63:
            raise RefusedError("beyond 64 bits")
        return value

    try:
        data = json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_int=integer)
        written = json.dumps(data, ensure_ascii=False)
    except RecursionError as error:
        raise RefusedError("too deep") from error
    if "Infinity" in _without_texts(data):
        raise RefusedError("a number is infinite")
    if depth(data) > DEPTH:
        raise RefusedError("too deep")
    written.encode()
    return data


def depth(value: Any) -> int:
    """Return how deep objects and lists are inside one another; 0 for a scalar."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    deepest = max(map(depth, inner), default=0)
    return deepest + isinstance(value, dict | list)


def _without_texts(value: Any) -> str:
    """Return how the numbers of some data are written."""
    if isinstance(value, dict):
        return "".join(map(_without_texts, value.values()))
    if isinstance(value, list):
        return "".join(map(_without_texts, value))
    return "" if isinstance(value, str) else json.dumps(value)
