"""Declares what a policy means as types and functions of the expression language.

Nothing goes in; `STRUCTS` and `FUNCTIONS` come out. Every example is true of `SAMPLE`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.cel.env import Field, Function, Struct
from checker.cel.errors import FunctionError
from checker.cel.types import BOOL, DYN, STRING, Type, list_of, map_of, optional_of
from checker.cel.values import NONE, Optional
from checker.iam import actions, catalogue, patterns, public, resources
from checker.iam.access import Access, access
from checker.iam.arn import fold, value
from checker.iam.containment import grants_beyond
from checker.iam.principals import account_of
from checker.iam.request import Request, allows
from checker.iam.resources import Resource
from checker.iam.statement import (
    Condition,
    Entry,
    Policy,
    Principal,
    Statement,
    policy,
)
from checker.iam.validation import CODES, Finding, findings, keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from checker.iam.patterns import Pattern
    from checker.source import Json

POLICY = Type("policy")
STATEMENT = Type("statement")
ACCESS = Type("access")
RESOURCE = Type("resource")
ENTRY = Type("action_entry")
PRINCIPAL = Type("principal")
CONDITION = Type("condition")
REQUEST = Type("request")
FINDING = Type("finding")

SAMPLE: dict[str, Json] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Read",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:role/reader"},
            "Action": ["s3:GetObject", "s3:List*"],
            "Resource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "true"}},
        },
        {
            "Sid": "NoSecrets",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "NotResource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/public/*"],
        },
        {
            "Sid": "Deliver",
            "Effect": "Allow",
            "Principal": {"Service": "logs.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::reports/public/*",
        },
    ],
}
"""The policy that all examples are about."""


def _covers_action(statement: Statement, pattern: str) -> bool:
    answer = actions.covers_action(statement, actions.asked(pattern))
    return actions.decided(statement, answer)


def _matches_action(statement: Statement, pattern: str) -> bool:
    answer = actions.matches_action(statement, actions.asked(pattern))
    return actions.decided(statement, answer)


def _actions_of(service: str, levels: Sequence[str]) -> list[str]:
    return list(catalogue.actions_of(service, tuple(levels)))


def _expanded(text: str) -> list[str]:
    return list(catalogue.expanded(text))


def _known(text: str) -> str:
    if not catalogue.exists(text):
        raise FunctionError(f"unknown action `{text}`{catalogue.nearest_action(text)}")
    return text


def _condition_keys(service: str) -> list[str]:
    return list(catalogue.condition_keys(catalogue.known_service(service)))


def _resource_formats(service: str) -> list[str]:
    return list(catalogue.resource_formats(service))


def _request(data: Mapping[str, object]) -> Request:
    """Return a request of a rule: `action` and `resource`, and at will `principal` and `context`.

    Raises FunctionError for anything else.
    """
    unknown = data.keys() - {"action", "resource", "principal", "context"}
    texts = [data.get(name, "") for name in ("action", "resource", "principal")]
    context = data.get("context", {})
    if unknown or not all(isinstance(text, str) for text in texts) or not all(texts[:2]):
        raise FunctionError(
            "a request has texts for `action` and `resource`, and may have one for `principal` "
            "(`AWS:arn:…` or `Service:…`) and a map of condition keys for `context`"
        )
    if not isinstance(context, dict):
        raise FunctionError("the `context` of a request is a map of condition keys to their values")
    values = {
        fold(key): tuple(value) if isinstance(value, list) else (value,)
        for key, value in context.items()
    }
    if not all(isinstance(text, str) for each in values.values() for text in each):
        raise FunctionError("the values of condition keys are texts, or lists of texts")
    name, resource, principal = map(str, texts)
    return Request(name, resource, principal, values)


def _allows(policy: Policy, data: Mapping[str, object]) -> bool:
    return allows(policy, _request(data))


def _grants_beyond(policy: Policy, reference: Policy) -> Optional:
    found = grants_beyond(policy, reference)
    return NONE if found is None else Optional(found)


def _policy(data: Json) -> Policy:
    if not isinstance(data, dict) or not isinstance(data.get("Statement"), dict | list):
        raise FunctionError("no policy: expected a map with `Statement`")
    try:
        return policy(data)
    except (TypeError, AttributeError, ValueError) as error:
        raise FunctionError(f"no policy: {error}") from error


def _globs(texts: Sequence[str]) -> tuple[Pattern, ...]:
    return tuple(value(text, variables=False, wildcards=True).widest for text in texts)


def _glob_covers(covering: Sequence[str], covered: Sequence[str]) -> bool:
    return all(patterns.covers(_globs(covering), each) for each in _globs(covered))


def _glob_overlaps(left: str, right: str) -> bool:
    return patterns.overlaps(*_globs([left, right]))


def _glob_equivalent(left: Sequence[str], right: Sequence[str]) -> bool:
    return _glob_covers(left, right) and _glob_covers(right, left)


def _glob_difference(left: Sequence[str], right: Sequence[str]) -> Optional:
    none_of = _globs(right)
    found = [patterns.witness((each,), none_of) for each in _globs(left)]
    texts = [text for text in found if text is not None]
    return Optional(min(texts, key=lambda text: (len(text), text))) if texts else NONE


def _findings(policy: Policy) -> list[Finding]:
    return list(findings(policy))


_POLICY = Struct(
    POLICY,
    Policy,
    (
        Field(
            "version",
            STRING,
            lambda p: p.version,
            "Version, or empty if it is absent.",
            example='policy.version == "2012-10-17"',
        ),
        Field(
            "type",
            STRING,
            lambda p: str(p.type),
            "`identity`, `resource` or `trust` by its elements; `scp` or `rcp` by its kind.",
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
            "publicStatements",
            list_of(STATEMENT),
            lambda p: list(public.public_statements(p)),
            "The statements that allow everyone, after all Denies.",
            example="policy.publicStatements.size() == 0",
        ),
        Field(
            "findings",
            list_of(FINDING),
            _findings,
            "What is wrong with it, by the codes of IAM Access Analyzer.",
            example='policy.findings.exists(f, f.code == "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL")',
        ),
    ),
    "An IAM policy in one shape: lists wherever an element may be one or many.",
)

_STATEMENT = Struct(
    STATEMENT,
    Statement,
    (
        Field(
            "sid",
            STRING,
            lambda s: s.sid,
            "Sid, or empty if it is absent.",
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
            "The Action entries.",
            example='policy.statements[0].actions[1].text == "s3:List*"',
        ),
        Field(
            "notActions",
            list_of(ENTRY),
            lambda s: list(s.not_actions),
            "The NotAction entries.",
            example="policy.statements.all(s, s.notActions.size() == 0)",
        ),
        Field(
            "resources",
            list_of(RESOURCE),
            lambda s: list(resources.resources(s)),
            "The resources it is about, one for each entry; one for NotResource or for neither.",
            example="policy.statements.map(s, s.resources.size()) == [2, 1, 1]",
        ),
        Field(
            "notResources",
            list_of(ENTRY),
            lambda s: list(s.not_resources),
            "The NotResource entries.",
            example='policy.statements[1].notResources[0].text == "arn:aws:s3:::reports"',
        ),
        Field(
            "principals",
            list_of(PRINCIPAL),
            lambda s: list(s.principals),
            "The principals.",
            example='policy.statements[0].principals[0].account == "111122223333"',
        ),
        Field(
            "notPrincipals",
            list_of(PRINCIPAL),
            lambda s: list(s.not_principals),
            "The principals of NotPrincipal.",
            example="policy.statements.all(s, s.notPrincipals.size() == 0)",
        ),
        Field(
            "conditions",
            list_of(CONDITION),
            lambda s: list(s.conditions),
            "The conditions.",
            example='policy.statements[0].conditions.exists(c, c.key == "aws:SecureTransport")',
        ),
        Field(
            "wholeServices",
            list_of(STRING),
            lambda s: list(actions.whole_services(s)),
            "Services of which an Allow names every action; none for `*` and for NotAction.",
            example="policy.statements[0].wholeServices.size() == 0",
        ),
        Field(
            "isPublic",
            BOOL,
            public.is_public,
            "Whether it by itself allows everyone, and no condition confines the caller.",
            example="policy.statements.all(s, !s.isPublic)",
        ),
        Field(
            "isConfusedDeputy",
            BOOL,
            public.is_confused_deputy,
            "Whether it allows a service, and no condition says for whom the service may act.",
            example="policy.statements[2].isConfusedDeputy",
        ),
        Field(
            "hasPrincipal",
            BOOL,
            lambda s: s.has_principal,
            "Whether there is a Principal or NotPrincipal element.",
            example="policy.statements.all(s, s.hasPrincipal)",
        ),
    ),
    "One statement of a policy.",
)

_ACCESS = Struct(
    ACCESS,
    Access,
    (
        Field(
            "granted",
            BOOL,
            lambda a: a.granted,
            "Whether any of the actions may be allowed.",
            example='policy.access(["s3:GetObject"]).granted',
        ),
        Field(
            "resources",
            list_of(RESOURCE),
            lambda a: list(a.resources),
            "The resources on which they may be allowed, after all Denies.",
            example='policy.access(["s3:PutObject"]).resources[0].within("arn:aws:s3:::reports/*")',
        ),
        Field(
            "statements",
            list_of(STATEMENT),
            lambda a: list(a.statements),
            "The Allow statements by which they may be allowed.",
            example='policy.access(["s3:PutObject"]).statements.map(s, s.sid) == ["Deliver"]',
        ),
        Field(
            "actions",
            list_of(STRING),
            lambda a: list(a.actions),
            "Those that may be allowed.",
            example='policy.access(["s3:PutObject", "s3:PutAcl"]).actions == ["s3:PutObject"]',
        ),
    ),
    "What a policy as a whole allows of some actions.",
)

STRUCTS: tuple[Struct, ...] = (
    _POLICY,
    _STATEMENT,
    _ACCESS,
    Struct(
        RESOURCE,
        Resource,
        (
            Field(
                "text",
                STRING,
                lambda r: r.text,
                "How the policy says it.",
                example='policy.statements[0].resources[0].text == "arn:aws:s3:::reports"',
            ),
        ),
        "One resource, or a set of them.",
    ),
    Struct(
        ENTRY,
        Entry,
        (
            Field(
                "text",
                STRING,
                lambda e: e.text,
                "The entry as it is written.",
                example='policy.statements[1].actions[0].text == "s3:*"',
            ),
        ),
        "One entry of Action, NotAction or NotResource.",
    ),
    Struct(
        PRINCIPAL,
        Principal,
        (
            Field(
                "kind",
                STRING,
                lambda p: p.kind,
                "`AWS`, `Service`, …, or `*`.",
                example='policy.statements[2].principals[0].kind == "Service"',
            ),
            Field(
                "text",
                STRING,
                lambda p: p.text,
                "The principal as it is written.",
                example='policy.statements[2].principals[0].text == "logs.amazonaws.com"',
            ),
            Field(
                "account",
                STRING,
                account_of,
                "The account of an AWS principal, or empty if it has none.",
                example='policy.statements[0].principals[0].account == "111122223333"',
            ),
            Field(
                "isEveryone",
                BOOL,
                lambda p: p.is_everyone,
                "Whether it means anyone at all.",
                example="policy.statements[1].principals[0].isEveryone",
            ),
        ),
        "One principal.",
    ),
    Struct(
        CONDITION,
        Condition,
        (
            Field(
                "operator",
                STRING,
                lambda c: c.operator,
                "The operator as it is written.",
                example='policy.statements[0].conditions[0].operator == "Bool"',
            ),
            Field(
                "key",
                STRING,
                lambda c: c.key,
                "The key as it is written.",
                example='policy.statements[0].conditions[0].key == "aws:SecureTransport"',
            ),
            Field(
                "values",
                list_of(STRING),
                lambda c: list(c.values),
                "The values, as texts.",
                example='policy.statements[0].conditions[0].values == ["true"]',
            ),
        ),
        "One condition: one operator on one key.",
    ),
    Struct(
        REQUEST,
        Request,
        (
            Field(
                "action",
                STRING,
                lambda r: r.action,
                "The action, such as `s3:GetObject`.",
                example='policy.grantsBeyond(iamPolicy({"Statement": []})).value().action != ""',
            ),
            Field(
                "resource",
                STRING,
                lambda r: r.resource,
                "The ARN of the resource.",
                example='policy.grantsBeyond(iamPolicy({"Statement": []})).value().resource != ""',
            ),
            Field(
                "principal",
                STRING,
                lambda r: r.principal,
                "Who asks, as `AWS:arn:…` or `Service:…`; empty for its holder.",
                example='policy.grantsBeyond(iamPolicy({"Statement": []})).value().principal != ""',
            ),
            Field(
                "context",
                map_of(list_of(STRING)),
                lambda r: {key: list(values) for key, values in r.context.items()},
                "The values of condition keys, by key in lower case.",
                example='"aws:securetransport" in '
                'policy.grantsBeyond(iamPolicy({"Statement": []})).value().context',
            ),
        ),
        "One request.",
    ),
    Struct(
        FINDING,
        Finding,
        (
            Field(
                "code",
                STRING,
                lambda f: f.code,
                "The code, such as `INVALID_ACTION`.",
                example='policy.findings[0].code == "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL"',
            ),
            Field(
                "type",
                STRING,
                lambda f: str(CODES[f.code].type),
                "`ERROR`, `SECURITY_WARNING`, `WARNING` or `SUGGESTION`.",
                example='policy.findings.all(f, f.type == "SECURITY_WARNING")',
            ),
            Field(
                "message",
                STRING,
                lambda f: f.message,
                "What is wrong, and what to do.",
                example='policy.findings[0].message.contains("aws:SourceArn")',
            ),
        ),
        "One thing that is wrong with a policy.",
    ),
)
"""Every type of value that a policy gives, with its fields."""

FUNCTIONS: tuple[Function, ...] = (
    Function(
        "access",
        (list_of(STRING),),
        ACCESS,
        access,
        "What the policy as a whole allows of some actions, each a name or a pattern.",
        POLICY,
        example='!policy.access(["s3:Delete*"]).granted',
    ),
    Function(
        "allows",
        (map_of(DYN),),
        BOOL,
        _allows,
        "Whether the policy by itself allows one request: `action`, `resource`, and at will "
        "`principal` and `context`, a map of condition keys.",
        POLICY,
        example='policy.allows({"action": "s3:PutObject", '
        '"resource": "arn:aws:s3:::reports/public/a", "principal": "Service:logs.amazonaws.com"})',
    ),
    Function(
        "grantsBeyond",
        (POLICY,),
        optional_of(REQUEST),
        _grants_beyond,
        "A request that the policy allows and another one does not; none if there is none.",
        POLICY,
        example="!policy.grantsBeyond(policy).hasValue()",
    ),
    Function(
        "coversAction",
        (STRING,),
        BOOL,
        _covers_action,
        "Whether the statement is about every action of a pattern; `*:*` is every action.",
        STATEMENT,
        example='policy.statements[1].coversAction("s3:Get*")',
    ),
    Function(
        "matchesAction",
        (STRING,),
        BOOL,
        _matches_action,
        "Whether the statement is about some action of a pattern.",
        STATEMENT,
        example='policy.statements[0].matchesAction("s3:Get*")',
    ),
    Function(
        "isLiteral",
        (),
        BOOL,
        Resource.is_literal,
        "Whether it is one resource.",
        RESOURCE,
        example="policy.statements[0].resources[0].isLiteral()",
    ),
    Function(
        "covers",
        (STRING,),
        BOOL,
        Resource.covers,
        "Whether it holds all resources of a pattern of `*`, `?` and `${…}`.",
        RESOURCE,
        example='policy.statements[0].resources[1].covers("arn:aws:s3:::reports/a*")',
    ),
    Function(
        "within",
        (STRING,),
        BOOL,
        Resource.within,
        "Whether it holds no resource outside a pattern of `*`, `?` and `${…}`.",
        RESOURCE,
        example='policy.statements[0].resources[1].within("arn:aws:s3:::reports/*")',
    ),
    Function(
        "coversAllOf",
        (STRING,),
        BOOL,
        Resource.covers_all_of,
        "Whether it holds all resources of some type of a service.",
        RESOURCE,
        example='!policy.statements[0].resources[1].coversAllOf("s3")',
    ),
    Function(
        "iamPolicy",
        (DYN,),
        POLICY,
        _policy,
        "The policy that a map says, such as a parameter of a rule; it must be a valid one.",
        example='iamPolicy({"Statement": []}).statements.size() == 0',
    ),
    Function(
        "actionsOf",
        (STRING, list_of(STRING)),
        list_of(STRING),
        _actions_of,
        "The actions of a service that have one of the access levels: "
        "Read, List, Write, Tagging, Permissions management.",
        example='"ecr:PutImage" in actionsOf("ecr", ["Write"])',
    ),
    Function(
        "expandAction",
        (STRING,),
        list_of(STRING),
        _expanded,
        "The known actions of a pattern, sorted.",
        example='expandAction("ecr:Put*Image") == ["ecr:PutImage"]',
    ),
    Function(
        "isAction",
        (STRING,),
        BOOL,
        catalogue.exists,
        "Whether an action is known.",
        example='isAction("S3:getobject") && !isAction("s3:GetObjekt")',
    ),
    Function(
        "accessLevel",
        (STRING,),
        STRING,
        lambda text: catalogue.access_level(_known(text)),
        "The access level of a known action.",
        example='accessLevel("s3:PutObject") == "Write"',
    ),
    Function(
        "takesResource",
        (STRING,),
        BOOL,
        lambda text: catalogue.takes_resource(_known(text)),
        "Whether a known action can be confined to resources; it needs `*` otherwise.",
        example='!takesResource("ecr:GetAuthorizationToken")',
    ),
    Function(
        "resourceFormatsOf",
        (STRING,),
        list_of(STRING),
        _resource_formats,
        "The ARN formats of a service's resource types.",
        example='resourceFormatsOf("s3").exists(f, f == "arn:${Partition}:s3:::${BucketName}")',
    ),
    Function(
        "conditionKeysOf",
        (STRING,),
        list_of(STRING),
        _condition_keys,
        "The condition keys of a service, without those that all services know.",
        example='"s3:prefix" in conditionKeysOf("s3")',
    ),
    Function(
        "isConditionKey",
        (STRING,),
        BOOL,
        lambda text: keys.find(text) is not None,
        "Whether a condition key is known, of a service or of all.",
        example='isConditionKey("aws:PrincipalOrgID") && !isConditionKey("aws:PrincipalOrg")',
    ),
    Function(
        "globMatches",
        (STRING, STRING),
        BOOL,
        lambda glob, text: patterns.matches(_globs([glob])[0], text),
        "Whether a pattern of `*` and `?` matches a text.",
        example='globMatches("home/*", "home/alice")',
    ),
    Function(
        "globCovers",
        (list_of(STRING), list_of(STRING)),
        BOOL,
        _glob_covers,
        "Whether every text of the second patterns is one of the first.",
        example='globCovers(["a*", "b*"], ["ab*", "b"])',
    ),
    Function(
        "globOverlaps",
        (STRING, STRING),
        BOOL,
        _glob_overlaps,
        "Whether some text is of both patterns.",
        example='globOverlaps("a*", "*b")',
    ),
    Function(
        "globEquivalent",
        (list_of(STRING), list_of(STRING)),
        BOOL,
        _glob_equivalent,
        "Whether two sets of patterns match the same texts.",
        example='globEquivalent(["*", "a"], ["**"])',
    ),
    Function(
        "globDifference",
        (list_of(STRING), list_of(STRING)),
        optional_of(STRING),
        _glob_difference,
        "A shortest text of the first patterns that is of none of the second, if there is one.",
        example='globDifference(["a?", "b*"], ["b"]).value().size() == 2',
    ),
)
"""Every function on those values, and the functions of the catalogue."""
