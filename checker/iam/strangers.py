"""Finds the principals through which a policy lets in callers of accounts that are not ours.

A caller of another account counts as one of ours only if the policy limits it to an organisation,
or to what one of our accounts asks for. Who else is limited, such as everyone to an address, is
limited as in `checker.iam.public`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from checker.iam.arn import CURRENT_VERSION, fold
from checker.iam.constraints import PRINCIPAL, Asked, Constraint, Texts
from checker.iam.fixed import Fixing, unfixed
from checker.iam.machine import Wild
from checker.iam.patterns import Undecided, pattern
from checker.iam.pieces import segments
from checker.iam.principals import (
    OWN_ACCOUNT,
    account_of,
    is_unknown,
    known_account,
    principal_patterns,
)
from checker.iam.public import CALLERS, DIRECTLY, NO_SERVICE, SOURCES, restricting
from checker.iam.question import actions, allowed
from checker.iam.statement import Policy, Principal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from checker.iam.access import Access
    from checker.iam.conditions import Test
    from checker.iam.fixed import Wanted
    from checker.iam.resources import Resource
    from checker.iam.statement import Statement

_ACCOUNT = re.compile(r"[0-9]{12}")
_ANOTHER = ("000000000000",)
"""An account that a placeholder may stand for and that is nobody's, so that it is never ours."""
_AT = 4
"""The place of the account among the segments of an ARN."""
_WITH_ACCOUNTS = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceowner",
        "aws:sourcevpcarn",
        "aws:userid",
        "aws:vpceaccount",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
    }
)
"""Condition keys whose value is an account, begins with one, or is an ARN that names one.

The user ID of a root user is the account, and that of a federated user begins with it:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html"""
_ELSEWHERE = frozenset(
    {
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:sourceip",
        "aws:sourcevpc",
        "aws:sourcevpcarn",
        "aws:sourcevpce",
        "aws:userid",
        "aws:vpceaccount",
        "aws:vpceorgid",
        "aws:vpceorgpaths",
        "elasticfilesystem:accessedviamounttarget",
    }
)
"""Condition keys that limit everyone, but not whom a policy names: a stranger who comes from one
network is still a stranger."""
_SOURCES = SOURCES | {"aws:sourceowner"}
_SERVICES = (pattern("Service:*", (*"Service:", Wild.ANY, Wild.STAR)),)
_BY_SERVICE: dict[str, tuple[str, ...]] = {"aws:principalisawsservice": ("true",)}


def strangers(statement: Statement, ours: Sequence[str]) -> tuple[Principal, ...]:
    """Return the principals through which an Allow, after all Denies, lets in other accounts.

    A service counts if a condition says on whose behalf it calls, and that may be another account.
    An Allow with NotPrincipal has one principal, which is everyone. Raises `Undecided`.
    """
    policy = statement.policy or Policy(CURRENT_VERSION, (statement,))
    asked = Asked(actions(statement.asked), via=statement.route)
    return tuple(
        each
        for each in _principals(statement)
        if _lets_in(policy, each, ours, asked) or _serves(policy, each, ours, asked)
    )


def strangers_by(found: Access, statement: Statement, ours: Sequence[str]) -> tuple[Principal, ...]:
    """Return the principals by whom an Allow lets strangers use a resource, after all Denies.

    Everyone is a stranger but the account that owns the resource, and ours. The ARN of the resource
    says who owns it, or another ARN of the policy. If none does, and we say of no account that it
    is ours, it is the first account to which the policy gives the access. Raises `Undecided`.
    """
    sets = [(each, _owners(found, each, ours)) for each in found.by(statement)]
    return tuple(
        each
        for each in _principals(statement)
        if any(_uses(found, statement, each, item, owners) for item, owners in sets)
    )


def _uses(
    found: Access, statement: Statement, who: Principal, what: Resource, owners: Collection[str]
) -> bool:
    asked = found.on(what, found.asked)._replace(via=statement.route)
    return _lets_in(found.policy, who, owners, asked)


def _principals(statement: Statement) -> tuple[Principal, ...]:
    if not statement.is_allow or not statement.has_principal:
        return ()
    if statement.principals:
        return statement.principals
    return (Principal("*", "*", (*statement.route, "NotPrincipal")),)


def _lets_in(policy: Policy, who: Principal, ours: Collection[str], asked: Asked) -> bool:
    """Return whether a policy allows what is asked to a caller of none of our accounts."""
    everyone = who.is_everyone
    given = dict(NO_SERVICE if everyone else DIRECTLY)
    constraints = asked.constraints
    if everyone:
        constraints += (Constraint(PRINCIPAL, Texts(CALLERS)),)
        policy = _excepting(policy, lambda account: account not in ours)
    else:
        account = _account(who)
        if (not account and who.kind != "CanonicalUser") or _is_ours(who, account, ours):
            return False
        if account:
            given |= {"aws:principalaccount": (account,), "kms:calleraccount": (account,)}
            policy = _excepting(policy, lambda each: each == account)
        constraints += (Constraint(PRINCIPAL, Texts(principal_patterns(who))),)
    named, open_ = unfixed(policy, _limiting(ours, everyone=everyone), via=asked.via)
    return allowed(named, _both(asked, open_, constraints), given) is not None


def _excepting(policy: Policy, matters: Callable[[str], bool]) -> Policy:
    """Return what a policy means for callers of accounts that matter.

    Whom a NotPrincipal names of other accounts is none of them. Without these names, the question
    whether a role's session is named too does not arise.
    """
    if not any(each.not_principals for each in policy.statements):
        return policy
    statements = []
    for each in policy.statements:
        names = tuple(
            item
            for item in each.not_principals
            if not known_account(item) or matters(known_account(item))
        )
        if each.not_principals and not names:
            everyone = (Principal("*", "*", ()),)
            statements.append(replace(each, principals=everyone, not_principals=()))
        else:
            statements.append(replace(each, not_principals=names))
    return replace(policy, statements=tuple(statements), memo={})


