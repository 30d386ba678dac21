"""Decides whether the conditions of a policy fix a key in all that an Allow statement allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.iam.arn import CURRENT_VERSION
from checker.iam.constraints import PRINCIPAL
from checker.iam.fixed import unfixed
from checker.iam.principals import meant
from checker.iam.question import actions, allowed
from checker.iam.statement import Policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from checker.iam.fixed import Wanted
    from checker.iam.given import Values
    from checker.iam.statement import Principal, Statement

_NO_KEYS: Mapping[str, Values] = {}


def confines(statement: Statement, wanted: Wanted) -> bool:
    """Return whether every request that an Allow allows has one of some keys fixed.

    All Denies of its policy count, and a request that lacks the keys has none of them fixed. A Deny
    confines nothing. Raises `Undecided`.
    """
    if not statement.is_allow:
        return False
    policy, asked = unfixed(policy_of(statement), wanted, via=statement.route)
    if not any(each.texts.patterns for each in (*asked.constraints, *asked.perhaps)):
        return False
    more = asked.constraints + actions(statement.asked)
    return allowed(policy, asked._replace(constraints=more)) is None


def confines_callers(
    statement: Statement,
    wanted: Wanted,
    callers: Iterable[Principal],
    given: Mapping[str, Values] = _NO_KEYS,
) -> bool:
    """Return what `confines` does, but about the requests of some callers only.

    `given` has the values of condition keys of these requests, by the key in lower case; a key
    without values is absent. So it is also true if none of them is allowed. Raises `Undecided`.
    """
    policy, asked = unfixed(policy_of(statement), wanted, via=statement.route)
    more = asked._replace(constraints=asked.constraints + actions(statement.asked))
    return all(
        allowed(policy, more._replace(entries=((PRINCIPAL, each),)), given) is None
        for item in callers
        for each in meant(item)
    )


def policy_of(statement: Statement) -> Policy:
    """Return the policy that a statement is part of, or one with only the statement."""
    return statement.policy or Policy(CURRENT_VERSION, (statement,))
