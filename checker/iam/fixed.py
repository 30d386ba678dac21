"""Asks for requests in which no condition of a policy fixes the values of some keys.

A rule that tries one made-up value finds only the patterns that match this value. Whether a key is
fixed is another question: whether every allowed request has, for the key, a value that a condition
names in full (or up to an owner, an account or a list). It is answered by asking for an allowed
request whose value is none of these, or that lacks the key.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from checker.errors import FunctionError
from checker.iam.arn import VARIABLE, fold, value
from checker.iam.conditions import Family, Test, compares, samples, spelling, test
from checker.iam.constraints import PRINCIPAL, Asked, Conjunction, Constraint, Texts
from checker.iam.patterns import Pattern, Undecided, literal, matches, pattern
from checker.iam.pieces import as_names, has_unknown, is_whole, with_value
from checker.iam.principals import AWS, sessions_of
from checker.iam.request import PRINCIPAL_ARN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from checker.iam.statement import Condition, Policy, Statement
    from checker.problems import Route


class Fixing(NamedTuple):
    """How a key must be fixed."""

    fixes: Callable[[Test, str], bool]
    """Returns whether a value of a condition, which has no variables, fixes what it is compared
    with."""
    variables: Callable[[str], bool] = lambda _: False
    """Returns whether a policy variable (its key in lower case) fixes it too."""
    likely: tuple[str, ...] = ()
    """Further texts that may fix it, and that a placeholder may stand for."""
    always: tuple[Pattern, ...] = ()
    """The values that fix it, whether or not a condition names them."""
    every: bool = False
    """Whether every value must be fixed, and a request that lacks the key does not matter."""


Wanted: TypeAlias = Callable[[str], "Fixing | None"]
"""Returns how a key, in lower case, must be fixed; None if it does not matter."""

_TEXTUAL = (Family.TEXT, Family.FOLDED, Family.ARN)
_ACCOUNT = re.compile(r"[0-9]{12}")
_SHARED = frozenset({"", "aws", "cloudfront"})
"""The account part of ARNs that belong to no account; only their resource part fixes anything."""
_ARN_SEGMENTS = 6
_OF_A_SERVICE = "kms:encryptioncontext:"
"""How the keys begin whose ARNs the calling service writes."""
_LIKELY = ("123456789012", "arn:aws:iam::123456789012:root", "name/")
"""Values that a placeholder may have."""
_OF_THE_CALLER = re.compile(r"aws:(?:principal(?:tag/.+|account|orgid|arn)|username|userid)")
"""Variables whose value belongs to the caller, who cannot choose it in a request:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""


def unfixed(policy: Policy, wanted: Wanted, via: Route | None = None) -> tuple[Policy, Asked]:
    """Return the question about requests in which no key is fixed as it is `wanted`.

    It is a question to the returned policy, in which a variable that fixes a key is a name: it
    stands for one value, whatever that is. So is a placeholder of a template. `via` is the Allow
    that must allow the requests.
    """
    if all(wanted(key) is None for key in policy.condition_keys):
        return policy, Asked(via=via)
    sure: dict[str, list[Pattern]] = {}
    perhaps: dict[str, list[Pattern]] = {}
    every: set[str] = set()
    statements = []
    for statement in policy.statements:
        conditions = []
        for written in statement.conditions:
            fixing = wanted(fold(written.key))
            if fixing is None:
                conditions.append(written)
                continue
            condition = _named(written, fixing, variables=statement.variables)
            conditions.append(condition)
            found = sure.setdefault(fold(written.key), [*fixing.always])
            every.update([fold(written.key)] if fixing.every else ())
            for each, is_sure in _fixed(statement, condition, written, fixing):
                (found if is_sure else perhaps.setdefault(fold(written.key), [])).append(each)
        same = conditions == list(statement.conditions)
        statements.append(statement if same else replace(statement, conditions=tuple(conditions)))
    named = replace(policy, statements=tuple(statements), memo={})
    principals = policy.has_principals

    def outside(found: dict[str, list[Pattern]]) -> Conjunction:
        return tuple(
            _outside(key, each, principals=principals, some=key in every)
            for key, each in found.items()
        )

    # beside those that are sure: one value, which may be one of several, is outside all of them
    beside = {key: [*sure[key], *found] for key, found in perhaps.items()}
    return named, Asked(outside(sure), via=via, perhaps=outside(beside))


