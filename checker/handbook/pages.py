"""Writes the documentation of the shipped rules as Markdown pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import PurePath
from typing import NamedTuple

from checker.handbook.topics import Block, Case, Code, Links, Points, Text, Topic, topic
from checker.report import Framework, Severity
from checker.rules.profiles import Profile
from checker.rules.rule import Rule

_HEADING = """\
# The shipped rules

`policy-check builtin POLICIES` runs the rules of the profile `recommended`. `--profile NAME`
selects another profile, and `policy-check builtin:ecr POLICIES` runs the rules of one folder. To
switch off a rule, add it to `disable` in `policy-check.yaml`; to set its parameters, use `params`
there.
"""
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


class Page(NamedTuple):
    """One file of the documentation: its name and its text."""

    name: str
    text: str


def pages(
    rules: Sequence[Rule],
    profiles: Mapping[str, Profile],
    frameworks: Mapping[str, Framework],
) -> Iterator[Page]:
    """Yield the index and a page for each rule."""
    yield Page("README.md", _document(_index(rules, profiles, frameworks)))
    for rule in rules:
        about = topic(rule, _chosen(rule, profiles), frameworks)
        yield Page(f"{rule.id}.md", markdown(about))


def markdown(about: Topic) -> str:
    """Return a topic as the text of a Markdown page."""
    return _document(_page(about))


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
            title = _plain(rule.file.title)
            yield f"| {_link(rule)} | {rule.severity.label} | {chosen} | {title} |"
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
            serving = [rule for rule in rules if control in rule.file.controls.get(name, ())]
            links = ", ".join(map(_link, serving)) or "none yet"
            yield f"| {_plain(control)} | {_plain(title)} | {links} |"


def _page(about: Topic) -> Iterator[str]:
    yield from (f"# {_plain(about.title)}", "")
    yield " · ".join([f"`{about.id}`", *_facts(about)])
    for section in about.sections:
        yield from ("", f"## {section.title}", "")
        for index, block in enumerate(section.blocks):
            yield from ([""] if index else [])
            yield from _block(block)


def _facts(about: Topic) -> Iterator[str]:
    if about.severity is None:
        yield "reported by policy-check itself"
    else:
        named = ", ".join(f"`{name}`" for name in about.profiles)
        yield f"severity **{about.severity.label}**"
        yield f"for `{about.kind}`"
        if about.about:
            yield f"about `{about.about}`"
        yield f"in {named}" if named else "in no profile"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Text(text):
            yield _plain(text)
        case Points(items):
            yield from (f"- {_plain(item)}" for item in items)
        case Links(addresses):
            yield from (f"- <{each}>" for each in addresses)
        case Case(name, kind):
            yield f"**{_plain(name)}**" + (f", as `{kind}`" if kind else "")
        case Code(language, text, file):
            yield from ([f"In `{file}`:", ""] if file else [])
            yield from (f"```{language}", text, "```")


def _chosen(rule: Rule, profiles: Mapping[str, Profile]) -> list[str]:
    return [name for name, profile in profiles.items() if profile.selects(rule.id)]


def _folder(rule: Rule) -> str:
    return PurePath(rule.file.path).parent.name


def _link(rule: Rule) -> str:
    return f"[{rule.id}]({rule.id}.md)"


def _line(text: str) -> str:
    return " ".join(text.split())


def _plain(text: str) -> str:
    """Return text in one line, escaped so that Markdown shows it as it is."""
    return _SPECIAL.sub(r"\\\1", _line(text))
