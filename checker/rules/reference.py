"""Shipped rules and their profiles go in; their documentation as Markdown pages comes out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import PurePath
from typing import NamedTuple

from checker.report import Framework, Severity
from checker.rules.profiles import Profile
from checker.rules.rule import Example, Rule

_HEADING = """\
# The shipped rules

`policy-check builtin POLICIES` runs the rules of the profile `recommended`, `--profile NAME`
those of another one, and `policy-check builtin:ecr POLICIES` those of one folder. A rule is
switched off by `disable` in `policy-check.yaml`, and its parameters are set there under `params`.
"""
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")
_EXPECTED = {
    "fail": "What fails",
    "pass": "What passes",
    "skip": "What it says nothing of",
    "error": "What cannot be decided",
}


class Page(NamedTuple):
    """One file of the documentation: its name and its text."""

    name: str
    text: str


def pages(
    rules: Sequence[Rule],
    sources: Mapping[str, str],
    profiles: Mapping[str, Profile],
    frameworks: Mapping[str, Framework],
) -> Iterator[Page]:
    """Yield the index and a page for each rule; `sources` are the texts of their files by id."""
    yield Page("README.md", _document(_index(rules, profiles, frameworks)))
    for rule in rules:
        page = _page(rule, sources[rule.id], profiles, frameworks)
        yield Page(f"{rule.id}.md", _document(page))


def _document(lines: Iterable[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def _index(
    rules: Sequence[Rule], profiles: Mapping[str, Profile], frameworks: Mapping[str, Framework]
) -> Iterator[str]:
    yield from _HEADING.splitlines()
    yield from ("", "| profile | rules | |", "| --- | --- | --- |")
    for name, profile in profiles.items():
        count = sum(profile.selects(rule.id) for rule in rules)
        yield f"| `{name}` | {count} | {_plain(profile.description)} |"
    yield from ("", "## By service", "")
    by_folder = sorted(rules, key=lambda rule: (_folder(rule), rule.id))
    for folder, group in groupby(by_folder, key=_folder):
        yield from (f"### {folder}", "", "| rule | severity | profiles | |", "|" + " --- |" * 4)
        for rule in group:
            chosen = ", ".join(_chosen(rule, profiles))
            yield f"| {_link(rule)} | {rule.severity.label} | {chosen} | {_plain(rule.title)} |"
        yield ""
    yield from ("## By severity", "")
    for severity in sorted(Severity, reverse=True):
        named = ", ".join(_link(rule) for rule in rules if rule.severity is severity)
        yield from (f"- **{severity.label}**: {named or 'none'}",)
    yield from ("", "## By control")
    for name, framework in frameworks.items():
        yield from ("", f"### {_plain(framework.title)}", "")
        yield from (f"In rules and reports `{name}`; see <{framework.source}>.", "")
        yield from ("| control | | rules |", "| --- | --- | --- |")
        for control, title in framework.controls.items():
            serving = [rule for rule in rules if control in rule.controls.get(name, ())]
            links = ", ".join(map(_link, serving)) or "none yet"
            yield f"| {_plain(control)} | {_plain(title)} | {links} |"


def _page(
    rule: Rule,
    source: str,
    profiles: Mapping[str, Profile],
    frameworks: Mapping[str, Framework],
) -> Iterator[str]:
    yield from (f"# {_plain(rule.title)}", "")
    facts = [f"`{rule.id}`", f"severity **{rule.severity.label}**", f"for `{rule.kind}`"]
    chosen = [f"`{name}`" for name in _chosen(rule, profiles)]
    yield " · ".join([*facts, f"in {', '.join(chosen)}" if chosen else "in no profile"])
    yield from ("", "## Why it matters", "", _plain(_line(rule.description)))
    yield from ("", "## What to do", "", _plain(_line(rule.remediation)), "")
    if rule.controls:
        yield from ("## Controls", "")
        for name, ids in rule.controls.items():
            framework = frameworks[name]
            named = ", ".join(f"{_plain(each)} {_plain(framework.controls[each])}" for each in ids)
            yield f"- {_plain(framework.title)}: {named}"
        yield ""
    yield from ("## How it is decided", "", "```yaml", *_decision(source), "```", "")
    for expected, title in _EXPECTED.items():
        shown = [each for each in rule.examples if each.expect == expected]
        if shown:
            yield from (f"## {title}", "")
            for example in shown:
                yield from _example(example, rule)
    yield from ("## References", "", *(f"- <{each}>" for each in rule.references))


def _decision(source: str) -> Iterator[str]:
    """Yield the lines of a rule's file that decide: from its parameters to its examples."""
    wanted = False
    for line in source.splitlines():
        if line and not line[0].isspace() and not line.startswith(("#", "-")):
            key = line.partition(":")[0]
            wanted = key in {"params", "let", "for_each", "when", "require", "message"}
        if wanted:
            yield line


def _example(example: Example, rule: Rule) -> Iterator[str]:
    mapped = f", as `{example.kind}`" if example.kind != rule.kind else ""
    yield from (f"**{_plain(example.name)}**{mapped}", "")
    if example.params:
        given = json.dumps({"params": {rule.id: example.params}}, ensure_ascii=False)
        yield from ("In `policy-check.yaml`:", "", "```json", given, "```", "")
    yield from ("```json", json.dumps(example.document, indent=2, ensure_ascii=False), "```", "")


def _chosen(rule: Rule, profiles: Mapping[str, Profile]) -> list[str]:
    return [name for name, profile in profiles.items() if profile.selects(rule.id)]


def _folder(rule: Rule) -> str:
    return PurePath(rule.path).parent.name


def _link(rule: Rule) -> str:
    return f"[{rule.id}]({rule.id}.md)"


def _line(text: str) -> str:
    return " ".join(text.split())


def _plain(text: str) -> str:
    """Return text so that Markdown shows it as it is."""
    return _SPECIAL.sub(r"\\\1", _line(text))
