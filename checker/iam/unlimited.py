"""Decides whether an Allow goes beyond what its policy names.

Such a statement is found by asking for what the policy does not name: an action, and a resource,
that do not exist.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from checker.iam import actions, catalogue
from checker.iam.access import access
from checker.iam.arn import arn_value, fold
from checker.iam.conditions import BOOLEANS
from checker.iam.covering import covering_all_of, holds_all_of
from checker.iam.patterns import Undecided, covers, witness
from checker.iam.question import is_alone
from checker.iam.unnamed import unnamed_action

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from checker.iam.patterns import Pattern
    from checker.iam.resources import Resource
    from checker.iam.statement import Policy, Statement

_IAM = "iam"
"""The service by which the policies of others are changed."""
_ARN_PARTS = 6


def allows_other_services(statement: Statement) -> bool:
    """Return whether an Allow allows, after all Denies, actions of services that nobody names.

    Raises `Undecided`.
    """
    policy = statement.policy
    if policy is None or not statement.is_allow:
        return False
    found = access(policy, (unnamed_action(policy, ""),)).by(statement)
    if found and all(each.doubt for each in found):
        raise Undecided(found[0].doubt)
    return bool(found)


def is_unlimited(statement: Statement) -> bool:
    """Return whether an Allow allows everything but what its policy names as an exception.

    That is so if it allows, after all Denies, actions that nobody names on resources that nobody
    names, and if the policy allows those of IAM on roles too. All resources of one account are
    enough, because an author of policies may have no other. Raises `Undecided`.
    """
    policy = statement.policy
    if policy is None or _is_void(statement) or not allows_other_services(statement):
        return False
    everywhere = access(policy, (unnamed_action(policy, ""),)).by(statement)
    if not _reach(everywhere, "arn:*:?*:*:*:?*", tuple(_named_services(policy))):
        return False
    return _reach(access(policy, (unnamed_action(policy, _IAM),)).resources, "arn:*:iam::*:role/*")


def _is_void(statement: Statement) -> bool:
    """Return whether a condition asks for a Boolean value that is neither true nor false."""
    return any(
        each.operator.rpartition(":")[2] == "Bool"
        and bool(each.values)
        and not any(fold(text) in BOOLEANS or "${" in text for text in each.values)
        for each in statement.conditions
    )


def wild_services(statement: Statement) -> tuple[str, ...]:
    """Return the services of which a policy names every action, some by wildcards, and denies none.

    The Allow is one of those that name them. Raises `Undecided` for a placeholder that matters.
    """
    policy = statement.policy
    if policy is None or not statement.is_allow:
        return ()
    return tuple(
        name
        for name in actions.whole_services(statement, by_wildcard=True)
        for known in [catalogue.actions(name)]
        if known and len(access(policy, tuple(known)).actions) == len(known)
    )


_PREFIX = re.compile(r"[A-Za-z0-9-]+")
"""What a service can be called in actions and ARNs."""
_BEYOND_READING = ("Write", "Tagging", "Permissions management")
_TAGS = ("*:ResourceTag/*",)
"""The condition keys that limit the resources, as AWS shows it for access by attributes:
https://docs.aws.amazon.com/IAM/latest/UserGuide/tutorial_attribute-based-access-control.html"""


def services_on_all(statement: Statement) -> tuple[str, ...]:
    """Return the services of which an Allow grants, on all resources, every action but a few.

    The Allow names every action, with others if need be, and grants it on all resources of some
    type of the service after all Denies, although no condition fixes a tag. These leave what nobody
    names, or deny nothing that is known, and they leave at least half of the actions beyond
    reading. Raises `Undecided`.
    """
    policy = statement.policy
    if policy is None or not statement.is_allow:
        return ()
    whole = [name for name in whole_services(statement) if _PREFIX.fullmatch(name)]
    later = [
        name
        for name in whole
        if _grants_on_all(policy, statement, unnamed_action(policy, name), name)
    ]
    known = wild_services(statement) if len(later) < len(whole) else ()
    wild = [
        name
        for name in known
        if name not in later and _grants_on_all(policy, statement, f"{name}:*", name)
    ]
    return tuple(each for each in (*later, *wild) if _is_left(policy, statement, each))


