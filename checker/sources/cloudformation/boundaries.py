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

if TYPE_CHECKING:
    from checker.problems import Json, Route
    from checker.sources.cloudformation.sections import Resource, Template

_TYPE = "AWS::IAM::ManagedPolicy"
_BOUNDARY = "PermissionsBoundary"
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
    used: dict[str, bool] = {}
    texts: list[tuple[Route, str]] = []
    for route, node in _nodes(template.reading.data, ()):
        is_boundary = _BOUNDARY in route
        for name in _named(node):
            used[name] = used.get(name, True) and is_boundary
        if isinstance(node, str) and not is_boundary:
            texts.append((route, node))
    return {
        logical
        for logical, resource in candidates.items()
        if used.get(logical) and not _is_told(resource, texts, is_elsewhere)
    }


def _named(node: Json) -> Iterator[str]:
    """Yield the logical IDs that a node refers to."""
    match node:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            yield name.partition(".")[0]
        case str() if "${" in node:
            yield from _NAMES.findall(node)


def _is_told(
    resource: Resource, texts: list[tuple[Route, str]], is_elsewhere: Callable[[str], bool]
) -> bool:
    """Return whether any other text has the name of a policy, which CloudFormation else chooses."""
    name = resource.properties.get("ManagedPolicyName")
    if name is None:
        return False
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
