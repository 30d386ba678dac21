"""Says what `Ref` and `Fn::GetAtt` return for a resource of a template.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.sources import stand_ins
from checker.sources.stand_ins import OWN_ACCOUNT, PARTITION, REGION, StandIn, placeholder

if TYPE_CHECKING:
    from checker.sources.cloudformation.renderer import Renderer


def reference_to(renderer: Renderer, logical: str) -> StandIn:
    """Return the value of `Ref` for a resource."""
    return stand_ins.name(logical)


def attribute_of(renderer: Renderer, logical: str, attribute: str) -> StandIn | None:
    """Return the value of `Fn::GetAtt` for a resource; None if it may be any text."""
    address = f"{logical}.{attribute}"
    kind = renderer.template.resources[logical].kind
    if not kind.startswith("AWS::"):
        return None
    if attribute.startswith("Outputs."):
        return None
    if not attribute.endswith("Arn"):
        return stand_ins.name(address)
    service = kind.split("::")[1].lower()
    made = stand_ins.name(logical)
    arn = f"arn:{PARTITION}:{service}:{REGION}:{OWN_ACCOUNT}:{kind.split('::')[-1].lower()}/"
    return StandIn(arn + made.value, placeholder(address))
