"""Finds the policies of a template.

They stand in the properties that a table knows to hold some, and wherever else the data is a policy
as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, cast

from checker.problems import pointer
from checker.sources import look
from checker.sources.policy_properties import (
    EACH,
    Form,
    PolicyProperty,
    attachments,
    other_languages,
    policy_properties,
)
from checker.sources.stand_ins import StandIn, shown
from checker.sources.wrapped import is_policy

if TYPE_CHECKING:
    from checker.problems import Json, Route
    from checker.reader import Reading
    from checker.sources.cloudformation.sections import Resource, Template

ATTACHED = "aws-attached-policies"
"""The kind of lists of managed policies."""
_STATEMENT = {"Effect", "Fn::If", "Fn::Transform"}
_PROGRAMS = ("ZipFile", "InlineCode", "UserData")
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-instance.html"""


class Case(NamedTuple):
    """A condition of a template that must hold, or not hold, for a policy to be there."""

    name: str
    holds: bool
    route: Route


class Place(NamedTuple):
    """The place of a policy in a template."""

    logical: str
    """The logical ID of the resource."""
    address: str
    """How its author names it: `Resources.Role.Properties.Policies[0].PolicyDocument`, followed by
    the path of its CDK construct, if it has one."""
    route: Route
    kind: str
    """The kind of the policy; empty if its place does not tell."""
    form: Form | None = Form.EITHER
    """How a policy is given; None for the names of managed policies."""
    cases: tuple[Case, ...] = ()
    """What must hold for it to be there."""
    inferred: bool = False
    """Whether the kind follows from how the policy is used, and not from its place alone."""


class _Spot(NamedTuple):
    """A node of a resource's properties, and what must hold for it to be there."""

    node: Json
    route: Route
    cases: tuple[Case, ...] = ()
    is_cut: bool = False
    """Whether a macro makes what stands below it."""


def places(template: Template) -> Iterator[Place]:
    """Yield the places of the policies in a template's resources, in order."""
    for logical, resource in template.resources.items():
        base = (*resource.route, "Properties")
        for spot, kind, form in _spots(resource):
            name = _address(logical, resource, spot.route)
            cases = tuple(x._replace(route=(*base, *x.route)) for x in spot.cases)
            yield Place(logical, name, (*base, *spot.route), kind, form, cases)


def attached(template: Template) -> Iterator[Place]:
    """Yield the places of the managed policies that a template's resources have, in order."""
    for logical, resource in template.resources.items():
        base = (*resource.route, "Properties")
        for each in attachments(resource.kind):
            path = each.path[:-1] if each.path[-1] == EACH else each.path
            for spot in _at(_Spot(_data(resource), ()), path) if each.grants else ():
                if spot.is_cut:
                    continue
                name = _address(logical, resource, spot.route)
                cases = tuple(x._replace(route=(*base, *x.route)) for x in spot.cases)
                yield Place(logical, name, (*base, *spot.route), ATTACHED, None, cases)


def address(template: Template, route: Route) -> str:
    """Return how the author of a template names a node in the properties of a resource."""
    for logical, resource in template.resources.items():
        base = (*resource.route, "Properties")
        if route[: len(base)] == base:
            return _address(logical, resource, route[len(base) :])
    return pointer(route)


def _address(logical: str, resource: Resource, inside: Route) -> str:
    steps = "".join(f"[{x}]" if isinstance(x, int) else f".{x}" for x in inside)
    construct = f" ({resource.construct})" if resource.construct else ""
    turns = {x.value: x.shown for x in resource.loops.values() if isinstance(x, StandIn)}
    return f"Resources.{shown(logical, turns)}.Properties{steps}{construct}"


def unlike(template: Template) -> Iterator[Route]:
    """Yield the routes of what only looks like a policy: other languages, and program text."""
    for resource in template.resources.values():
        base = (*resource.route, "Properties")
        yield from ((*base, *each) for each in _others(resource))
    yield from _programs(template.reading)


def _others(resource: Resource) -> list[Route]:
    """Return the routes of what is in another language."""
    spots = (_at(_Spot(_data(resource), ()), path) for path in other_languages(resource.kind))
    return [each.route for found in spots for each in found if not each.is_cut]


def _data(resource: Resource) -> Json:
    return dict(resource.properties)


