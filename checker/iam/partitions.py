"""A new policy and the old one in; the new one, with accounts in the partition they had, out.

An account that is written as its id alone is in the partition of whatever the policy protects:
access is delegated only within one. A policy that lets an account in by an ARN says which.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies-cross-account-resource-access.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checker.iam.principals import account_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.iam.statement import Policy, Principal


def located(new: Policy, old: Policy) -> Policy:
    """Return a policy that lets accounts in by ARNs, not by ids, where an old policy does so.

    INVARIANT: nothing but what the old policy allows tells where an account is, and only what the
    new one allows is written anew: its writer may not be trusted, and what neither denies is left.
    """
    kept = {item.content for item in old.statements if item.is_allow}
    partitions = _partitions(old)

    def written(principals: tuple[Principal, ...]) -> Iterator[Principal]:
        for item in principals:
            known = partitions.get(item.text, ()) if item.text == account_of(item) else ()
            for partition in known:
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


def _partitions(policy: Policy) -> dict[str, dict[str, None]]:
    """Return, by account, the partitions of the ARNs that a policy lets it in by."""
    found: dict[str, dict[str, None]] = {}
    for statement in policy.statements:
        for item in statement.principals if statement.is_allow else ():
            account = account_of(item)
            if account and account != item.text:
                found.setdefault(account, {})[item.text.split(":")[1]] = None
    return found
