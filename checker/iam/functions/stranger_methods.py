"""Declares the functions on whom a policy lets in."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from checker.cel.env import Function
from checker.cel.types import STRING, list_of
from checker.iam.asked import PUBLIC, note
from checker.iam.functions.samples import ACCESS, PRINCIPAL, STATEMENT
from checker.iam.patterns import Undecided
from checker.iam.public import is_public
from checker.iam.strangers import strangers, strangers_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checker.iam.access import Access
    from checker.iam.asked import Limit
    from checker.iam.statement import Principal, Statement


def _strangers(statement: Statement, ours: Sequence[str]) -> list[Principal]:
    found = strangers(statement, ours)
    if found:
        note(("*",), _limits(statement, found, ours), statement.route)
    return list(found)


def _strangers_by(of: Access, statement: Statement, ours: Sequence[str]) -> list[Principal]:
    found = strangers_by(of, statement, ours)
    note((), _limits(statement, found, ours), statement.route)
    return list(found)


def _limits(
    statement: Statement, found: Sequence[Principal], ours: Sequence[str]
) -> tuple[Limit, ...]:
    """Return what a question about strangers requires; where everyone is let in, that it is so."""
    limits: tuple[Limit, ...] = (("strangers", *ours),)
    with suppress(Undecided):
        if found and all(each.is_everyone for each in found) and is_public(statement):
            return (PUBLIC, *limits)
    return limits


STRANGER_METHODS: tuple[Function, ...] = (
    Function(
        "strangersBy",
        (STATEMENT, list_of(STRING)),
        list_of(PRINCIPAL),
        _strangers_by,
        "The principals by whom an Allow statement of the policy lets others than the owner of the "
        "resource and the given accounts use any of the actions, after all Denies. The owner is "
        "the account in the ARN of the resource or of another one in the policy; if there is none "
        "and no account is given, the first account to which the policy allows the actions.",
        ACCESS,
        example='policy.access(["s3:GetObject"]).strangersBy(policy.statements[0], '
        '["444455556666"]).size() == 1',
    ),
    Function(
        "strangers",
        (list_of(STRING),),
        list_of(PRINCIPAL),
        _strangers,
        "The principals by which an Allow lets in accounts other than these, after all Denies. "
        "An organisation is no stranger. A service is one if it must say on whose behalf it calls, "
        "and that may be another account.",
        STATEMENT,
        example='policy.statements[0].strangers(["111122223333"]).size() == 0',
    ),
)
"""All functions on whom a policy lets in."""
