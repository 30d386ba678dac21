"""Finds entries and statements that others already cover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checker.budget import spend
from checker.iam.arn import action
from checker.iam.patterns import Pattern, covers
from checker.iam.resources import spelled
from checker.iam.validation.coded import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checker.iam.statement import Entry, Policy, Statement


def redundant_actions(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every action that covers others, about these others."""
    for entries in (statement.actions, statement.not_actions):
        patterns = [action(each.text).symbolic for each in entries]
        for covering, group in _groups(patterns):
            yield _finding("REDUNDANT_ACTION", entries, covering, group)


def redundant_resources(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every resource that covers others, about these others."""
    for entries in (statement.resources, statement.not_resources):
        patterns = [each.symbolic for each in spelled(statement, entries)]
        for covering, group in _groups(patterns):
            yield _finding("REDUNDANT_RESOURCE", entries, covering, group)


def redundant_statements(policy: Policy) -> Iterator[Finding]:
    """Yield a finding for every statement that says the same as an earlier one."""
    known: dict[Any, Statement] = {}
    for statement in policy.statements:
        earlier = known.setdefault(statement.content, statement)
        if earlier is not statement:
            message = "the statement repeats an earlier one: remove one of the two"
            yield Finding("REDUNDANT_STATEMENT", message, (statement.route, earlier.route))


def _finding(code: str, entries: Sequence[Entry], covering: int, group: list[int]) -> Finding:
    needless = [entries[each] for each in group if each != covering]
    shown = ", ".join(f"`{each.text}`" for each in needless[:3])
    more = f" and {len(needless) - 3} more" if len(needless) > 3 else ""  # noqa: PLR2004 - short
    verb = "is" if len(needless) == 1 else "are"
    return Finding(
        code,
        f"{shown}{more} {verb} already covered by `{entries[covering].text}`",
        (
            needless[0].route,
            *(entries[each].route for each in group if entries[each] not in needless[:1]),
        ),
    )


def _groups(patterns: Sequence[Pattern]) -> Iterator[tuple[int, list[int]]]:
    """Yield the position of each entry that covers others, with its own and their positions."""
    taken: set[int] = set()
    first: dict[str, int] = {}
    groups: dict[int, list[int]] = {}
    for index, each in enumerate(patterns):
        if each.literal is not None and first.setdefault(each.literal, index) != index:
            groups.setdefault(first[each.literal], []).append(index)
            taken.add(index)
    wild = [index for index, each in enumerate(patterns) if each.literal is None]
    for at in sorted(wild, key=lambda index: len(patterns[index].tokens)):
        if at in taken:
            continue
        spend(len(patterns))
        prefix, suffix = patterns[at].prefix, patterns[at].suffix
        found = [
            index
            for index, each in enumerate(patterns)
            if each.prefix.startswith(prefix) and each.suffix.endswith(suffix)
            if index != at and index not in taken and covers((patterns[at],), each)
        ]
        for index in tuple(found):
            found += groups.pop(index, [])
        taken.update(found)
        if found:
            groups[at] = found
    for at in sorted(groups):
        yield at, sorted({at, *groups[at]})
