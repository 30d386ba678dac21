"""Finds the policies in well-known wrappers, such as the output of an AWS command.

A wrapper is recognised by the exact keys on the path from its root to the policy, which is an
object or JSON text. No other place is searched, so that a document of another source, such as a
template, is never read in part. `unread` says whether other statements remain.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from checker.problems import InputError, Json, Route, pointer
from checker.reader import Limits, Reading
from checker.sources import look
from checker.sources.part import Part

_REFERENCE = "https://docs.aws.amazon.com/cli/latest/reference"


class Shape(NamedTuple):
    """The place of a policy in a wrapper."""

    path: tuple[str, ...]
    reference: str
    kind: str = ""
    beside: str = ""
    """A key that the wrapper must have too; empty if there is none."""


IDENTITY, RESOURCE, TRUST = "aws-identity-policy", "aws-resource-policy", "aws-trust-policy"
SHAPES = (
    Shape(("PolicyVersion", "Document"), f"{_REFERENCE}/iam/get-policy-version.html", IDENTITY),
    Shape(("PolicyDocument",), f"{_REFERENCE}/iam/get-role-policy.html", IDENTITY, "RoleName"),
    Shape(("PolicyDocument",), f"{_REFERENCE}/iam/get-user-policy.html", IDENTITY, "UserName"),
    Shape(("PolicyDocument",), f"{_REFERENCE}/iam/get-group-policy.html", IDENTITY, "GroupName"),
    Shape(
        ("PolicyDocument",),
        f"{_REFERENCE}/ec2/create-vpc-endpoint.html",
        "aws-vpc-endpoint-policy",
        "ServiceName",
    ),
    Shape(("PolicyDocument",), f"{_REFERENCE}/iam/create-policy.html"),
    Shape(("Role", "AssumeRolePolicyDocument"), f"{_REFERENCE}/iam/get-role.html", TRUST),
    Shape(("AssumeRolePolicyDocument",), f"{_REFERENCE}/iam/create-role.html", TRUST),
    Shape(("Policy",), f"{_REFERENCE}/lambda/get-policy.html", RESOURCE, "RevisionId"),
    Shape(("Policy",), f"{_REFERENCE}/kms/get-key-policy.html"),
    Shape(("Policy",), f"{_REFERENCE}/s3api/get-bucket-policy.html"),
    Shape(("Policy", "Content"), f"{_REFERENCE}/organizations/describe-policy.html"),
    Shape(("Attributes", "Policy"), f"{_REFERENCE}/sqs/get-queue-attributes.html", RESOURCE),
    Shape(("Attributes", "Policy"), f"{_REFERENCE}/sns/get-topic-attributes.html", RESOURCE),
    Shape(("policyText",), f"{_REFERENCE}/ecr/get-repository-policy.html", RESOURCE),
    Shape(("ResourcePolicy",), f"{_REFERENCE}/secretsmanager/get-resource-policy.html", RESOURCE),
)
"""If several shapes have the same path, the first one whose key `beside` exists tells the kind."""

_ORGANIZATION_TYPE = ("Policy", "PolicySummary", "Type")
_ORGANIZATION_KINDS = {"SERVICE_CONTROL_POLICY": "aws-scp", "RESOURCE_CONTROL_POLICY": "aws-rcp"}
"""https://docs.aws.amazon.com/organizations/latest/APIReference/API_PolicySummary.html"""

_VERSIONS = ("2012-10-17", "2008-10-17")
_STARTS = ("{", "[", "%7B", "%7b")
"""The starts of a text that is meant as JSON, as it is or encoded for a URL."""
_CAPITALS = (
    *("Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal"),
    *("Actions", "NotActions", "Resources"),
)
_LOWERS = ("action", "actions", "not_action", "not_actions", "notAction", "notActions")
_STATEMENT_KEYS = frozenset({"statement", "statements", "Statement", "Statements"})
_PLACEHOLDERS = ("{", "$", "@@", "[[", "<%")
"""What text holds that a template turns into an effect."""
_SHORTEST = len("Effect:Deny,Action:x")


def parts(reading: Reading, limits: Limits) -> list[Part | InputError]:
    """Return the policies in a wrapper, or in a list of policies or wrappers, in order.

    A document that is a policy itself has no parts. A text that is meant as a policy but is not
    valid JSON gives an InputError with its location.
    """
    data = reading.data
    if is_policy(data):
        return []
    if not isinstance(data, list):
        return list(_wrapped(reading, (), data, limits))
    return [
        part
        for index, item in enumerate(data)
        for part in _wrapped(reading, (index,), item, limits)
    ]


def elsewhere(
    reading: Reading, taken: Collection[Route], limits: Limits
) -> Iterator[Part | InputError]:
    """Yield the policies that stand anywhere in a document, outside the nodes at `taken` routes.

    Such a policy is an object with statements, or JSON text of one. What it is attached to is not
    known.
    """
    yield from _elsewhere(reading, (), reading.data, _tree(taken), limits)


