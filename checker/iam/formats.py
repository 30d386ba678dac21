"""Reads ARN formats, such as those of the catalogue, as the ARNs that they stand for."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from checker.iam.arn import ARN_COLONS
from checker.iam.machine import Token, Wild
from checker.iam.patterns import Pattern, matches, pattern

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
_EC2 = (
    "AllocationId=eipalloc ImageId=ami InstanceId=i InternetGatewayId=igw LaunchTemplateId=lt "
    "NaclId=acl NatGatewayId=nat NetworkInterfaceId=eni RouteTableId=rtb SecurityGroupId=sg "
    "SnapshotId=snap SubnetId=subnet TransitGatewayId=tgw VolumeId=vol VpcEndpointId=vpce VpcId=vpc"
)


def _of_any(text: str) -> tuple[Token, ...]:
    """Return the tokens of a text in which each `?` is any character."""
    return tuple(Wild.SEGMENT_ANY if each == "?" else each for each in text)


_MADE: dict[str, tuple[Token, ...]] = {
    f"ec2:{name}": _of_any(f"{prefix}-" + "?" * 17)
    for name, _, prefix in (each.partition("=") for each in _EC2.split())
} | {
    "kms:KeyId": _of_any("-".join("?" * each for each in (8, 4, 4, 4, 12))),
    "secretsmanager:SecretId": (*_SOME, *_of_any("-??????")),
}
"""By service and variable of a format: the names that AWS makes, at least in a part. A pattern that
requires no more than their form holds all of them.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id-key-id
https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html
"""
_WITHOUT_SLASH = frozenset(
    {"AccessPointAlias", "AccessPointName", "BucketName", "OutpostId", "TableBucketName"}
)
"""The variables of formats of S3 that stand for a name in which no slash can be.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-restrictions-limitations-naming-rules.html
"""
_STARS = (Wild.STAR, Wild.SEGMENT_STAR)
_LETTER = "\ue000"
"""A letter that hardly a policy has; if one does, the quick test tells less."""
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
def template(text: str, partition: str, *, likely: bool = False) -> Pattern:
    """Return the ARNs of a format such as `arn:${Partition}:ecr:${Region}:${Account}:…`.

    A region has two hyphens here and an account 12 characters, so that a policy that requires no
    more than this still covers every ARN. With `likely`, names that AWS makes have their form.
    """
    tokens: list[Token] = []
    service = text.split(":", 3)[2] if likely else ""
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
            tokens.extend(_MADE.get(f"{service}:{name}", _SOME))
    return pattern(text, tokens)


@lru_cache(maxsize=8_192)
def of_any_length(item: Pattern) -> Pattern:
    """Return a pattern of ARNs with a star for each star in the name that has a `?` beside it.

    Who may use all names of some length or more, whatever they are, has named none.
    """
    *front, name = segments_of(item.tokens)
    tokens: list[Token] = [each for segment in front for each in (*segment, ":")]
    for wild, run in groupby(name, key=lambda each: isinstance(each, Wild)):
        found = tuple(run)
        star = next((each for each in found if each in _STARS), None) if wild else None
        tokens.extend(found if star is None else (star,))
    same = len(front) < ARN_COLONS or len(tokens) == len(item.tokens)
    return item if same else pattern(item.text, tokens)


def may_hold_names(item: Pattern, of_type: Pattern) -> bool:
    """Return whether a pattern may hold, of an ARN format, the names that nobody names.

    It is a quick test on one such name, in which each variable is a letter that no policy has. A
    pattern that does not match it does not hold all ARNs of the format, wherever they are.
    """
    names, sample = _names(of_any_length(item)), _names(of_type)
    return names is None or sample is None or matches(names, _sample(sample))


@lru_cache(maxsize=8_192)
def _names(item: Pattern) -> Pattern | None:
    """Return the names of a pattern of ARNs; None if a wildcard may match the colon before them."""
    *front, name = segments_of(item.tokens)
    crossing = any(
        each in (Wild.STAR, Wild.ANY) or (isinstance(each, str) and len(each) > 1)
        for part in front
        for each in part
    )
    return None if crossing or len(front) < ARN_COLONS else pattern(item.text, name)


@lru_cache(maxsize=8_192)
def _sample(names: Pattern) -> str:
    tokens = (each for each in names.tokens if each not in _STARS)
    return "".join(_LETTER if isinstance(each, Wild) else each for each in tokens)


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


def is_of_another_form(item: Pattern, text: str) -> bool:
    """Return whether no ARN of a pattern can be of an ARN format, by its slashes or its account.

    That is known of formats of S3 whose variables stand for names without a slash.
    """
    *start, name = text.split(":", ARN_COLONS)
    variables = [found for found, _ in _TEMPLATE.findall(name) if found]
    if not start[2].startswith("s3") or not _WITHOUT_SLASH.issuperset(variables):
        return False
    *front, found = segments_of(item.tokens)
    if len(front) < ARN_COLONS:
        return False
    return found.count("/") > name.count("/") or (bool(start[-1]) and not front[-1])


def any_of_format(text: str) -> str:
    """Return a resource with a star for each variable of an ARN format, as a policy names it."""
    return _TEMPLATE.sub(lambda found: found[2] or "*", text)
