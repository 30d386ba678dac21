"""Reads ARN formats, such as those of the catalogue, as the ARNs that they stand for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from checker.iam.arn import ARN_COLONS
from checker.iam.machine import Token, Wild
from checker.iam.patterns import Pattern, pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

_ANY_ACCOUNT: tuple[Token, ...] = (Wild.SEGMENT_ANY,) * 12
_SOME: tuple[Token, ...] = (Wild.SEGMENT_ANY, Wild.SEGMENT_STAR)
_ANY_REGION: tuple[Token, ...] = (*_SOME, "-", *_SOME, "-", *_SOME)
VALID: dict[int, tuple[Token, ...]] = {
    1: (*"aws", Wild.SEGMENT_STAR),
    3: _ANY_REGION,
    4: _ANY_ACCOUNT,
}
"""By position in an ARN: the partitions, the regions and the accounts."""
_EC2 = ":ec2:"
_IDS = {
    "ImageId": "ami-",
    "InstanceId": "i-",
    "InternetGatewayId": "igw-",
    "LaunchTemplateId": "lt-",
    "NatGatewayId": "nat-",
    "NetworkInterfaceId": "eni-",
    "RouteTableId": "rtb-",
    "SecurityGroupId": "sg-",
    "SnapshotId": "snap-",
    "SubnetId": "subnet-",
    "VolumeId": "vol-",
    "VpcId": "vpc-",
}
"""How the identifiers of EC2 begin, so that `image/ami-*` is every image:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html"""
_WITH_RANDOM_END = ":secret:${SecretId}"
"""The format of secrets, whose names AWS ends with a hyphen and six characters:
https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html"""
_TEMPLATE = re.compile(r"\$\{([^}]*)\}|(.)", re.DOTALL)


def segments_of(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    """Return the tokens between the first five colons of an ARN, and those after them."""
    found: list[list[Token]] = [[]]
    for each in tokens:
        if each == ":" and len(found) <= ARN_COLONS:
            found.append([])
        else:
            found[-1].append(each)
    return [tuple(each) for each in found]


@lru_cache(maxsize=8_192)
def template(text: str, partition: str) -> Pattern:
    """Return the ARNs of a format such as `arn:${Partition}:ecr:${Region}:${Account}:…`.

    A region has two hyphens here and an account 12 characters, so that a policy that requires no
    more than this still covers every ARN.
    """
    tokens: list[Token] = []
    for name, character in _TEMPLATE.findall(text):
        if character:
            tokens.append(character)
        elif name == "Partition":
            tokens.extend(partition)
        elif name == "Region":
            tokens.extend(_ANY_REGION)
        elif name == "Account":
            tokens.extend(_ANY_ACCOUNT)
        else:
            tokens.extend((*_IDS.get(name, ""), *_SOME) if _EC2 in text else _SOME)
    if text.endswith(_WITH_RANDOM_END):
        tokens.extend(("-", *(Wild.SEGMENT_ANY,) * 6))
    return pattern(text, tokens)


@lru_cache(maxsize=8_192)
def loosest(text: str) -> Pattern:
    """Return an ARN format with any string for its variables; before the resource, without colons.

    It matches every ARN of the type, however the region or the account is written.
    """
    tokens: list[Token] = []
    for _, character in _TEMPLATE.findall(text):
        inside = tokens.count(":") < ARN_COLONS
        tokens.append(character or (Wild.SEGMENT_STAR if inside else Wild.STAR))
    return pattern(text, tokens)


def any_of_format(text: str) -> str:
    """Return a resource with a star for each variable of an ARN format, as a policy names it."""
    return _TEMPLATE.sub(lambda found: found[2] or "*", text)
