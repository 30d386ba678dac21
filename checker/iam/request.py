"""Decides whether a policy allows one request: the plain definition of access.

How statements work together:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from checker.iam.arn import ATTACHED_TEXT, Spelling, action, fold, spelled_out
from checker.iam.conditions import Family, compares, spelling, test
from checker.iam.patterns import matches
from checker.iam.principals import principal_patterns
from checker.iam.resources import spelled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checker.iam.conditions import Test
    from checker.iam.statement import Condition, Policy, Principal, Statement

PRINCIPAL_ARN = "aws:principalarn"
"""The condition key whose value is the ARN of the principal, if it has one."""
_ARN = re.compile(r"AWS:(arn:.*)", re.DOTALL)


class Request(NamedTuple):
    """A request to AWS.

    `principal` is a kind and a name, such as `AWS:arn:…` or `Service:ec2.amazonaws.com`. It is
    empty for the identity that the policy is attached to. `resource` is an ARN, or `ATTACHED_TEXT`
    for the resource that the policy is attached to. `context` has the values of condition keys, by
    the key in lower case.
    """

    action: str
    resource: str
    principal: str
    context: Mapping[str, tuple[str, ...]]

    def values(self, key: str) -> tuple[str, ...]:
        """Return the values of a condition key; none if the request lacks it."""
        if key not in self.context and key == PRINCIPAL_ARN:
            found = _ARN.fullmatch(self.principal)
            return (found[1],) if found else ()
        return self.context.get(key, ())


def allows(policy: Policy, request: Request) -> bool:
    """Return whether a policy by itself allows a request: an Allow applies, and no Deny does.

    Raises `Undecided` for a placeholder.
    """
    found = [item for item in policy.statements if applies(item, request)]
    return bool(found) and all(item.is_allow for item in found)


def applies(statement: Statement, request: Request) -> bool:
    """Return whether a statement applies to a request; raises `Undecided`."""
    return (
        _is_about_action(statement, request)
        and _is_about_resource(statement, request)
        and _is_about_principal(statement, request)
        and all(_holds(statement, item, request) for item in statement.conditions)
    )


def _is_about_action(statement: Statement, request: Request) -> bool:
    entries = statement.not_actions if statement.has_not_action else statement.actions
    asked = fold(request.action)
    found = any(matches(action(item.text).settled().widest, asked) for item in entries)
    return found is not statement.has_not_action


def _is_about_resource(statement: Statement, request: Request) -> bool:
    outside = statement.has_not_resource
    if not statement.names_resources:
        return request.resource == ATTACHED_TEXT
    entries = statement.not_resources if outside else statement.resources
    found = any(_is(item, request.resource, request) for item in spelled(statement, entries))
    return found is not outside


def _is(item: Spelling, text: str, request: Request) -> bool:
    """Return whether an entry matches a string, with the request's values for its variables."""
    settled = item.settled()
    if settled.narrowest is not None:
        return matches(settled.narrowest, text)
    meant = spelled_out(settled.symbolic, lambda key: next(iter(request.values(key)), None))
    return meant is not None and matches(meant, text)


def _is_about_principal(statement: Statement, request: Request) -> bool:
    if not statement.has_principal:
        return True
    if not request.principal:
        return False
    outside = bool(statement.not_principals)
    principals = statement.not_principals if outside else statement.principals
    return any(_is_principal(item, request) for item in principals) is not outside


def _is_principal(item: Principal, request: Request) -> bool:
    return any(matches(each, request.principal) for each in principal_patterns(item))


def _holds(statement: Statement, condition: Condition, request: Request) -> bool:
    asked = test(condition)
    given = request.values(asked.key)
    found = [_matches(statement, asked, text, request) is not asked.negated for text in given]
    return any(found) if asked.some else all(found)


def _matches(statement: Statement, asked: Test, text: str, request: Request) -> bool:
    if asked.family not in (Family.TEXT, Family.FOLDED, Family.ARN):
        return any(compares(asked, text, wanted) for wanted in asked.values)
    text = fold(text) if asked.family is Family.FOLDED else text
    return any(
        _is(spelling(asked, wanted, variables=statement.variables), text, request)
        for wanted in asked.values
    )
