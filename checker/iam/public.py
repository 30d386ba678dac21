"""Finds the statements of a policy that give everyone access to a resource.

Which conditions restrict "everyone" follows two lists of AWS: the meaning of "public" in S3,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
(section "Bucket policies"), and the keys by which IAM Access Analyzer filters external access,
https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-filter-keys.html
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from checker.iam.actions import covers_action
from checker.iam.arn import EVERYTHING, action, fold, resource
from checker.iam.patterns import Undecided, covers
from checker.iam.resources import spelled
from checker.iam.statement import has_everyone

if TYPE_CHECKING:
    from collections.abc import Iterable

    from checker.iam.statement import Condition, Policy, Statement

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
"""Keys that restrict callers by a whole name, which must have no wildcard and no variable."""
SOURCES = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"})
"""Keys that say on whose behalf a service calls."""
_PATHS = frozenset({"aws:principalorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths"})
"""Keys that restrict callers by a path, whose first part, the organisation, must be fixed."""
_ARNS = frozenset(
    {"aws:principalarn", "aws:sourcearn", "aws:sourcevpcarn", "s3:dataaccesspointarn"}
)
"""Keys that restrict callers by an ARN, whose account must be fixed."""
_OWN = {
    "aws:principalaccount": "${aws:resourceaccount}",
    "aws:principalorgid": "${aws:resourceorgid}",
    "aws:sourceaccount": "${aws:resourceaccount}",
    "aws:sourceorgid": "${aws:resourceorgid}",
}
"""By key: the variable that stands for the resource's own account or organisation."""
_ADDRESS = "aws:sourceip"

_STRINGS = frozenset({"StringEquals", "StringEqualsIgnoreCase", "StringLike"})
_ARN_OPERATORS = frozenset({"ArnEquals", "ArnLike"})
_ACCOUNT = re.compile(r"[0-9]{12}")
_SHARED = frozenset({"", "aws", "cloudfront"})
"""The account part of ARNs that belong to no account; only their resource part fixes anything."""
_WIDEST = {4: 8, 6: 32}
"""By IP version: the shortest prefix of an address range that S3 does not call public."""
_MOST = {4: 1 << 28, 6: 1 << 100}
"""By IP version: the most addresses that all ranges together may have; our own bound, which is a
sixteenth of all IPv4 addresses."""
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
"""IPv4-mapped IPv6 addresses: https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.2"""
_ALL_IPV4 = (1 << 32) - 1
_ARN_SEGMENTS = 6


def public_statements(policy: Policy) -> tuple[Statement, ...]:
    """Return the statements of a policy that are public and that no Deny blocks.

    A Deny blocks a statement if it covers all of its actions and resources and denies everyone, or
    everyone except the callers that a single negated condition restricts. Raises `Undecided`.
    """
    denies = [item for item in policy.statements if not item.is_allow]
    return tuple(
        item
        for item in policy.statements
        if is_public(item) and not any(_bars(deny, item) for deny in denies)
    )


def _bars(deny: Statement, allow: Statement) -> bool:
    """Return whether a Deny keeps strangers from everything that an Allow gives to everyone."""
    if deny.not_principals or not has_everyone(deny.principals) or len(deny.conditions) > 1:
        return False
    for condition in deny.conditions:
        name = condition.operator.removesuffix("IfExists")
        positive = replace(condition, operator=name.replace("Not", "", 1))
        if ":" in name or "Not" not in name or not _confines(positive, variables=deny.variables):
            return False
    asked = [action("*:*").widest] if allow.has_not_action else []
    asked += [action(entry.text).widest for entry in allow.actions]
    if not all(covers_action(deny, each) is True for each in asked):
        return False
    if not allow.names_resources:
        return not deny.names_resources
    wanted = [EVERYTHING] if allow.has_not_resource else spelled(allow, allow.resources)
    barred = [each.narrowest for each in spelled(deny, deny.resources) if each.narrowest]
    return deny.has_resource and all(covers(barred, each.widest) for each in wanted)


