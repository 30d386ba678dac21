"""A policy goes in; what is wrong with it, by the codes of IAM Access Analyzer, comes out.

This is the only door. What the schema of policies refuses is not looked at again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from checker.iam.validation import (
    actions,
    arns,
    conditions,
    elements,
    principals,
    redundancy,
    values,
    variables,
)
from checker.iam.validation.codes import CODES, Code
from checker.iam.validation.finding import Finding, FindingType, Topic

if TYPE_CHECKING:
    from checker.iam.statement import Policy
    from checker.iam.validation.finding import PolicyCheck, StatementCheck

__all__ = ["CODES", "Code", "Finding", "FindingType", "Topic", "findings"]

_POLICY: tuple[PolicyCheck, ...] = (
    elements.version,
    elements.size,
    elements.unique_sids,
    redundancy.redundant_statements,
)
_STATEMENT: tuple[StatementCheck, ...] = (
    elements.sids,
    actions.unknown_actions,
    actions.pass_role,
    actions.create_service_linked_role,
    redundancy.redundant_actions,
    arns.resource_arns,
    redundancy.redundant_resources,
    principals.spelling,
    principals.elements,
    principals.services,
    principals.trust,
    actions.of_trust,
    principals.roles_anywhere,
    principals.providers,
    principals.organisation,
    conditions.empty,
    conditions.duplicate_keys,
    conditions.unknown_keys,
    conditions.wrong_types,
    conditions.qualifiers,
    conditions.only_presence,
    conditions.untrustworthy_keys,
    conditions.companions,
    values.values,
    values.wildcards,
    values.identifiers,
    values.addresses,
    variables.variables,
)


def findings(policy: Policy) -> tuple[Finding, ...]:
    """Return all that is wrong with a policy, in order of its statements.

    Raises `BudgetError` where that takes too long for the budget that is open.
    """
    known = policy.memo.get(findings)
    if known is None:
        found = [each for check in _POLICY for each in check(policy)]
        for statement in policy.statements:
            found += [each for check in _STATEMENT for each in check(policy, statement)]
        known = policy.memo[findings] = tuple(found)
    return cast("tuple[Finding, ...]", known)
