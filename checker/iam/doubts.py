"""Finds what cannot be decided about the resources and callers of two compared policies.

A Deny of everyone but some names may also deny these names, depending on which of account, role and
session the service compares, so AWS says to name a role or a user together with the account. Even
then it denies a named principal that has a permissions boundary:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from checker.iam.principals import is_account, is_by_id, known_account, origin_of, session_of
from checker.iam.statement import Principal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from checker.iam.statement import Policy, Statement

_Origin: TypeAlias = tuple[str, str]
"""The account and the name of a role; the name is empty for a user."""
_NOBODY = ("", "")
_EVERYONE = (Principal("*", "*", ()),)


def about_resources(policy: Policy, reference: Policy) -> bool:
    """Return whether one statement names no resource and another one may name the same resource."""
    statements = (*policy.statements, *reference.statements)
    attached = not all(item.names_resources for item in statements)
    return attached and any(map(_is_about_some, statements))


def widened(policy: Policy, reference: Policy) -> tuple[Policy, Policy] | None:
    """Return a wider policy and a narrower reference, or None if it is sure whom both deny.

    If the wider policy grants nothing beyond the narrower reference, then the given policy grants
    nothing beyond the given reference. The wider policy lacks every Deny of which it is unsure
    whom it denies; in the narrower reference, such a Deny denies everyone, or is left out if the
    policy has it too, because its effect is the same in both. An Allow of everyone but some names
    allows all but the sure names in the wider policy, and nobody in the narrower reference.
    """
    statements = (*policy.statements, *reference.statements)
    disputed = _disputed(each for item in statements for each in _callers(item))
    unsure = {id(item) for item in policy.statements if _is_unsure(item, disputed, strict=False)}
    unsure |= {id(item) for item in reference.statements if _is_unsure(item, disputed, strict=True)}
    if not unsure:
        return None
    own = {item.content for item in policy.statements}

    def written(of: Policy, *, keep: bool) -> Policy:
        """Return a policy that keeps, of its unsure statements, only the Allows or only the Denies.

        The statements that it keeps are for all but those whom they exclude for sure.
        """
        sure = [item for item in of.statements if id(item) not in unsure]
        widest = [
            _widest(item, disputed)
            for item in of.statements
            if id(item) in unsure and item.is_allow is keep
            if keep or item.content not in own
        ]
        return replace(of, statements=(*sure, *widest), memo={})

    return written(policy, keep=True), written(reference, keep=False)


def _widest(statement: Statement, disputed: set[_Origin]) -> Statement:
    """Return a statement for all whom it may be about."""
    left = statement.not_principals if statement.is_allow else ()
    out = tuple(each for each in left if not is_account(each) and not _is_in(each, disputed))
    return replace(statement, principals=() if out else _EVERYONE, not_principals=out)


def _is_in(item: Principal, disputed: set[_Origin]) -> bool:
    return any((of[0], of[1].lower()) in disputed for of in (origin_of(item), session_of(item)))


def _is_about_some(statement: Statement) -> bool:
    """Return whether a statement is about some resources, but not about all."""
    return statement.has_not_resource or any(each.text.strip("*") for each in statement.resources)


def _callers(statement: Statement) -> tuple[Principal, ...]:
    return statement.principals + statement.not_principals


def _disputed(named: Iterable[Principal]) -> set[_Origin]:
    """Return the roles, in lower case, that are named differently than in the name of a session.

    A user is one, too, if a federated user of the account is named.
    """
    origins: dict[_Origin, set[str]] = {}
    sessions: dict[_Origin, set[str]] = {}
    for item in named:
        for (account, role), by in ((origin_of(item), origins), (session_of(item), sessions)):
            if account:
                by.setdefault((account, role.lower()), set()).add(role)
    return {
        each
        for each in origins.keys() & sessions.keys()
        if not each[1] or len(origins[each] | sessions[each]) > 1
    }


def _is_unsure(statement: Statement, disputed: set[_Origin], *, strict: bool) -> bool:
    """Return whether it is unsure whom a statement excludes.

    If `strict`, a permissions boundary of an excluded principal counts as a doubt.
    """
    out = () if statement.is_allow else statement.principals
    if any(_is_in(each, disputed) for each in (*out, *statement.not_principals)):
        return True
    if statement.is_allow:
        return any(map(is_account, statement.not_principals))
    left = [each for each in statement.not_principals if each.kind == "AWS" and each.text != "*"]
    return bool(left and (strict or not _is_whole(left))) or any(map(is_by_id, _callers(statement)))


def _is_whole(left: Sequence[Principal]) -> bool:
    """Return whether each principal is named with its account, and each account with a principal.

    A session must be named with its role, too.
    """
    accounts = {known_account(each) for each in left if is_account(each)}
    named = {known_account(each) for each in left if not is_account(each)}
    roles = set(map(origin_of, left))
    sessions = {session_of(each) for each in left} - {_NOBODY}
    return accounts == named and all(each in roles for each in sessions if each[1])
