"""Reads YAML documents into rules, or reports how they violate the schema of rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, cast

from checker.problems import InputError
from checker.reader import Reading
from checker.reader.schema import Schema
from checker.report import Severity
from checker.rules.rule import About, RuleFile
from checker.rules.template import Expanded, Template

Find = Callable[[str], Template | None]
"""Returns the template of a name, or None if it is not valid; raises LookupError if unknown."""


@cache
def _schema() -> Schema:
    return Schema.bundled("rules/rule.schema.json")


def validated(reading: Reading) -> Template | Reading:
    """Return a document as a template, or as it is if it holds rules.

    Raises InputError with all violations of the schema.
    """
    if problems := _schema().problems(reading):
        raise InputError(*problems)
    if "defines" in cast("dict[str, Any]", reading.data):
        return Template(reading)
    return reading


def defined(reading: Reading) -> str:
    """Return the name of the template that a document defines, valid or not, or an empty text."""
    name = reading.data.get("defines") if isinstance(reading.data, dict) else None
    return name if isinstance(name, str) else ""


def is_table(reading: Reading) -> bool:
    """Return whether a valid document holds several rules of a template."""
    return "rules" in cast("dict[str, Any]", reading.data)


def documents(
    reading: Reading, find: Find, *, examples: bool
) -> Iterator[Reading | Expanded | InputError]:
    """Yield the rules of a valid document: one, or those of a table.

    A rule of a template is expanded. A mistake in one rule hides none of the others. Without
    `examples`, those of the template are left out.
    """
    data = cast("dict[str, Any]", reading.data)
    if "template" not in data:
        yield reading
        return
    name = data["template"]
    try:
        template = find(name)
    except LookupError:
        message = f"unknown template `{name}`: give the file that defines it too"
        yield InputError(reading.problem(message, ("template",)))
        return
    if template is None:
        return
    rows = range(len(data.get("rules", ())))
    tabled = [[reading.within(("rules", index)), reading] for index in rows]
    for layers in tabled or [[reading]]:
        try:
            made = Expanded(template, layers, examples=examples)
        except InputError as error:
            yield error
            continue
        problems = _schema().problems(made)
        yield InputError(*problems) if problems else made


def rule_file(reading: Reading | Expanded, *, shipped: bool = False) -> RuleFile:
    """Return the rule that a document describes, which its schema accepts."""
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
