"""Finds the actions that a statement grants on all resources of their types."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from checker.iam import actions as action_rules
from checker.iam import catalogue
from checker.iam.access import access, may_contradict
from checker.iam.covering import covering_all_of, holds_all_of
from checker.iam.fixed import NAMED, any_of
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
    given = _wild(policy, statement)
    whole = {each for each in services if holds_all_of(given, each)}
    denied = {each for each in whole if _has_denies(policy, each)}
    shared = {each for each in services - whole if any(e in _together(policy, each) for e in given)}
    known: dict[tuple[str, ...], bool] = {}

    def is_whole(name: str) -> bool:
        service = name.partition(":")[0]
        types = catalogue.formats_of(name)
        if service in whole:
            if service in denied:
                return holds_all_of(access(policy, (name,)).by(statement), service, types)
            if types not in known:
                known[types] = holds_all_of(given, service, types)
            return known[types]
        if service not in shared:
            return False
        asked = access(policy, (name,))
        together = covering_all_of(asked.resources, service, types)
        return any(each in together for each in asked.by(statement))

    found = filter(is_whole, named)
    limiting = any_of(limits, NAMED)
    if all(limiting(key) is None for key in policy.condition_keys):
        return tuple(found)
    return tuple(name for name in found if access(policy, (name,)).unconfined(limits).by(statement))


def _wild(policy: Policy, statement: Statement) -> tuple[Resource, ...]:
    """Return the sets of an Allow that hold more than one resource in an account."""
    key = (_wild, statement.route)
    if key not in policy.memo:
        policy.memo[key] = tuple(each for each in resources(statement) if not each.is_named())
    return cast("tuple[Resource, ...]", policy.memo[key])


def _together(policy: Policy, service: str) -> tuple[Resource, ...]:
    """Return the sets of all Allows that hold all of a service only together, if they do."""
    key = (_together, service)
    if key not in policy.memo:
        allows = (each for each in policy.statements if each.is_allow)
        pool = tuple(found for each in allows for found in _wild(policy, each))
        alone = any(each.covers_all_of(service) for each in pool)
        policy.memo[key] = () if alone else covering_all_of(pool, service)
    return cast("tuple[Resource, ...]", policy.memo[key])


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
