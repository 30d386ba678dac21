"""Finds the actions that a statement grants on all resources of their types."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from checker.iam import actions as action_rules
from checker.iam import catalogue
from checker.iam.access import access, may_contradict
from checker.iam.covering import covering_all_of, holds_all_of, together
from checker.iam.fixed import NAMED, any_of
from checker.iam.near import about
from checker.iam.patterns import Undecided
from checker.iam.question import is_alone
from checker.iam.resources import formats, resources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checker.iam.access import Access
    from checker.iam.resources import Resource
    from checker.iam.statement import Policy, Statement
    from checker.problems import Route


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
    given = _wild(policy, statement)
    whole = {each for each in services if holds_all_of(given, each)}
    denied = {each for each in whole if _has_denies(policy, each)}
    shared = {each for each in services - whole if _may_share(policy, given, each)}
    limiting = any_of(limits, NAMED)
    limited = any(limiting(key) is not None for key in policy.condition_keys)
    known: dict[tuple[str, ...], bool] = {}

    def is_whole(service: str, name: str) -> bool:
        types = catalogue.types_of(name)
        if service in denied:
            return holds_all_of(_wild_by(access(policy, (name,)), statement), service, types)
        if types not in known:
            known[types] = holds_all_of(given, service, types)
        return known[types]

    def is_granted(name: str) -> bool:
        service = name.partition(":")[0]
        if service not in shared and not (service in whole and is_whole(service, name)):
            return False
        if service in whole and not limited:
            return True
        asked = access(policy, (name,))
        asked = asked.unconfined(limits) if limited else asked
        return bool(asked.by(statement)) if service in whole else _shares(asked, statement, name)

    return tuple(filter(is_granted, named))


def _shares(asked: Access, statement: Statement, name: str) -> bool:
    """Return whether an Allow has a part in what together holds all resources of an action."""
    mine = asked.by(statement)
    if not mine:
        return False
    wild = _all_wild(asked.policy)
    pool = [each for each in asked.resources if each.route in wild]
    found = covering_all_of(pool, name.partition(":")[0], catalogue.types_of(name))
    return any(each in found for each in mine)


def _wild_by(asked: Access, statement: Statement) -> list[Resource]:
    """Return what `_wild` does, but only where an Allow allows an action."""
    wild = {each.route for each in _wild(asked.policy, statement)}
    return [each for each in asked.by(statement) if each.route in wild]


def _wild(policy: Policy, statement: Statement) -> tuple[Resource, ...]:
    """Return the sets of an Allow that may hold more than one resource in an account.

    A type may have one resource in an account, and whoever names that names it.
    """
    key = (_wild, statement.route)
    if key not in policy.memo:
        policy.memo[key] = tuple(each for each in resources(statement) if not _is_named(each))
    return cast("tuple[Resource, ...]", policy.memo[key])


def _is_named(found: Resource) -> bool:
    try:
        return found.is_named()
    except Undecided:
        return False  # whether it holds all of a type is then asked, and is in doubt too


def _all_wild(policy: Policy) -> dict[Route, Resource]:
    """Return what `_wild` does for all Allows, by the place of the entry."""
    allows = (each for each in policy.statements if each.is_allow)
    return {found.route: found for each in allows for found in _wild(policy, each)}


def _may_share(policy: Policy, given: Sequence[Resource], service: str) -> bool:
    """Return whether sets may hold all of a type of a service together with those of other Allows.

    It is a quick first filter: what is allowed on them is not asked.
    """
    key = (_may_share, service)
    if key not in policy.memo:
        try:
            policy.memo[key] = together(tuple(_all_wild(policy).values()), formats(service))
        except Undecided:
            policy.memo[key] = None
    found = cast("tuple[Resource, ...] | None", policy.memo[key])
    return bool(given) if found is None else any(each in found for each in given)


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