def _elsewhere(
    reading: Reading, route: Route, node: Json, taken: _Taken | None, limits: Limits
) -> Iterator[Part | InputError]:
    # The reader limits the depth of a document, and so of these calls.
    if taken is not None and None in taken:
        return
    if _has_statements(node) or (isinstance(node, str) and node.lstrip().startswith("{")):
        for each in _part(reading, route, node, "", limits):
            yield each._replace(source="other data") if isinstance(each, Part) else each
        return
    for step, child in _children(node):
        if isinstance(child, dict | list | str):
            below = taken.get(step) if taken else None
            yield from _elsewhere(reading, (*route, step), child, below, limits)


def _has_statements(node: Json) -> bool:
    if not isinstance(node, dict) or not is_policy(node):
        return False
    statements = node.get("Statement")
    items = statements if isinstance(statements, list) else [statements]
    return any(isinstance(each, dict) and _is_statement(each) for each in items)


def unread(reading: Reading, taken: Collection[Route]) -> Route | None:
    """Return the route of the first statement outside the nodes at the `taken` routes.

    A statement is an object with an `Effect` and another key of statements, or a string that looks
    like one. The result is None if there is none.
    """
    return _unread(reading.data, _tree(taken))


def _unread(node: Json, taken: _Taken | None) -> Route | None:
    # The reader limits the depth of a document, and so of these calls.
    if taken is not None and None in taken:
        return None
    if isinstance(node, str):
        return () if len(node) >= _SHORTEST and _shows_statement(node) else None
    if isinstance(node, dict) and _is_statement(node):
        return ()
    for step, child in _children(node):
        if step in _STATEMENT_KEYS and any(map(_allows_by_default, _items(child))):
            return (step,)
        found = _unread(child, taken.get(step) if taken else None)
        if found is not None:
            return (step, *found)
    return None


def _shows_statement(text: str) -> bool:
    """Return whether text shows a statement, which JSON may hold far from where it begins."""
    if look.statement(text) is not None:
        return True
    if not look.policy(text):
        return False
    try:
        data: Json = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return not isinstance(data, str) and _unread(data, None) is not None


def _items(node: Json) -> Iterable[Json]:
    return node if isinstance(node, list) else (node,)


def is_policy(data: Json) -> bool:
    """Say whether data is meant as a policy: it has a `Statement` or a version of the language."""
    return isinstance(data, dict) and ("Statement" in data or data.get("Version") in _VERSIONS)


def _wrapped(
    reading: Reading, base: Route, data: Json, limits: Limits
) -> Iterator[Part | InputError]:
    """Yield the policies in one wrapper, or the data itself if it is a policy."""
    if isinstance(data, str) or is_policy(data):
        yield from _part(reading, base, data, "", limits)
        return
    if not isinstance(data, dict):
        return
    done: set[tuple[str, ...]] = set()
    for shape in SHAPES:
        if shape.path in done or (shape.beside and shape.beside not in data):
            continue
        done.add(shape.path)
        kind = shape.kind or _organization_kind(data, shape.path)
        yield from _part(reading, base + shape.path, _at(data, shape.path), kind, limits)


def _part(
    reading: Reading, route: Route, data: Json, kind: str, limits: Limits
) -> Iterator[Part | InputError]:
    if is_policy(data):
        yield Part(pointer(route), reading.within(route), kind)
    elif isinstance(data, str) and look.policy(data):
        try:
            inside = reading.inside(route, limits)
        except InputError as error:
            if data.lstrip().startswith(_STARTS) or look.statement(data) is not None:
                yield error
        else:
            if is_policy(inside.data):
                yield Part(pointer(route), inside, kind)


def _organization_kind(data: Json, path: tuple[str, ...]) -> str:
    if path[0] != _ORGANIZATION_TYPE[0]:
        return ""
    found = _at(data, _ORGANIZATION_TYPE)
    return _ORGANIZATION_KINDS.get(found, "") if isinstance(found, str) else ""


def _at(data: Json, path: tuple[str, ...]) -> Json:
    """Return the value at a path of keys; None if there is none."""
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _is_statement(node: dict[str, Json]) -> bool:
    if "Effect" in node:
        return _is_effect(node["Effect"]) and any(key in node for key in _CAPITALS)
    return node.get("effect") in ("Allow", "Deny") and any(key in node for key in _LOWERS)


def _is_effect(value: Json) -> bool:
    """Return whether a value is an effect, or one that a template or function may turn into one."""
    if isinstance(value, dict):
        return any(key == "Ref" or key.startswith("Fn::") for key in value)
    if not isinstance(value, str):
        return False
    return value.lower() in {"allow", "deny"} or any(mark in value for mark in _PLACEHOLDERS)


def _allows_by_default(node: Json) -> bool:
    """Return whether an item of a list of statements names actions and resources alone.

    In Terraform's and Pulumi's policy documents such a statement allows.
    """
    if not isinstance(node, dict):
        return False
    keys = {key.lower().replace("_", "") for key in node}
    return bool(keys & {"actions", "notactions"} and keys & {"resources", "notresources"})


_Taken: TypeAlias = "dict[str | int | None, _Taken]"
"""The taken routes as a tree of their steps; the key None marks the end of a route."""


def _tree(taken: Collection[Route]) -> _Taken:
    tree: _Taken = {}
    for route in taken:
        below = tree
        for step in route:
            below = below.setdefault(step, {})
        below[None] = {}
    return tree


def _children(node: Json) -> Iterable[tuple[str | int, Json]]:
    if isinstance(node, dict):
        return node.items()
    return enumerate(node) if isinstance(node, list) else ()