def _spots(resource: Resource) -> Iterator[tuple[_Spot, str, Form]]:
    """Yield the policies of a resource, with their kinds and forms."""
    taken: list[Route] = []
    for known in policy_properties(resource.kind):
        chosen = resource.properties.get(known.chosen_by)
        kind = known.kind(chosen if isinstance(chosen, str) else "")
        for spot in _at(_Spot(_data(resource), ()), known.path):
            if spot.route in taken:
                continue
            taken.append(spot.route)
            if kind is not None:
                yield from _of_form(spot, known, kind)
    taken += _others(resource)
    for spot in _elsewhere(_Spot(_data(resource), ()), taken):
        yield spot, "", Form.EITHER


def _of_form(spot: _Spot, known: PolicyProperty, kind: str) -> Iterator[tuple[_Spot, str, Form]]:
    if known.form is Form.SAM:
        for each in _leaves(spot):
            # Names and ARNs of managed policies are no policies themselves.
            if isinstance(each.node, dict) and (_is_made(each.node) or not is_function(each.node)):
                yield each, kind, Form.SAM
    elif known.form is Form.STATEMENT and not isinstance(spot.node, dict):
        return
    else:
        yield spot, kind, known.form


def _leaves(spot: _Spot) -> Iterator[_Spot]:
    """Yield the items of a list, of the lists in it, and of its branches; or a node itself."""
    for each in _branches(spot):
        if isinstance(each.node, list):
            for index, item in enumerate(each.node):
                yield from _leaves(_Spot(item, (*each.route, index), each.cases))
        else:
            yield each


def _is_made(node: dict[str, Json]) -> bool:
    """Return whether a macro makes a mapping, or a part of it."""
    return "Fn::Transform" in node


def is_function(node: dict[str, Json]) -> bool:
    """Return whether a mapping is a function of CloudFormation."""
    return len(node) == 1 and all(key == "Ref" or key.startswith("Fn::") for key in node)


def _at(spot: _Spot, path: tuple[str, ...]) -> Iterator[_Spot]:
    """Yield what stands at a path below a node, in all branches of conditions on the way."""
    if not path:
        yield spot
        return
    step, *rest = path
    for each in _branches(spot):
        if step == EACH and isinstance(each.node, list):
            for index, item in enumerate(each.node):
                inner = _Spot(item, (*each.route, index), each.cases)
                for branch in _branches(inner):
                    yield from _at(branch, tuple(rest))
        elif isinstance(each.node, dict) and _is_made(each.node):
            # What is not in the file cannot be decided, so it is refused where it is rendered.
            yield each._replace(is_cut=True)
        if step != EACH and isinstance(each.node, dict) and step in each.node:
            yield from _at(_Spot(each.node[step], (*each.route, step), each.cases), tuple(rest))


def _branches(spot: _Spot) -> Iterator[_Spot]:
    """Yield a node, or the nodes of its branches if it is an `Fn::If`."""
    match spot.node:
        case {"Fn::If": [str(name), _, _] as items}:
            for index in (1, 2):
                at = (*spot.route, "Fn::If")
                case = Case(name, index == 1, (*at, 0))
                inner = _Spot(items[index], (*at, index), (*spot.cases, case))
                yield from _branches(inner)
        case {"Ref": "AWS::NoValue"}:
            return
        case _:
            yield spot


def _elsewhere(spot: _Spot, taken: list[Route]) -> Iterator[_Spot]:
    """Yield the policies in properties that the table does not know."""
    if spot.route in taken:
        return
    if spot.route and _is_policy(spot.node):
        yield spot
        return
    branches = _branches(spot) if isinstance(spot.node, dict) else (spot,)
    for each in branches:
        for step, child in _children(each.node):
            if isinstance(child, dict | list) or (isinstance(child, str) and "{" in child):
                yield from _elsewhere(_Spot(child, (*each.route, step), each.cases), taken)


def _is_policy(node: Json) -> bool:
    """Return whether a node is a policy, wherever it stands: as an object or as JSON."""
    if isinstance(node, str):
        return node.lstrip().startswith("{") and look.policy(node)
    if not isinstance(node, dict) or not is_policy(node):
        return False
    statements = node.get("Statement")
    items = statements if isinstance(statements, list) else [statements]
    return any(isinstance(each, dict) and _STATEMENT & each.keys() for each in items)


def _programs(reading: Reading) -> Iterator[Route]:
    todo: list[tuple[Json, Route]] = [(reading.data, ())]
    while todo:
        node, route = todo.pop()
        if route and route[-1] in _PROGRAMS:
            yield route
            continue
        todo.extend((child, (*route, step)) for step, child in _children(node))


def _children(node: Json) -> list[tuple[str | int, Json]]:
    if isinstance(node, dict):
        return cast("list[tuple[str | int, Json]]", list(node.items()))
    return list(enumerate(node)) if isinstance(node, list) else []
