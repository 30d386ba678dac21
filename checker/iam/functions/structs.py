"""Declares the types of policies and of their parts, with their fields."""

from __future__ import annotations

from checker.cel.env import Field, Struct
from checker.cel.types import BOOL, STRING, list_of
from checker.iam import public, resources, unlimited
from checker.iam.arn import fold
from checker.iam.asked import PUBLIC, note
from checker.iam.deputies import deputies
from checker.iam.functions.samples import (
    CONDITION,
    ENTRY,
    FINDING,
    POLICY,
    PRINCIPAL,
    RESOURCE,
    STATEMENT,
)
from checker.iam.statement import Policy, Statement
from checker.iam.validation import Finding, findings


def _findings(policy: Policy) -> list[Finding]:
    note((), (("findings",),))
    return list(findings(policy))


def _public_statements(policy: Policy) -> list[Statement]:
    return [each for each in policy.statements if _is_public(each)]


def _is_public(statement: Statement) -> bool:
    if found := public.is_public(statement):
        note(("*",), (PUBLIC,), statement.route)
    return found


def _is_confused_deputy(statement: Statement) -> bool:
    if found := bool(deputies(statement)):
        note(("*",), (("deputy",),), statement.route)
    return found


def _is_unlimited(statement: Statement) -> bool:
    if found := unlimited.is_unlimited(statement):
        note(("*",), (), statement.route)
    return found


def _services_on_all(statement: Statement) -> list[str]:
    found = unlimited.services_on_all(statement)
    if found:
        note(tuple(f"{each}:*" for each in found), (), statement.route, whole=True)
    return list(found)


def _whole_services(statement: Statement) -> list[str]:
    found = unlimited.whole_services(statement)
    if found:
        note(tuple(f"{each}:*" for each in found), (), statement.route, whole=True)
    return list(found)


_POLICY = Struct(
    POLICY,
    Policy,
    (
        Field(
            "version",
            STRING,
            lambda p: p.version,
            "The Version element, or empty if it is absent.",
            example='policy.version == "2012-10-17"',
        ),
        Field(
            "type",
            STRING,
            lambda p: str(p.type),
            "`identity`, `resource` or `trust`, by its elements unless its kind says which; `scp`, "
            "`rcp`, `boundary` or `endpoint` only by its kind.",
            example='policy.type == "resource"',
        ),
        Field(
            "statements",
            list_of(STATEMENT),
            lambda p: list(p.statements),
            "All statements.",
            example="policy.statements.size() == 3",
        ),
        Field(
            "conditionKeys",
            list_of(STRING),
            lambda p: list(p.condition_keys),
            "The condition keys that its statements use, in lower case.",
            example='policy.conditionKeys == ["aws:securetransport"]',
        ),
        Field(
            "services",
            list_of(STRING),
            lambda p: list(p.services),
            "The services that its Allow statements name, by an action or by an ARN.",
            example='policy.services == ["s3"]',
        ),
        Field(
            "publicStatements",
            list_of(STATEMENT),
            _public_statements,
            "The statements that allow strangers something, after all Denies.",
            example="policy.publicStatements.size() == 0",
        ),
        Field(
            "findings",
            list_of(FINDING),
            _findings,
            "What is wrong with it, with the codes of IAM Access Analyzer.",
            example='policy.findings.exists(f, f.code == "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL")',
        ),
    ),
    "An IAM policy in normalised form: an element that may be one value or a list is a list.",
)

