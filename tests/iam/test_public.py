"""Which statements let everyone in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from checker.iam import deputies as deputy_table
from checker.iam import public
from checker.iam.deputies import acts_for_others, deputies
from checker.iam.patterns import Undecided
from checker.iam.statement import Statement, policy

NEW = "2012-10-17"


def statement(version: str | None = NEW, **elements: Any) -> Statement:
    data: dict[str, Any] = {} if version is None else {"Version": version}
    return policy({**data, "Statement": {"Effect": "Allow", **elements}}).statements[0]


def opened(*conditions: dict[str, Any], **elements: Any) -> bool:
    merged: dict[str, Any] = {}
    for condition in conditions:
        merged |= condition
    return public.is_public(
        statement(**{"Principal": "*", "Action": "*", "Condition": merged, **elements})
    )


EVERYONE = {"Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
CONFINED: list[dict[str, Any]] = [
    {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    {"StringEquals": {"AWS:principalorgid": ["o-a1b2c3d4e5", "o-2"]}},
    {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/*"}},
    {"StringLike": {"aws:PrincipalAccount": "123456789012"}},
    {"StringEqualsIgnoreCase": {"aws:SourceAccount": "123456789012"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/*"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:*:iam::123456789012:role/*"}},
    {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:*"}},
    {"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::bucket"}},
    {"StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}},
    {"StringEquals": {"kms:CallerAccount": "123456789012"}},
    {"StringEquals": {"s3:DataAccessPointAccount": "123456789012"}},
    {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
    {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32", "203.0.113.7"]}},
    {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "12.0.0.0/8", "10.1.0.0/16"]}},
    {"IpAddress": {"aws:SourceIp": "::ffff:203.0.113.0/120"}},
    {"StringEquals": {"aws:PrincipalOrgID": "o-1"}, "Bool": {"aws:SecureTransport": "true"}},
    {"StringEquals": {"aws:PrincipalOrgID": []}},
    {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
]

OPEN: list[dict[str, Any]] = [
    {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "false"}},
    {"BoolIfExists": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
    {},
    {"StringEquals": {}},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"StringEquals": {"aws:PrincipalOrgID": ""}},
    {"StringLike": {"aws:PrincipalOrgID": "*"}},
    {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
    {"StringLike": {"aws:PrincipalOrgID": ["o-a1b2c3d4e5", "o-?*"]}},
    {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    {"Null": {"aws:PrincipalOrgID": "false"}},
    {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-*/r-ab12/*"}},
    {"StringEquals": {"aws:SourceAccount": "${aws:PrincipalAccount}"}},
    {"StringEquals": {"aws:username": "alice"}},
    {"StringEquals": {"aws:PrincipalTag/team": "one"}},
    {"StringLike": {"aws:userid": "AROAEXAMPLEID:*"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}},
    {"ArnLike": {"aws:PrincipalArn": "*"}},
    {"StringLike": {"aws:PrincipalArn": "arn:aws:*:123456789012:*"}},
    {"StringLike": {"aws:SourceArn": "arn:aws:*:*:123456789012:x"}},
    {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}},
    {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::${aws:username}"}},
    {"ArnLike": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
    {"IpAddress": {"aws:SourceIp": "anywhere"}},
    {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/1"]}},
    {"IpAddress": {"aws:SourceIp": "2000::/31"}},
    {"IpAddress": {"aws:SourceIp": [f"{head}.0.0.0/8" for head in range(256)]}},
    {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "11.0.0.0/8"]}},
    {"IpAddress": {"aws:SourceIp": "::ffff:0:0/96"}},
    {"IpAddress": {"aws:SourceIp": "::/32"}},
    {"IpAddress": {"aws:SourceIp": ["::ffff:10.0.0.0/104", "11.0.0.0/8"]}},
    {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
    {"IpAddressIfExists": {"aws:SourceIp": "203.0.113.0/24"}},
    {"StringEquals": {"aws:SourceIp": "203.0.113.7"}},
    {"Null": {"aws:PrincipalIsAWSService": "true"}},
    {"Null": {"aws:PrincipalArn": "true"}},
]


@pytest.mark.parametrize("condition", CONFINED, ids=json.dumps)
def test_a_condition_that_confines_the_caller(condition: dict[str, Any]) -> None:
    assert not opened(condition)


@pytest.mark.parametrize("condition", OPEN, ids=json.dumps)
def test_a_condition_that_does_not_confine_the_caller(condition: dict[str, Any]) -> None:
    assert opened(condition)


def test_a_deny_of_signed_requests_alone_leaves_anonymous_ones() -> None:
    def left(*denied: dict[str, Any]) -> bool:
        denies = [{"Effect": "Deny", **EVERYONE, "Condition": each} for each in denied]
        data: Any = {"Version": NEW, "Statement": [{"Effect": "Allow", **EVERYONE}, *denies]}
        return public.is_public(policy(data).statements[0])

    foreign = {"StringNotEquals": {"aws:SourceAccount": "123456789012"}}
    services = {"Bool": {"aws:PrincipalIsAWSService": "true"}, **foreign}
    assert left({"Bool": {"aws:PrincipalIsAWSService": "false"}}, services)
    assert not left({"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}, services)


def test_for_whom_a_statement_is_public() -> None:
    assert opened(Principal={"AWS": "*"})
    assert opened(Principal={"AWS": ["arn:aws:iam::123456789012:root", "*"]})
    assert not opened(Principal={"AWS": "123456789012"})
    assert not opened(Principal={"Service": "ec2.amazonaws.com"})
    assert not opened(Effect="Deny")
    assert not public.is_public(statement(Action="*", Resource="*"))
    assert public.is_public(statement(NotPrincipal={"AWS": "123456789012"}, Action="*"))


@pytest.mark.parametrize("text", ["${who}", "${a}${b}", "*${b}", "${who"])
def test_a_principal_that_may_stand_for_everyone(text: str) -> None:
    for principal in ({"AWS": text}, {"AWS": ["123456789012", text]}):
        with pytest.raises(Undecided, match="render the template before checking"):
            opened(Principal=principal)
    assert opened(Principal={"AWS": [text, "*"]})
    assert not opened({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, Principal={"AWS": text})


def test_a_principal_with_a_placeholder_that_cannot_stand_for_everyone() -> None:
    assert not opened(Principal={"AWS": "arn:aws:iam::${account}:root"})
    assert not opened(Principal={"Service": "${service}"})


def deputy(condition: dict[str, Any], **elements: Any) -> bool:
    asked = {"Principal": {"Service": "sns.amazonaws.com"}, "Action": "*", "Condition": condition}
    return bool(deputies(statement(**{**asked, **elements})))


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"AWS:sourceaccount": "123456789012"}},
        {"StringEquals": {"aws:SourceAccount": "${aws:ResourceAccount}"}},
        {"StringEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"}},
        {"ForAnyValue:StringLike": {"aws:SourceOrgPaths": "o-a1b2c3d4e5/r-ab12/*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:123456789012:*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::bucket"}},
    ],
    ids=json.dumps,
)
def test_a_condition_that_says_for_whom_a_service_acts(condition: dict[str, Any]) -> None:
    assert not deputy(condition)


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
        {"StringEqualsIfExists": {"aws:SourceAccount": "123456789012"}},
        {"StringNotEquals": {"aws:SourceAccount": "123456789012"}},
        {"StringLike": {"aws:SourceAccount": "*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}},
        {"Null": {"aws:SourceArn": "false"}},
        {"StringEqualsIfExists": {"aws:SourceAccount": "${account}"}},
    ],
    ids=json.dumps,
)
def test_a_condition_that_does_not_say_for_whom_a_service_acts(condition: dict[str, Any]) -> None:
    assert deputy(condition)


def test_who_is_a_confused_deputy() -> None:
    assert deputy({}, Principal={"AWS": "123456789012", "Service": ["sns.amazonaws.com"]})
    assert not deputy({}, Principal={"AWS": "123456789012"})
    assert not deputy({}, Effect="Deny")
    with pytest.raises(Undecided, match="render the template before checking"):
        deputy({"StringLike": {"aws:SourceAccount": "${account}"}})
    assert not deputy({"StringEquals": {"aws:SourceAccount": "${account}"}})


def test_a_placeholder_in_a_condition_that_could_confine() -> None:
    with pytest.raises(Undecided, match="render the template before checking"):
        opened({"StringLike": {"aws:PrincipalOrgID": "${org_id}"}})
    assert not opened({"StringEquals": {"aws:PrincipalOrgID": "${org_id}"}})
    with pytest.raises(Undecided, match="render the template before checking"):
        opened({"ArnLike": {"aws:PrincipalArn": "arn:${p}:iam::${account}:role/x"}})
    assert not opened({"ArnLike": {"aws:PrincipalArn": "arn:${p}:iam::123456789012:role/${x}"}})
    assert opened({"StringEquals": {"aws:username": "${name}"}})
    assert not opened(
        {"StringEquals": {"aws:PrincipalOrgID": "o-1"}, "StringLike": {"aws:SourceVpc": "${vpc}"}}
    )


SERVICE_ONLY: list[dict[str, Any]] = [
    {"StringEquals": {"aws:PrincipalServiceName": "cloudtrail.amazonaws.com"}},
    {"ForAnyValue:StringEquals": {"aws:PrincipalServiceNamesList": "cloudtrail.amazonaws.com"}},
    {"Bool": {"aws:PrincipalIsAWSService": "true"}},
    {"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:*:trail/main"}},
    {"StringLike": {"aws:SourceAccount": "*"}},
]


@pytest.mark.parametrize("condition", SERVICE_ONLY, ids=json.dumps)
def test_a_condition_that_lets_in_services_only(condition: dict[str, Any]) -> None:
    assert deputy(condition, Principal="*")
    assert deputy(condition, Principal={"AWS": "*"})
    ours = {"StringEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"}}
    fixed = {**condition.get("StringEquals", {}), **ours["StringEquals"]}
    assert not deputy({**condition, "StringEquals": fixed}, Principal="*")


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
        {"Bool": {"aws:PrincipalIsAWSService": "false"}},
        {"StringEqualsIfExists": {"aws:SourceAccount": "123456789012"}},
        {"StringEquals": {"aws:SourceAccount": "123456789012"}},
    ],
    ids=json.dumps,
)
def test_a_condition_that_makes_everyone_no_service(condition: dict[str, Any]) -> None:
    assert not deputy(condition, Principal="*")


def test_which_services_are_confused_deputies() -> None:
    made = policy(
        {
            "Version": NEW,
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": ["a.amazonaws.com", "b.amazonaws.com"]},
                    "Action": "sqs:SendMessage",
                    "Resource": "*",
                },
                {
                    "Effect": "Deny",
                    "Principal": {"Service": "a.amazonaws.com"},
                    "Action": "sqs:*",
                    "Resource": "*",
                    "Condition": {"StringNotEquals": {"aws:SourceAccount": "123456789012"}},
                },
            ],
        }
    )
    assert [each.text for each in deputies(made.statements[0])] == ["b.amazonaws.com"]
    assert not deputies(made.statements[1])
    others = {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:*:123456789012:*"}
    for operator, more, expected in (
        ("ArnLike", ["kms:EncryptionContext:*"], False),
        ("StringLike", ["kms:EncryptionContext:*"], False),
        ("ArnLike", [], True),
        ("ArnLikeIfExists", ["kms:EncryptionContext:*"], True),
    ):
        logs = statement(
            Principal={"Service": "logs.amazonaws.com"}, Action="*", Condition={operator: others}
        )
        assert bool(deputies(logs, more)) is expected


def test_a_deny_of_services_for_other_organisations() -> None:
    deny: Any = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "*",
        "Resource": "*",
        "Condition": {
            "StringNotEqualsIfExists": {"aws:SourceOrgID": "o-a1b2c3d4e5"},
            "Bool": {"aws:PrincipalIsAWSService": "true"},
        },
    }
    allow: Any = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "*",
    }
    assert not deputies(policy({"Version": NEW, "Statement": [allow, deny]}).statements[0])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("scheduler.amazonaws.com", True),
        ("states.eu-west-1.amazonaws.com", True),
        ("states.us-gov-west-1.amazonaws.com", True),
        ("states.amazonaws.com.cn", True),
        ("monitoring.rds.amazonaws.com", True),
        ("appstream.amazonaws.com", True),
        ("kendra.amazonaws.com", True),
        ("qbusiness.amazonaws.com", True),
        ("osis-pipelines.amazonaws.com", True),
        ("states.${AWS::Region}.amazonaws.com", True),
        ("monitoring.rds.${AWS::URLSuffix}", True),
        ("ec2.amazonaws.com", False),
        ("ec2.${AWS::URLSuffix}", False),
        ("lambda.amazonaws.com", False),
        ("states", False),
    ],
)
def test_services_of_which_aws_asks_for_a_source(name: str, expected: bool) -> None:  # noqa: FBT001
    assert acts_for_others(name) is expected


@pytest.mark.parametrize(
    "name", ["${Service}", "${Name}.amazonaws.com", "${Name}.eu-west-1.${Suffix}"]
)
def test_a_placeholder_may_be_a_service_that_acts_for_others(name: str) -> None:
    with pytest.raises(Undecided, match="placeholder"):
        acts_for_others(name)


def test_every_service_that_acts_for_others_has_its_source() -> None:
    table = yaml.safe_load(
        Path(deputy_table.__file__).with_name("deputies.yaml").read_text("utf-8")
    )
    assert len(table) > 30
    assert list(table) == sorted(table)
    assert all(page.startswith("https://docs.aws.amazon.com/") for page in table.values())
