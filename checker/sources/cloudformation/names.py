"""Says what `Ref` and `Fn::GetAtt` return for a resource of a template.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.sources import stand_ins
from checker.sources.cloudformation.parameters import PSEUDO, as_text
from checker.sources.resource_names import Format, Part, Piece, resource_names
from checker.sources.stand_ins import OWN_ACCOUNT, PARTITION, REGION, StandIn, placeholder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.problems import Json, Route
    from checker.sources.cloudformation.renderer import Renderer
    from checker.sources.cloudformation.sections import Resource, Template

_AWS = ("AWS::", "Alexa::")


def reference_to(renderer: Renderer, logical: str) -> StandIn:
    """Return the value of `Ref` for a resource."""
    known = resource_names(renderer.template.resources[logical].kind)
    if known is None:
        return stand_ins.name(logical)
    return _filled(renderer, logical, known.ref, placeholder(logical))


def attribute_of(renderer: Renderer, logical: str, attribute: str) -> StandIn | None:
    """Return the value of `Fn::GetAtt` for a resource; None if it may be any text."""
    address = f"{logical}.{attribute}"
    kind = renderer.template.resources[logical].kind
    if not kind.startswith(_AWS) or attribute.startswith("Outputs."):
        return None
    known = resource_names(kind)
    if known is not None and attribute in known.attributes:
        return _filled(renderer, logical, known.attributes[attribute], placeholder(address))
    if not attribute.endswith(("Arn", "ARN")):
        return stand_ins.name(address)
    service, name = kind.lower().split("::")[1:3]
    made = stand_ins.name(logical)
    arn = f"arn:{PARTITION}:{service}:{REGION}:{OWN_ACCOUNT}:{name}/{made.value}"
    return StandIn(arn, placeholder(address))


def named_parameters(template: Template) -> frozenset[str]:
    """Return the parameters that are parts of the names of resources.

    AWS gives no resource a name with a wildcard or a colon, so they have none.
    """
    found: set[str] = set()
    for resource in template.resources.values():
        known = None if resource.condition else resource_names(resource.kind)
        if known is not None and known.name_property:
            found.update(_parts(_property(resource, known.name_property)[0]))
    return frozenset(found & template.parameters.keys())


def _parts(node: Json) -> Iterator[str]:
    """Yield the names that are parts of a text, whatever holds."""
    match node:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text), _]}:
            yield from stand_ins.holes(text)
        case {"Fn::Join": [_, [*items]]}:
            for item in items:
                yield from _parts(item)


def _filled(renderer: Renderer, logical: str, wanted: Format, shown: str) -> StandIn:
    value = "".join(_piece(renderer, logical, each) for each in wanted)
    is_made = any(each in value for each in (*renderer.legend, OWN_ACCOUNT, REGION))
    made = stand_ins.name(logical)
    return StandIn(value, shown if is_made or made.value in value else value)


def _piece(renderer: Renderer, logical: str, piece: Piece) -> str:
    resource = renderer.template.resources[logical]
    if piece.part is Part.TEXT:
        return piece.text
    if piece.part is Part.PSEUDO:
        return renderer.world.values.get(piece.text) or PSEUDO[piece.text]
    if piece.part is Part.NAME:
        known = resource_names(resource.kind)
        named = _property(resource, known.name_property if known else ())
        return _text(renderer, *named) or stand_ins.name(logical).value
    if piece.part is Part.PROPERTY:
        named = _property(resource, (piece.text,))
        return _text(renderer, *named) or piece.otherwise or stand_ins.name(logical).value
    return stand_ins.name(logical).value


def _property(resource: Resource, path: tuple[str, ...]) -> tuple[Json, Route]:
    """Return a property of a resource, and its route; it is None if it is not set."""
    node: Json = dict(resource.properties)
    for key in path:
        node = node.get(key) if isinstance(node, dict) else None
    return node if path else None, (*resource.route, "Properties", *path)


def _text(renderer: Renderer, node: Json, route: Route) -> str:
    """Return the text of a property; empty if it is not set or may be any text."""
    if node is None:
        return ""
    made = renderer.render(node, route)
    if made is None or isinstance(made.value, dict | list):
        return ""
    text = as_text(made.value)
    return "" if any(each in text for each in renderer.open) else text
