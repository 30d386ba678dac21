"""Decides the conditions of a template in one world.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from checker.iam.resources import PARTITIONS
from checker.sources.cloudformation import parameters
from checker.sources.worlds import Fork

if TYPE_CHECKING:
    from checker.problems import Json, Route
    from checker.sources.cloudformation.renderer import Renderer


def holds(renderer: Renderer, node: Json, route: Route) -> bool:
    """Return whether a condition holds; raises Fork if the world does not settle it."""
    match node:
        case {"Condition": str(name)}:
            return renderer.condition(name, route)
        case {"Fn::Not": [inner]}:
            return not holds(renderer, inner, (*route, "Fn::Not", 0))
        case {"Fn::And": [*inner]}:
            at = (*route, "Fn::And")
            return all(holds(renderer, x, (*at, index)) for index, x in enumerate(inner))
        case {"Fn::Or": [*inner]}:
            at = (*route, "Fn::Or")
            return any(holds(renderer, x, (*at, index)) for index, x in enumerate(inner))
        case {"Fn::Equals": [left, right]}:
            return _equals(renderer, left, right, (*route, "Fn::Equals"))
    return _settled(renderer, _named(node, route))


def _named(node: Json, route: Route) -> str:
    return json.dumps(node, sort_keys=True) if node is not None else str(route[-1])


def _equals(renderer: Renderer, left: Json, right: Json, route: Route) -> bool:
    for one, other, at in ((left, right, 1), (right, left, 0)):
        name = one.get("Ref") if isinstance(one, dict) and len(one) == 1 else None
        if isinstance(name, str) and name not in renderer.world.values:
            value = renderer.value(other, (*route, at)).value
            text = parameters.as_text(value)
            if isinstance(value, dict | list) or renderer.depends(text):
                break
            return _has_value(renderer, name, text)
    texts = [
        parameters.as_text(renderer.value(each, (*route, at)).value)
        for at, each in enumerate((left, right))
    ]
    if texts[0] == texts[1]:
        return True
    if not any(renderer.depends(text) for text in texts) and not _may_be_alike(*texts):
        return False
    return _settled(renderer, _named({"Equals": [left, right]}, route))


def _may_be_alike(left: str, right: str) -> bool:
    """Return whether CloudFormation, which reads YAML 1.1, may read two texts as the same.

    https://yaml.org/type/bool.html
    """
    return any({left.lower(), right.lower()} <= words for words in _BOOLEANS)


_PARTITION = "AWS::Partition"
_BOOLEANS = ({"true", "yes", "on"}, {"false", "no", "off"})


def _has_value(renderer: Renderer, name: str, text: str) -> bool:
    """Return whether a parameter that the world does not settle has a value."""
    if text in renderer.world.others.get(name, ()):
        return False
    declared = renderer.template.parameters.get(name, {})
    allowed = declared.get("AllowedValues")
    if isinstance(allowed, list):
        left = {parameters.as_text(x) for x in allowed} - renderer.world.others.get(name, set())
        if text not in left:
            alike = any(_may_be_alike(text, each) for each in left)
            return alike and _settled(renderer, f"{name} is {text}")
        if len(left) == 1:
            return True
    world = renderer.world
    if name == _PARTITION and {*PARTITIONS} - world.others.get(name, set()) == {text}:
        return True
    raise Fork((world.with_value(name, text), world.without_value(name, text)))


def _settled(renderer: Renderer, fact: str) -> bool:
    world = renderer.world
    if fact not in world.facts:
        raise Fork(world.with_fact(fact, holds=each) for each in (True, False))
    return world.facts[fact]
