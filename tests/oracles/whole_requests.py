"""Random policies with every operator and variables, and requests of which everything is given."""

from __future__ import annotations

import json
import random
import re
from typing import Any, NamedTuple

Json = Any
PRINCIPALS = (
    "AWS:arn:aws:iam::222222222222:user/carol",
    "AWS:arn:aws:iam::111111111111:user/bob",
    "AWS:arn:aws:sts::111111111111:assumed-role/r/session",
    "AWS:arn:aws:sts::222222222222:assumed-role/r/other",
    "Service:ec2.amazonaws.com",
)
"""Callers: a role is none, because only its sessions make requests, and a root is its account."""
RESOURCES = (
    "arn:aws:s3:::home/bob/a",
    "arn:aws:s3:::home/Bob/a",
    "arn:aws:s3:::b",
    "arn:aws:sqs:eu-west-1:111111111111:q",
    "arn:aws:logs:eu-west-1:111111111111:log-group:/aws/x:y",
)
ACTIONS = ("s3:GetObject", "s3:PutObject", "sqs:SendMessage", "logs:GetLogEvents")
_ENTRIES = (
    "*",
    "arn:aws:s3:::home/${aws:username}/*",
    "arn:aws:s3:::home/${aws:PrincipalTag/Name, 'bob'}/a",
    "arn:aws:s3:::b",
    "arn:aws:s3:::?",
    "arn:aws:s3:::${*}",
    "arn:aws:sqs:*:111111111111:q",
    "arn:aws:sqs:*:111111111111:*",
    "arn:*:sqs:*:*:q",
    "arn:aws:logs:*:*:/aws/x*",
    "arn:aws:logs:*:*:log-group:*",
    "arn:*",
)
_NAMED: tuple[Json, ...] = (
    "*",
    {"AWS": "111111111111"},
    {"AWS": "arn:aws:iam::111111111111:root"},
    {"AWS": "arn:aws:iam::111111111111:role/r"},
    {"AWS": ["arn:aws:iam::111111111111:user/bob", "222222222222"]},
    {"AWS": "arn:aws:sts::111111111111:assumed-role/r/session"},
    {"Service": "ec2.amazonaws.com"},
)


class Key(NamedTuple):
    """A condition key: the operators that compare it, what with, and values it may have."""

    operators: tuple[str, ...]
    wanted: tuple[str, ...]
    given: tuple[tuple[str, ...], ...]


_TEXTS = ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike")
_THAN = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
_STRINGS = tuple(f"String{each}" for each in _TEXTS)
KEYS = {
    "aws:username": Key(
        _STRINGS, ("bob", "Bob", "b*", "${aws:PrincipalTag/Name}"), ((), ("bob",), ("Bob",))
    ),
    "aws:PrincipalTag/Name": Key(
        _STRINGS, ("bob", "B?b", "${aws:username}", "*"), ((), ("bob",), ("Bob",), ("",))
    ),
    "aws:TagKeys": Key(
        tuple(f"{q}:{each}" for q in ("ForAllValues", "ForAnyValue") for each in _STRINGS),
        ("a", "A", "b*", "${aws:username}"),
        ((), ("a",), ("a", "b"), ("bob",), ("A", "bb")),
    ),
    "aws:SourceArn": Key(
        ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"),
        (*_ENTRIES[1:2], "arn:aws:sqs:*:111111111111:*", "arn:aws:s3:::b", "*"),
        ((), *((each,) for each in RESOURCES)),
    ),
    "aws:SecureTransport": Key(("Bool",), ("true", "false", "TRUE"), ((), ("true",), ("false",))),
    "s3:max-keys": Key(
        tuple(f"Numeric{each}" for each in _THAN), ("1", "2.0", "10"), ((), ("1",), ("2",), ("3",))
    ),
    "aws:CurrentTime": Key(
        tuple(f"Date{each}" for each in _THAN),
        ("2030-01-01T00:00:00Z", "1893456000", "2030-01-31T00:00:00+01:00", "2030-01-31"),
        (("2030-01-01T00:00:00Z",), ("2030-01-30T23:00:00Z",), ("2031-01-01T00:00:00Z",)),
    ),
    "aws:SourceIp": Key(
        ("IpAddress", "NotIpAddress"),
        ("10.0.0.0/8", "10.0.0.1", "2001:db8::/32", "0.0.0.0/0"),
        ((), ("10.0.0.1",), ("10.1.0.1",), ("2001:db8::1",)),
    ),
    "aws:PrincipalArn": Key(
        ("ArnEquals", "ArnLike", "ArnNotLike", "StringEquals", "StringLike", "StringNotEquals"),
        ("arn:aws:iam::111111111111:role/r", "arn:aws:iam::*:role/*", "*"),
        (),
    ),
}


