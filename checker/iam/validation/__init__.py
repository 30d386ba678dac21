"""A policy goes in; what is wrong with it, by the codes of IAM Access Analyzer, comes out.

This is the only door. What the schema of policies refuses is not looked at again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from checker.cel.errors import BudgetError
from checker.cel.meter import budget
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

    Raises `BudgetError` where that takes too long. It is worked out once for all rules, whichever
    asks first, and so has a budget of its own.
    """
    known = policy.memo.get(findings)
    if known is None:
        known = policy.memo[findings] = _worked_out(policy)
    if isinstance(known, BudgetError):
        raise BudgetError(known.message)
    return cast("tuple[Finding, ...]", known)


def _worked_out(policy: Policy) -> tuple[Finding, ...] | BudgetError:
    try:
        with budget():
            found = [each for check in _POLICY for each in check(policy)]
            for statement in policy.statements:
                found += [each for check in _STATEMENT for each in check(policy, statement)]
    except BudgetError as error:
        return BudgetError(error.message)
    return tuple(found)
