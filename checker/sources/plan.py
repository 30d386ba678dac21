"""Finds the policies in the JSON of a Terraform plan, as `terraform show -json` writes it.

Only what resources will be counts. The plan repeats it as `planned_values`, and tells what was
before and how the configuration is written, which is no policy in force.
https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from checker.problems import InputError
from checker.sources import wrapped
from checker.sources.embedded import part, path_of, policies, short, steps
from checker.sources.part import Refused
from checker.sources.plan_configuration import Configuration
from checker.sources.terraform_policies import arguments

if TYPE_CHECKING:
    from checker.problems import Json, Problem, Route
    from checker.reader import Limits, Reading
    from checker.sources.part import Part

_CHANGES = "resource_changes"
_VERSIONS = ("0", "1")
"""The major versions of the format that are known; a minor version only adds to it."""
_GONE = (["delete"], ["forget"])
"""The actions after which a resource is not there, or not Terraform's: the rest leave it as
`after` says, also `no-op`, as its policies stay in force."""
_ORGANIZATION = "aws_organizations_policy"
_ORGANIZATION_KINDS = {"SERVICE_CONTROL_POLICY": "aws-scp", "RESOURCE_CONTROL_POLICY": "aws-rcp"}
"""https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/organizations_policy"""
_PROGRAMS = frozenset({"user_data", "user_data_base64"})
"""https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/instance"""


class _Resource(NamedTuple):
    """A resource that is there after the plan is applied."""

    address: str
    kind: str
    """Its type, such as `aws_iam_role`."""
    route: Route
    """The route of what it will be."""
    after: Json
    unknown: Json
    """What of it is known only after it is there, in the shape of `after`."""


def is_plan(data: Json) -> bool:
    """Return whether data is a plan."""
    return (
        isinstance(data, dict)
        and isinstance(data.get(_CHANGES), list)
        and isinstance(data.get("format_version"), str)
    )


def parts(reading: Reading, limits: Limits) -> Iterator[Part | Refused]:
    """Yield the policies of a plan, in order.

    A policy that is not known yet, and a statement in a place that is not read, is refused.
    """
    data: Any = reading.data
    version = str(data["format_version"])
    if version.partition(".")[0] not in _VERSIONS:
        message = f"a Terraform plan of format {version[:20]}, which is not known: expected 1"
        yield Refused("", (reading.problem(message, ("format_version",)),))
        return
    configuration = Configuration(data.get("configuration"))
    for index, change in enumerate(data[_CHANGES]):
        route: Route = (_CHANGES, index)
        resource = _resource(change, route)
        if resource is not None:
            yield from _of_resource(reading, resource, configuration, limits)
        elif not _is_known(change):
            yield from _left(reading, "", route, [])
    # INVARIANT: no file hides a policy in a wrapper by also being a plan.
    for each in wrapped.parts(reading, limits):
        yield Refused("", each.problems) if isinstance(each, InputError) else each


def _is_known(change: Json) -> bool:
    return isinstance(change, dict) and isinstance(change.get("change"), dict)


def _resource(entry: Any, route: Route) -> _Resource | None:
    """Return the resource of a change; None if there is none afterwards, or it is only read."""
    if not _is_known(entry) or entry.get("mode") == "data":
        return None
    change = entry["change"]
    if change.get("actions") in _GONE:
        return None
    address, kind = entry.get("address"), entry.get("type")
    return _Resource(
        short(address) if isinstance(address, str) else f"{_CHANGES}[{route[-1]}]",
        kind if isinstance(kind, str) else "",
        (*route, "change", "after"),
        change.get("after"),
        change.get("after_unknown"),
    )


def _of_resource(
    reading: Reading, resource: _Resource, configuration: Configuration, limits: Limits
) -> Iterator[Part | Refused]:
    kinds = _kinds(resource)
    taken: list[Route] = []
    for found in policies(resource.after, kinds):
        name, route = _name(resource, found.inside), (*resource.route, *found.inside)
        made = part(name, reading, route, found.kind, limits)
        if made is not None:
            taken.append(found.inside)
            yield made
    yield from _unknown(reading, resource, kinds, configuration)
    if isinstance(resource.after, dict):
        taken += [(key,) for key in _PROGRAMS & resource.after.keys()]
        yield from _left(reading, resource.address, resource.route, taken)


def _kinds(resource: _Resource) -> Mapping[str, str]:
    """Return the kinds of a resource's policies by their arguments."""
    kinds = arguments().get(resource.kind, {})
    if resource.kind != _ORGANIZATION or not isinstance(resource.after, dict):
        return kinds
    known = resource.after.get("type", "SERVICE_CONTROL_POLICY")
    kind = _ORGANIZATION_KINDS.get(known) if isinstance(known, str) else None
    # Policies of other types, such as those about tags, are in other languages.
    return {"content": kind} if kind else {}


def _name(resource: _Resource, inside: Route) -> str:
    """Return the address of a policy: that of its resource, if it has only this one."""
    known = arguments().get(resource.kind, {})
    if len(known) == 1 and path_of(inside) in known:
        return resource.address
    return resource.address + steps(inside)


def _unknown(
    reading: Reading,
    resource: _Resource,
    kinds: Mapping[str, str],
    configuration: Configuration,
) -> Iterator[Refused]:
    """Yield the policies that are known only after the plan is applied."""
    for inside in _unknown_routes(resource.unknown):
        path = path_of(inside)
        is_policy = any(each == path or each.startswith(f"{path}.") for each in kinds)
        written = configuration.argument(resource.address, path)
        if not (is_policy or written.is_policy) or written.is_absent:
            continue
        yield Refused(_name(resource, inside), (_problem(reading, resource, path, written.reason),))


def _problem(reading: Reading, resource: _Resource, path: str, reason: str) -> Problem:
    message = (
        f"`{path}` is a policy that is known only after the plan is applied{reason}: check it in "
        "its `.tf` file, or in a plan that is made after that"
    )
    return reading.problem(message, (*resource.route[:-1], "after_unknown", path.partition(".")[0]))


def _unknown_routes(node: Json) -> Iterator[Route]:
    """Yield the routes that are marked as unknown."""
    todo: list[tuple[Any, Route]] = [(node, ())]
    while todo:
        each, route = todo.pop()
        if each is True and route:
            yield route
        elif isinstance(each, dict):
            todo.extend((child, (*route, key)) for key, child in reversed(each.items()))
        elif isinstance(each, list):
            todo.extend((child, (*route, at)) for at, child in reversed(list(enumerate(each))))


def _left(reading: Reading, name: str, route: Route, taken: Sequence[Route]) -> Iterator[Refused]:
    """Yield the problem of the first statement that belongs to no policy."""
    left = wrapped.unread(reading.within(route), taken)
    if left is not None:
        message = (
            "a policy statement is in an argument of a Terraform plan that is not known to hold a "
            "policy: check the policy in its own file"
        )
        yield Refused(name, (reading.problem(message, (*route, *left)),))
