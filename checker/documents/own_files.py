"""Recognises files that this tool reads or writes itself: they are no documents.

A file is recognised by its data, of which no key may be one that such a file has not: nothing else
can hide in it from the rules.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from checker.problems import Json
from checker.reader.schema import bundled

_TOOL = "policy-check"
_SCHEMAS = (
    ("rules/rule.schema.json", frozenset({"id", "title", "severity", "require"})),
    ("report/report.schema.json", frozenset({"version", "tool", "summary", "findings"})),
    ("waivers/waivers.schema.json", frozenset({"waivers"})),
)
"""The schema of each such file, and the keys by which it is recognised."""


def is_own(data: Json) -> bool:
    """Say whether data is a rule, a JSON report or a file of waivers of this tool."""
    if not isinstance(data, dict):
        return False
    return any(needed <= data.keys() <= _known(schema) for schema, needed in _SCHEMAS)


@cache
def _known(schema: str) -> frozenset[str]:
    properties = cast("dict[str, Any]", bundled(schema))["properties"]
    return frozenset(properties)
