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


_MADE_BY_PROGRAMS = frozenset(
    f"AWS::{name}"
    for name in (
        *("CloudFormation::CustomResource", "CloudFormation::WaitCondition"),
        *("CloudFormation::Macro", "CloudFormation::Stack", "Serverless::Application"),
    )
)
"""Types whose attributes are what programs or other templates say.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html
"""
_ANY_TEXT = {"AWS::SSM::Parameter": "Value"}
"""Attributes that are texts of the template's author.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html
"""
_FREELY_NAMED = frozenset(
    f"AWS::{name}"
    for name in (
        *("AutoScaling::AutoScalingGroup", "CloudWatch::Alarm", "CodeDeploy::Application"),
        *("CodeDeploy::DeploymentGroup", "EC2::KeyPair", "Glue::Crawler", "Glue::Database"),
        *("Glue::Job",),
    )
)
"""Types whose names may have a wildcard, such as
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-keypair.html
"""


def reference_to(renderer: Renderer, logical: str) -> StandIn | None:
    """Return the value of `Ref` for a resource; None if it may be any text."""
    kind = renderer.template.resources[logical].kind
    known = resource_names(kind)
    if known is None:
        is_told = kind.startswith(_AWS) and kind != "AWS::CloudFormation::CustomResource"
        return stand_ins.name(logical) if is_told else None
    return _filled(renderer, logical, known.ref, placeholder(logical))


def attribute_of(renderer: Renderer, logical: str, attribute: str) -> StandIn | None:
    """Return the value of `Fn::GetAtt` for a resource; None if it may be any text."""
    address = f"{logical}.{attribute}"
    kind = renderer.template.resources[logical].kind
    if not kind.startswith(_AWS) or kind in _MADE_BY_PROGRAMS:
        return None
    if attribute.startswith("Outputs.") or _ANY_TEXT.get(kind) == attribute:
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
        known = resource_names(resource.kind)
        is_there = not resource.condition and all(map(_is_text, resource.loops.values()))
        is_named = known is not None and resource.kind not in _FREELY_NAMED
        if known is not None and known.name_property and is_there and is_named:
            found.update(_parts(_property(resource, known.name_property)[0]))
    return frozenset(found & template.parameters.keys())


def _is_text(turn: str | StandIn | None) -> bool:
    return isinstance(turn, str)


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
