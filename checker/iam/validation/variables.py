"""Finds what is wrong with the policy variables of a statement.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checker.iam.validation.coded import Finding
from checker.iam.validation.condition_findings import kind_of
from checker.iam.values import has_variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.iam.statement import Policy, Statement
    from checker.problems import Route

_CLOSED = re.compile(r"\$\{([^{}]*)\}")
_ESCAPES = frozenset("*?$")
_TEXTUAL = ("String", "Arn")


def variables(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every policy variable that is misspelt or that nothing replaces."""
    for entry in (*statement.resources, *statement.not_resources):
        yield from _spelling(entry.text, entry.route, known=statement.variables)
    for condition in statement.conditions:
        found = [text for text in condition.values if "${" in text]
        for text in found:
            yield from _spelling(text, condition.route, known=statement.variables)
        replaced = any(map(has_variable, found))
        if replaced and statement.variables and kind_of(condition.operator) not in _TEXTUAL:
            message = (
                f"`{condition.operator}` does not replace variables: only operators on strings and "
                "ARNs do"
            )
            yield Finding("INVALID_VARIABLE_FOR_OPERATOR", message, (condition.route,))
    for entry in (*statement.actions, *statement.not_actions):
        if has_variable(entry.text):
            yield _unsupported(entry.text, entry.route)
    for principal in (*statement.principals, *statement.not_principals):
        if has_variable(principal.text):
            yield _unsupported(principal.text, principal.route)


def _unsupported(text: str, route: Route) -> Finding:
    message = f"`{text}`: variables only work in Resource and Condition"
    return Finding("VARIABLE_UNSUPPORTED_IN_ELEMENT", message, (route,))


def _spelling(text: str, route: Route, *, known: bool) -> Iterator[Finding]:
    if "${" not in text:
        return
    if not known and not has_variable(text):
        return
    if not known:
        message = f"`{text}`: variables are plain text without Version 2012-10-17: add it"
        yield Finding("VARIABLE_UNSUPPORTED_IN_VERSION", message, (route,))
        return
    if "${" in _CLOSED.sub("", text):
        message = f"`{text}`: a variable is not closed: add `}}`"
        yield Finding("MISSING_BRACE_IN_VARIABLE", message, (route,))
    for inner in _CLOSED.findall(text):
        name, comma, default = (part.strip() for part in inner.partition(","))
        if not inner.strip():
            message = f"`{text}`: a variable is empty: name a condition key"
            yield Finding("EMPTY_VARIABLE", message, (route,))
        elif inner not in _ESCAPES and any(space in name for space in " \t"):
            message = f"`{text}`: the name of a variable contains a space: remove it"
            yield Finding("UNSUPPORTED_SPACE_IN_VARIABLE", message, (route,))
        elif comma and not (len(default) > 1 and default[0] == default[-1] == "'"):
            message = f"`{text}`: write the default of a variable between single quotes"
            yield Finding("MISSING_QUOTE_IN_VARIABLE", message, (route,))
