"""Finds templates that stand as text in another one, such as that of a stack set.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stackset.html
"""

from __future__ import annotations

import json
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


def nested(found: Template, limits: Limits) -> Iterator[tuple[Route, Template | InputError]]:
    """Yield each template in the properties of a template's resources, with its route.

    One that cannot be read, or that a function makes, has an error in its place.
    """
    for resource in found.resources.values():
        base = (*resource.route, "Properties")
        body = resource.properties.get(_BODY)
        if "AWS::" not in json.dumps(body, ensure_ascii=False):
            continue
        inside = next((x for x in _TEXTS if isinstance(_at({_BODY: body}, x), str)), None)
        if inside is None:
            if isinstance(body, dict) and any(key.startswith("Fn::") for key in body):
                message = "a function makes this template: write it as one text"
                error = InputError(found.reading.problem(message, (*base, _BODY)))
                yield (*base, _BODY), error
            continue
        route = (*base, *inside)
        try:
            readings = found.reading.inside_dialect(route, limits, YAML)
        except InputError as error:
            yield route, error
            continue
        yield from ((route, template(each)) for each in readings if is_template(each.data))


def _at(node: Json, route: Route) -> Json:
    for step in route:
        node = node.get(str(step)) if isinstance(node, dict) else None
    return node