def _grants_on_all(policy: Policy, statement: Statement, text: str, service: str) -> bool:
    """Return whether an Allow grants an action on all resources, whatever tags they have."""
    return bool(covering_all_of(access(policy, (text,)).unconfined(_TAGS).by(statement), service))


def _is_left(policy: Policy, statement: Statement, service: str) -> bool:
    """Return whether a policy grants at least half of a service's actions beyond reading on all.

    An Allow that names every action by itself does so unless there are Denies.
    """
    alone = actions.covers_action(statement, actions.asked(f"{service}:*")) and is_alone(statement)
    if alone or not catalogue.is_service(service):
        return True
    key = (_is_left, service)
    if key not in policy.memo:
        names = catalogue.actions_of(service, _BEYOND_READING)
        known: dict[object, bool] = {}
        granted = (name for name in names if _is_whole(policy, name, service, known))
        half = (len(names) + 1) // 2
        policy.memo[key] = len(list(islice(granted, half))) == half
    return policy.memo[key] is True


def _is_whole(policy: Policy, name: str, service: str, known: dict[object, bool]) -> bool:
    """Return whether a policy grants an action on all; `known` are the answers about equal sets."""
    found, types = access(policy, (name,)).resources, catalogue.types_of(name)
    if (found, types) not in known:
        known[found, types] = holds_all_of(found, service, types)
    return known[found, types]


def _reach(found: Iterable[Resource], wanted: str, named: tuple[Pattern, ...] = ()) -> bool:
    """Return whether some sets go on to all names in a place, but for what they exclude.

    They do so one by one or together. The place is a partition, service, region and account of an
    ARN that is `wanted`, in one of the sets, and not `named`. Raises `Undecided`.
    """
    sets = tuple(found)
    kind = wanted.split(":", _ARN_PARTS - 1)[-1].rstrip("?*")
    for each in sets:
        arn = witness(
            (*each.reach, arn_value(wanted, variables=False).widest), (*each.excluded, *named)
        )
        if arn is None:
            continue
        place = arn.split(":", _ARN_PARTS - 1)[:-1]
        whole = arn_value(":".join((*place, f"{kind}?*")), variables=False).widest
        if not _cover(sets, whole):
            continue
        if not _cover([other for other in sets if _is_sure(other)], whole):
            _settle(sets)
        return True
    return False


def _cover(sets: Iterable[Resource], whole: Pattern) -> bool:
    """Return whether sets hold a pattern, together or one by one, but for what they exclude."""
    found = list(sets)
    return any(all(covers((item,), whole) for item in each.reach) for each in found) or covers(
        [each.reach[0] for each in found if len(each.reach) == 1], whole
    )


def _is_sure(found: Resource) -> bool:
    return not (found.doubt or found.unknowns)


def _settle(sets: Iterable[Resource]) -> None:
    """Raise `Undecided` if it is not known of one of some sets what it holds."""
    for each in sets:
        if each.doubt:
            raise Undecided(each.doubt)
        if each.unknowns:
            raise each.undecided()


def _named_services(policy: Policy) -> Iterator[Pattern]:
    """Yield the ARNs of each service that an entry of Resource or NotResource names in full."""
    services = {
        entry.text.split(":", _ARN_PARTS - 1)[2]
        for each in policy.statements
        for entry in (*each.resources, *each.not_resources)
        if entry.text.count(":") >= _ARN_PARTS - 1
    }
    for service in services:
        if service and not set(service) & set("*?$"):
            yield arn_value(f"arn:*:{service}:*:*:*", variables=False).widest


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
