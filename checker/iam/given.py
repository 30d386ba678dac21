"""Reads a policy for requests in which the values of some condition keys are known.

A condition on such a key is decided, and a policy variable for it is replaced by its value. What
is left is a policy about everything else in these requests.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from checker.iam.arn import VARIABLE, escaped, fold
from checker.iam.conditions import Family, compares, spelling, test
from checker.iam.patterns import Undecided, matches
from checker.iam.principals import role_arns
from checker.iam.request import PRINCIPAL_ARN, holds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from checker.iam.conditions import Test
    from checker.iam.request import Request
    from checker.iam.statement import Condition, Entry, Policy, Statement

Values = tuple[str, ...]


def settled(policy: Policy, given: Mapping[str, Values]) -> Policy:
    """Return what a policy means for requests in which some keys have the `given` values.

    Keys are in lower case; a key without values is absent. A statement that is about no such
    request is gone, and so are the conditions on these keys. Raises `Undecided`.
    """
    if given.keys().isdisjoint(policy.condition_keys) and not _has_variables(policy):
        return policy
    key = ("settled", *sorted(given.items()))
    if key not in policy.memo:
        statements = tuple(_settled(policy.statements, given))
        policy.memo[key] = replace(policy, statements=statements, memo={})
    return cast("Policy", policy.memo[key])


def _has_variables(policy: Policy) -> bool:
    """Return whether a policy may have variables, which are keys too."""
    if _has_variables not in policy.memo:
        policy.memo[_has_variables] = any(map(_has_variable, policy.statements))
    return policy.memo[_has_variables] is True


def for_session(policy: Policy, part: Request) -> Policy:
    """Return what a policy means for a session of a role, whose ARN is known but for its path.

    The conditions on that ARN are decided. The policy stays as it is if the principal of `part` is
    no such session, or if `part` names the ARN. Raises `Undecided`.
    """
    if PRINCIPAL_ARN in part.context or not role_arns(part.principal):
        return policy
    kept = []
    for statement in policy.statements:
        about = [each for each in statement.conditions if fold(each.key) == PRINCIPAL_ARN]
        if all(holds(each, statement, part) for each in about):
            rest = tuple(each for each in statement.conditions if each not in about)
            kept.append(replace(statement, conditions=rest) if about else statement)
    return replace(policy, statements=tuple(kept), memo={})


def meets(statement: Statement, given: Mapping[str, Values]) -> bool:
    """Return whether a statement's conditions on the given keys hold.

    A variable of another key is read so that the statement allows as much, or denies as little, as
    possible. Raises `Undecided`.
    """
    return all(
        _holds(statement, test(each), given[fold(each.key)])
        for each in statement.conditions
        if fold(each.key) in given
    )


def _settled(statements: Iterable[Statement], given: Mapping[str, Values]) -> Iterator[Statement]:
    for written in statements:
        statement = _filled(written, given)
        if meets(statement, given):
            open_ = tuple(each for each in statement.conditions if fold(each.key) not in given)
            same = len(open_) == len(statement.conditions)
            yield statement if same else replace(statement, conditions=open_)


def _filled(statement: Statement, given: Mapping[str, Values]) -> Statement:
    """Return a statement with values in place of the variables for the given keys."""
    if not statement.variables or not _has_variable(statement):
        return statement

    def entries(items: tuple[Entry, ...]) -> tuple[Entry, ...]:
        texts = ((each, _text(each.text, given)) for each in items)
        return tuple(
            each if text == each.text else replace(each, text=text)
            for each, text in texts
            if text is not None
        )

    def condition(item: Condition) -> Condition:
        texts = (_text(each, given) for each in item.values)
        return replace(item, values=tuple(text for text in texts if text is not None))

    return replace(
        statement,
        resources=entries(statement.resources),
        not_resources=entries(statement.not_resources),
        conditions=tuple(map(condition, statement.conditions)),
    )


def _has_variable(statement: Statement) -> bool:
    texts = [each.text for each in (*statement.resources, *statement.not_resources)]
    texts += (text for each in statement.conditions for text in each.values)
    return any("${" in text for text in texts)


def _text(text: str, given: Mapping[str, Values]) -> str | None:
    """Return a text with the known values of its variables, or None if one has no value.

    Raises `Undecided` for a variable whose key has several values.
    """
    if "${" not in text:
        return text
    missing = False

    def value(found: re.Match[str]) -> str:
        nonlocal missing
        key, default = fold(found[1].strip()), found[2]
        if key not in given:
            return found[0]
        if len(given[key]) > 1:
            raise Undecided(f"cannot decide what `{text[:200]}` means: `{key}` has several values")
        if not given[key] and default is None:
            missing = True
        return escaped(given[key][0] if given[key] else default or "", variables=True)

    filled = VARIABLE.sub(value, text)
    return None if missing else filled


def _holds(statement: Statement, asked: Test, values: Sequence[str]) -> bool:
    found = [_matches(statement, asked, text) is not asked.negated for text in values]
    return any(found) if asked.some else all(found)


def _matches(statement: Statement, asked: Test, text: str) -> bool:
    if asked.family not in (Family.TEXT, Family.FOLDED, Family.ARN):
        return any(compares(asked, text, wanted) for wanted in asked.values)
    given = fold(text) if asked.family is Family.FOLDED else text
    wide = statement.is_allow is not asked.negated
    meant = (spelling(asked, each, variables=statement.variables) for each in asked.values)
    found = (each.widest if wide else each.narrowest for each in meant)
    return any(each is not None and matches(each, given) for each in found)
