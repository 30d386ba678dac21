"""Finds the partition of the accounts that a new policy names only by their ID, in an old policy.

An account that is named by its ID alone is in the partition of the resource that the policy
protects, because access is delegated only within one partition. A policy that allows an account by
an ARN says which partition that is.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies-cross-account-resource-access.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checker.iam.principals import known_account

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.iam.statement import Policy, Principal


def located(new: Policy, old: Policy) -> Policy:
    """Return the new policy with ARNs for the IDs of accounts that the old policy allows by ARNs.

    INVARIANT: only what the old policy allows tells the partition of an account, because the
    author of the new one may not be trusted; and only what the new policy allows is rewritten, so
    all Denies stay as they are.
    """
    kept = {item.content for item in old.statements if item.is_allow}
    partitions = _partitions(old)

    def written(principals: tuple[Principal, ...]) -> Iterator[Principal]:
        for item in principals:
            known = partitions.get(item.text, ()) if item.text == known_account(item) else ()
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
    """Return, by account, the partitions of the ARNs by which a policy allows the account."""
    found: dict[str, dict[str, None]] = {}
    for statement in policy.statements:
        for item in statement.principals if statement.is_allow else ():
            account = known_account(item)
            if account and account != item.text:
                found.setdefault(account, {})[item.text.split(":")[1]] = None
    return found
