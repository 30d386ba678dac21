"""Declares the types of the parts of policies and of answers about them."""

from __future__ import annotations

from checker.cel.env import Field, Struct
from checker.cel.types import BOOL, STRING, list_of, map_of
from checker.iam.access import Access
from checker.iam.functions.samples import (
    ACCESS,
    CONDITION,
    ENTRY,
    FINDING,
    ISSUER,
    PRINCIPAL,
    REQUEST,
    RESOURCE,
    STATEMENT,
)
from checker.iam.principals import account_of, is_account
from checker.iam.request import Request
from checker.iam.resources import Resource
from checker.iam.statement import Condition, Entry, Principal
from checker.iam.trust import Open, group_of
from checker.iam.validation import CODES, Finding, Topic

_BEYOND = (
    'policy.grantsBeyond(iamPolicy({"Statement": {"Effect": "Deny", "Principal": "*", '
    '"Action": "*", "Resource": "*"}})).value()'
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
            "The resources on which any of the actions may be allowed, after all Denies.",
            example='policy.access(["s3:PutObject"]).resources[0].within("arn:aws:s3:::reports/*")',
        ),
        Field(
            "statements",
            list_of(STATEMENT),
            lambda a: list(a.statements),
            "The Allow statements that may allow any of the actions.",
            example='policy.access(["s3:PutObject"]).statements.map(s, s.sid) == ["Deliver"]',
        ),
        Field(
            "actions",
            list_of(STRING),
            lambda a: list(a.actions),
            "The given actions that may be allowed.",
            example='policy.access(["s3:PutObject", "s3:PutAcl"]).actions == ["s3:PutObject"]',
        ),
    ),
    "What a policy as a whole allows of the given actions.",
)

PART_STRUCTS: tuple[Struct, ...] = (
    _ACCESS,
    Struct(
        RESOURCE,
        Resource,
        (
            Field(
                "text",
                STRING,
                lambda r: r.text,
                "The resource as the policy names it.",
                example='policy.statements[0].resources[0].text == "arn:aws:s3:::reports"',
            ),
        ),
        "One resource or a set of resources.",
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
                "`AWS`, `Service`, `Federated` or `CanonicalUser`, or `*` for everyone.",
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
                "The account of an AWS principal, or empty if it names none.",
                example='policy.statements[0].principals[0].account == "111122223333"',
            ),
            Field(
                "isAccount",
                BOOL,
                is_account,
                "Whether it is a whole account, named by its number or by its root, but not the "
                "one that a template is deployed to.",
                example="!policy.statements[0].principals[0].isAccount",
            ),
            Field(
                "isEveryone",
                BOOL,
                lambda p: p.is_everyone,
                "Whether it means everyone.",
                example="policy.statements[1].principals[0].isEveryone",
            ),
            Field(
                "issuer",
                STRING,
                group_of,
                "The group of the issuer of tokens that it is, as for `openIssuers`; empty if it "
                "is none.",
                example='policy.statements.all(s, s.principals.all(p, p.issuer == ""))',
            ),
        ),
        "One principal.",
    ),
    Struct(
        ISSUER,
        Open,
        (
            Field(
                "name",
                STRING,
                lambda i: i.name,
                "What it is called.",
                example='policy.statements[0].openIssuers([]).all(i, i.name != "")',
            ),
            Field(
                "key",
                STRING,
                lambda i: i.key,
                "The condition key that should be fixed.",
                example='policy.statements[0].openIssuers([]).all(i, i.key.endsWith(":sub"))',
            ),
        ),
        "An issuer of tokens that a statement trusts, whoever a token is for.",
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
                "The values, as strings.",
                example='policy.statements[0].conditions[0].values == ["true"]',
            ),
        ),
        "One condition: an operator and a key with its values.",
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
                example=f'{_BEYOND}.action != ""',
            ),
            Field(
                "resource",
                STRING,
                lambda r: r.resource,
                "The ARN of the resource.",
                example=f'{_BEYOND}.resource != ""',
            ),
            Field(
                "principal",
                STRING,
                lambda r: r.principal,
                "Who makes the request, as `AWS:arn:…` or `Service:…`; empty for the identity that "
                "the policy is attached to.",
                example=f'{_BEYOND}.principal != ""',
            ),
            Field(
                "context",
                map_of(list_of(STRING)),
                lambda r: {key: list(values) for key, values in r.context.items()},
                "The values of each condition key, by the key in lower case.",
                example=f'"aws:securetransport" in {_BEYOND}.context',
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
                "The severity: `ERROR`, `SECURITY_WARNING`, `WARNING` or `SUGGESTION`.",
                example='policy.findings.all(f, f.type == "SECURITY_WARNING")',
            ),
            Field(
                "topic",
                STRING,
                lambda f: str(CODES[f.code].topic),
                "What it is about: "
                + ", ".join(f"`{each}`" for each in sorted(Topic)[:-1])
                + f" or `{max(Topic)}`.",
                example='policy.findings.all(f, f.topic == "grants")',
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
"""All other types, with their fields."""
