"""Gives the unknowns of a policy values, as its author does who renders a template.

One set of values cannot prove what holds for all of them. It only confirms what was found.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checker.iam import values
from checker.iam.conditions import Family, test
from checker.iam.values import has_unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from checker.iam.statement import Condition, Entry, Policy, Principal, Statement
    from checker.iam.values import Unknown
    from checker.problems import Route

_SEGMENTS = {1: "aws", 3: "eu-west-1", 4: "123456789012"}
"""By position in an ARN: a value of the segment."""
_OF_FAMILY = {
    Family.BOOL: "true",
    Family.NUMBER: "1",
    Family.DATE: "2030-01-31T00:00:00Z",
    Family.ADDRESS: "203.0.113.7",
}
_ROLE = "arn:aws:iam::123456789012:role/"


def examples(policies: Iterable[Policy], fresh: str) -> dict[str, str]:
    """Return a possible value for each unknown of some policies, by its address.

    It is one that fits the place where the unknown stands, or else begins with `fresh`.
    """
    found: dict[str, str] = {}
    for policy in policies:
        for statement in policy.statements:
            for text, whole in _texts(statement):
                _note(found, text, whole, fresh)
    return found


def unknowns_of(policies: Iterable[Policy]) -> list[tuple[Unknown, Route]]:
    """Return the unknowns of some policies, each with the place of its entry."""
    found: list[tuple[Unknown, Route]] = []
    for policy in policies:
        for item in policy.statements:
            texts = [(each.text, each.route) for each in (*item.resources, *item.not_resources)]
            texts += [(text, each.route) for each in item.conditions for text in each.values]
            names = [(each.text, each.route) for each in (*item.actions, *item.not_actions)]
            names += [(each.text, each.route) for each in (*item.principals, *item.not_principals)]
            read = [(values.read(text, variables=True), route) for text, route in texts]
            read += [(values.read_name(text), route) for text, route in names]
            found += [(each, route) for value, route in read for each in values.unknowns(value)]
    return found


def _texts(statement: Statement) -> Iterator[tuple[str, str]]:
    """Yield each text of a statement, and a value for it if it is nothing but an unknown."""
    for item in (*statement.principals, *statement.not_principals):
        yield item.text, _ROLE if item.kind == "AWS" else ""
    for condition in statement.conditions:
        whole = _OF_FAMILY.get(test(condition).family, "")
        yield from ((text, whole) for text in condition.values)
    entries = (*statement.resources, *statement.not_resources)
    for entry in (*entries, *statement.actions, *statement.not_actions):
        yield entry.text, ""


def _note(found: dict[str, str], text: str, whole: str, fresh: str) -> None:
    if not has_unknown(text):
        return
    parts = values.segments(text)
    for at, part in enumerate(parts if parts[0] == "arn" else [text]):
        for unknown in values.unknowns(values.read_name(part)):
            name = f"{fresh}{len(found)}"
            alone = part == unknown.text and len(parts) > 1
            likely = _SEGMENTS.get(at, "") if alone else ""
            likely = whole if text == unknown.text else likely
            likely = likely + name if likely == _ROLE else likely
            found.setdefault(unknown.address, likely or name)


def rendered(policy: Policy, known: Mapping[str, str]) -> Policy:
    """Return a policy with values, by address, in place of its unknowns."""
    statements = tuple(_statement(each, known) for each in policy.statements)
    return replace(policy, statements=statements, memo={})


def _statement(item: Statement, known: Mapping[str, str]) -> Statement:
    def written(text: str, *, variables: bool = False) -> str:
        return values.rendered(text, known, variables=variables)

    def entries(found: tuple[Entry, ...], *, variables: bool) -> tuple[Entry, ...]:
        return tuple(replace(e, text=written(e.text, variables=variables)) for e in found)

    def principals(found: tuple[Principal, ...]) -> tuple[Principal, ...]:
        return tuple(replace(each, text=written(each.text)) for each in found)

    def condition(found: Condition) -> Condition:
        texts = tuple(written(text, variables=True) for text in found.values)
        return replace(found, values=texts)

    return replace(
        item,
        actions=entries(item.actions, variables=False),
        not_actions=entries(item.not_actions, variables=False),
        resources=entries(item.resources, variables=True),
        not_resources=entries(item.not_resources, variables=True),
        principals=principals(item.principals),
        not_principals=principals(item.not_principals),
        conditions=tuple(map(condition, item.conditions)),
    )