def is_public(statement: Statement) -> bool:
    """Return whether a statement allows everyone, without a condition that restricts the caller.

    `"*"`, `{"AWS": "*"}` and NotPrincipal mean everyone. A condition restricts the caller if it is
    not negated, fails if the key is missing (so it has neither IfExists nor ForAllValues), and has
    only fixed values. Raises `Undecided` if the answer depends on a template placeholder.
    """
    if not statement.is_allow:
        return False
    doubt: Undecided | None = None
    try:
        if not statement.not_principals and not has_everyone(statement.principals):
            return False
    except Undecided as why:
        doubt = why
    if any(_confines(item, variables=statement.variables) for item in statement.conditions):
        return False
    if doubt is not None:
        raise doubt
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
    """Return the key, in lower case, if fixed values of such a condition restrict the caller."""
    operator = condition.operator.removeprefix("ForAnyValue:")
    key = fold(condition.key)
    if key == _ADDRESS:
        return key if operator == "IpAddress" else None
    if operator in _STRINGS and (key in _NAMES or key in _PATHS or key in _ARNS):
        return key
    return key if operator in _ARN_OPERATORS and key in _ARNS else None


def is_confused_deputy(statement: Statement) -> bool:
    """Return whether a statement allows a service that may act on anyone's behalf.

    A condition says on whose behalf only if it is not negated, fails if the key is missing, and
    has only fixed values. Raises `Undecided` if the answer depends on a template placeholder.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    if not statement.is_allow or all(item.kind != "Service" for item in statement.principals):
        return False
    sources = [item for item in statement.conditions if _kind(item) in SOURCES]
    if any(_confines(item, variables=statement.variables) for item in sources):
        return False
    for item in sources:
        for value in item.values:
            _refuse_placeholder(value, variables=statement.variables)
    return True


def _confines(condition: Condition, *, variables: bool) -> bool:
    key = _kind(condition)
    if key is None or not condition.values:
        return False
    if key == _ADDRESS:
        return _narrow(condition.values)
    operator = condition.operator.removeprefix("ForAnyValue:")
    if key in _ARNS:
        segmented = operator in _ARN_OPERATORS
        return all(_fixed_account(value, segmented=segmented) for value in condition.values)
    if key in _PATHS:
        heads = [value.partition("/") for value in condition.values]
        return all(slash and _fixed(head) for head, slash, _ in heads)
    own = {_OWN[key]} if variables and key in _OWN else set()
    plain = operator != "StringLike"
    return all(fold(text) in own or _fixed(text, plain=plain) for text in condition.values)


def _fixed(text: str, *, plain: bool = False) -> bool:
    """Return whether a text has no variable and, unless wildcards are `plain` text, no wildcard.

    An empty text fixes nothing, and neither does `anonymous`, the user ID of unsigned requests:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    wild = not plain and ("*" in text or "?" in text)
    return bool(text) and fold(text) != "anonymous" and "${" not in text and not wild


def _fixed_account(text: str, *, segmented: bool) -> bool:
    """Return whether an ARN pattern fixes an account, or a name if the ARN has no account.

    Unless it is `segmented`, a wildcard before the account could match beyond its segment.
    """
    parts = text.split(":", _ARN_SEGMENTS - 1)
    if len(parts) < _ARN_SEGMENTS or parts[0] != "arn" or "${" in text:
        return False
    *front, account, name = parts
    if not segmented and not all(_fixed(part) or not part for part in front):
        return False
    return bool(_ACCOUNT.fullmatch(account)) or (account in _SHARED and _fixed(name))


def _narrow(texts: Iterable[str]) -> bool:
    """Return whether address ranges, taken together, are none that S3 calls public."""
    found: dict[int, list[Any]] = {4: [], 6: []}
    for text in texts:
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            return False
        found[network.version].append(network)
        if isinstance(network, ipaddress.IPv6Network) and network.overlaps(_MAPPED):
            bits = max(network.prefixlen - _MAPPED.prefixlen, 0)
            address = int(network.network_address) & _ALL_IPV4 if bits else 0
            found[4].append(ipaddress.IPv4Network((address, bits)))
    collapsed = {key: list(ipaddress.collapse_addresses(each)) for key, each in found.items()}
    return all(
        all(network.prefixlen >= _WIDEST[version] for network in networks)
        and sum(network.num_addresses for network in networks) <= _MOST[version]
        for version, networks in collapsed.items()
    )
