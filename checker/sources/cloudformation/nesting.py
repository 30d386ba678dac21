"""Finds templates that stand as text in another one, such as that of a stack set.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stackset.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from checker.problems import InputError
from checker.sources.cloudformation.sections import YAML, is_template, template

if TYPE_CHECKING:
    from checker.problems import Json, Route
    from checker.reader import Limits
    from checker.sources.cloudformation.sections import Template

_BODY = "TemplateBody"
_TEXTS: tuple[Route, ...] = ((_BODY,), (_BODY, "Fn::Sub"))


def nested(found: Template, limits: Limits) -> Iterator[tuple[Route, Template]]:
    """Yield each template in the properties of a template's resources, with its route.

    Text that cannot be read as one is left out, so a statement in it stays unread.
    """
    for resource in found.resources.values():
        for inside in _TEXTS:
            node = _at(dict(resource.properties), inside)
            if not isinstance(node, str) or "AWS::" not in node:
                continue
            route = (*resource.route, "Properties", *inside)
            try:
                readings = found.reading.inside_dialect(route, limits, YAML)
            except InputError:
                continue
            yield from ((route, template(each)) for each in readings if is_template(each.data))


def _at(node: Json, route: Route) -> Json:
    for step in route:
        node = node.get(str(step)) if isinstance(node, dict) else None
    return node
