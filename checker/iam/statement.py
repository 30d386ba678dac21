"""Normalises an IAM policy: elements with several values become lists, and values keep places.

The grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, cast

from checker.iam.arn import CURRENT_VERSION, fold
from checker.iam.patterns import Undecided

if TYPE_CHECKING:
    from collections.abc import Iterable

    from checker.problems import Json, Route

_SERVICE = 2
"""The place of the service among the segments of an ARN."""
_ACTIONS_OF = {"vpc-lattice": "vpc-lattice-svcs"}
"""By the service in an ARN: the prefix of the actions in policies of such resources, where it is
another one: https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html"""
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}?")
"""Principals cannot have policy variables, so any `${…}` in one is a template placeholder."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An action or a resource as it is written, with its place."""

    text: str
    route: Route


@dataclass(frozen=True, slots=True)
class Principal:
    """A principal; `kind` is AWS, Service, Federated or CanonicalUser, or `*` for everyone."""

    kind: str
    text: str
    route: Route

    @property
    def is_everyone(self) -> bool:
        """Whether it means everyone: `"*"` and `{"AWS": "*"}` mean the same.

        Raises `Undecided` for a template placeholder that may stand for that.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
        """
        if self.kind not in ("*", "AWS"):
            return False
        if "${" in self.text and not _PLACEHOLDER.sub("", self.text).strip("*"):
            raise Undecided(
                f"cannot decide whom `{self.text[:200]}` means: it is a placeholder of a template; "
                "render the template before checking",
                (self.text.strip("*"), self.route),
            )
        return self.text == "*"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition: an operator, a key, and the values to compare with."""

    operator: str
    key: str
    values: tuple[str, ...]
    route: Route


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement; an absent element is empty, and its `has_…` is false."""

    sid: str
    effect: str
    actions: tuple[Entry, ...]
    not_actions: tuple[Entry, ...]
    resources: tuple[Entry, ...]
    not_resources: tuple[Entry, ...]
    principals: tuple[Principal, ...]
    not_principals: tuple[Principal, ...]
    conditions: tuple[Condition, ...]
    has_sid: bool
    has_not_action: bool
    has_resource: bool
    has_not_resource: bool
    has_condition: bool
    has_principal: bool
    """Whether there is a Principal or NotPrincipal element."""
    variables: bool
    """Whether the policy's version has policy variables."""
    route: Route
    policy: Policy | None = field(default=None, compare=False, repr=False)
    """The policy that it is part of; None if it stands alone."""
    asked: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """The actions that a question is about; empty if it is about all of them."""

    @property
    def is_allow(self) -> bool:
        """Whether the statement is an Allow; otherwise it is a Deny."""
        return self.effect == "Allow"

    @property
    def names_resources(self) -> bool:
        """Whether there is a Resource or NotResource element.

        Without one, the statement is about the resource that the policy is attached to.
        """
        return self.has_resource or self.has_not_resource

    @property
    def content(self) -> object:
        """A value that is equal for statements with the same effect and the same entries."""
        entries = (self.actions, self.not_actions, self.resources, self.not_resources)
        principals = (self.principals, self.not_principals)
        return (
            tuple(frozenset(item.text for item in each) for each in entries),
            tuple(frozenset((item.kind, item.text) for item in each) for each in principals),
            frozenset((each.operator, each.key, each.values) for each in self.conditions),
            (self.effect, self.has_not_action, self.variables),
            (self.has_resource, self.has_not_resource, self.has_principal),
        )

    @property
    def is_for_everyone(self) -> bool:
        """Whether the statement's Principal, if it has one, means everyone; raises `Undecided`."""
        return not self.has_principal or has_everyone(self.principals)


def has_everyone(principals: Iterable[Principal]) -> bool:
    """Return whether one of some principals means everyone; raises `Undecided` if one only may."""
    doubt: Undecided | None = None
    for item in principals:
        try:
            if item.is_everyone:
                return True
        except Undecided as why:
            doubt = why
    if doubt is not None:
        raise doubt
    return False


class PolicyType(StrEnum):
    """The type of a policy, which decides what it means and which elements it may have.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html
    """

    IDENTITY = "identity"
    RESOURCE = "resource"
    TRUST = "trust"
    SCP = "scp"
    RCP = "rcp"
    BOUNDARY = "boundary"
    """A permissions boundary of a user or role."""
    ENDPOINT = "endpoint"
    """The policy of a VPC endpoint."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy in its normalised form."""

    version: str
    statements: tuple[Statement, ...]
    type: PolicyType = PolicyType.IDENTITY
    data: Json = field(default=None, compare=False, repr=False)
    """The policy as it was read."""
    route: Route = ()
    memo: dict[object, object] = field(default_factory=dict, compare=False, repr=False)
    """Answers that were computed before, by question."""

    @property
    def condition_keys(self) -> tuple[str, ...]:
        """The condition keys that its statements use, in lower case, each once."""
        if "condition keys" not in self.memo:
            keys = (fold(each.key) for item in self.statements for each in item.conditions)
            self.memo["condition keys"] = tuple(dict.fromkeys(keys))
        return cast("tuple[str, ...]", self.memo["condition keys"])

    @property
    def services(self) -> tuple[str, ...]:
        """The services that it allows something by name or by an ARN, in lower case, each once.

        What a Deny denies may have nothing to do with what the policy is attached to; what a Deny
        leaves allowed, by NotAction or NotResource, has.
        """
        named: dict[str, None] = {}
        for each in self.statements:
            for entry in (*(each.actions if each.is_allow else ()), *each.not_actions):
                named[fold(entry.text.partition(":")[0])] = None
            for entry in (*(each.resources if each.is_allow else ()), *each.not_resources):
                service = fold("".join(entry.text.split(":")[_SERVICE : _SERVICE + 1]))
                named[_ACTIONS_OF.get(service, service)] = None
        return tuple(text for text in named if text and not set(text) & set("*?$"))

    @property
    def has_principals(self) -> bool:
        """Whether any statement has a Principal or NotPrincipal element."""
        return any(item.has_principal for item in self.statements)