def _outside(key: str, found: Iterable[Pattern], *, principals: bool, some: bool) -> Constraint:
    """Return the constraint that every value of a key, if it has any, is outside some patterns.

    Or that `some` value is.
    """
    patterns = tuple(dict.fromkeys(found))
    if key == PRINCIPAL_ARN and principals:
        callers = [pattern(each.text, (*AWS, *each.tokens)) for each in patterns]
        sessions = [one for each in patterns if (one := sessions_of(each)) is not None]
        return Constraint(PRINCIPAL, Texts((*callers, *sessions), inside=False))
    return Constraint(key, Texts(patterns, inside=False), some=some)


def _named(condition: Condition, fixing: Fixing, *, variables: bool) -> Condition:
    """Return a condition with names in place of placeholders, and of variables that fix its key.

    Only what is compared as text can be a name.
    """

    def name(found: re.Match[str]) -> str:
        key = fold(found[1].strip())
        return f"<{key}>" if fixing.variables(key) else found[0]

    values = tuple(VARIABLE.sub(name, text) if variables else text for text in condition.values)
    if any(map(has_unknown, values)) and _compares_text(condition):
        values = tuple(as_names(text, variables=variables) for text in values)
    return condition if values == condition.values else replace(condition, values=values)


def _compares_text(condition: Condition) -> bool:
    try:
        return is_textual(test(condition))
    except Undecided:
        return False


def is_textual(asked: Test) -> bool:
    """Return whether a condition compares strings or ARNs."""
    return asked.family in _TEXTUAL


def _fixed(
    statement: Statement, condition: Condition, written: Condition, fixing: Fixing
) -> Iterator[tuple[Pattern, bool]]:
    """Yield the values of a condition that fix its key, as patterns, and whether that is sure.

    It is not sure for a placeholder in a place where a wildcard would have a meaning, and for one
    that fixes the key only with some values.
    """
    try:
        asked = test(condition)
    except Undecided:
        return
    for text, as_written in zip(asked.values, written.values, strict=False):
        ways = _ways(as_written, text, fixing)
        fixes = [fixing.fixes(asked, each) for each in ways]
        wild = asked.than == "Like" and has_unknown(as_written)
        is_sure = all(fixes) and not (wild and not fixing.fixes(asked, with_value(as_written, "*")))
        if (statement.variables and VARIABLE.search(text)) or not any(fixes):
            continue
        if asked.family in _TEXTUAL:
            meant = spelling(asked, text, variables=statement.variables).symbolic
            yield meant, is_sure
        else:
            yield from ((literal(each), True) for each in _samples(statement, asked, text))


def _ways(written: str, text: str, fixing: Fixing) -> list[str]:
    """Return what a value of a condition, which is read as `text`, may be."""
    if not has_unknown(written):
        return [text]
    likely = (*_LIKELY, *fixing.likely)
    return [with_value(written, each) for each in (likely if is_whole(written) else _LIKELY[:1])]


def _samples(statement: Statement, asked: Test, text: str) -> Iterator[str]:
    """Yield the values that represent those which compare to a value of a condition."""
    policy = statement.policy
    conditions = [
        each for s in (policy.statements if policy else [statement]) for each in s.conditions
    ]
    same = [each for each in conditions if fold(each.key) == asked.key]
    try:
        tests = [each for each in map(test, same) if each.family is asked.family]
        for each in samples(asked.family, tests, typed=False):
            if compares(asked, each, text):
                yield each
    except Undecided:
        return


def any_of(names: Iterable[str], fixing: Fixing) -> Wanted:
    """Return that keys must be fixed if one of some patterns matches their name."""
    patterns = [value(fold(each), variables=False, wildcards=True).widest for each in names]
    return lambda key: fixing if any(matches(each, key) for each in patterns) else None


