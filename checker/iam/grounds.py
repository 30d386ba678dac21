"""Finds the statements that a verdict rests on, and whether other statements grant more.

A verdict about an Allow rests on the Allow and on every Deny that may take something away from it.
Without that Deny, the same Allow grants more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from checker.errors import EvaluationError
from checker.iam.arn import CURRENT_VERSION
from checker.iam.containment import grants_beyond
from checker.iam.partitions import located
from checker.iam.patterns import Undecided
from checker.iam.statement import Policy, policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from checker.problems import Json, Route

_OLD_VERSION: Final = "2008-10-17"
"""The version of a policy that names none.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
"""
_ANY: Final = frozenset({"*"})
"""The services of a statement that may be about any service."""


class Used(NamedTuple):
    """The places of the statements that a verdict rests on."""

    routes: tuple[Route, ...]
    guards: bool
    """Whether the verdict is about a Deny, and not only about what is left of an Allow."""


class Grounds:
    """The statements of one valid policy, as the grounds of verdicts."""

    def __init__(self, data: Json) -> None:
        whole = cast("dict[str, Any]", data)
        self._version = whole.get("Version", _OLD_VERSION)
        given = whole["Statement"]
        self._statements: dict[Route, dict[str, Any]] = (
            {("Statement", index): item for index, item in enumerate(given)}
            if isinstance(given, list)
            else {("Statement",): given}
        )
        self._denies: dict[str, list[Route]] = {}
        """The places of the Denies, by service."""
        self._alike: dict[str, list[Route]] = {}
        """The places of the Allows, by the text of a resource."""
        for route, item in self._statements.items():
            if item["Effect"] == "Deny":
                for service in _services(item):
                    self._denies.setdefault(service, []).append(route)
            else:
                for text in _resources(item):
                    self._alike.setdefault(text, []).append(route)

    def used(self, routes: Iterable[Route], *, alike: bool = False) -> Used:
        """Return the statements that a verdict rests on, which is about the nodes at some routes.

        They are the statements that hold the nodes, and the Denies of the same services. A verdict
        about the policy rests on all statements. One about another element, such as Version, rests
        on none. With `alike`, they are also the Allows of the same services and on the same
        resources: a rule that lists resources points to each of them only once.
        """
        about = {self._statement(route) for route in routes}
        if () in about:
            return Used(tuple(self._statements), guards=False)
        found = [route for route in self._statements if route in about]
        if alike:
            found = self._with_alike(found)
        more: dict[Route, None] = dict.fromkeys(found)
        for route in found:
            services = _services(self._statements[route])
            for service in self._denies if services is _ANY else (*services, *_ANY):
                more.update(dict.fromkeys(self._denies.get(service, ())))
        guards = any(self._statements[route]["Effect"] == "Deny" for route in found)
        return Used(tuple(more), guards)

    def is_part(self, route: Route) -> bool:
        """Return whether a node is a statement."""
        return route in self._statements

    def _with_alike(self, found: list[Route]) -> list[Route]:
        """Return Allows with those of the same services that are on some of the same resources."""
        services: dict[str, set[str]] = {}
        for route in found:
            for text in _resources(self._statements[route]):
                services.setdefault(text, set()).update(_services(self._statements[route]))
        more: dict[Route, None] = dict.fromkeys(found)
        for text, own in services.items():
            for other in self._alike.get(text, ()):
                its = _services(self._statements[other])
                if not own.isdisjoint(its) or "*" in own or "*" in its:
                    more[other] = None
        return list(more)

    def alone(self, content: Json) -> Json:
        """Return the content of a statement as a policy with only that statement.

        The version is the current one, if another version would mean the same.
        """
        old = self._version != CURRENT_VERSION and _has_variables(content)
        return {"Version": _OLD_VERSION if old else CURRENT_VERSION, "Statement": content}

    def _statement(self, route: Route) -> Route:
        return route[:2] if route[:2] in self._statements else route[:1]


def _services(statement: dict[str, Any]) -> frozenset[str]:
    """Return the services that a statement may be about, in lower case."""
    actions = statement.get("Action")
    if actions is None:
        return _ANY
    texts = actions if isinstance(actions, list) else [actions]
    names = frozenset(text.partition(":")[0].lower() for text in texts)
    return _ANY if any(set("*?$") & set(name) for name in names) else names


def _resources(statement: dict[str, Any]) -> frozenset[str]:
    """Return the texts of a statement's resources.

    It is one empty text for NotResource and for neither, so that all such statements are alike.
    """
    given = statement.get("Resource", "")
    return frozenset(given if isinstance(given, list) else [given])


def _has_variables(content: Json) -> bool:
    todo = [content]
    while todo:
        node = todo.pop()
        if isinstance(node, str) and "${" in node:
            return True
        if isinstance(node, dict):
            todo.extend(node.values())
        elif isinstance(node, list):
            todo.extend(node)
    return False


def narrows(new: Sequence[Json], old: Sequence[Json], *, guards: bool) -> bool:
    """Return whether new statements surely grant nothing that old ones do not.

    Both are valid policies with one statement each. If the verdict is about what is denied
    (`guards`), or nothing is allowed, the new statements must also deny what the old ones do,
    whatever else is allowed: two policies without an Allow grant the same, which is nothing.
    """
    after, before = _policy(new), _policy(old)
    if not (after.statements and before.statements and _grants_no_more(after, before)):
        return False
    if not guards and any(item.is_allow for item in after.statements):
        return True
    everything = _everything((*after.statements, *before.statements))
    return _grants_no_more(_with(after, everything), _with(before, everything))


def _policy(units: Sequence[Json]) -> Policy:
    policies = [policy(cast("dict[str, Json]", each)) for each in units]
    return Policy(CURRENT_VERSION, tuple(item for each in policies for item in each.statements))


def _grants_no_more(after: Policy, before: Policy) -> bool:
    try:
        return grants_beyond(located(after, before), before) is None
    except (Undecided, EvaluationError):
        return False


def _everything(statements: Sequence[Any]) -> Policy:
    """Return a policy that allows everything, in the form of some statements."""
    allow: dict[str, Json] = {"Effect": "Allow", "Action": "*"}
    if any(item.has_principal for item in statements):
        allow["Principal"] = "*"
    if any(item.names_resources for item in statements):
        allow["Resource"] = "*"
    return policy({"Version": CURRENT_VERSION, "Statement": allow})


def _with(given: Policy, more: Policy) -> Policy:
    return Policy(CURRENT_VERSION, (*more.statements, *given.statements))
