"""Decides whether an Allow goes beyond what its policy names.

Such a statement is found by asking for what the policy does not name: an action, and a resource,
that do not exist.
"""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING

from checker.iam import actions
from checker.iam.access import access
from checker.iam.arn import action, fold
from checker.iam.patterns import matches, witness

if TYPE_CHECKING:
    from checker.iam.patterns import Pattern
    from checker.iam.statement import Policy, Statement

_IAM = "iam"
"""The service by which the policies of others are changed."""
_PLACE = "unnamed:nowhere:000000000000:unnamed"
_ROLE = "iam::000000000000:role/unnamed"
_PARTITIONS = ("aws", "aws-cn", "aws-us-gov")


def unnamed_action(policy: Policy, service: str) -> str:
    """Return an action that a policy names by `*` at most; of no known service without a `service`.

    INVARIANT: no author can single it out by a Deny, because it is chosen after all entries. If the
    entries match every name, they match the one that is returned.
    """
    key = (unnamed_action, service)
    if key not in policy.memo:
        texts = [
            entry.text
            for each in policy.statements
            for entry in (*each.actions, *each.not_actions)
            if entry.text.partition(":")[2 if service else 0].strip("*?")
        ]
        named = tuple(action(text).widest for text in texts)
        likely = f"{service}:unnamed" if service else "unnamed:unnamed"
        free = not any(matches(each, fold(likely)) for each in named)
        policy.memo[key] = likely if free else _outside(named, service) or likely
    return str(policy.memo[key])


def _outside(named: tuple[Pattern, ...], service: str) -> str | None:
    """Return an action that no pattern matches, with a letter at the front of what is free."""
    for letter in ascii_lowercase:
        wanted = f"{service}:{letter}*" if service else f"{letter}*:unnamed"
        found = witness((action(wanted).widest,), named)
        if found is not None:
            return found
    return None


def allows_other_services(statement: Statement) -> bool:
    """Return whether an Allow allows, after all Denies, actions of services that nobody names.

    Raises `Undecided`.
    """
    policy = statement.policy
    if policy is None or not statement.is_allow:
        return False
    return bool(access(policy, (unnamed_action(policy, ""),)).by(statement))


def is_unlimited(statement: Statement) -> bool:
    """Return whether an Allow allows everything but what its policy names as an exception.

    That is so if it allows, after all Denies, actions that nobody names on resources that nobody
    names, and if the policy allows those of IAM too. Raises `Undecided`.
    """
    policy = statement.policy
    if policy is None or not allows_other_services(statement):
        return False
    everywhere = access(policy, (unnamed_action(policy, ""),)).by(statement)
    return any(
        any(each.covers(f"arn:{partition}:{_PLACE}") for each in everywhere)
        and _is_covered(policy, f"arn:{partition}:{_ROLE}")
        for partition in _PARTITIONS
    )


def whole_services(statement: Statement) -> tuple[str, ...]:
    """Return the services of which an Allow names every action, with others if need be, in order.

    A statement about all services, by `*` or NotAction, also stands for those that the ARNs of
    Resource name, unless it is unlimited. Raises `Undecided` for a placeholder that matters.
    """
    if not statement.is_allow:
        return ()
    found = actions.whole_services(statement)
    everything = statement.has_not_action or any(actions.is_all(e.text) for e in statement.actions)
    if everything and not is_unlimited(statement):
        found = [*found, *actions.services_by_arns(statement)]
    return tuple(dict.fromkeys(found))


def _is_covered(policy: Policy, role: str) -> bool:
    """Return whether a policy allows an action of IAM that nobody names on a role."""
    found = access(policy, (unnamed_action(policy, _IAM),)).resources
    return any(each.covers(role) for each in found)
