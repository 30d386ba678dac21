"""Finds the policies within the data of a resource, wherever they stand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from checker.problems import InputError
from checker.sources import look
from checker.sources.part import Part, Refused
from checker.sources.wrapped import is_policy

if TYPE_CHECKING:
    from checker.problems import Json, Route
    from checker.reader import Limits, Reading

_STATEMENT = frozenset({"Effect", "Action", "NotAction", "Resource", "NotResource"})
_PLACEHOLDER = "{{"
"""What is only known after a template is rendered, as by Helm."""
_LONGEST = 200
"""The most characters of a name in an address."""


class Found(NamedTuple):
    """The place of a policy in the data of a resource."""

    inside: Route
    """Its route from the resource's data."""
    kind: str
    """The name of its kind; empty if the resource and the place do not tell."""


Enter: TypeAlias = "Callable[[Json, Route], Mapping[str, str] | None]"


def _never(_node: Json, _route: Route) -> Mapping[str, str] | None:
    return None


def policies(data: Json, kinds: Mapping[str, str], enter: Enter = _never) -> Iterator[Found]:
    """Yield the policies in the data of a resource, in order.

    `kinds` are the kinds of policies by the keys on the way to them, joined by points: what stands
    there is meant as a policy. Elsewhere, a policy has a statement, or is JSON text of one. `enter`
    is asked for each node, and returns the kinds of another resource that begins there.
    """
    todo: list[tuple[Json, Route, Route, Mapping[str, str]]] = [(data, (), (), kinds)]
    while todo:
        node, route, start, known = todo.pop()
        entered = enter(node, route)
        if entered is not None:
            start, known = route, entered
        kind = _kind(known, route[len(start) :])
        if route and (_is_meant(node) if kind else _shows(node)):
            yield Found(route, kind)
            continue
        inside = [(child, (*route, step), start, known) for step, child in children(node)]
        todo.extend(reversed(inside))


def _kind(kinds: Mapping[str, str], inside: Route) -> str:
    known = kinds.get(path_of(inside))
    if known is None and inside and isinstance(inside[-1], str):
        known = kinds.get(f"{path_of(inside[:-1])}.*")
    return known or ""


def path_of(route: Route) -> str:
    """Return the keys of a route, joined by points and without indexes."""
    return ".".join(step for step in route if isinstance(step, str))


def steps(route: Route) -> str:
    """Return a route as it is written in an address, such as `.inline_policy[0].policy`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{short(step)}" for step in route)


def short(name: str) -> str:
    """Return a name that is short enough for an address; a longer one ends with its digest."""
    if len(name) <= _LONGEST:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{name[:_LONGEST]}…{digest[:16]}"


def part(
    name: str, reading: Reading, route: Route, kind: str, limits: Limits
) -> Part | Refused | None:
    """Return the policy at a route, which is an object or JSON text.

    It is None for a text that turns out to be no policy, where its place does not say that it is.
    """
    node = reading.within(route)
    if isinstance(node.data, str):
        try:
            node = node.inside((), limits)
        except InputError as error:
            return Refused(name, error.problems)
    return Part(name, node, kind) if kind or is_policy(node.data) else None


def children(node: Json) -> list[tuple[str | int, Json]]:
    """Return the nodes inside a node, each with its key or index."""
    if isinstance(node, dict):
        return cast("list[tuple[str | int, Json]]", list(node.items()))
    return list(enumerate(node)) if isinstance(node, list) else []


def _is_meant(node: Json) -> bool:
    """Return whether a node is a policy, at a place where policies stand."""
    if isinstance(node, str):
        return bool(node.strip()) and _PLACEHOLDER not in node
    return isinstance(node, dict) and is_policy(node)


def _shows(node: Json) -> bool:
    """Return whether a node is a policy, at any place."""
    if isinstance(node, str):
        is_json = node.lstrip().startswith("{") and look.policy(node)
        return is_json and look.statement(node) is not None
    if not isinstance(node, dict) or not is_policy(node):
        return False
    statements = node.get("Statement")
    items = statements if isinstance(statements, list) else [statements]
    return any(isinstance(each, dict) and _STATEMENT & each.keys() for each in items)