def is_whole_text(asked: Test, text: str) -> bool:
    """Return whether a value of a condition is one value and no pattern."""
    if asked.family is Family.BOOL:
        return True
    return bool(text) and asked.family in _TEXTUAL and not has_wildcards(asked, text)


WHOLLY = Fixing(is_whole_text, lambda key: _OF_THE_CALLER.fullmatch(key) is not None)
"""The whole value must be fixed; it may be one that belongs to the caller."""


def _names_some(asked: Test, text: str) -> bool:
    """Return whether a value is more than wildcards; of a managed policy, whether its name is."""
    if asked.key in _POLICIES:
        return _names_policy(asked, text)
    return asked.family is Family.BOOL or (
        asked.family in _TEXTUAL and (bool(text.strip("*?")) or not has_wildcards(asked, text))
    )


_POLICIES = ("iam:policyarn", "iam:permissionsboundary")
"""The keys that name the managed policy that is attached, or that bounds who it is attached to:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html"""
_ADMINISTRATORS = tuple(
    f"arn:{partition}:iam::aws:policy/{name}"
    for partition in ("aws", "aws-cn", "aws-us-gov")
    for name in ("AdministratorAccess", "IAMFullAccess")
)
"""Managed policies that bound nobody, since who has one may give themselves any other:
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/IAMFullAccess.html"""


def _names_policy(asked: Test, text: str) -> bool:
    """Return whether a value names managed policies in part, and no policy of administrators."""
    if asked.family not in _TEXTUAL:
        return False
    _, found, name = text.partition(":policy/")
    meant = spelling(asked, text, variables=False).widest
    folded = asked.family is Family.FOLDED
    powerful = any(matches(meant, fold(each) if folded else each) for each in _ADMINISTRATORS)
    return bool(found and name.strip("*?/")) and not powerful


NAMED = Fixing(_names_some, WHOLLY.variables)
"""Some part of the value must be fixed, as in a tag `team-*`."""


def fixes_account(asked: Test, text: str) -> bool:
    """Return whether a value fixes the account of an ARN, or an account by its number.

    An ARN without an account must have a fixed name. A wildcard before the account could match
    beyond its segment, unless the operator is one for ARNs, or a service writes the value:
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    """
    if _ACCOUNT.fullmatch(text):
        return asked.family in _TEXTUAL
    parts = text.split(":", _ARN_SEGMENTS - 1)
    if len(parts) < _ARN_SEGMENTS or parts[0] != "arn":
        return False
    *front, account, name = parts
    segmented = asked.family is Family.ARN or asked.key.startswith(_OF_A_SERVICE)
    if not segmented and any(has_wildcards(asked, part) for part in front):
        return False
    fixed = account in _SHARED and bool(name) and not has_wildcards(asked, name)
    return bool(_ACCOUNT.fullmatch(account)) or fixed


ACCOUNT = Fixing(fixes_account)
"""An account must be fixed: the value itself, or that of an ARN."""


def up_to(separator: str) -> Fixing:
    """Return that what stands before the first separator must be fixed, such as an owner.

    Raises `FunctionError` for an empty separator.
    """
    if not separator:
        raise FunctionError("the separator is empty: expected text such as `/`")

    def fixes(asked: Test, text: str) -> bool:
        owner, found, _ = text.partition(separator)
        return (
            bool(found and owner) and asked.family in _TEXTUAL and not has_wildcards(asked, owner)
        )

    return Fixing(fixes)


EVERY = Fixing(_names_some, every=True)
"""Some part of every value must be fixed, as of those of `aws:TagKeys`."""


def among(listed: Iterable[str]) -> Fixing:
    """Return that the value must be one that a list names, in full or by a pattern."""
    patterns = tuple(value(each, variables=False, wildcards=True).widest for each in listed)

    def fixes(asked: Test, text: str) -> bool:
        return is_whole_text(asked, text) and any(matches(each, text) for each in patterns)

    likely = tuple(each.literal or "" for each in patterns)
    return Fixing(fixes, likely=likely, always=patterns)


def has_wildcards(asked: Test, text: str) -> bool:
    """Return whether a value of a condition has wildcards that its operator reads as such."""
    return asked.than == "Like" and ("*" in text or "?" in text)
