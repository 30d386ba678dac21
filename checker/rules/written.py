"""Reads one rule document into a RuleFile, or reports how it violates the schema of rules."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from checker.problems import InputError
from checker.reader import Reading
from checker.reader.schema import Schema
from checker.report import Severity
from checker.rules.rule import About, RuleFile


@cache
def _schema() -> Schema:
    return Schema.bundled("rules/rule.schema.json")


def rule_file(reading: Reading, *, shipped: bool = False) -> RuleFile:
    """Return the rule that a YAML document describes.

    Raises InputError with all violations of the schema.
    """
    if problems := _schema().problems(reading):
        raise InputError(*problems)
    data = cast("dict[str, Any]", reading.data)
    return RuleFile(
        id=data["id"],
        title=data["title"].strip(),
        severity=Severity.of(data["severity"]),
        kind=data["kind"],
        about=About(data["about"]) if "about" in data else None,
        description=data["description"].strip(),
        remediation=data["remediation"].strip(),
        references=tuple(data.get("references", ())),
        controls={name: tuple(ids) for name, ids in data.get("controls", {}).items()},
        waivable=data.get("waivable", True),
        reading=reading,
        shipped=shipped,
    )
