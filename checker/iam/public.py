"""A statement goes in; whether it opens a resource to everyone comes out.

What confines "everyone" follows the two lists that AWS gives: of S3's meaning of "public",
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
(section "Bucket policies"), and of the keys by which IAM Access Analyzer knows an outside caller,
https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-filter-keys.html
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from checker.iam.arn import fold, resource
from checker.iam.patterns import Undecided

if TYPE_CHECKING:
    from checker.iam.statement import Condition, Statement

_NAMES = frozenset(
    {
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "aws:vpceaccount",
        "aws:vpceorgid",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
    }
)
"""Keys that confine by a whole name, which must hold no wildcard and no variable."""
_PATHS = frozenset({"aws:principalorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths"})
"""Keys that confine by a path, of which the organisation in front must be fixed."""
_ARNS = frozenset({"aws:principalarn", "aws:sourcearn", "s3:dataaccesspointarn"})
"""Keys that confine by an ARN, of which the account must be fixed."""
_ADDRESS = "aws:sourceip"

_STRINGS = frozenset({"StringEquals", "StringEqualsIgnoreCase", "StringLike"})
_ARN_OPERATORS = frozenset({"ArnEquals", "ArnLike"})
_ACCOUNT = re.compile(r"[0-9]{12}|aws|cloudfront")
_WIDEST = {4: 8, 6: 32}
"""The shortest prefix of an address range that S3 does not call public, by IP version."""
_ARN_SEGMENTS = 6


def is_public(statement: Statement) -> bool:
    """Tell whether a statement allows everyone, with no condition that confines the caller.

    Everyone is meant by `"*"`, by `{"AWS": "*"}` and by NotPrincipal. A condition confines if it
    is positive, fails for a missing key (so neither IfExists nor ForAllValues) and all its values
    are fixed. Raises `Undecided` where that depends on a template placeholder.
    """
    if not statement.is_allow:
        return False
    if not statement.not_principals and not any(item.is_everyone for item in statement.principals):
        return False
    if any(_confines(condition) for condition in statement.conditions):
        return False
    for condition in statement.conditions:
        if _kind(condition) is not None:
            for value in condition.values:
                _refuse_placeholder(value, variables=statement.variables)
    return True


def _refuse_placeholder(value: str, *, variables: bool) -> None:
    spelled = resource(value, variables=variables)
    if spelled.placeholder is not None:
        raise Undecided(spelled.doubt())


def _kind(condition: Condition) -> str | None:
    """Return the key, folded, if the operator and the key are such that fixed values confine."""
    operator = condition.operator.removeprefix("ForAnyValue:")
    key = fold(condition.key)
    if key == _ADDRESS:
        return key if operator == "IpAddress" else None
    if operator in _STRINGS and (key in _NAMES or key in _PATHS or key in _ARNS):
        return key
    return key if operator in _ARN_OPERATORS and key in _ARNS else None


def _confines(condition: Condition) -> bool:
    key = _kind(condition)
    if key is None or not condition.values:
        return False
    if key == _ADDRESS:
        return all(map(_narrow, condition.values))
    if key in _ARNS:
        segmented = condition.operator.removeprefix("ForAnyValue:") in _ARN_OPERATORS
        return all(_fixed_account(value, segmented=segmented) for value in condition.values)
    if key in _PATHS:
        heads = [value.partition("/") for value in condition.values]
        return all(slash and _fixed(head) for head, slash, _ in heads)
    return all(map(_fixed, condition.values))


def _fixed(text: str) -> bool:
    """Tell whether a text holds no wildcard and no variable; an empty one fixes nothing."""
    return bool(text) and not any(mark in text for mark in ("*", "?", "${"))


def _fixed_account(text: str, *, segmented: bool) -> bool:
    """Tell whether an ARN pattern fixes an account, or a name where the ARN has no account.

    Unless wildcards stay inside segments, one in front of the account could run over it.
    """
    parts = text.split(":", _ARN_SEGMENTS - 1)
    if len(parts) < _ARN_SEGMENTS or parts[0] != "arn" or "${" in text:
        return False
    *front, account, name = parts
    if not segmented and not all(_fixed(part) or not part for part in front):
        return False
    return bool(_ACCOUNT.fullmatch(account)) or (not account and _fixed(name))


def _narrow(text: str) -> bool:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return network.prefixlen >= _WIDEST[network.version]
