"""Finds the statements of a policy that give everyone access to a resource.

Which conditions restrict "everyone" follows two lists of AWS: the meaning of "public" in S3,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
(section "Bucket policies"), and the keys by which IAM Access Analyzer filters external access,
https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-filter-keys.html
"""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from checker.iam.arn import fold
from checker.iam.conditions import Family
from checker.iam.confines import policy_of
from checker.iam.constraints import PRINCIPAL, Asked, Constraint, Texts
from checker.iam.fixed import ACCOUNT, Fixing, Wanted, has_wildcards, unfixed, up_to
from checker.iam.machine import Wild
from checker.iam.patterns import Undecided, literal, pattern
from checker.iam.principals import principal_patterns
from checker.iam.question import allowed
from checker.iam.statement import Principal, has_everyone

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from checker.iam.conditions import Test
    from checker.iam.constraints import Conjunction
    from checker.iam.patterns import Pattern
    from checker.iam.request import Request
    from checker.iam.statement import Policy, Statement

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
    "aws:principalaccount": "aws:resourceaccount",
    "aws:principalorgid": "aws:resourceorgid",
    "aws:sourceaccount": "aws:resourceaccount",
    "aws:sourceorgid": "aws:resourceorgid",
}
"""By key: the variable that stands for the resource's own account or organisation."""
_ADDRESS = "aws:sourceip"
_MOUNTED = "elasticfilesystem:accessedviamounttarget"
"""The key that limits callers to the networks in which a file system has mount targets:
https://docs.aws.amazon.com/efs/latest/ug/access-control-block-public-access.html"""

_WIDEST = {4: 8, 6: 32}
"""By IP version: the shortest prefix of an address range that S3 does not call public."""
_MOST = {4: 1 << 28, 6: 1 << 100}
"""By IP version: the most addresses that all ranges together may have; our own bound, which is a
sixteenth of all IPv4 addresses."""
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
"""IPv4-mapped IPv6 addresses: https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.2"""
_ALL_IPV4 = (1 << 32) - 1
CALLERS = tuple(
    pattern(f"{kind}:*", (*kind, ":", Wild.ANY, Wild.STAR)) for kind in ("AWS", "Federated")
)
"""The callers that are no service: those with an ARN, and those without one."""
_WITHOUT_ARN = CALLERS[1:]
_ANYTHING = Asked()
_SERVICE = {"aws:principalisawsservice": ("true",)}
_UNSIGNED: dict[str, tuple[str, ...]] = {
    "aws:principalisawsservice": (),
    "aws:principalarn": (),
    "aws:viaawsservice": ("false",),
}
"""What requests of anonymous users lack, because these keys are in all signed requests, and the key
that is in every request:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""
DIRECTLY = {"aws:principalisawsservice": ("false",)}
"""The caller is no service."""
NO_SERVICE = {**DIRECTLY, "aws:viaawsservice": ("false",)}
"""No service calls, neither by itself nor for a caller. Denies that spare both are those of data
perimeters: https://github.com/aws-samples/data-perimeter-policy-examples"""


def is_public(statement: Statement) -> bool:
    """Return whether a policy allows a stranger something by an Allow for everyone.

    `"*"`, `{"AWS": "*"}` and NotPrincipal mean everyone. A stranger is a caller in AWS that the
    policy does not name, and in whose request no condition key that restricts callers has one of
    the fixed values that the policy compares it to. All Denies of the policy count. Raises
    `Undecided`.
    """
    if not statement.is_allow:
        return False
    memo = policy_of(statement).memo
    key = (is_public, statement.route)
    if key not in memo:
        memo[key] = public_request(statement) is not None
    return memo[key] is True


