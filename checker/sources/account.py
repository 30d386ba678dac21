"""Finds the policies in what `aws iam get-account-authorization-details` prints.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from checker.problems import InputError
from checker.sources import percent, wrapped
from checker.sources.embedded import short
from checker.sources.part import Part, Refused

if TYPE_CHECKING:
    from checker.problems import Json, Route
    from checker.reader import Limits, Reading

_IDENTITY, _TRUST = "aws-identity-policy", "aws-trust-policy"
_BOUNDARY = "aws-permissions-boundary"
_HOLDERS = (
    ("UserDetailList", "user", "UserName", "UserPolicyList"),
    ("GroupDetailList", "group", "GroupName", "GroupPolicyList"),
    ("RoleDetailList", "role", "RoleName", "RolePolicyList"),
)
_BY_AWS = re.compile(r"arn:[^:]*:iam::aws:policy/")
"""The ARNs of policies that AWS wrote and changes:
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html"""
_SERVICE_LINKED = "/aws-service-role/"
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html"""


class Managed(NamedTuple):
    """A managed policy: one version of it is in force."""

    name: str
    """Its address, such as `policy/ci`."""
    by_aws: bool
    found: tuple[Part | Refused, ...]
    """The version in force; more than one if the dump says so, and none if it has no versions."""


class Attached(NamedTuple):
    """A reference to a managed policy or a group, with its place."""

    name: str
    route: Route


@dataclass(frozen=True, slots=True)
class Holder:
    """A user, group or role."""

    name: str
    """Its address, such as `role/ci`."""
    route: Route
    inline: tuple[Part | Refused, ...]
    trust: tuple[Part | Refused, ...]
    attached: tuple[Attached, ...]
    """The ARNs of its managed policies."""
    groups: tuple[Attached, ...]
    boundary: Attached | None
    is_service_linked: bool
    """Whether only AWS can change what it may do."""


@dataclass(frozen=True, slots=True)
class Account:
    """What a dump tells of an account."""

    reading: Reading
    holders: tuple[Holder, ...]
    groups: Mapping[str, Holder]
    """The groups by name."""
    managed: Mapping[str, Managed]
    """The managed policies by ARN."""
    old: list[Route] = field(default_factory=list)
    """The routes of versions that are not in force."""


def is_dump(data: Json) -> bool:
    """Return whether data is such a dump."""
    return isinstance(data, dict) and any(isinstance(data.get(x[0]), list) for x in _HOLDERS)


def account(reading: Reading, limits: Limits) -> Account:
    """Return what a dump tells."""
    holders = tuple(_holders(reading, limits))
    groups = {each.name: each for each in holders if each.name.startswith("group/")}
    attached = {each.name for holder in holders for each in holder.attached}
    bounds = {each.boundary.name for each in holders if each.boundary}
    old: list[Route] = []
    managed: dict[str, Managed] = {}
    for entry, route in _items(reading.data, ("Policies",)):
        arn = _text(entry, "Arn") or f"{short(_text(entry, 'PolicyName'))}#{route[-1]}"
        kind = _BOUNDARY if _only_bounds(entry, arn, attached, bounds) else _IDENTITY
        managed[arn] = _managed(reading, entry, route, kind, (limits, old))
    return Account(reading, holders, groups, managed, old)


def policies(found: Account) -> Iterator[Part | Refused]:
    """Yield the policies of an account, each by itself, but for those that AWS wrote."""
    for holder in found.holders:
        yield from holder.trust
        yield from holder.inline
    for each in found.managed.values():
        if not each.by_aws:
            yield from each.found


def left(found: Account) -> Iterator[Refused]:
    """Yield the problem of the first statement that belongs to no policy of an account."""
    # A policy that cannot be read is an error already.
    if any(isinstance(each, Refused) for each in policies(found)):
        return
    by_aws = (part for each in found.managed.values() if each.by_aws for part in each.found)
    taken = [each.reading.origin for each in (*policies(found), *by_aws) if isinstance(each, Part)]
    # A role's instance profiles repeat the role.
    profiles = [(*each.route, "InstanceProfileList") for each in found.holders]
    place = wrapped.unread(found.reading, [*taken, *found.old, *profiles])
    if place is not None:
        message = "a policy statement is in a place of the dump where no policy stands"
        yield Refused("", (found.reading.problem(message, place),))


