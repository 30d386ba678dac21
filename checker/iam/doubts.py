"""Two policies in; whether what they say of resources and of callers leaves a doubt, out.

A Deny of a role is one of its sessions too, and a Deny of all but some names may be one of these
names, by which of account, role and session the service looks at:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checker.iam.principals import origin_of, session_of
from checker.iam.statement import Principal

if TYPE_CHECKING:
    from checker.iam.statement import Policy, Statement

_NOBODY = ("", "")
_EVERYONE = (Principal("*", "*", ()),)


def about_resources(policy: Policy, reference: Policy) -> bool:
    """Tell whether some statements name no resources, and others name some that may be the same."""
    statements = (*policy.statements, *reference.statements)
    attached = any(not item.has_resource and not item.has_not_resource for item in statements)
    return attached and any(map(_names_resources, statements))


def without_unsure_denies(policy: Policy, reference: Policy) -> tuple[Policy, Policy] | None:
    """Return two policies that differ by what two may differ by at most; None if nothing is unsure.

    A Deny of which it is unsure whom it keeps out may keep out nobody; one that only the reference
    has may keep out everyone. One that both have is the same in both, whatever it is.
    """
    statements = (*policy.statements, *reference.statements)
    named = [each for item in statements for each in _callers(item)]
    disputed = set(map(origin_of, named)) & set(map(session_of, named)) - {_NOBODY}

    def is_unsure(item: Statement) -> bool:
        return not item.is_allow and _is_unsure(item, disputed)

    if not any(map(is_unsure, statements)):
        return None
    own = {item.content for item in policy.statements}
    sure = [
        tuple(item for item in each.statements if not is_unsure(item))
        for each in (policy, reference)
    ]
    widest = tuple(
        replace(item, principals=_EVERYONE, not_principals=())
        for item in reference.statements
        if is_unsure(item) and item.content not in own
    )
    return (
        replace(policy, statements=sure[0], memo={}),
        replace(reference, statements=sure[1] + widest, memo={}),
    )


def _names_resources(statement: Statement) -> bool:
    return statement.has_not_resource or any(each.text.strip("*") for each in statement.resources)


def _callers(statement: Statement) -> tuple[Principal, ...]:
    return statement.principals + statement.not_principals


def _is_unsure(statement: Statement, disputed: set[tuple[str, str]]) -> bool:
    if any(item.kind == "AWS" and not item.is_everyone for item in statement.not_principals):
        return True
    return any(not disputed.isdisjoint((origin_of(i), session_of(i))) for i in statement.principals)
