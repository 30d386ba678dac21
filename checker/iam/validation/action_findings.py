"""Finds what is wrong with the actions of a statement."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checker.iam import catalogue
from checker.iam.actions import matches_action
from checker.iam.arn import action, fold
from checker.iam.patterns import matches
from checker.iam.statement import PolicyType
from checker.iam.unlisted import CLOSED, is_closed, is_in_policies_of_aws
from checker.iam.validation.coded import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.iam.statement import Policy, Statement

_NAME = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9*?._-]+")
"""An action whose name has no other characters than names of actions have."""
_SERVICE = 2
"""The segment of an ARN that names the service."""
_PASS_ROLE = "iam:passrole"  # noqa: S105 - an action
_CREATE_ROLE = "iam:createservicelinkedrole"


def unknown_actions(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every action that the catalogue does not know."""
    for entry in (*statement.actions, *statement.not_actions):
        service, colon = fold(entry.text).partition(":")[:2]
        if not colon or "${" in entry.text or service.strip("*") == "":
            continue
        if "*" in service or "?" in service:
            message = f"`{entry.text}` has a wildcard in the name of the service: name one service"
            yield Finding("WILDCARD_IN_SERVICE_NAME", message, (entry.route,))
        elif is_closed(service):
            yield Finding("CLOSED_SERVICE", _closed(entry.text, service), (entry.route,))
        elif not catalogue.is_service(service):
            message = f"unknown service `{service}`{catalogue.nearest_service(service)}"
            yield Finding("INVALID_SERVICE_IN_ACTION", _dated(message), (entry.route,))
        elif not _exists(entry.text):
            yield Finding("INVALID_ACTION", _unknown(entry.text), (entry.route,))


def _unknown(text: str) -> str:
    """Return the message about an action that does not exist."""
    if not _NAME.fullmatch(text):
        return f"`{text}` is one name, which no action has: write every action by itself"
    near = "" if "*" in text else catalogue.nearest_action(text)
    return _dated(f"unknown action `{text}`{near}")


def _closed(text: str, service: str) -> str:
    day = CLOSED[service]
    when = f" on {day}" if day else ""
    return f"`{text}` grants nothing, because AWS closed the service{when}: remove it"


def of_trust(policy: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every action of a trust policy that does not apply to roles.

    An action of STS that the catalogue does not know may be a new one, and is no finding.
    """
    for entry in statement.actions if policy.type is PolicyType.TRUST else ():
        if "${" in entry.text:
            continue
        service = fold(entry.text).partition(":")[0]
        known = catalogue.expanded(entry.text) if service == "sts" else ()
        if "*" in service or (service == "sts" and (not known or any(map(_is_on_roles, known)))):
            continue
        message = f"`{entry.text}` is not an action on a role: use one such as `sts:AssumeRole`"
        yield Finding("UNSUPPORTED_ACTION_IN_POLICY", message, (entry.route,))


def of_topic(policy: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every action in the policy of a topic that SNS does not take there.

    SNS refuses a policy whose actions go beyond those on topics, such as `sns:*`:
    https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html
    """
    if policy.type is not PolicyType.RESOURCE:
        return
    parts = [entry.text.split(":", _SERVICE + 1) for entry in statement.resources]
    if {fold(each[_SERVICE]) for each in parts if len(each) > _SERVICE} != {"sns"}:
        return
    for entry in statement.actions:
        if "${" in entry.text:
            continue
        known = catalogue.expanded(entry.text)
        if any(not _is_on_topics(name) for name in known):
            message = f"`{entry.text}` is not only about topics: name actions such as `sns:Publish`"
            yield Finding("UNSUPPORTED_ACTION_IN_POLICY", message, (entry.route,))


def _is_on_topics(name: str) -> bool:
    service = fold(name).partition(":")[0]
    return service == "sns" and bool(catalogue.formats_of(name))


def _is_on_roles(name: str) -> bool:
    return any(":role/" in each for each in catalogue.formats_of(name))


def _exists(text: str) -> bool:
    wild = "*" in text or "?" in text
    if wild:
        return bool(catalogue.expanded(text))
    return catalogue.exists(text) or is_in_policies_of_aws(text)


def _dated(message: str) -> str:
    return f"{message} (AWS's actions as of {catalogue.updated()})"


def pass_role(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding if any role may be passed to any service."""
    yield from _any_role(statement, _PASS_ROLE, "PASS_ROLE", "iam:passedtoservice", "passed")


def create_service_linked_role(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding if a service-linked role may be created for any service."""
    key = "iam:awsservicename"
    yield from _any_role(statement, _CREATE_ROLE, "CREATE_SLR", key, "created")


def _any_role(statement: Statement, name: str, code: str, key: str, verb: str) -> Iterator[Finding]:
    if not statement.is_allow or any(fold(each.key) == key for each in statement.conditions):
        return
    if statement.has_not_action:
        how = "NOT_ACTION"
        meant = matches_action(statement, action(name).widest) is True
        places = [(*statement.route, "NotAction")] if meant else []
    else:
        known = [each for each in statement.actions if "${" not in each.text]
        entries = [each for each in known if matches(action(each.text).widest, name)]
        plain = [each for each in entries if fold(each.text) == name]
        how = "ACTION" if plain else "STAR_IN_ACTION"
        places = [each.route for each in plain or entries]
    if statement.has_not_resource:
        where, found = "NOT_RESOURCE", [(*statement.route, "NotResource")]
    else:
        stars = [each for each in statement.resources if not each.text.strip("*")]
        where, found = "STAR_IN_RESOURCE", [each.route for each in stars]
    if places and found:
        message = (
            f"`iam:{_WRITTEN[name]}` lets any role be {verb}: name roles in Resource, or add a "
            f"condition on `{key}`"
        )
        yield Finding(f"{code}_WITH_{_CASES[how, where]}", message, (*places, *found))


_WRITTEN = {_PASS_ROLE: "PassRole", _CREATE_ROLE: "CreateServiceLinkedRole"}
_CASES = {
    ("ACTION", "STAR_IN_RESOURCE"): "STAR_IN_RESOURCE",
    ("STAR_IN_ACTION", "STAR_IN_RESOURCE"): "STAR_IN_ACTION_AND_RESOURCE",
    ("NOT_ACTION", "STAR_IN_RESOURCE"): "STAR_IN_RESOURCE_AND_NOT_ACTION",
    ("ACTION", "NOT_RESOURCE"): "NOT_RESOURCE",
    ("STAR_IN_ACTION", "NOT_RESOURCE"): "STAR_IN_ACTION_AND_NOT_RESOURCE",
    ("NOT_ACTION", "NOT_RESOURCE"): "NOT_ACTION_AND_NOT_RESOURCE",
}
"""The end of AWS's code for what is granted too widely, by how actions and resources are given."""