_STATEMENT = Struct(
    STATEMENT,
    Statement,
    (
        Field(
            "sid",
            STRING,
            lambda s: s.sid,
            "The Sid element, or empty if it is absent.",
            example='policy.statements[0].sid == "Read"',
        ),
        Field(
            "effect",
            STRING,
            lambda s: s.effect,
            "`Allow` or `Deny`.",
            example='policy.statements[1].effect == "Deny"',
        ),
        Field(
            "actions",
            list_of(ENTRY),
            lambda s: list(s.actions),
            "The entries of Action.",
            example='policy.statements[0].actions[1].text == "s3:List*"',
        ),
        Field(
            "notActions",
            list_of(ENTRY),
            lambda s: list(s.not_actions),
            "The entries of NotAction.",
            example="policy.statements.all(s, s.notActions.size() == 0)",
        ),
        Field(
            "resources",
            list_of(RESOURCE),
            lambda s: list(resources.resources(s)),
            "The resources that it is about: one for each entry of Resource, or a single one for "
            "NotResource or for neither element.",
            example="policy.statements.map(s, s.resources.size()) == [2, 1, 1]",
        ),
        Field(
            "notResources",
            list_of(ENTRY),
            lambda s: list(s.not_resources),
            "The entries of NotResource.",
            example='policy.statements[1].notResources[0].text == "arn:aws:s3:::reports"',
        ),
        Field(
            "principals",
            list_of(PRINCIPAL),
            lambda s: list(s.principals),
            "The entries of Principal.",
            example='policy.statements[0].principals[0].account == "111122223333"',
        ),
        Field(
            "notPrincipals",
            list_of(PRINCIPAL),
            lambda s: list(s.not_principals),
            "The entries of NotPrincipal.",
            example="policy.statements.all(s, s.notPrincipals.size() == 0)",
        ),
        Field(
            "conditions",
            list_of(CONDITION),
            lambda s: list(s.conditions),
            "The conditions, one for each operator and key.",
            example='policy.statements[0].conditions.exists(c, c.key == "aws:SecureTransport")',
        ),
        Field(
            "conditionKeys",
            list_of(STRING),
            lambda s: list(dict.fromkeys(fold(c.key) for c in s.conditions)),
            "The condition keys that it uses, in lower case.",
            example='policy.statements[0].conditionKeys == ["aws:securetransport"]',
        ),
        Field(
            "wholeServices",
            list_of(STRING),
            _whole_services,
            "The services of which an Allow names every action; for `*` and NotAction, those of "
            "ARNs in Resource.",
            example="policy.statements[0].wholeServices.size() == 0",
        ),
        Field(
            "servicesOnAll",
            list_of(STRING),
            _services_on_all,
            "The services of which an Allow names every action and, after all Denies, grants all "
            "but some on all resources of some type: what nobody names, and at least half of what "
            "is beyond reading.",
            example="policy.statements[0].servicesOnAll.size() == 0",
        ),
        Field(
            "isPublic",
            BOOL,
            _is_public,
            "Whether it allows everyone, and no condition of the policy restricts the caller.",
            example="policy.statements.all(s, !s.isPublic)",
        ),
        Field(
            "isConfusedDeputy",
            BOOL,
            _is_confused_deputy,
            "Whether it allows a service, and no condition of the policy says on whose behalf.",
            example="policy.statements[2].isConfusedDeputy",
        ),
        Field(
            "allowsOtherServices",
            BOOL,
            unlimited.allows_other_services,
            "Whether it allows, after all Denies, actions of services that nobody names.",
            example="policy.statements.all(s, !s.allowsOtherServices)",
        ),
        Field(
            "isUnlimited",
            BOOL,
            _is_unlimited,
            "Whether it allows everything, after all Denies, but what the policy names as an "
            "exception: actions and resources that nobody names, those of IAM included.",
            example="policy.statements.all(s, !s.isUnlimited)",
        ),
        Field(
            "hasPrincipal",
            BOOL,
            lambda s: s.has_principal,
            "Whether it has a Principal or NotPrincipal element.",
            example="policy.statements.all(s, s.hasPrincipal)",
        ),
    ),
    "One statement of a policy.",
)

OWN_STRUCTS: tuple[Struct, ...] = (_POLICY, _STATEMENT)
"""The types of a policy and of its statements, with their fields."""
