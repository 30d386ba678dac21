"""Decides whether the conditions of a policy fix a key in all that an Allow statement allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.iam.arn import CURRENT_VERSION
from checker.iam.fixed import unfixed
from checker.iam.question import actions, allowed
from checker.iam.statement import Policy

if TYPE_CHECKING:
    from checker.iam.fixed import Wanted
    from checker.iam.statement import Statement


def confines(statement: Statement, wanted: Wanted) -> bool:
    """Return whether every request that an Allow allows has one of some keys fixed.

    All Denies of its policy count, and a request that lacks the keys has none of them fixed. A Deny
    confines nothing. Raises `Undecided`.
    """
    if not statement.is_allow:
        return False
    whole = statement.policy or Policy(CURRENT_VERSION, (statement,))
    policy, asked = unfixed(whole, wanted, via=statement.route)
    if not any(each.texts.patterns for each in (*asked.constraints, *asked.perhaps)):
        return False
    more = asked.constraints + actions(statement.asked)
    return allowed(policy, asked._replace(constraints=more)) is None
