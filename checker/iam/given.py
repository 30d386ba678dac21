"""Puts what is known of a request in the place of a statement's variables and conditions.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from checker.iam.arn import escaped, fold, variable_of
from checker.iam.patterns import Undecided
from checker.iam.principals import role_arns
from checker.iam.request import PRINCIPAL_ARN, holds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checker.iam.request import Request
    from checker.iam.statement import Condition, Entry, Statement

_CLOSED = re.compile(r"\$\{(?:[^{}']|'[^']*')*\}")


def settled(statement: Statement, context: Mapping[str, tuple[str, ...]]) -> Statement:
    """Return a statement without the variables whose keys are in a context.

    `context` has the values of condition keys, by the key in lower case; an absent key has none.
    An entry whose variable has neither a value nor a default matches nothing, and is left out.
    Raises `Undecided` for a variable whose key has several values.
    """
    if not statement.variables or not context:
        return statement

    def entries(items: tuple[Entry, ...]) -> Iterator[Entry]:
        for item in items:
            text = _text(item.text, context)
            if text is not None:
                yield item if text == item.text else replace(item, text=text)

    def conditions(items: tuple[Condition, ...]) -> Iterator[Condition]:
        for item in items:
            found = [_text(text, context) for text in item.values]
            values = tuple(text for text in found if text is not None)
            yield item if values == item.values else replace(item, values=values)

    made = replace(
        statement,
        resources=tuple(entries(statement.resources)),
        not_resources=tuple(entries(statement.not_resources)),
        conditions=tuple(conditions(statement.conditions)),
    )
    return statement if made == statement else made


def without_role(statement: Statement, part: Request) -> Statement | None:
    """Return a statement without its conditions on the ARN of a session's role, or None.

    None means that one of them fails. If the principal of `part` is no session of a role, or `part`
    names the ARN, the statement stays as it is. Raises `Undecided`.
    """
    if PRINCIPAL_ARN in part.context or not role_arns(part.principal):
        return statement
    about = [each for each in statement.conditions if fold(each.key) == PRINCIPAL_ARN]
    if not all(holds(each, statement, part) for each in about):
        return None
    rest = tuple(each for each in statement.conditions if each not in about)
    return replace(statement, conditions=rest) if about else statement


def _text(text: str, context: Mapping[str, tuple[str, ...]]) -> str | None:
    """Return a text with the values of variables, or None if one has neither value nor default.

    It is as it is written in a policy with variables, so wildcards in a value are escaped.
    """
    lacking = False

    def value_of(found: re.Match[str]) -> str:
        nonlocal lacking
        key, default = variable_of(found[0])
        if key not in context:
            return found[0]
        if len(context[key]) > 1:
            raise Undecided(f"cannot decide what `${{{key}}}` is: the key has several values")
        given = next(iter(context[key]), default)
        lacking = lacking or given is None
        return escaped(given or "", variables=True)

    filled = _CLOSED.sub(value_of, text)
    return None if lacking else filled
