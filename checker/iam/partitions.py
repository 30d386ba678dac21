"""A policy goes in; the partition that its ARNs tell, or the policy with its accounts in one, out.

An account that is written as its id alone is in the partition of whatever the policy protects:
access is delegated only within a partition.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies-cross-account-resource-access.html
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from checker.iam.principals import BARE_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.iam.statement import Policy, Principal, Statement

_IN_PARTITION = re.compile(r"arn:(aws[a-z-]*):")


def bare_accounts(policy: Policy) -> list[str]:
    """Return the accounts that a policy writes as ids alone, in their order."""
    found = (each for item in policy.statements for each in _callers(item) if _is_bare(each))
    return list(dict.fromkeys(each.text for each in found))


def partition(policy: Policy) -> str:
    """Return the partition of all ARNs of a policy that name one; empty for none, or several."""
    found = {each[1] for text in _texts(policy) if (each := _IN_PARTITION.match(text))}
    return found.pop() if len(found) == 1 else ""


def located(policy: Policy, reference: Policy, partition: str) -> tuple[Policy, Policy]:
    """Return two policies in which accounts that are ids alone are those of a partition.

    INVARIANT: callers in the partition are allowed what they were, and to others, which there are
    not, nothing is new: what the policy allows and the reference denies is written anew, and all
    else is said in both ways.
    """
    return (
        replace(policy, statements=tuple(_located(policy, partition, allow=True)), memo={}),
        replace(reference, statements=tuple(_located(reference, partition, allow=False)), memo={}),
    )


def _located(policy: Policy, partition: str, *, allow: bool) -> Iterator[Statement]:
    """Yield statements with ARNs for ids: in place of the Allows, or Denies, beside all others."""

    def named(principals: tuple[Principal, ...]) -> tuple[Principal, ...]:
        return tuple(
            replace(item, text=f"arn:{partition}:iam::{item.text}:root") if _is_bare(item) else item
            for item in principals
        )

    for item in policy.statements:
        written = replace(item, principals=named(item.principals))
        if item.is_allow is not allow or written == item:
            yield item
        if written != item:
            yield written


def _callers(statement: Statement) -> tuple[Principal, ...]:
    return (*statement.principals, *statement.not_principals)


def _is_bare(item: Principal) -> bool:
    return item.kind == "AWS" and BARE_ACCOUNT.fullmatch(item.text) is not None


def _texts(policy: Policy) -> Iterator[str]:
    """Yield all texts of a policy that may be ARNs."""
    for item in policy.statements:
        yield from (each.text for each in _callers(item))
        yield from (each.text for each in (*item.resources, *item.not_resources))
        for condition in item.conditions:
            yield from condition.values
