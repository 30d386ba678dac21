"""A new policy and the old one in; the new one, with accounts in the partition they had, out.

An account that is written as its id alone is in the partition of whatever the policy protects:
access is delegated only within one. A policy that lets an account in by an ARN says which.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies-cross-account-resource-access.html
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from checker.iam.principals import BARE_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.iam.statement import Policy, Principal

_IN_PARTITION = re.compile(r"arn:(aws[a-z-]*):(?:iam|sts)::([0-9]{12}):.+")


def located(new: Policy, old: Policy) -> Policy:
    """Return a policy that lets accounts in by ARNs, not by ids, where an old policy does so.

    INVARIANT: nothing but what the old policy allows tells where an account is, and only what the
    new one allows is written anew: its writer may not be trusted, and what neither denies is left.
    """
    kept = {item.content for item in old.statements if item.is_allow}
    partitions = _partitions(old)

    def written(principals: tuple[Principal, ...]) -> Iterator[Principal]:
        for item in principals:
            bare = item.kind == "AWS" and BARE_ACCOUNT.fullmatch(item.text)
            known = partitions.get(item.text) if bare else None
            for partition in known or ():
                yield replace(item, text=f"arn:{partition}:iam::{item.text}:root")
            if not known:
                yield item

    if not partitions:
        return new
    statements = tuple(
        replace(item, principals=tuple(written(item.principals)))
        if item.is_allow and item.content not in kept
        else item
        for item in new.statements
    )
    return replace(new, statements=statements, memo={})


def _partitions(policy: Policy) -> dict[str, list[str]]:
    """Return, by account, the partitions of the ARNs that a policy lets it in by."""
    found: dict[str, list[str]] = {}
    for statement in policy.statements:
        for item in statement.principals if statement.is_allow else ():
            arn = _IN_PARTITION.fullmatch(item.text) if item.kind == "AWS" else None
            if arn and arn[1] not in found.setdefault(arn[2], []):
                found[arn[2]].append(arn[1])
    return found
