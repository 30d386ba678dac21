"""Recognises files that this tool reads or writes itself, which are not documents.

The data must be valid for such a file, so a policy for another program cannot hide in it.
"""

from __future__ import annotations

from functools import cache
from pathlib import PurePosixPath
from typing import Any, cast

from checker.problems import Json, Route
from checker.reader.schema import Schema, bundled

_RULES = "rules/rule.schema.json"
_SCHEMAS = (
    (_RULES, frozenset({"id", "title", "severity", "require"}), ""),
    (_RULES, frozenset({"defines", "kind", "require"}), ""),
    (_RULES, frozenset({"template", "id"}), ""),
    (_RULES, frozenset({"template", "rules"}), ""),
    ("report/report.schema.json", frozenset({"version", "tool", "summary", "findings"}), ""),
    ("waivers/waivers.schema.json", frozenset({"waivers"}), ""),
    ("settings/config.schema.json", frozenset[str](), "policy-check.yaml"),
)
"""The schema of each such file, the keys that it must have, and its name (empty if any will do)."""


def own_parts(data: Json, file: str) -> tuple[Route, ...]:
    """Return the routes of what this tool wrote or reads itself, in the data of a file.

    That is the whole of a rule, a template, a JSON report, a waivers file or a configuration. Of
    rules of a template it is the examples: any other program may have a file with these few keys,
    and with a policy in `params`.
    """
    if not isinstance(data, dict) or not _is_own(data, PurePosixPath(file).name):
        return ()
    if "template" not in data:
        return ((),)
    rows = range(len(cast("list[Json]", data.get("rules", []))))
    return (("examples",), *(("rules", index, "examples") for index in rows))


def _is_own(data: dict[str, Json], name: str) -> bool:
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
