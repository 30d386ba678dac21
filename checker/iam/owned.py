"""Knows what AWS owns, and which actions on it always fail.

Managed policies of AWS, service-linked roles and roles of Identity Center can be in any account,
but only AWS can change them, so a policy that allows changing them grants nothing. Other actions on
them are granted: a managed policy of AWS may be attached, which is an action on the user or role
that gets it, and a service-linked role may be deleted by `iam:DeleteServiceLinkedRole`, given a new
description and tagged. Passing a service-linked role fails, too, unless it is passed to the service
that it is linked to, which has it anyway.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from checker.iam.arn import arn_value, fold

if TYPE_CHECKING:
    from checker.iam.patterns import Pattern


class Owned(NamedTuple):
    """Resources of AWS, the actions that always fail on them, and AWS's page that says so."""

    resources: tuple[str, ...]
    actions: str
    reference: str


_POLICIES = (
    "iam:CreatePolicyVersion iam:DeletePolicy iam:DeletePolicyVersion iam:SetDefaultPolicyVersion "
    "iam:TagPolicy iam:UntagPolicy"
)
_ROLES = (
    "iam:AttachRolePolicy iam:DeleteRole iam:DeleteRolePermissionsBoundary iam:DeleteRolePolicy "
    "iam:DetachRolePolicy iam:PutRolePermissionsBoundary iam:PutRolePolicy "
    "iam:UpdateAssumeRolePolicy"
)
_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
OWNED = (
    Owned(
        ("arn:*:iam::aws:policy/*",),
        _POLICIES,
        f"{_IAM}/access_policies_managed-vs-inline.html#aws-managed-policies",
    ),
    Owned(
        ("arn:*:iam::*:role/aws-service-role/*",),
        f"{_ROLES} iam:PassRole sts:AssumeRole",
        f"{_IAM}/id_roles_update-service-linked-role.html",
    ),
    Owned(
        ("arn:*:iam::*:role/aws-reserved/*",),
        f"{_ROLES} iam:PassRole iam:UpdateRole iam:UpdateRoleDescription sts:AssumeRole",
        "https://repost.aws/knowledge-center/identity-center-aws-reserved-sso",
    ),
    Owned(
        ("arn:*:kms:*:*:alias/aws/*",),
        "kms:CreateAlias kms:DeleteAlias kms:UpdateAlias",
        "https://docs.aws.amazon.com/kms/latest/developerguide/alias-create.html",
    ),
)


@lru_cache(maxsize=4_096)
def unchangeable(action: str) -> tuple[Pattern, ...]:
    """Return the resources on which an action always fails, because AWS owns them.

    There are none for a pattern of several actions.
    """
    return tuple(
        arn_value(text, variables=False).widest
        for each in OWNED
        if fold(action) in fold(each.actions).split()
        for text in each.resources
    )
