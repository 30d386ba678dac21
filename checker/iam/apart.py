"""Collects the entries of statements that have unknowns, by dimension of a request.

What such an entry matches may be what any other entry of the dimension matches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.iam.arn import Spelling, action
from checker.iam.conditions import meaning, test
from checker.iam.constraints import ACTION, PRINCIPAL, RESOURCE
from checker.iam.patterns import pattern
from checker.iam.pieces import compared, has_unknown
from checker.iam.principals import AWS, is_unknown, meant
from checker.iam.request import PRINCIPAL_ARN
from checker.iam.resources import spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence

    from checker.iam.conditions import Test
    from checker.iam.patterns import Pattern
    from checker.iam.statement import Statement


def unknowns(
    statements: Sequence[Statement], textual: Container[str]
) -> dict[str, tuple[Spelling, ...]]:
    """Return the entries with unknowns, by dimension; of condition keys, only the `textual` ones.

    The principals include the callers of conditions on `aws:PrincipalArn`, and the other way round.
    """
    found: dict[str, list[Spelling]] = {}
    for statement in statements:
        for dimension, item in _entries(statement, textual):
            if item.unknowns:
                found.setdefault(dimension, []).append(item)
    if any(each.has_principal for each in statements):
        principals, arns = found.get(PRINCIPAL, []), found.get(PRINCIPAL_ARN, [])
        known = [each for each in principals if _has_kind(each.symbolic)]
        found[PRINCIPAL] = principals + [_changed(each, _with_kind) for each in arns]
        found[PRINCIPAL_ARN] = arns + [_changed(each, _without_kind) for each in known]
    return {dimension: tuple(items) for dimension, items in found.items() if items}


def atoms(statements: Sequence[Statement], textual: Container[str]) -> dict[str, tuple[str, ...]]:
    """Return atoms for unknown values of conditions, by key; not of the `textual` keys."""
    found: dict[str, list[str]] = {}
    for statement in statements:
        for condition in statement.conditions:
            asked = test(condition)
            unknown = [compared(asked.than, each) for each in asked.values if has_unknown(each)]
            if unknown and asked.key not in textual:
                found.setdefault(asked.key, []).extend(unknown)
    return {key: tuple(dict.fromkeys(each)) for key, each in found.items()}


def meanings(statement: Statement, asked: Test) -> list[Spelling]:
    """Return what the values of a condition on strings or ARNs may mean."""
    return [meaning(asked, each, variables=statement.variables) for each in asked.values]


def _entries(statement: Statement, textual: Container[str]) -> Iterator[tuple[str, Spelling]]:
    for item in spelled(statement, (*statement.resources, *statement.not_resources)):
        yield RESOURCE, item
    for entry in (*statement.actions, *statement.not_actions):
        yield ACTION, action(entry.text)
    for principal in (*statement.principals, *statement.not_principals):
        if is_unknown(principal):
            yield from ((PRINCIPAL, each) for each in meant(principal))
    for condition in statement.conditions:
        asked = test(condition)
        if asked.key in textual:
            yield from ((asked.key, each) for each in meanings(statement, asked))


def _has_kind(found: Pattern) -> bool:
    return found.tokens[: len(AWS)] == (*AWS,)


def _with_kind(found: Pattern) -> Pattern:
    """Return the pattern of the principals that have an ARN."""
    return pattern(found.text, (*AWS, *found.tokens))


def _without_kind(found: Pattern) -> Pattern:
    """Return the pattern of the ARNs of principals."""
    return pattern(found.text, found.tokens[len(AWS) :]) if _has_kind(found) else found


def _changed(item: Spelling, change: Callable[[Pattern], Pattern]) -> Spelling:
    widest, symbolic = change(item.widest), change(item.symbolic)
    return Spelling(item.text, widest, None, symbolic, item.unknowns, change(item.loose))
