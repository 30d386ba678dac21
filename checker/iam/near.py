"""Sorts out which statements of a policy may be about an action."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from checker.iam import actions as action_rules
from checker.iam.patterns import Undecided
from checker.iam.terms import Denial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.iam.patterns import Pattern
    from checker.iam.statement import Policy, Statement


@dataclass(frozen=True, slots=True)
class Near:
    """The Denies that may be about an action."""

    whole: tuple[Denial, ...]
    """Those that deny it to everyone, without a condition."""
    rest: tuple[Statement, ...]
    """All others."""


def near(policy: Policy, pattern: Pattern) -> Near:
    """Return the Denies of a policy that may be about an action."""
    whole: list[Denial] = []
    rest: list[Statement] = []
    for statement in about(policy, action_rules.services([pattern])):
        if statement.is_allow or action_rules.matches_action(statement, pattern) is False:
            continue
        covered = action_rules.covers_action(statement, pattern)
        doubt = action_rules.doubt(statement) if covered is None else ""
        try:
            everyone = statement.is_for_everyone
        except Undecided as why:
            everyone, doubt = True, str(why)
        if statement.conditions or covered is False or not everyone:
            rest.append(statement)
        else:
            whole.append(Denial(statement, doubt))
    return Near(tuple(whole), tuple(rest))


def about(policy: Policy, services: frozenset[str] | None) -> Iterator[Statement]:
    """Yield the statements that may be about actions of some services: a quick first filter."""
    known = policy.memo.get(about)
    if not isinstance(known, list):
        known = policy.memo[about] = [action_rules.services_of(item) for item in policy.statements]
    for item, named in zip(policy.statements, known, strict=True):
        if services is None or named is None or not named.isdisjoint(services):
            yield item
