"""Decides whether a policy allows one request: the plain definition of access.

How statements work together:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from checker.iam.arn import ATTACHED_TEXT, Spelling, action, fold, spelled_out
from checker.iam.conditions import Family, compares, meaning, test
from checker.iam.patterns import Undecided, matches
from checker.iam.principals import meant
from checker.iam.resources import spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from checker.iam.conditions import Test
    from checker.iam.statement import Condition, Policy, Statement
    from checker.problems import Route

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

    An unknown does not matter if the rest decides. Raises `Undecided` if it does.
    """
    allowed = partial(_some, policy.statements, request, is_allow=True)
    denied = partial(_some, policy.statements, request, is_allow=False)
    return not _any((partial(_is_no, allowed), denied))


def _some(statements: Iterable[Statement], request: Request, *, is_allow: bool) -> bool:
    return _any(partial(applies, each, request) for each in statements if each.is_allow is is_allow)


def applies(statement: Statement, request: Request) -> bool:
    """Return whether a statement applies to a request; raises `Undecided`."""
    parts: tuple[Callable[[Statement, Request], bool], ...] = (
        _is_about_action,
        _is_about_resource,
        _is_about_principal,
        *(partial(_holds, item) for item in statement.conditions),
    )
    return not _any(partial(_is_no, partial(each, statement, request)) for each in parts)


def _any(questions: Iterable[Callable[[], bool]]) -> bool:
    """Return whether one of some answers is yes.

    Raises `Undecided` if none is and one is not known.
    """
    doubt: Undecided | None = None
    for each in questions:
        try:
            if each():
                return True
        except Undecided as why:
            doubt = doubt or why
    if doubt is not None:
        raise doubt
    return False


def _is_about_action(statement: Statement, request: Request) -> bool:
    entries = statement.not_actions if statement.has_not_action else statement.actions
    asked = fold(request.action)
    found = _any(partial(_is, action(e.text), asked, request, e.route) for e in entries)
    return found is not statement.has_not_action


def _is_about_resource(statement: Statement, request: Request) -> bool:
    outside = statement.has_not_resource
    if not statement.names_resources:
        return request.resource == ATTACHED_TEXT
    entries = statement.not_resources if outside else statement.resources
    found = _any(
        partial(_is, item, request.resource, request, entry.route)
        for entry, item in zip(entries, spelled(statement, entries), strict=True)
    )
    return found is not outside


def _is(item: Spelling, text: str, request: Request, route: Route) -> bool:
    """Return whether an entry matches a string, with the request's values for its variables.

    Raises `Undecided` if that depends on an unknown in the entry.
    """
    if item.narrowest is not None:
        return matches(item.narrowest, text)
    found = spelled_out(item.loose, lambda key: next(iter(request.values(key)), None))
    if found is None or not matches(found, text):
        return False
    if item.unknowns:
        raise item.undecided(route)
    return True


def _is_about_principal(statement: Statement, request: Request) -> bool:
    if not statement.has_principal:
        return True
    if not request.principal:
        return False
    outside = bool(statement.not_principals)
    principals = statement.not_principals if outside else statement.principals
    found = _any(
        partial(_is, each, request.principal, request, item.route)
        for item in principals
        for each in meant(item)
    )
    return found is not outside


def _holds(condition: Condition, statement: Statement, request: Request) -> bool:
    asked = test(condition)
    found = [
        partial(_passes, condition, statement, asked, text, request)
        for text in request.values(asked.key)
    ]
    if asked.some:
        return _any(found)
    return not _any(partial(_is_no, each) for each in found)


def _is_no(question: Callable[[], bool]) -> bool:
    return not question()


def _passes(
    condition: Condition, statement: Statement, asked: Test, text: str, request: Request
) -> bool:
    """Return whether a value of a key passes a condition."""
    if asked.family not in (Family.TEXT, Family.FOLDED, Family.ARN):
        found = _any(partial(compares, asked, text, wanted) for wanted in asked.values)
        return found is not asked.negated
    text = fold(text) if asked.family is Family.FOLDED else text
    items = [meaning(asked, wanted, variables=statement.variables) for wanted in asked.values]
    found = _any(partial(_is, item, text, request, condition.route) for item in items)
    return found is not asked.negated