def _holders(reading: Reading, limits: Limits) -> Iterator[Holder]:
    for key, what, name_key, list_key in _HOLDERS:
        for entry, route in _items(reading.data, (key,)):
            name = f"{what}/{short(_text(entry, name_key)) or f'#{route[-1]}'}"
            inline = [
                _policy(reading, _named(name, each, at), (*at, "PolicyDocument"), _IDENTITY, limits)
                for each, at in _items(entry, (list_key,), route)
            ]
            trust = "AssumeRolePolicyDocument"
            yield Holder(
                name=name,
                route=route,
                inline=tuple(inline),
                trust=(_policy(reading, f"{name}/trust", (*route, trust), _TRUST, limits),)
                if trust in entry
                else (),
                attached=tuple(
                    Attached(_text(each, "PolicyArn"), at)
                    for each, at in _items(entry, ("AttachedManagedPolicies",), route)
                ),
                groups=tuple(_groups(entry, route)),
                boundary=_boundary(entry, route),
                is_service_linked=_text(entry, "Path").startswith(_SERVICE_LINKED),
            )


def _named(holder: str, entry: Mapping[str, Any], route: Route) -> str:
    return f"{holder}/inline/{short(_text(entry, 'PolicyName')) or f'#{route[-1]}'}"


def _groups(entry: Mapping[str, Any], route: Route) -> Iterator[Attached]:
    listed = entry.get("GroupList")
    for index, name in enumerate(listed if isinstance(listed, list) else ()):
        yield Attached(f"group/{short(str(name))}", (*route, "GroupList", index))


def _boundary(entry: Mapping[str, Any], route: Route) -> Attached | None:
    found = entry.get("PermissionsBoundary")
    if not isinstance(found, dict):
        return None
    return Attached(_text(found, "PermissionsBoundaryArn"), (*route, "PermissionsBoundary"))


def _managed(
    reading: Reading,
    entry: Mapping[str, Any],
    route: Route,
    kind: str,
    more: tuple[Limits, list[Route]],
) -> Managed:
    limits, old = more
    by_aws = bool(_BY_AWS.match(_text(entry, "Arn")))
    name = f"policy/{short(_text(entry, 'PolicyName')) or f'#{route[-1]}'}"
    found: list[Part | Refused] = []
    versions = list(_items(entry, ("PolicyVersionList",), route))
    for version, at in versions:
        identity = version.get("VersionId")
        named = isinstance(identity, str) and identity == entry.get("DefaultVersionId")
        if named or version.get("IsDefaultVersion") is True:
            found.append(_policy(reading, name, (*at, "Document"), kind, limits))
        else:
            old.append(at)
    # INVARIANT: a policy of which no version is said to be in force is not passed over.
    if versions and not found:
        message = "no version of the policy is marked as the default, which is in force"
        found.append(Refused(name, (reading.problem(message, route),)))
    return Managed(name, by_aws, tuple(found))


def _only_bounds(entry: Mapping[str, Any], arn: str, attached: set[str], bounds: set[str]) -> bool:
    """Return whether a policy is attached to nothing and is a permissions boundary.

    The counts also tell of principals that the dump lacks.
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ManagedPolicyDetail.html
    """
    count = entry.get("PermissionsBoundaryUsageCount")
    is_boundary = arn in bounds or (isinstance(count, int) and count > 0)
    return is_boundary and arn not in attached and entry.get("AttachmentCount") in (0, None)


def _policy(reading: Reading, name: str, route: Route, kind: str, limits: Limits) -> Part | Refused:
    """Return the policy at a route: an object, JSON text, or such a text encoded for a URL."""
    try:
        node = reading.within(route)
    except LookupError:
        message = f"the dump has no {route[-1]} for it: make it with the AWS CLI"
        return Refused(name, (reading.problem(message, route),))
    try:
        if isinstance(node.data, str):
            if percent.is_encoded(node.data):
                node = percent.decoded(reading, route)
                return Part(name, node.inside((), limits), kind)
            node = node.inside((), limits)
    except InputError as error:
        return Refused(name, error.problems)
    return Part(name, node, kind)


def _items(
    data: object, path: Route, base: Route = ()
) -> Iterator[tuple[Mapping[str, Any], Route]]:
    """Yield the objects of a list in an object, with their routes."""
    listed = data.get(str(path[0])) if isinstance(data, dict) else None
    for index, each in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(each, dict):
            yield each, (*base, *path, index)


def _text(entry: Mapping[str, Any], key: str) -> str:
    found = entry.get(key)
    return found if isinstance(found, str) else ""