def public_request(statement: Statement, wanted: Asked = _ANYTHING) -> Request | None:
    """Return a request by a stranger that an Allow for everyone allows, as `is_public` says.

    It meets the constraints of what is `wanted`. The result is None if there is none. Raises
    `Undecided`.
    """
    if not statement.is_allow:
        return None
    doubt: Undecided | None = None
    try:
        if not statement.not_principals and not has_everyone(statement.principals):
            return None
    except Undecided as why:
        doubt = why
    policy = _without_exceptions(policy_of(statement))
    strangers = (Constraint(PRINCIPAL, Texts(CALLERS)), _unnamed(policy_of(statement)))
    question = _Question(policy, statement, restricting)
    found = question.request(strangers, NO_SERVICE, wanted)
    if found is None and not _UNSIGNED.keys().isdisjoint(policy.condition_keys):
        anonymous = (Constraint(PRINCIPAL, Texts(_WITHOUT_ARN)), *strangers)
        found = question.request(anonymous, _UNSIGNED, wanted)
    if found is None:
        # Services alone, on behalf of anyone; beside other callers, AWS's own examples let them in:
        # https://github.com/aws-samples/data-perimeter-policy-examples
        by_service = question.request((), _SERVICE, wanted)
        others = Asked(wanted.constraints, via=statement.route)
        if by_service is not None and allowed(policy, others, NO_SERVICE) is None:
            found = by_service
    if found is not None and doubt is not None:
        raise doubt
    return found


class _Question:
    """The question whether an Allow may be used by requests in which no key is fixed."""

    def __init__(self, policy: Policy, statement: Statement, wanted: Wanted) -> None:
        self.policy, self.asked = unfixed(policy, wanted, via=statement.route)

    def request(
        self,
        required: Conjunction,
        given: Mapping[str, tuple[str, ...]],
        wanted: Asked = _ANYTHING,
    ) -> Request | None:
        """Return such a request that also meets what is required and wanted, or None."""
        constraints = self.asked.constraints + required + wanted.constraints
        asked = self.asked._replace(constraints=constraints, shown=wanted.shown)
        return allowed(self.policy, asked, given)


def _without_exceptions(policy: Policy) -> Policy:
    """Return a policy with Principal `*` for NotPrincipal, which is the same for strangers.

    A statement about nobody, because it excludes everyone, is gone.
    """
    if not any(each.not_principals for each in policy.statements):
        return policy
    everyone = (Principal("*", "*", ()),)
    statements = (
        replace(each, principals=everyone, not_principals=()) if each.not_principals else each
        for each in policy.statements
        if not has_everyone(each.not_principals)
    )
    return replace(policy, statements=tuple(statements), memo={})


def _unnamed(policy: Policy) -> Constraint:
    """Return the constraint that a caller is none of those that a policy names."""
    named: list[Pattern] = []
    for statement in policy.statements:
        for item in (*statement.principals, *statement.not_principals):
            try:
                if not item.is_everyone:
                    named += principal_patterns(item)
            except Undecided:
                continue  # whoever it is, there are others
    return Constraint(PRINCIPAL, Texts(tuple(named), inside=False))


def restricting(key: str) -> Fixing | None:
    """Return how a condition key must be fixed to restrict the callers."""
    own = _OWN.get(key)
    if key == _ADDRESS:
        return Fixing(_is_narrow_range)
    if key == _MOUNTED:
        return Fixing(lambda *_: False, always=(literal("true"),))
    if key in _PATHS:
        return up_to("/")
    if key in _ARNS:
        return ACCOUNT
    return Fixing(_is_a_name, lambda variable: variable == own) if key in _NAMES else None


def _is_a_name(asked: Test, text: str) -> bool:
    """Return whether a value is one name.

    An empty text is none, and neither is `anonymous`, the user ID of unsigned requests:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    textual = asked.family in (Family.TEXT, Family.FOLDED)
    named = bool(text) and fold(text) != "anonymous"
    return textual and named and not has_wildcards(asked, text)


def _is_narrow_range(asked: Test, _: str) -> bool:
    return asked.family is Family.ADDRESS and _narrow(asked.values)


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
