"""Finds the policies in Kubernetes objects, such as those of ACK and Crossplane, and ConfigMaps.

What repeats an object, such as its `status`, is not read.
https://kubernetes.io/docs/concepts/overview/working-with-objects/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from checker.reader.dialect import Dialect
from checker.sources import wrapped
from checker.sources.embedded import part, path_of, policies, short, steps
from checker.sources.part import Refused
from checker.sources.terraform_policies import arguments, table

if TYPE_CHECKING:
    from checker.problems import Json, Route
    from checker.reader import Limits, Reading
    from checker.sources.part import Part

YAML = Dialect({})
_REPEATED: tuple[Route, ...] = (
    ("status",),
    ("metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"),
)
"""https://kubernetes.io/docs/reference/labels-annotations-taints/"""
_FORMAT = "fmt"
"""A text into which Crossplane puts values:
https://docs.crossplane.io/latest/composition/compositions/"""
_UPBOUND = re.compile(r"([a-z0-9]+)\.aws(?:\.m)?\.upbound\.io")
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NONE: Mapping[str, str] = {}


class _Object(NamedTuple):
    """An object, which may be within another one."""

    name: str
    """Its kind and name; empty if it has no name."""
    route: Route
    kinds: Mapping[str, str]


def is_object(data: Json) -> bool:
    """Return whether data is a Kubernetes object."""
    return (
        isinstance(data, dict)
        and isinstance(data.get("apiVersion"), str)
        and isinstance(data.get("kind"), str)
    )


def parts(reading: Reading, limits: Limits) -> Iterator[Part | Refused]:
    """Yield the policies of an object, in order, and the problem of a statement elsewhere in it."""
    found: dict[Route, _Object] = {}
    taken: list[Route] = []

    def entered(node: Json, route: Route) -> Mapping[str, str] | None:
        if not is_object(node):
            return None
        found[route] = _object(node, route)
        taken.extend((*route, *inside) for inside in _REPEATED)
        return found[route].kinds

    for each in policies(reading.data, _NONE, entered):
        if each.inside[-1] == _FORMAT or _is_repeated(found, each.inside):
            continue
        made = part(_address(found, each.inside), reading, each.inside, each.kind, limits)
        if made is not None:
            taken.append(each.inside)
            yield made
    left = wrapped.unread(reading, taken)
    if left is not None:
        message = (
            "a policy statement is in a field of a Kubernetes object that is not read: check the "
            "policy in its own file, or leave this file out with --exclude 'GLOB'"
        )
        yield Refused(_address(found, left), (reading.problem(message, left),))


def _around(found: Mapping[Route, _Object], route: Route) -> Iterator[_Object]:
    """Yield the objects that a node is in, the innermost first."""
    for size in range(len(route), -1, -1):
        if (each := found.get(route[:size])) is not None:
            yield each


def _is_repeated(found: Mapping[Route, _Object], route: Route) -> bool:
    start = next(_around(found, route)).route
    return any(route[len(start) :][: len(each)] == each for each in _REPEATED)


def _object(node: Any, route: Route) -> _Object:
    metadata = node.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    shown = f"{short(node['kind'])}/{short(name)}" if isinstance(name, str) and name else ""
    return _Object(shown, route, _kinds(node["apiVersion"].partition("/")[0], node["kind"]))


def _address(found: Mapping[Route, _Object], route: Route) -> str:
    """Return the address of a node: that of its object, if it is the only policy there."""
    named = next((each for each in _around(found, route) if each.name), None)
    if named is None:
        return steps(route).removeprefix(".")
    inside = route[len(named.route) :]
    if len(named.kinds) == 1 and path_of(inside) in named.kinds:
        return named.name
    return named.name + steps(inside)


def _kinds(group: str, kind: str) -> Mapping[str, str]:
    """Return the kinds of the policies in an object, by their paths."""
    known = _table().get(f"{group}/{kind}")
    if known is not None:
        return known
    service = _UPBOUND.fullmatch(group)
    if service is None:
        return _NONE
    # A resource of Upbound has the name and arguments of Terraform's.
    words = _WORD.sub("_", kind).lower()
    by_argument = arguments().get(f"aws_{service[1]}_{words}") or arguments().get(f"aws_{words}")
    return {
        f"spec.{place}.{_camel(argument)}": name
        for argument, name in (by_argument or {}).items()
        for place in ("forProvider", "initProvider")
    }


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    return table("kubernetes_policies.yaml")


def _camel(argument: str) -> str:
    """Return an argument of Terraform as a field: `assume_role_policy` is `assumeRolePolicy`."""
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), argument)
