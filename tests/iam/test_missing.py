"""Which condition keys a request only has to lack, to be denied no more."""

from __future__ import annotations

from typing import Any

import pytest

from checker.iam.missing import missable_keys
from checker.iam.statement import policy

Json = Any
ALL = ["aws:*"]
MFA, ORG, PATHS = "aws:MultiFactorAuthPresent", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths"
TAG = "aws:RequestTag/team"


def deny(**conditions: Json) -> Json:
    return {"Effect": "Deny", "Action": "ec2:*", "Resource": "*", "Condition": conditions}


def missable(*statements: Json) -> tuple[str, ...]:
    made = policy({"Version": "2012-10-17", "Statement": list(statements)})
    return missable_keys(made.statements[0], ALL)


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ({"Bool": {MFA: "false"}}, (MFA,)),
        ({"Bool": {MFA: "false"}, "Null": {MFA: "false"}}, (MFA,)),
        ({"StringEquals": {MFA: "false"}}, (MFA,)),
        ({"BoolIfExists": {MFA: "false"}}, ()),
        ({"StringNotEquals": {ORG: "o-1"}}, ()),
        ({"StringNotEquals": {ORG: "o-1"}, "Null": {ORG: "false"}}, (ORG,)),
        ({"StringLike": {ORG: "o-*"}}, (ORG,)),
        ({"ForAnyValue:StringNotLike": {PATHS: "o-1/*"}}, (PATHS,)),
        ({"ForAllValues:StringNotLike": {PATHS: "o-1/*"}}, ()),
        ({"StringLike": {TAG: ["", "none"]}}, (TAG,)),
        ({"StringLike": {TAG: "*"}}, (TAG,)),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "9"}}, ("aws:MultiFactorAuthAge",)),
        ({"Bool": {MFA: "false"}, "Null": {TAG: "false"}}, (MFA, TAG)),
    ],
)
def test_a_key_can_be_missing_if_the_deny_is_about_more_than_it_names(
    conditions: Json, found: tuple[str, ...]
) -> None:
    assert missable(deny(**conditions)) == found


@pytest.mark.parametrize(
    "conditions",
    [
        {"StringEquals": {ORG: "o-1"}},
        {"StringLike": {TAG: ["none", "prod-*"]}},
        {"StringEquals": {TAG: "${aws:PrincipalTag/team}"}},
    ],
)
def test_a_deny_of_what_it_names_is_meant_for_that_alone(conditions: Json) -> None:
    assert missable(deny(**conditions)) == ()


@pytest.mark.parametrize("key", ["aws:SecureTransport", "aws:ViaAWSService"])
def test_a_key_of_every_request_is_never_missing(key: str) -> None:
    assert missable(deny(Bool={key: "false"})) == ()


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (deny(Null={MFA: "true"}), ()),
        ({**deny(Null={MFA: "true"}), "Action": "*"}, ()),
        ({**deny(Null={MFA: "true"}), "Action": "ec2:RunInstances"}, (MFA,)),
        (deny(Null={MFA: "true"}, Bool={"aws:ViaAWSService": "true"}), (MFA,)),
        ({**deny(Null={MFA: "true"}), "Effect": "Allow"}, (MFA,)),
    ],
)
def test_another_deny_of_the_same_requests_counts(other: Json, found: tuple[str, ...]) -> None:
    assert missable(deny(Bool={MFA: "false"}), other) == found


def test_exemptions_of_both_denies_may_be_the_same() -> None:
    exempt = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}}
    assert missable(deny(Bool={MFA: "false"}, **exempt), deny(Null={MFA: "true"}, **exempt)) == ()


def test_an_allow_has_no_such_keys_and_other_keys_are_not_asked_about() -> None:
    assert missable({**deny(Bool={MFA: "false"}), "Effect": "Allow"}) == ()
    made = policy({"Statement": [deny(Bool={MFA: "false"})]})
    assert missable_keys(made.statements[0], ["aws:PrincipalOrgID"]) == ()
    assert missable_keys(made.statements[0], ["AWS:multi*"]) == (MFA,)
