"""Two policies in; whether what they say of resources and of callers leaves a doubt, out.

A Deny of a role is one of its sessions too, and a Deny of all but some names may be one of these
names, by which of account, role and session the service looks at:
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
    """Tell whether some statements name no resources, and others name some that may be the same."""
    statements = (*policy.statements, *reference.statements)
    attached = not all(item.names_resources for item in statements)
    return attached and any(map(_is_about_some, statements))


def widened(policy: Policy, reference: Policy) -> tuple[Policy, Policy] | None:
    """Return two policies that differ by what two may differ by at most; None if nothing is unsure.

    A Deny of which it is unsure whom it keeps out may keep out nobody; one that only the reference
    has may keep out everyone. One that both have is the same in both, whatever it is. An Allow of
    all but some names is for everyone in the policy, and for nobody in the reference.
    """
    statements = (*policy.statements, *reference.statements)
    named = [each for item in statements for each in _callers(item)]
    disputed = set(map(origin_of, named)) & set(map(session_of, named)) - {_NOBODY}
    unsure = {id(item) for item in statements if _is_unsure(item, disputed)}
    if not unsure:
        return None
    own = {item.content for item in policy.statements}

    def written(of: Policy, *, keep: bool) -> Policy:
        """Return a policy where of what is unsure it has only the Allows (`keep`), or Denies."""
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
    """Tell whether a statement is about some resources, and not about whichever there are."""
    return statement.has_not_resource or any(each.text.strip("*") for each in statement.resources)


def _callers(statement: Statement) -> tuple[Principal, ...]:
    return statement.principals + statement.not_principals


def _is_unsure(statement: Statement, disputed: set[tuple[str, str]]) -> bool:
    """Tell whether it is unsure whom a statement keeps out."""
    out = statement.not_principals if statement.is_allow else statement.principals
    if any(not disputed.isdisjoint((origin_of(each), session_of(each))) for each in out):
        return True
    if statement.is_allow:
        return False
    left = any(each.kind == "AWS" and not each.is_everyone for each in statement.not_principals)
    return left or any(map(is_by_id, _callers(statement)))
