"""Recognises files that this tool reads or writes itself, which are not documents.

The data must be valid for such a file, so a policy for another program cannot hide in it.
"""

from __future__ import annotations

from functools import cache
from pathlib import PurePosixPath
from typing import Any, cast

from checker.problems import Json
from checker.reader.schema import Schema, bundled

_SCHEMAS = (
    ("rules/rule.schema.json", frozenset({"id", "title", "severity", "require"}), ""),
    ("rules/rule.schema.json", frozenset({"defines", "kind", "require"}), ""),
    ("rules/rule.schema.json", frozenset({"template", "id"}), ""),
    ("rules/rule.schema.json", frozenset({"template", "rules"}), ""),
    ("report/report.schema.json", frozenset({"version", "tool", "summary", "findings"}), ""),
    ("waivers/waivers.schema.json", frozenset({"waivers"}), ""),
    ("settings/config.schema.json", frozenset[str](), "policy-check.yaml"),
)
"""The schema of each such file, the keys that it must have, and its name (empty if any will do)."""


def is_own(data: Json, file: str) -> bool:
    """Return whether data is a rule, a JSON report, a waivers file or a configuration of this tool.

    `file` is the name of the file with the data.
    """
    if not isinstance(data, dict):
        return False
    name = PurePosixPath(file).name
    return any(
        needed <= data.keys() <= _keys(schema)
        and fixed in {"", name}
        and _schema(schema).accepts(data)
        for schema, needed, fixed in _SCHEMAS
    )


@cache
def _keys(path: str) -> frozenset[str]:
    """Return the keys that a schema knows; that of reports lets later versions add some."""
    schema = cast("dict[str, Any]", bundled(path))
    shapes = [schema] if "properties" in schema else schema["$defs"].values()
    return frozenset(key for each in shapes for key in each.get("properties", ()))


@cache
def _schema(path: str) -> Schema:
    return Schema.bundled(path)
