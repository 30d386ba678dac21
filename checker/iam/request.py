"""Decides whether a policy allows one request: the plain definition of access.

How statements work together:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from checker.iam.arn import ATTACHED_TEXT, Spelling, action, fold, spelled_out
from checker.iam.conditions import Family, compares, meaning, test
from checker.iam.patterns import Pattern, Undecided, covers, matches, overlaps, pattern
from checker.iam.principals import callers, named_alone, role_arns
from checker.iam.resources import check_resources, is_read_twice, reached, spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from checker.iam.conditions import Test
    from checker.iam.statement import Condition, Policy, Principal, Statement
    from checker.problems import Route

Texts: TypeAlias = tuple[str | Pattern, ...]
"""One string, or patterns of which a string that is not known in full matches one."""

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

    def single(self, key: str) -> str | None:
        """Return what a variable stands for; None if the request lacks the key.

        Raises `Undecided` for a key with several values, and for the ARN of a session's role.
        """
        if key == PRINCIPAL_ARN and key not in self.context and role_arns(self.principal):
            raise Undecided("cannot decide: a session does not say the ARN of its role")
        found = self.values(key)
        if len(found) > 1:
            raise Undecided(f"cannot decide what `${{{key}}}` is: the key has several values")
        return found[0] if found else None

    def folded(self, key: str) -> str | None:
        """Return what a variable stands for where case does not matter, as `single` does."""
        found = self.single(key)
        return found if found is None else fold(found)


def allows(policy: Policy, request: Request) -> bool:
    """Return whether a policy by itself allows a request: an Allow applies, and no Deny does.

    It does in one of the readings of stars at the end of segments. A part that is not known does
    not matter if the rest decides. Raises `Undecided` if it does.
    """
    check_resources(policy)
    twice = any(not item.is_allow and is_read_twice(item) for item in policy.statements)
    return _any(partial(_allows, policy, request, each) for each in ((True, False)[: 1 + twice]))


def _allows(policy: Policy, request: Request, runs_on: bool) -> bool:  # noqa: FBT001 - one of two
    def some(*, is_allow: bool) -> bool:
        asked = [each for each in policy.statements if each.is_allow is is_allow]
        return _any(partial(_applies, each, request, runs_on) for each in asked)

    return not _any((lambda: not some(is_allow=True), lambda: some(is_allow=False)))


def applies(statement: Statement, request: Request) -> bool:
    """Return whether a statement applies to a request, in a reading of its stars.

    Raises `Undecided`.
    """
    return _any(partial(_applies, statement, request, each) for each in (True, False))


def _applies(statement: Statement, request: Request, runs_on: bool) -> bool:  # noqa: FBT001
    def fails(holds: Callable[[Statement, Request], bool]) -> bool:
        return not holds(statement, request)

    tests: list[Callable[[Statement, Request], bool]] = [
        _is_about_action,
        _is_about_principal,
        partial(_is_about_resource, runs_on=runs_on),
        *(partial(holds, item) for item in statement.conditions),
    ]
    return not _any(partial(fails, each) for each in tests)


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
    asked = (fold(request.action),)
    found = _any(partial(_is, action(e.text), asked, request.single, e.route) for e in entries)
    return found is not statement.has_not_action


def _is_about_resource(statement: Statement, request: Request, *, runs_on: bool) -> bool:
    outside = statement.has_not_resource
    if not statement.names_resources:
        return request.resource == ATTACHED_TEXT
    entries = statement.not_resources if outside else statement.resources
    far = reached(statement) if runs_on else ()
    if far and not any(matches(each, request.resource) for each in far):
        return False
    found = _any(
        partial(_is, item, (request.resource,), request.single, entry.route)
        for entry, item in zip(entries, spelled(statement, entries, runs_on=bool(far)), strict=True)
    )
    return found is not outside


def _is(item: Spelling, texts: Texts, value_of: Callable[[str], str | None], route: Route) -> bool:
    """Return whether an entry matches a string, with the request's values for its variables.

    `texts` is the string, or patterns of which the string matches one. Raises `Undecided` if that
    depends on an unknown in the entry.
    """
    if item.narrowest is not None:
        return _reads(item.widest, item.narrowest, texts, item.text)
    found = spelled_out(item.loose, value_of)
    if found is None or not any(_meets(found, each) for each in texts):
        return False
    if item.unknowns:
        raise item.undecided(route)
    return _reads(found, found, texts, item.text)


def _reads(widest: Pattern, narrowest: Pattern, texts: Texts, written: str) -> bool:
    if all(_covers(narrowest, each) for each in texts):
        return True
    if any(_meets(widest, each) for each in texts):
        shown = texts[0] if isinstance(texts[0], str) else texts[0].text
        raise Undecided(f"cannot decide whether `{written[:200]}` matches `{shown[:200]}`")
    return False


def _covers(item: Pattern, text: str | Pattern) -> bool:
    return matches(item, text) if isinstance(text, str) else covers((item,), text)


def _meets(item: Pattern, text: str | Pattern) -> bool:
    return matches(item, text) if isinstance(text, str) else overlaps(item, text)


def _is_about_principal(statement: Statement, request: Request) -> bool:
    if not statement.has_principal:
        return True
    if not request.principal:
        return False
    outside = bool(statement.not_principals)

    def named(each: tuple[Principal, Spelling]) -> bool:
        return _is(each[1], (request.principal,), request.single, each[0].route)

    found = _any(partial(named, each) for each in callers(statement))
    if found and outside and statement.is_allow:
        alone = [(item, each) for item in statement.not_principals for each in named_alone(item)]
        if not _any(partial(named, each) for each in alone):
            raise Undecided(
                "cannot decide whom an account in the NotPrincipal of an Allow excludes"
            )
    return found is not outside


def holds(condition: Condition, statement: Statement, request: Request) -> bool:
    """Return whether a statement's condition holds for a request; raises `Undecided`."""
    asked = test(condition)
    given: list[Texts] = [(text,) for text in request.values(asked.key)]
    if asked.key == PRINCIPAL_ARN and asked.key not in request.context:
        role = role_arns(request.principal)
        given = [role] if role else given
    found = [partial(_passes, condition, statement, asked, texts, request) for texts in given]
    if asked.some:
        return _any(found)
    return not _any(partial(_is_no, each) for each in found)


def _is_no(question: Callable[[], bool]) -> bool:
    return not question()


def _passes(
    condition: Condition, statement: Statement, asked: Test, texts: Texts, request: Request
) -> bool:
    """Return whether a value of a key passes a condition."""
    if asked.family not in (Family.TEXT, Family.FOLDED, Family.ARN):
        text = texts[0] if isinstance(texts[0], str) else texts[0].text
        found = _any(partial(compares, asked, text, wanted) for wanted in asked.values)
        return found is not asked.negated
    value_of = request.single
    if asked.family is Family.FOLDED:
        texts = tuple(map(_folded, texts))
        value_of = request.folded
    items = [meaning(asked, wanted, variables=statement.variables) for wanted in asked.values]
    found = _any(partial(_is, item, texts, value_of, condition.route) for item in items)
    return found is not asked.negated


def _folded(text: str | Pattern) -> str | Pattern:
    if isinstance(text, str):
        return fold(text)
    tokens = [fold(token) if isinstance(token, str) else token for token in text.tokens]
    return pattern(text.text, tokens)
