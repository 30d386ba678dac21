"""Finds what cannot be decided about the resources and callers of two compared policies.

A Deny of a role denies the role's sessions too. A Deny of everyone but some names may also deny
these names, depending on which of account, role and session the service compares:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checker.iam.principals import is_by_id, origin_of, session_of
from checker.iam.statement import Principal

if TYPE_CHECKING:
    from checker.iam.statement import Policy, Statement

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
    allows everyone in the wider policy, and nobody in the narrower reference.
    """
    statements = (*policy.statements, *reference.statements)
    named = [each for item in statements for each in _callers(item)]
    disputed = set(map(origin_of, named)) & set(map(session_of, named)) - {_NOBODY}
    unsure = {id(item) for item in statements if _is_unsure(item, disputed)}
    if not unsure:
        return None
    own = {item.content for item in policy.statements}

    def written(of: Policy, *, keep: bool) -> Policy:
        """Return a policy that keeps, of its unsure statements, only the Allows or only the Denies.

        The statements that it keeps are for everyone.
        """
        sure = [item for item in of.statements if id(item) not in unsure]
        widest = [
            replace(item, principals=_EVERYONE, not_principals=())
            for item in of.statements
            if id(item) in unsure and item.is_allow is keep
            if keep or item.content not in own
        ]
        return replace(of, statements=(*sure, *widest), memo={})

    return written(policy, keep=True), written(reference, keep=False)


def _is_about_some(statement: Statement) -> bool:
    """Return whether a statement is about some resources, but not about all."""
    return statement.has_not_resource or any(each.text.strip("*") for each in statement.resources)


def _callers(statement: Statement) -> tuple[Principal, ...]:
    return statement.principals + statement.not_principals


def _is_unsure(statement: Statement, disputed: set[tuple[str, str]]) -> bool:
    """Return whether it is unsure whom a statement excludes."""
    out = statement.not_principals if statement.is_allow else statement.principals
    if any(not disputed.isdisjoint((origin_of(each), session_of(each))) for each in out):
        return True
    if statement.is_allow:
        return False
    left = any(each.kind == "AWS" and each.text != "*" for each in statement.not_principals)
    return left or any(map(is_by_id, _callers(statement)))
