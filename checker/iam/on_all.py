"""Finds the actions that a statement grants on all resources of their types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.iam import actions as action_rules
from checker.iam import catalogue
from checker.iam.access import access, may_contradict
from checker.iam.covering import covering_all_of, holds_all_of
from checker.iam.near import about
from checker.iam.question import is_alone
from checker.iam.resources import resources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checker.iam.resources import Resource
    from checker.iam.statement import Policy, Statement


def on_all(
    policy: Policy, statement: Statement, level: str, limits: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the known actions of an access level that an Allow grants on all resources.

    That means all resources of some type of the action's service, after all Denies of the policy,
    although no condition fixes even a part of the value of a key among `limits`. Actions that take
    no resource are left out, because they can only be allowed on `*`. Raises `Undecided` for a
    placeholder, and `FunctionError` for an unknown level.
    """
    if not statement.is_allow or not _grants_any(policy, statement):
        return ()
    named = dict.fromkeys(
        name
        for text in _entries(statement)
        for name in catalogue.confinable(text, level)
        if not statement.has_not_action
        or action_rules.matches_action(statement, action_rules.asked(name)) is not False
    )
    services = {name.partition(":")[0] for name in named}
    # a type may have one resource in an account, and whoever names that names it
    given = [each for each in resources(statement) if not each.is_named()]
    whole = {each for each in services if holds_all_of(given, each)}
    denied = {each for each in whole if _has_denies(policy, each)}
    beside = _beside(policy, statement, given)

    def is_whole(name: str) -> bool:
        service = name.partition(":")[0]
        types = catalogue.formats_of(name)
        if service in whole:
            found = access(policy, (name,)).by(statement) if service in denied else given
            return holds_all_of(found, service, types)
        if not beside or not holds_all_of((*given, *beside), service):
            return False
        asked = access(policy, (name,))
        together = covering_all_of(asked.resources, service, types)
        return any(each in together for each in asked.by(statement))

    found = filter(is_whole, named)
    if not limits:
        return tuple(found)
    return tuple(name for name in found if access(policy, (name,)).unconfined(limits).by(statement))


def _beside(
    policy: Policy, statement: Statement, given: Sequence[Resource]
) -> tuple[Resource, ...]:
    """Return the sets of other Allows that may hold all resources together with some sets."""
    if not given:
        return ()
    others = (each for each in policy.statements if each.is_allow and each is not statement)
    return tuple(found for each in others for found in resources(each) if not found.is_named())


def _grants_any(policy: Policy, statement: Statement) -> bool:
    """Return whether an Allow grants anything after all Denies."""
    if is_alone(statement) and not may_contradict(statement):
        return True
    return bool(access(policy, ("*",)).by(statement))


def _entries(statement: Statement) -> tuple[str, ...]:
    """Return the patterns of actions that an Allow names.

    One that matches every action stands for those that a Deny of all others leaves, if any.
    """
    named = (each.text for each in statement.actions if not action_rules.is_all(each.text))
    return (*named, *action_rules.left_of(statement))


def _has_denies(policy: Policy, service: str) -> bool:
    everything = action_rules.asked(f"{service}:*")
    return any(
        action_rules.matches_action(each, everything) is not False
        for each in about(policy, frozenset({service}))
        if not each.is_allow
    )
