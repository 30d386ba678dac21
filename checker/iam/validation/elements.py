"""Finds what is wrong with the version, the size and the identifiers of a policy.

Sizes: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html and
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from checker.iam.pieces import without_holes, without_unknowns
from checker.iam.statement import PolicyType
from checker.iam.validation.coded import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.iam.statement import Policy, Statement

_QUOTAS = {
    PolicyType.IDENTITY: ("POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", 10_240),
    PolicyType.RESOURCE: ("POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA", 20_480),
    PolicyType.TRUST: ("POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA", 2_048),
    PolicyType.SCP: ("POLICY_SIZE_EXCEEDS_SCP_QUOTA", 10_240),
    PolicyType.RCP: ("POLICY_SIZE_EXCEEDS_RCP_QUOTA", 5_120),
    PolicyType.BOUNDARY: ("POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", 6_144),
    PolicyType.ENDPOINT: ("POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA", 20_480),
}
"""By type: the code, and the most characters without white space. For identity policies it is the
quota of roles, which is the largest; a boundary is a managed policy. For resource policies it is
that of S3, unless the service has another one. For endpoints, AWS counts white space too."""
_SERVICES = {
    "ecr": 10_240,
    "elasticfilesystem": 20_000,
    "events": 10_240,
    "glue": 10_240,
    "kms": 32_768,
}
"""By service: the most characters of its resource policies, if that is another number.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html
https://docs.aws.amazon.com/efs/latest/ug/API_PutFileSystemPolicy.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbuspolicy.html
https://docs.aws.amazon.com/glue/latest/dg/glue-resource-policies.html
https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
"""
_STRICT = (PolicyType.IDENTITY, PolicyType.SCP, PolicyType.RCP, PolicyType.BOUNDARY)
"""The types whose Sids must be unique."""
_LOOSE = (PolicyType.RESOURCE, PolicyType.ENDPOINT)
"""The types whose Sids may hold more than letters and digits."""
_PLAIN_SID = re.compile(r"[A-Za-z0-9]*")


def version(policy: Policy) -> Iterator[Finding]:
    """Yield a finding for a policy without a version."""
    if not policy.version:
        message = "without Version 2012-10-17, the policy cannot use variables: add it"
        yield Finding("MISSING_VERSION", message, ((),))


def size(policy: Policy) -> Iterator[Finding]:
    """Yield a finding for a policy that is larger than AWS accepts."""
    code, most = _QUOTAS[policy.type]
    if policy.type is PolicyType.RESOURCE and policy.services:
        most = max(_SERVICES.get(service, most) for service in policy.services)
    text = json.dumps(policy.data, separators=(",", ":"), ensure_ascii=False)
    found = len(text)
    if found > most and len(without_unknowns(text)) > most:
        message = (
            f"the policy has {found:,} characters without white space, and AWS accepts {most:,}: "
            "shorten or split it"
        )
        yield Finding(code, message, ((),))


def unique_sids(policy: Policy) -> Iterator[Finding]:
    """Yield a finding for every Sid that an earlier statement has."""
    strict = policy.type in _STRICT
    first: dict[str, Statement] = {}
    for statement in policy.statements:
        if statement.sid and first.setdefault(statement.sid, statement) is not statement:
            code = "UNIQUE_SIDS_REQUIRED" if strict else "UNIQUE_SIDS_RECOMMENDED"
            message = f"two statements have the Sid `{statement.sid}`: rename one"
            places = ((*each.route, "Sid") for each in (statement, first[statement.sid]))
            yield Finding(code, message, tuple(places))


def sids(policy: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for a Sid that is empty or has characters that AWS refuses."""
    route = (*statement.route, "Sid")
    if policy.type not in _LOOSE and not _PLAIN_SID.fullmatch(without_holes(statement.sid)):
        message = f"the Sid `{statement.sid}` may contain only letters and digits"
        yield Finding("UNSUPPORTED_SID", message, (route,))
    if statement.has_sid and not statement.sid:
        yield Finding("EMPTY_SID_VALUE", "the Sid is empty: fill it in or remove it", (route,))
