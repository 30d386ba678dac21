"""Which Allow statements go beyond what their policy names."""

from __future__ import annotations

from string import ascii_lowercase
from typing import Any

import pytest

from checker.iam.patterns import Undecided
from checker.iam.statement import Statement, policy
from checker.iam.unlimited import (
    allows_other_services,
    is_unlimited,
    services_on_all,
    wild_services,
)
from checker.iam.unnamed import unnamed_action

ADMIN: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def first(*statements: dict[str, Any]) -> Statement:
    data: Any = {"Version": "2012-10-17", "Statement": list(statements)}
    return policy(data).statements[0]


def deny(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Resource": "*", **elements}


def test_no_deny_names_what_nobody_names() -> None:
    guessed = unnamed_action(policy({"Statement": [ADMIN]}), "iam")
    assert is_unlimited(first(ADMIN, deny(Action=[guessed, "s3:*"])))


@pytest.mark.parametrize(
    "denied",
    [
        ["iam:*unnamed"],
        ["IAM:UNNAMED", "unnamed:Unnamed"],
        ["iam:?nnamed", "iam:u*", "iam:a*", "unnamed:unnamed"],
        [f"iam:{letter}-unnamed" for letter in "abcdefghijklmnopqrstuvwxyz"],
        ["iam:???????"],
        ["???????:*", "iam:????????"],
        ["*:u*", "*:a*"],
        ["unnamed:unnamed", "*:unnamed", "?:unnamed"],
    ],
    ids=str,
)
def test_no_deny_of_a_few_names_limits(denied: list[str]) -> None:
    assert is_unlimited(first(ADMIN, deny(Action=denied)))


@pytest.mark.parametrize(
    "resources",
    [
        ["arn:*:*:*:*:?*"],
        ["arn:*:*:*:*:?", "arn:*:*:*:*:??*"],
        ["arn:aws:s*", "arn:aws:i*:*:*:?*"],
        ["arn:aws:iam::*:role/?*", "arn:aws:lambda:*:*:?*", "arn:aws:?:*:*:?*"],
    ],
    ids=str,
)
def test_resources_that_go_on_to_all_names_do_not_limit(resources: list[str]) -> None:
    assert is_unlimited(first({**ADMIN, "Resource": resources}))


@pytest.mark.parametrize(
    "resources",
    [["arn:*:*:*:*:??*"], ["arn:*:*:*:*:a*", "arn:*:*:*:*:b*"], ["arn:aws:iam::*:role/?*"]],
    ids=str,
)
def test_resources_with_names_limit(resources: list[str]) -> None:
    assert not is_unlimited(first({**ADMIN, "Resource": resources}))


def test_a_placeholder_among_resources_that_hold_all_only_together_is_a_doubt() -> None:
    with pytest.raises(Undecided, match="placeholder"):
        is_unlimited(first({**ADMIN, "Resource": ["arn:*:*:*:*:?", "arn:*:*:*:*:?${x}"]}))
    assert is_unlimited(first({**ADMIN, "Resource": ["arn:*:*:*:*:${x}", "arn:*:*:*:*:?*"]}))


NEVER: list[dict[str, Any]] = [
    {"Bool": {"aws:SecureTransport": "maybe"}},
    {"Null": {"aws:SecureTransport": "true"}},
    {"Null": {"aws:userid": "true"}},
    {"StringEquals": {"aws:SecureTransport": "yes"}},
    {"StringEqualsIgnoreCase": {"aws:SecureTransport": "1"}},
    {"StringEquals": {"aws:PrincipalOrgID": []}},
    {"BoolIfExists": {"aws:ViaAWSService": []}},
]
PERHAPS: list[dict[str, Any]] = [
    {"Bool": {"aws:SecureTransport": ["maybe", "TRUE"]}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "maybe"}},
    {"Bool": {"aws:SecureTransport": "${flag}"}},
    {"Null": {"aws:MultiFactorAuthPresent": "true"}},
    {"StringEqualsIgnoreCase": {"aws:SecureTransport": "True"}},
    {"StringEquals": {"aws:SecureTransport": "${aws:PrincipalTag/tls}"}},
    {"StringNotEquals": {"aws:PrincipalOrgID": []}},
]


@pytest.mark.parametrize("condition", NEVER, ids=str)
def test_an_allow_that_never_applies_allows_nothing(condition: dict[str, Any]) -> None:
    assert not is_unlimited(first({**ADMIN, "Condition": condition}))


@pytest.mark.parametrize("condition", PERHAPS, ids=str)
def test_an_allow_that_may_apply_counts(condition: dict[str, Any]) -> None:
    assert is_unlimited(first({**ADMIN, "Condition": condition}))


def test_a_condition_that_cannot_be_decided_is_a_doubt() -> None:
    strange = {"ForAnyValue:StringEqualsIfExists": {"a:b": "c"}}
    with pytest.raises(Undecided, match="use either"):
        allows_other_services(first(ADMIN, deny(Action="*", Condition=strange)))


def test_a_deny_of_all_long_names_limits() -> None:
    assert not is_unlimited(first(ADMIN, deny(Action=["iam:??*"])))
    assert not is_unlimited(first(ADMIN, deny(Action=["*:??*"])))


def test_a_deny_of_every_letter_limits() -> None:
    assert not is_unlimited(first(ADMIN, deny(Action=[f"iam:{each}*" for each in ascii_lowercase])))


