"""Writes lists of rules, for a terminal of 80 columns or as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from checker.messages import inert, visible
from checker.render.stream import dump
from checker.render.text import BOLD, DIM, SEVERITY_COLOURS, WIDTH, Style
from checker.report import Severity
from checker.rules.rule import Rule

_INDENT = " " * 9
"""Blanks as wide as a severity in a report."""

Profiles = Mapping[str, tuple[str, ...]]
"""For the id of each rule, the names of the profiles that select it."""


def as_text(rules: Sequence[Rule], profiles: Profiles, *, colour: bool = False) -> Iterator[str]:
    """Yield two lines for each rule (more for a long title), then the number of rules."""
    for line in _lines(rules, profiles, Style(colour)):
        yield inert(line + "\n")


def _lines(rules: Sequence[Rule], profiles: Profiles, style: Style) -> Iterator[str]:
    for rule in rules:
        label = f"{rule.severity.label.upper():<{len(_INDENT)}}"
        named = f"  {visible(', '.join(profiles[rule.id]))}".rstrip()
        yield (
            style(label, *SEVERITY_COLOURS[rule.severity])
            + style(rule.id, BOLD)
            + (style(named, DIM))
        )
        yield from wrap(
            visible(" ".join(rule.file.title.split())),
            WIDTH,
            initial_indent=_INDENT,
            subsequent_indent=_INDENT,
            break_long_words=False,
            break_on_hyphens=False,
        )
    yield f"{len(rules):,} rule{'' if len(rules) == 1 else 's'}{_by_severity(rules)}"


def _by_severity(rules: Sequence[Rule]) -> str:
    found = [rule.severity for rule in rules]
    counts = [(each, found.count(each)) for each in sorted(Severity, reverse=True)]
    return ": " + ", ".join(f"{n} {each.label}" for each, n in counts if n) if found else ""


def as_json(rules: Sequence[Rule], profiles: Profiles) -> Iterator[str]:
    """Yield the rules as one JSON object, indented and in ASCII."""
    listed = [
        {
            "id": rule.id,
            "title": rule.file.title,
            "severity": rule.severity.label,
            "kind": rule.kind,
            "about": rule.file.about,
            "profiles": list(profiles[rule.id]),
            "controls": {name: list(ids) for name, ids in rule.file.controls.items()},
            "path": rule.file.path,
        }
        for rule in rules
    ]
    yield dump({"rules": listed}, indent=2) + "\n"
