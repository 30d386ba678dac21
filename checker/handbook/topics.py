"""Builds the documentation of a rule as a topic: sections of text, lists, links and code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from checker.problems import Json
from checker.report import Framework, Severity
from checker.rules.rule import Example, Rule

_EXPECTED = {
    "fail": "What fails",
    "pass": "What passes",
    "skip": "What the rule does not apply to",
    "error": "What cannot be decided",
}
_DECIDES = frozenset({"params", "let", "for_each", "when", "require", "message"})
"""The keys of a rule's file that are shown as its decision."""
_SEPARATOR = re.compile(r"^---(?:[ \t].*)?$", re.MULTILINE)


class Text(NamedTuple):
    """A paragraph."""

    text: str


class Points(NamedTuple):
    """A list of items."""

    items: tuple[str, ...]


class Links(NamedTuple):
    """A list of web addresses."""

    addresses: tuple[str, ...]


class Case(NamedTuple):
    """The name of an example, and its kind if that is not the rule's; its document follows."""

    name: str
    kind: str


class Code(NamedTuple):
    """Lines to copy in a language, and the file that they belong in, if any."""

    language: str
    text: str
    file: str = ""


Block = Text | Points | Links | Case | Code


class Section(NamedTuple):
    """A part of a topic, with a heading."""

    title: str
    blocks: tuple[Block, ...]


class Topic(NamedTuple):
    """The documentation of a rule, or of a finding that belongs to no rule.

    Without a rule, the severity is None, and what is known of rules only is empty.
    """

    id: str
    title: str
    severity: Severity | None
    kind: str
    about: str
    profiles: tuple[str, ...]
    sections: tuple[Section, ...]


def topic(rule: Rule, profiles: Sequence[str], frameworks: Mapping[str, Framework]) -> Topic:
    """Return the documentation of a rule; `profiles` names those that select it."""
    sections = _sections(rule, frameworks)
    return Topic(
        rule.id,
        rule.file.title,
        rule.severity,
        rule.kind,
        rule.file.about or "",
        tuple(profiles),
        tuple(section for section in sections if section.blocks),
    )


def _sections(rule: Rule, frameworks: Mapping[str, Framework]) -> Iterator[Section]:
    yield Section("Why it matters", (Text(rule.file.description),))
    yield Section("What to do", (Text(rule.file.remediation),))
    controls = tuple(_controls(rule, frameworks))
    yield Section("Controls", (Points(controls),) if controls else ())
    yield Section("How it is decided", (Code("yaml", _decision(rule)),))
    for expected, title in _EXPECTED.items():
        shown = [each for each in rule.examples if each.expect == expected]
        yield Section(title, tuple(block for each in shown for block in _example(each, rule)))
    yield Section("References", (Links(rule.file.references),) if rule.file.references else ())


def _controls(rule: Rule, frameworks: Mapping[str, Framework]) -> Iterator[str]:
    for name, ids in rule.file.controls.items():
        framework = frameworks.get(name, Framework(name, "", {}))
        named = (f"{each} {framework.controls.get(each, '')}".strip() for each in ids)
        yield f"{framework.title}: {', '.join(named)}"


def _decision(rule: Rule) -> str:
    """Return the lines of a rule's file, or of its template, that decide, as they are written."""
    template = rule.file.template
    if template is None:
        text = _document(rule.file.reading.source.text, f"id:\\s*[\"']?{rule.id}")
        return "\n".join(_deciding(text)) or text.strip()
    text = _document(template.reading.source.text, f"defines:\\s*[\"']?{template.name}")
    shared = "\n".join(_deciding(text))
    return f"template: {template.name}\n{_values(rule)}\n\n# {template.name}\n{shared}"


def _deciding(text: str) -> Iterator[str]:
    wanted = False
    for line in text.splitlines():
        if line and not line[0].isspace() and not line.startswith(("#", "-")):
            wanted = line.partition(":")[0] in _DECIDES
        if wanted:
            yield line


def _values(rule: Rule) -> str:
    """Return the values that a rule gives to the parameters of its template."""
    declared = rule.file.data.get("params", {})
    lines = (f"  {name}: {json.dumps(each['default'])}" for name, each in declared.items())
    return "\n".join(["params:", *lines])


def _document(text: str, start: str) -> str:
    """Return the YAML document of a file in which a line starts with an expression."""
    written = re.compile(rf"^{start}(?![\w-])", re.MULTILINE)
    return next(filter(written.search, _SEPARATOR.split(text)), text)


def _example(example: Example, rule: Rule) -> Iterator[Block]:
    yield Case(example.name, example.kind if example.kind != rule.kind else "")
    if example.params:
        given = json.dumps({"params": {rule.id: example.params}}, ensure_ascii=False)
        yield Code("json", given, "policy-check.yaml")
    yield Code("json", _indented(example.document))
    if example.fixed_as:
        yield Text(f"Fixed as in: {example.fixed_as}.")
    elif example.fixed is not None:
        yield Text("Fixed:")
        yield Code("json", _indented(example.fixed))


def _indented(document: Json) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)
