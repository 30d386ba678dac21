"""Reads serverless.yml, the file of the Serverless Framework, as a template of CloudFormation.

Its statements stand in places of their own, its `resources` are those of a template, and its
variables may stand in any text.
https://www.serverless.com/framework/docs/providers/aws/guide/iam
https://www.serverless.com/framework/docs/guides/variables
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from checker.sources import stand_ins
from checker.sources.cloudformation import made as m
from checker.sources.cloudformation.parameters import PSEUDO, as_text
from checker.sources.cloudformation.policies import ATTACHED, Place
from checker.sources.cloudformation.sections import Template, resources_of
from checker.sources.policy_properties import ANY, global_policies, serverless_policies

if TYPE_CHECKING:
    from checker.problems import Json, Route
    from checker.reader import Reading
    from checker.sources.cloudformation.made import Made
    from checker.sources.cloudformation.renderer import Renderer

_VARIABLE = re.compile(r"\$\{([^${}]*)\}")
_MANAGED = (
    ("provider", "iam", "role", "managedPolicies"),
    ("provider", "iamManagedPolicies"),
    ("functions", ANY, "iamManagedPolicies"),
)
"""Where the ARNs of managed policies stand.

https://www.serverless.com/framework/docs/providers/aws/guide/iam
"""
_NAMES = ("sls:stage", "opt:stage", "self:provider.stage", "sls:instanceId")
"""The stage of a deployment is a name."""
_OF_AWS = {"aws:accountId": "AWS::AccountId", "aws:region": "AWS::Region"}
_POLICY = re.compile(r"aws:(?!accountId|region)|[a-z0-9-]+:[A-Z]")
"""Variables of policies, which the framework leaves alone."""


def is_serverless(data: Json) -> bool:
    """Return whether the data of a file is a serverless.yml for AWS."""
    match data:
        case {"service": _, "provider": {"name": "aws"} | "aws"}:
            return True
    return False


def serverless(reading: Reading) -> Template:
    """Return the template that a serverless.yml is."""
    data = reading.data if isinstance(reading.data, dict) else {}
    inside = data.get("resources")
    # https://www.serverless.com/framework/docs/providers/aws/guide/resources
    several = enumerate(inside) if isinstance(inside, list) else ()
    found = resources_of(data, ("resources", "Resources"))
    for index, each in several:
        if isinstance(each, dict):
            base = ("resources", index)
            for name, item in resources_of(each).items():
                unique = f"{name}'{index}" if name in found else name
                found[unique] = item._replace(route=(*base, *item.route))
    return Template(reading, {}, {}, {}, found, data)


def statements(template: Template) -> Iterator[Place]:
    """Yield the places of policies outside of resources, in a serverless.yml or a SAM template."""
    is_serverless_yml = template.variables is not None
    for path in _MANAGED if is_serverless_yml else ():
        for route in _routes(template.reading.data, path, ()):
            yield Place("", ".".join(map(str, route)), route, ATTACHED, None)
    for each in serverless_policies() if is_serverless_yml else global_policies():
        kind = each.kind()
        for route in _routes(template.reading.data, each.path, ()):
            name = ".".join(map(str, route))
            if kind is not None:
                yield Place("", name, route, kind, each.form)


def _routes(node: Json, path: tuple[str, ...], route: Route) -> Iterator[Route]:
    if not path:
        yield route
        return
    step, rest = path[0], path[1:]
    found = node if isinstance(node, dict) else {}
    for key in found if step == ANY else [step]:
        if key in found:
            yield from _routes(found[key], rest, (*route, key))


def with_variables(renderer: Renderer, text: str, route: Route, root: Json) -> Made:
    """Return a text with the values of the framework's variables."""
    whole = m.scalar(text, route)
    parts: list[Made] = []
    end = 0
    for found in _VARIABLE.finditer(text):
        parts.append(m.cut(whole, end, found.start()))
        made = _variable(renderer, found[1].strip(), route, root)
        if made is None:
            made = m.cut(whole, found.start(), found.end())
        parts.append(m.placed(made, route, text, found.span()))
        end = found.end()
    return m.joined([*parts, m.cut(whole, end, len(text))], route)


def _variable(renderer: Renderer, written: str, route: Route, root: Json) -> Made | None:
    """Return the value of a variable; None if it is one of policies."""
    name = written.partition(",")[0].strip()
    if name in _OF_AWS or name in PSEUDO:
        return renderer.named(_OF_AWS.get(name, name), route)
    if name in _NAMES:
        return renderer.stood_in(stand_ins.name(name), route)
    if name.startswith("self:"):
        value = _at(root, name.removeprefix("self:"))
        if isinstance(value, str):
            return renderer.value(value, route)
        if isinstance(value, int | float):
            return m.text(as_text(value), route)
    elif _POLICY.match(name):
        return None
    return renderer.opened(name, f"the variable `{written}`", route)


def _at(root: Json, path: str) -> Json:
    node = root
    for step in path.split("."):
        node = node.get(step) if isinstance(node, dict) else None
    return node
