"""Policies that belong together go in; the same out, with each account in its partition.

An account written as a bare id is in the partition that the policies stand in, and they do not say
which. Where one of them also writes that account in an ARN, it does: access is delegated only
within a partition, so an account is in no more than one.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies-cross-account-resource-access.html
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from checker.iam.arn import fold
from checker.iam.principals import BARE_ACCOUNT
from checker.iam.request import PRINCIPAL_ARN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checker.iam.statement import Policy, Principal, Statement

_ACCOUNT_IN_ARN = re.compile(r"arn:(aws[a-z-]*):(?:iam|sts)::([0-9]{12}):")


def in_their_partitions(policies: Sequence[Policy]) -> Sequence[Policy]:
    """Return policies in which bare accounts are written as ARNs, where their partition is known.

    It is where ARNs of principals, or conditions on them, give an account exactly one.
    """
    statements = [item for policy in policies for item in policy.statements]
    bare = {each.text for item in statements for each in _callers(item) if _is_bare(each)}
    if not bare:
        return policies
    known: dict[str, set[str]] = {}
    for item in statements:
        for partition, account in _accounts(item):
            known.setdefault(account, set()).add(partition)
    roots = {
        account: f"arn:{partition}:iam::{account}:root"
        for account in bare
        for partition in known.get(account, ())
        if len(known[account]) == 1
    }
    return [_written(each, roots) for each in policies] if roots else policies


def _callers(statement: Statement) -> tuple[Principal, ...]:
    return (*statement.principals, *statement.not_principals)


def _is_bare(item: Principal) -> bool:
    return item.kind == "AWS" and BARE_ACCOUNT.fullmatch(item.text) is not None


def _accounts(statement: Statement) -> Iterator[tuple[str, str]]:
    """Yield the partition and the account of each ARN that says who calls."""
    texts = [item.text for item in _callers(statement) if item.kind == "AWS"]
    for condition in statement.conditions:
        if fold(condition.key) == PRINCIPAL_ARN:
            texts += condition.values
    for found in map(_ACCOUNT_IN_ARN.match, texts):
        if found:
            yield found[1], found[2]


def _written(policy: Policy, roots: dict[str, str]) -> Policy:
    def named(principals: tuple[Principal, ...]) -> tuple[Principal, ...]:
        return tuple(
            replace(item, text=roots[item.text]) if _is_bare(item) and item.text in roots else item
            for item in principals
        )

    statements = tuple(
        replace(item, principals=named(item.principals), not_principals=named(item.not_principals))
        for item in policy.statements
    )
    return replace(policy, statements=statements, memo={})