def policy(data: dict[str, Json], kind: PolicyType | None = None) -> Policy:
    """Return a policy in its normalised form, with the place of every part.

    `data` must conform to the schema of IAM policies. Without a `kind`, a policy with principals
    is a trust policy if it is only about actions of STS and names no resources, and a resource
    policy otherwise. A policy without principals is an identity policy. The policies of
    organisations look like one of these, so only `kind` can tell.

    Places distinguish a single value from a list: `("Statement", 2, "Action")` is the place of a
    string, and `("Statement", 2, "Action", 0)` that of a list's first item.
    """
    version = data.get("Version", "")
    text = version if isinstance(version, str) else ""
    variables = text == CURRENT_VERSION
    statements = tuple(
        _statement(item, route, variables=variables)
        for item, route in _items(data.get("Statement", []), ("Statement",))
        if isinstance(item, dict)
    )
    made = Policy(text, statements, kind or _type(statements), data)
    for item in statements:
        object.__setattr__(item, "policy", made)  # each of the two needs the other
    return made


def _type(statements: tuple[Statement, ...]) -> PolicyType:
    if not any(item.has_principal for item in statements):
        return PolicyType.IDENTITY
    if any(item.names_resources for item in statements):
        return PolicyType.RESOURCE
    named = [e.text for item in statements for e in (*item.actions, *item.not_actions)]
    issuers = any(each.kind == "Federated" for item in statements for each in item.principals)
    of_sts = named and all(text.lower().startswith("sts:") for text in named)
    return PolicyType.TRUST if issuers or of_sts else PolicyType.RESOURCE


def _statement(data: dict[str, Json], route: Route, *, variables: bool) -> Statement:
    return Statement(
        sid=str(data.get("Sid", "")),
        effect=str(data.get("Effect", "")),
        actions=_entries(data, "Action", route),
        not_actions=_entries(data, "NotAction", route),
        resources=_entries(data, "Resource", route),
        not_resources=_entries(data, "NotResource", route),
        principals=_principals(data, "Principal", route),
        not_principals=_principals(data, "NotPrincipal", route),
        conditions=_conditions(data, route),
        has_sid="Sid" in data,
        has_not_action="NotAction" in data,
        has_resource="Resource" in data,
        has_not_resource="NotResource" in data,
        has_condition="Condition" in data,
        has_principal="Principal" in data or "NotPrincipal" in data,
        variables=variables,
        route=route,
    )


def _items(value: Json, route: Route) -> list[tuple[Json, Route]]:
    if isinstance(value, list):
        return [(item, (*route, index)) for index, item in enumerate(value)]
    return [(value, route)]


def _entries(data: dict[str, Json], name: str, route: Route) -> tuple[Entry, ...]:
    value = data.get(name)
    if value is None:
        return ()
    here = (*route, name)
    if not isinstance(value, list):
        return (Entry(_text(value), here),)
    return tuple([Entry(_text(item), (*here, index)) for index, item in enumerate(value)])


def _principals(data: dict[str, Json], name: str, route: Route) -> tuple[Principal, ...]:
    value = data.get(name)
    if value is None:
        return ()
    here = (*route, name)
    if not isinstance(value, dict):
        return tuple(Principal("*", _text(item), at) for item, at in _items(value, here))
    return tuple(
        Principal(kind, _text(item), at)
        for kind, items in value.items()
        for item, at in _items(items, (*here, kind))
    )


def _conditions(data: dict[str, Json], route: Route) -> tuple[Condition, ...]:
    blocks = data.get("Condition")
    if not isinstance(blocks, dict):
        return ()
    here = (*route, "Condition")
    return tuple(
        Condition(
            _operator(operator),
            key,
            tuple(_text(item) for item in (value if isinstance(value, list) else [value])),
            (*here, operator, key),
        )
        for operator, block in blocks.items()
        if isinstance(block, dict)
        for key, value in block.items()
    )


def _operator(written: str) -> str:
    """Return an operator in AWS's own spelling, because IAM ignores its case."""
    qualifier, colon, name = written.rpartition(":")
    suffix = "IfExists" if name.lower().endswith("ifexists") else ""
    name = name[: len(name) - len(suffix)]
    return (
        _QUALIFIERS.get(qualifier.lower(), qualifier)
        + colon
        + _OPERATORS.get(name.lower(), name)
        + suffix
    )


_QUALIFIERS = {name.lower(): name for name in ("ForAllValues", "ForAnyValue")}
_NAMES = (
    "StringEquals StringNotEquals StringEqualsIgnoreCase StringNotEqualsIgnoreCase StringLike "
    "StringNotLike NumericEquals NumericNotEquals NumericLessThan NumericLessThanEquals "
    "NumericGreaterThan NumericGreaterThanEquals DateEquals DateNotEquals DateLessThan "
    "DateLessThanEquals DateGreaterThan DateGreaterThanEquals Bool BinaryEquals IpAddress "
    "NotIpAddress ArnEquals ArnLike ArnNotEquals ArnNotLike Null"
)
_OPERATORS = {name.lower(): name for name in _NAMES.split()}
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)
