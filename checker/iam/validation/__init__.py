"""Finds what is wrong with a valid policy, with the codes of IAM Access Analyzer.

This is the only public module of the package. It does not repeat checks of the policy schema.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from checker.budget import budget
from checker.errors import BudgetError
from checker.iam.validation import (
    action_findings,
    arns,
    condition_findings,
    elements,
    fit_findings,
    principal_findings,
    redundancy,
    value_types,
    variables,
)
from checker.iam.validation.coded import Finding, FindingType, Topic
from checker.iam.validation.codes import CODES, OWN, Code

if TYPE_CHECKING:
    from checker.iam.statement import Policy
    from checker.iam.validation.coded import PolicyCheck, StatementCheck

__all__ = ["CODES", "OWN", "Code", "Finding", "FindingType", "Topic", "findings"]

_POLICY: tuple[PolicyCheck, ...] = (
    elements.version,
    elements.size,
    elements.unique_sids,
    redundancy.redundant_statements,
)
_STATEMENT: tuple[StatementCheck, ...] = (
    elements.sids,
    action_findings.unknown_actions,
    action_findings.pass_role,
    action_findings.create_service_linked_role,
    redundancy.redundant_actions,
    arns.resource_arns,
    redundancy.redundant_resources,
    principal_findings.spelling,
    principal_findings.elements,
    principal_findings.services,
    principal_findings.trust,
    action_findings.of_trust,
    action_findings.of_topic,
    principal_findings.roles_anywhere,
    principal_findings.providers,
    principal_findings.organisation,
    condition_findings.empty,
    condition_findings.duplicate_keys,
    condition_findings.unknown_keys,
    condition_findings.wrong_types,
    condition_findings.qualifiers,
    condition_findings.only_presence,
    condition_findings.untrustworthy_keys,
    condition_findings.companions,
    condition_findings.missing_lists,
    fit_findings.useless_actions,
    fit_findings.keys_of_other_actions,
    fit_findings.tags_of_other_services,
    value_types.values,
    value_types.wildcards,
    value_types.identifiers,
    value_types.addresses,
    variables.variables,
)


def findings(policy: Policy) -> tuple[Finding, ...]:
    """Return all findings about a policy: those on the whole policy, then statement by statement.

    They are computed once for all rules, and so have a budget of their own. Raises `BudgetError`
    if that is not enough.
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
