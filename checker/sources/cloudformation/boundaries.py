"""Finds the managed policies of a template that nothing uses but as permissions boundaries.

A boundary only limits what other policies grant, so rules about grants do not apply to it. A policy
that anything else names may grant what it allows: it is attached, exported or handed on.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from checker.sources.policy_properties import attachments

if TYPE_CHECKING:
    from checker.problems import Json, Route
    from checker.sources.cloudformation.sections import Resource, Template

_TYPE = "AWS::IAM::ManagedPolicy"
_BOUNDARY = "PermissionsBoundary"
_GLOBAL = ("Globals", "Function", _BOUNDARY)
"""https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html"""
_SHORTEST = len(_GLOBAL)
"""The fewest steps to a boundary."""
_ATTACHED = ("Roles", "Users", "Groups")
_TEXT = re.compile(r"[A-Za-z0-9+=,.@_-]{4,}")
"""A part of a policy's name that is long enough to be found in other texts."""
_NAMES = re.compile(r"\$\{([A-Za-z0-9]+)[.}]")


def boundaries(template: Template, is_elsewhere: Callable[[str], bool]) -> set[str]:
    """Return the logical IDs of the policies that are only boundaries.

    `is_elsewhere` says whether another file of the run has a text, such as a policy's name.
    """
    candidates = {
        logical: resource
        for logical, resource in template.resources.items()
        if resource.kind == _TYPE and not any(map(resource.properties.get, _ATTACHED))
    }
    if not candidates:
        return set()
    bounding: set[Route] = {each for x in template.resources.values() for each in _bounding(x)}
    bounding.add(_GLOBAL)
    used: dict[str, bool] = {}
    texts: list[tuple[Route, str]] = []
    for route, node in _nodes(template.reading.data, ()):
        sizes = range(_SHORTEST, len(route) + 1) if _BOUNDARY in route else ()
        is_boundary = any(route[:size] in bounding for size in sizes)
        for name in _named(node):
            if not is_boundary and not name.isalnum():
                return set()  # it may be any resource
            used[name] = used.get(name, True) and is_boundary
        if isinstance(node, str) and not is_boundary:
            texts.append((route, node))
    attached = [each for x in template.resources.values() for each in _attached(x)]
    return {
        logical
        for logical, resource in candidates.items()
        if used.get(logical) and not _is_told(resource, texts, attached, is_elsewhere)
    }


def _bounding(resource: Resource) -> Iterator[Route]:
    """Yield the routes of what only bounds the permissions of a resource."""
    for each in attachments(resource.kind):
        if not each.grants and each.path[0] == _BOUNDARY:
            yield (*resource.route, "Properties", _BOUNDARY)


def _attached(resource: Resource) -> Iterator[Json]:
    """Yield the policies of a resource by the functions that make their names, of which any may be.

    The ARNs of AWS's own policies are those of no other.
    """
    for each in attachments(resource.kind):
        found = resource.properties.get(each.path[0].partition("[")[0]) if each.grants else None
        for item in found if isinstance(found, list) else [found]:
            if isinstance(item, dict) and not _is_plain(item):
                yield item


def _is_plain(item: dict[str, Json]) -> bool:
    """Return whether an item of a list of policies is a resource, a policy itself or AWS's."""
    match item:
        case {"Ref": str(name)} | {"Fn::GetAtt": str(name) | [str(name), *_]}:
            return name.partition(".")[0].isalnum()
    return not any(key.startswith("Fn::") for key in item) or ":aws:policy/" in json.dumps(item)


def _named(node: Json) -> Iterator[str]:
    """Yield the logical IDs that a node refers to."""
    match node:
        case {"Ref": str(name)}:
            yield name.removeprefix("AWS::")
        case {"Ref": dict()} | {"Fn::GetAtt": [dict(), *_]}:
            yield ""
        case {"Fn::GetAtt": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            yield name.partition(".")[0]
        case str() if "${" in node:
            yield from _NAMES.findall(node)


def _is_told(
    resource: Resource,
    texts: list[tuple[Route, str]],
    attached: list[Json],
    is_elsewhere: Callable[[str], bool],
) -> bool:
    """Return whether any other text has the name of a policy, which CloudFormation else chooses."""
    name = resource.properties.get("ManagedPolicyName")
    if name is None:
        return False
    if attached:
        return True  # a function may make the name of what is attached
    if isinstance(name, str):
        longest = f"/{name}"  # as at the end of its ARN
    else:
        parts = _TEXT.findall(_NAMES.sub(" ", json.dumps(name)))
        longest = max(parts, key=len, default="")
    if not longest:
        return True
    own = (*resource.route, "Properties", "ManagedPolicyName")
    here = (route[: len(own)] != own and longest in text for route, text in texts)
    return any(here) or is_elsewhere(longest)


def _nodes(node: Json, route: Route) -> Iterator[tuple[Route, Json]]:
    yield route, node
    if isinstance(node, dict):
        for key, child in node.items():
            yield from _nodes(child, (*route, key))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from _nodes(child, (*route, index))