def test_a_deny_of_all_else_limits() -> None:
    assert not allows_other_services(first(ADMIN, deny(NotAction="s3:*")))
    assert not is_unlimited(first(ADMIN, deny(NotAction="s3:*")))
    assert not is_unlimited(first(ADMIN, deny(Action="iam:*")))


OWN = "arn:aws:*:*:123456789012:*"
EVERY = {"Resource": "*"}


@pytest.mark.parametrize(
    ("allowed", "denied"),
    [
        (EVERY, {"Resource": "arn:*:unnamed:*"}),
        (EVERY, {"Resource": ["arn:*:unnamed:*", "arn:*:a*:*", "arn:aws:s3:::secret"]}),
        (EVERY, {"NotResource": OWN}),
        ({"Resource": OWN}, {"Resource": "arn:aws:s3:::secret"}),
        ({"NotResource": "arn:aws:s3:::secret"}, {"NotResource": OWN}),
    ],
)
def test_exceptions_among_resources_do_not_limit(
    allowed: dict[str, Any], denied: dict[str, Any]
) -> None:
    allow = {"Effect": "Allow", "Action": "*", **allowed}
    assert is_unlimited(first(allow, {"Effect": "Deny", "Action": "*", **denied}))


@pytest.mark.parametrize(
    "denied",
    [
        {"NotResource": "arn:aws:s3:::*"},
        {"NotResource": "arn:aws:*:*:123456789012:table/*"},
        {"Resource": "arn:*:iam::*:role/*"},
        {"NotResource": ["arn:aws:s3:::*", "arn:*:iam::*:role/*"]},
    ],
)
def test_what_leaves_no_roles_or_only_a_service_limits(denied: dict[str, Any]) -> None:
    assert not is_unlimited(first(ADMIN, {"Effect": "Deny", "Action": "*", **denied}))


CHANNELS = [
    f"ssmmessages:{verb}{kind}Channel"
    for verb in ("Create", "Open")
    for kind in ("Control", "Data")
]


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        ([{"Action": "ssmmessages:*"}], ("ssmmessages",)),
        ([{"Action": ["ssmmessages:Create*", "ssmmessages:Open*"]}], ("ssmmessages",)),
        ([{"Action": "ssmmessages:Create*"}, {"Action": CHANNELS[2:]}], ("ssmmessages",)),
        ([{"Action": CHANNELS}], ()),
        ([{"Action": "ssmmessages:Create*"}], ()),
        ([{"Action": "no-such-service:*"}], ()),
        ([{"Action": "ssmmessages:*"}, {"Effect": "Deny", "Action": CHANNELS[:1]}], ()),
        ([{"Action": "ssmmessages:*"}, {"Effect": "Deny", "Action": "s3:*"}], ("ssmmessages",)),
        ([{"Effect": "Deny", "Action": "ssmmessages:*"}], ()),
    ],
)
def test_services_of_which_wildcards_name_every_action(
    statements: list[dict[str, Any]], found: tuple[str, ...]
) -> None:
    assert wild_services(first(*({**ADMIN, **each} for each in statements))) == found


TABLES = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
WRITES = [f"dynamodb:{each}*" for each in ("BatchWrite", "Create", "Delete", "Put", "Update")]


@pytest.mark.parametrize(
    ("allow", "others", "found"),
    [
        (TABLES, [], ("dynamodb",)),
        (TABLES, [deny(Action="dynamodb:DeleteTable")], ("dynamodb",)),
        (
            TABLES,
            [deny(Action=["dynamodb:Get*", "dynamodb:List*", "dynamodb:Describe*"])],
            ("dynamodb",),
        ),
        (
            TABLES,
            [deny(Action=WRITES, Condition={"Bool": {"aws:SecureTransport": "false"}})],
            ("dynamodb",),
        ),
        (TABLES, [deny(Action=WRITES)], ()),
        (TABLES, [deny(NotAction="dynamodb:GetItem")], ()),
        (TABLES, [{**deny(Action="*"), "Resource": "arn:*:dynamodb:*:*:table/*"}], ()),
        ({**TABLES, "Resource": "arn:aws:dynamodb:*:*:table/t"}, [], ()),
        (
            {**TABLES, "Action": ["dynamodb:*", "unknown-service:*"]},
            [],
            ("dynamodb", "unknown-service"),
        ),
        ({**TABLES, "Effect": "Deny"}, [], ()),
        (
            {**TABLES, "Action": "dynamodb:ListTables"},
            [{**TABLES, "Resource": "arn:aws:dynamodb:*:*:table/t"}],
            (),
        ),
        (
            {**TABLES, "Action": [f"dynamodb:{each}*" for each in ascii_lowercase[:13]]},
            [{**TABLES, "Action": [f"dynamodb:{each}*" for each in ascii_lowercase[13:]]}],
            ("dynamodb",),
        ),
        ({**TABLES, "Condition": {"StringEquals": {"aws:ResourceTag/a": "b"}}}, [], ()),
        ({**TABLES, "Condition": {"StringLike": {"aws:ResourceTag/a": "*"}}}, [], ("dynamodb",)),
    ],
)
def test_a_service_is_granted_but_for_exceptions(
    allow: dict[str, Any], others: list[dict[str, Any]], found: tuple[str, ...]
) -> None:
    assert services_on_all(first(allow, *others)) == found