def _serves(policy: Policy, who: Principal, ours: Collection[str], asked: Asked) -> bool:
    """Return whether a service must say on whose behalf it calls, and that may be a stranger.

    Everyone includes every service. A service that need not say it is one that
    `checker.iam.deputies` finds.
    """
    used = tuple(key for key in policy.condition_keys if key in _SOURCES)
    if not used or not (who.kind == "Service" or who.is_everyone):
        return False
    callers = _SERVICES if who.is_everyone else principal_patterns(who)
    constraints = (*asked.constraints, Constraint(PRINCIPAL, Texts(callers)))
    silent = {**_BY_SERVICE, **dict.fromkeys(used, ())}
    if allowed(policy, asked._replace(constraints=constraints), silent) is not None:
        return False
    limiting = _limiting(ours, everyone=True)
    named, open_ = unfixed(
        policy, lambda key: limiting(key) if key in _SOURCES else None, via=asked.via
    )
    return allowed(named, _both(asked, open_, constraints), _BY_SERVICE) is not None


def _both(asked: Asked, open_: Asked, constraints: tuple[Constraint, ...]) -> Asked:
    return asked._replace(
        constraints=constraints + open_.constraints, perhaps=asked.perhaps + open_.perhaps
    )


def _limiting(ours: Collection[str], *, everyone: bool) -> Wanted:
    """Return how keys must be fixed to limit callers to our accounts, or to an organisation."""

    def wanted(key: str) -> Fixing | None:
        limit = restricting(key)
        if limit is None or (not everyone and key in _ELSEWHERE):
            return None
        if key not in _WITH_ACCOUNTS:
            return limit

        def fixes(asked: Test, text: str) -> bool:
            account = _account_in(text)
            return limit.fixes(asked, text) and (not account or account in ours)

        return Fixing(fixes, limit.variables, likely=_ANOTHER)

    return wanted


def _account_in(text: str) -> str:
    """Return the account of an ARN, or that a text begins with; empty if there is none."""
    if _ACCOUNT.fullmatch(text.partition(":")[0]):
        return text.partition(":")[0]
    parts = segments(text)
    found = parts[_AT] if len(parts) > _AT else ""
    return found if _ACCOUNT.fullmatch(found) or _is_placeholder(found) else ""


def _is_placeholder(text: str) -> bool:
    return text.startswith("${") and text.find("}") == len(text) - 1


def _account(who: Principal) -> str:
    """Return the account of a principal, or the placeholder in its place; empty if it has none."""
    if who.kind == "AWS" and is_unknown(who) and _is_placeholder(_account_in(who.text)):
        return _account_in(who.text)
    return account_of(who)


def _is_ours(who: Principal, account: str, ours: Collection[str]) -> bool:
    """Return whether an account is one of ours; raises `Undecided` if a placeholder may be it."""
    if account in ours or account == OWN_ACCOUNT:
        return True
    for each in (account, *ours):
        if _is_placeholder(each):
            raise Undecided(
                f"cannot decide whose account `{who.text[:200]}` is of: `{each}` is a placeholder "
                "of a template; render the template before checking",
                (each, who.route),
            )
    return False


def _owners(found: Access, item: Resource, ours: Sequence[str]) -> tuple[str, ...]:
    """Return the accounts that are no strangers to a resource."""
    told = [_account_in(item.text)]
    if not told[0]:
        told = list(dict.fromkeys(_named_by_resources(found.policy)))
    if any(told):
        return (*filter(None, told), *ours)
    return tuple(ours) or _presumed(found)


def _named_by_resources(policy: Policy) -> Iterator[str]:
    for statement in policy.statements:
        for entry in (*statement.resources, *statement.not_resources):
            if account := _account_in(entry.text):
                yield account


def _presumed(found: Access) -> tuple[str, ...]:
    """Return the first account to which a policy gives access; else one that it limits access to.

    If it limits access to no single account, it is the first one of its conditions.
    """
    policy, key = found.policy, (_presumed, found.asked, found.limits)
    if key not in policy.memo:
        policy.memo[key] = next(_with_access(found), ()) or next(_asked_for(found), ())
    memo: object = policy.memo[key]
    return memo if isinstance(memo, tuple) else ()


def _with_access(found: Access) -> Iterator[tuple[str, ...]]:
    asked = Asked(actions(found.asked) + found.required, perhaps=found.perhaps)
    for statement in found.statements:
        for who in statement.principals:
            if who.kind == "AWS" and not who.is_everyone and (account := _account(who)):
                via = asked._replace(via=statement.route)
                if _is_placeholder(account) or _lets_in(found.policy, who, (), via):
                    yield (account,)


def _asked_for(found: Access) -> Iterator[tuple[str, ...]]:
    named = dict.fromkeys(
        account
        for statement in found.policy.statements
        for condition in statement.conditions
        if fold(condition.key) in _WITH_ACCOUNTS
        for account in map(_account_in, condition.values)
        if account
    )
    asked = Asked(actions(found.asked) + found.required, perhaps=found.perhaps)
    for account in named:
        if not any(
            _lets_in(found.policy, who, (account,), asked._replace(via=statement.route))
            for statement in found.statements
            for who in _principals(statement)
        ):
            yield (account,)
    yield from ((account,) for account in named)
