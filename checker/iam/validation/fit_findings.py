"""Finds actions that do not fit the resources or the condition keys of their statement.

What an action works on, and which keys its requests have, is in AWS's list of actions:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
Only actions that are named in full are looked at, as IAM Access Analyzer does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.iam import catalogue, keys
from checker.iam.arn import fold
from checker.iam.resources import spelled
from checker.iam.statement import PolicyType
from checker.iam.usable import useless
from checker.iam.validation.coded import Finding
from checker.iam.validation.condition_findings import base, finding_at, qualifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checker.iam.statement import Condition, Entry, Policy, Statement

_SHOWN = 3
"""The most actions that a message names."""
_TAGS = ("aws:requesttag/", "aws:resourcetag/", "aws:tagkeys")
"""The global keys that only some actions have, by what they begin with."""
_PASSED_ON = frozenset({"tag"})
"""Services whose actions have the keys of the services that they act on."""


def useless_actions(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for the actions that work on none of a statement's resources."""
    if not statement.has_resource or any(
        not e.text.startswith("arn:") for e in statement.resources
    ):
        return
    resources = [each.widest for each in spelled(statement, statement.resources)]
    names = frozenset(useless((each.text for each in _named(statement)), resources))
    found = [each for each in statement.actions if each.text in names]
    if found:
        formats = catalogue.formats_of(found[0].text)[:2] or ("*",)
        shown = " or ".join(f"`{each}`" for each in formats)
        message = (
            f"{_listed(found)} {_does(found)} not work on `{statement.resources[0].text}`, so that "
            f"the statement {'allows' if statement.is_allow else 'denies'} nothing by "
            f"{'it' if len(found) == 1 else 'them'}: name {shown}"
        )
        yield Finding("RESOURCE_MISMATCH", message, tuple(each.route for each in found))


def keys_of_other_actions(policy: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every condition that no request of some of the actions can meet."""
    if policy.type is PolicyType.TRUST:
        return  # the keys of an action on roles may be those of the identity provider
    needed = [each for each in statement.conditions if _needs_presence(each)]
    named = _named(statement) if needed else []
    for each in needed:
        found = [entry for entry in named if _lacks(entry.text, each.key)]
        if found:
            message = (
                f"requests of {_listed(found)} never have `{each.key}`, so that the statement does "
                f"not {'allow' if statement.is_allow else 'deny'} them: move "
                f"{'it' if len(found) == 1 else 'them'} to a statement without this key "
                f"(AWS's actions as of {catalogue.updated()})"
            )
            yield finding_at(each, "UNKNOWN_CONDITION_FOR_ACTION", message)


def tags_of_other_services(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every condition on tags that some services do not know."""
    effect = "ALLOW" if statement.is_allow else "DENY"
    verb = effect.lower()
    for each in statement.conditions:
        if not fold(each.key).startswith(_TAGS) or not _needs_presence(each):
            continue
        if statement.has_not_action:
            message = (
                f"not every action has `{each.key}`, so that the statement does not {verb} all "
                "that it seems to: use Action in place of NotAction"
            )
            code = f"{effect}_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"
            yield finding_at(each, code, message)
        names = (fold(entry.text).partition(":")[0] for entry in statement.actions)
        found = [name for name in dict.fromkeys(names) if _has_no(name, each.key)]
        if found:
            shown = ", ".join(f"`{name}`" for name in found[:_SHOWN])
            message = (
                f"no action of {shown} has `{each.key}`, so that the statement does not {verb} "
                "them: move them to a statement without this key"
            )
            code = f"{effect}_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"
            yield finding_at(each, code, message)


def _named(statement: Statement) -> list[Entry]:
    """Return the entries of Action that name a known action in full."""
    return [each for each in statement.actions if catalogue.exists(each.text)]


def _needs_presence(condition: Condition) -> bool:
    """Return whether a condition is never met by a request that lacks its key."""
    name = base(condition.operator)
    plain = not condition.operator.endswith("IfExists") and "Not" not in name and name != "Null"
    return plain and qualifier(condition.operator) != "ForAllValues"


def _lacks(action: str, key: str) -> bool:
    """Return whether an action lacks a key that other actions of its service have."""
    service = fold(action).partition(":")[0]
    own = fold(key).startswith((f"{service}:", *_TAGS))
    return own and keys.is_of(action, key) is False and keys.is_of_any(service, key)


def _has_no(service: str, key: str) -> bool:
    """Return whether no action of a known service has a key."""
    known = catalogue.is_service(service) and service not in _PASSED_ON
    return known and service not in catalogue.SEVERAL_LISTS and not keys.is_of_any(service, key)


def _does(found: Sequence[Entry]) -> str:
    return "does" if len(found) == 1 else "do"


def _listed(found: Sequence[Entry]) -> str:
    shown = ", ".join(f"`{each.text}`" for each in found[:_SHOWN])
    return shown + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")