class Asked(NamedTuple):
    """A policy, and a request of which everything that the policy asks for is given."""

    policy: Json
    action: str
    resource: str
    principal: str
    context: dict[str, tuple[str, ...]]


def asked(rnd: random.Random, *, variables: bool) -> Asked:
    """Return a random policy of one to three statements, and a random whole request.

    With `variables`, the policy may have some, and their values are given like all others.
    """
    principals = rnd.random() < 0.5
    kinds = rnd.sample(list(KEYS), 2)
    count = rnd.randint(1, 3)
    items = [_statement(rnd, kinds, principals=principals) for _ in range(count)]
    items[0]["Effect"] = "Allow"
    if not variables:
        items = [_without_variables(each) for each in items]
    policy = {"Version": "2012-10-17", "Statement": items}
    context = {name.lower(): rnd.choice(key.given) for name, key in KEYS.items() if key.given}
    principal = rnd.choice(PRINCIPALS) if principals else ""
    context["aws:principalarn"] = _arn_of(principal)
    return Asked(policy, rnd.choice(ACTIONS), rnd.choice(RESOURCES), principal, context)


def _arn_of(principal: str) -> tuple[str, ...]:
    """Return the value of aws:PrincipalArn, which is that of the role in a role's session."""
    kind, _, arn = principal.partition(":")
    if "assumed-role" in arn:
        arn = arn.rpartition("/")[0].replace(":sts:", ":iam:").replace("assumed-role", "role")
    return (arn,) if kind == "AWS" else ()


def _statement(rnd: random.Random, kinds: list[str], *, principals: bool) -> Json:
    made: dict[str, Json] = {"Effect": rnd.choice(("Allow", "Deny"))}
    actions = ("*", "s3:*", "S3:getobject", "sqs:Send*", "logs:*", "?3:P*")
    made[rnd.choice(("Action", "Action", "NotAction"))] = rnd.choice(actions)
    made[rnd.choice(("Resource", "Resource", "NotResource"))] = rnd.sample(_ENTRIES, 2)
    if principals:
        made[rnd.choice(("Principal", "Principal", "NotPrincipal"))] = rnd.choice(_NAMED)
        if "NotPrincipal" in made:
            made["Effect"] = "Deny"
    for name in kinds:
        if rnd.random() < 0.6:
            operator, wanted = _condition(rnd, name)
            made.setdefault("Condition", {}).setdefault(operator, {})[name] = wanted
    return made


def _without_variables(statement: Json) -> Json:
    """Return a statement with texts in place of variables."""
    text = json.dumps(statement)
    return json.loads(re.sub(r"\$\{[A-Za-z]+:[^}]*\}", "bob", text))


def _condition(rnd: random.Random, name: str) -> tuple[str, Json]:
    if rnd.random() < 0.1:
        return "Null", rnd.choice(("true", "false"))
    key = KEYS[name]
    suffix = rnd.choice(("", "", "IfExists")) if ":" not in key.operators[0] else ""
    return rnd.choice(key.operators) + suffix, rnd.sample(key.wanted, rnd.choice((1, 1, 2)))
