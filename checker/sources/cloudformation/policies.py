"""Finds the policies of a template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, cast

from checker.sources import look
from checker.sources.wrapped import is_policy

if TYPE_CHECKING:
    from checker.problems import Json, Route
    from checker.reader import Reading
    from checker.sources.cloudformation.sections import Template


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
    inferred: bool = False
    """Whether the kind follows from how the policy is used, and not from its place alone."""


def places(template: Template) -> Iterator[Place]:
    """Yield the places of the policies in a template's resources, in order."""
    for logical, resource in template.resources.items():
        construct = f" ({resource.construct})" if resource.construct else ""
        route = (*resource.route, "Properties")
        for inside, kind in _inside(resource.kind, dict(resource.properties), ()):
            steps = "".join(f"[{x}]" if isinstance(x, int) else f".{x}" for x in inside)
            address = f"Resources.{logical}.Properties{steps}{construct}"
            yield Place(logical, address, (*route, *inside), kind)


def programs(reading: Reading) -> Iterator[Route]:
    """Yield the routes of program text in a template, which may mention policies."""
    todo: list[tuple[Json, Route]] = [(reading.data, ())]
    while todo:
        node, route = todo.pop()
        if route and route[-1] in _PROGRAMS:
            yield route
            continue
        todo.extend((child, (*route, step)) for step, child in _children(node))


_PROGRAMS = ("ZipFile", "InlineCode", "UserData")
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-instance.html"""


def _inside(kind: str, node: Json, route: Route) -> Iterator[tuple[Route, str]]:
    """Yield the routes and kinds of the policies in the properties of a type of resource."""
    if route and _is_policy(node):
        yield route, _kind(kind, route)
        return
    if (
        route
        and route[-1] in _PROPERTIES
        and isinstance(node, dict)
        and any(_is_function(x) for x in node)
    ):
        yield route, _kind(kind, route)
        return
    for step, child in _children(node):
        yield from _inside(kind, child, (*route, step))


def _is_policy(node: Json) -> bool:
    """Return whether a node is a policy, wherever it stands: as an object or as JSON."""
    if isinstance(node, str):
        return node.lstrip().startswith("{") and look.policy(node)
    if not isinstance(node, dict) or not is_policy(node):
        return False
    statements = node.get("Statement")
    items = statements if isinstance(statements, list) else [statements]
    return any(isinstance(each, dict) and _STATEMENT & each.keys() for each in items)


_STATEMENT = {"Effect", "Fn::If", "Fn::Transform"}
_PROPERTIES = ("PolicyDocument", "AssumeRolePolicyDocument", "KeyPolicy", "RepositoryPolicyText")


def _is_function(key: str) -> bool:
    return key == "Ref" or key.startswith("Fn::")


def _kind(kind: str, route: Route) -> str:
    if route[-1] == "AssumeRolePolicyDocument":
        return "aws-trust-policy"
    if kind.startswith("AWS::IAM::"):
        return "aws-identity-policy"
    if kind == "AWS::EC2::VPCEndpoint":
        return "aws-vpc-endpoint-policy"
    return "aws-resource-policy"


def _children(node: Json) -> list[tuple[str | int, Json]]:
    if isinstance(node, dict):
        return cast("list[tuple[str | int, Json]]", list(node.items()))
    return list(enumerate(node)) if isinstance(node, list) else []
