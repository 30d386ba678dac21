"""Whom a policy lets in who is none of ours."""

from __future__ import annotations

from typing import Any

import pytest

from checker.iam.access import access
from checker.iam.patterns import Undecided
from checker.iam.statement import policy
from checker.iam.strangers import strangers, strangers_by

OURS, STRANGER = "123456789012", "999999999999"
TOPIC = f"arn:aws:sns:eu-west-1:{OURS}:app"
OWN = {"AWS": OURS}
OTHER = {"AWS": f"arn:aws:iam::{STRANGER}:root"}
TRAIL = {"Service": "cloudtrail.amazonaws.com"}
Json = Any


def when(operator: str, key: str, *values: str) -> Json:
    return {"Condition": {operator: {key: list(values)}}}


def allow(principal: Json, resource: Json = TOPIC, **more: Json) -> Json:
    what = {"Action": "sns:*", "Resource": resource}
    return {"Effect": "Allow", "Principal": principal, **what, **more}


def deny(**more: Json) -> Json:
    return {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", **more}


def let_in(*statements: Json, ours: list[str] | None = None) -> list[str]:
    """Return by which principals others than our accounts get in."""
    whole = policy({"Version": "2012-10-17", "Statement": list(statements)})
    known = [OURS] if ours is None else ours
    return [each.text for item in whole.statements for each in strangers(item, known)]


def owners(*statements: Json, ours: tuple[str, ...] = ()) -> list[str]:
    """Return by which principals others than the owner of a topic may delete it."""
    whole = policy({"Version": "2012-10-17", "Statement": list(statements)})
    found = access(whole, ["sns:DeleteTopic"])
    return [
        each.text for item in whole.statements for each in strangers_by(found, item, list(ours))
    ]


LIMITED = [
    allow(OWN),
    allow({"AWS": f"arn:aws-cn:iam::{OURS}:role/x-{STRANGER}"}),
    allow("*", **when("StringEquals", "aws:PrincipalAccount", OURS)),
    allow("*", **when("StringEquals", "aws:PrincipalAccount", "${aws:ResourceAccount}")),
    allow("*", **when("ArnLike", "aws:PrincipalArn", f"arn:*:iam::{OURS}:role/*")),
    allow("*", **when("StringEquals", "AWS:SourceOwner", OURS)),
    allow("*", **when("StringEquals", "aws:PrincipalOrgID", "o-1")),
    allow("*", **when("StringEquals", "aws:userid", "AROAEXAMPLE:bob", f"{OURS}:bob")),
    allow("*", **when("StringEquals", "aws:SourceVpce", "vpce-1")),
    allow(OTHER, **when("StringEquals", "aws:PrincipalOrgID", "o-1")),
    allow(OTHER, **when("StringEquals", "aws:PrincipalAccount", OURS)),
    allow({"AWS": "AROAEXAMPLE"}),
    allow({"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}),
    allow({"Federated": "cognito-identity.amazonaws.com"}),
]
OPEN = [
    allow(OTHER),
    allow({"AWS": f"arn:aws-cn:iam::{STRANGER}:user/u"}),
    allow({"CanonicalUser": "79a59df900b949e5"}),
    allow("*"),
    allow("*", **when("StringLike", "aws:PrincipalAccount", "*")),
    allow("*", **when("StringLike", "aws:PrincipalAccount", "99999999999?")),
    allow("*", **when("StringEquals", "aws:PrincipalAccount", OURS, STRANGER)),
    allow("*", **when("StringNotEquals", "aws:PrincipalAccount", STRANGER)),
    allow("*", **when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::9???????????:role/r")),
    allow("*", **when("StringEquals", "aws:VpceAccount", STRANGER)),
    allow("*", **when("StringEquals", "aws:userid", STRANGER)),
    allow("*", **when("StringEquals", "aws:userid", f"{STRANGER}:bob")),
    allow("*", **when("StringEqualsIfExists", "aws:PrincipalOrgID", "o-1")),
    allow(OTHER, **when("Bool", "aws:ViaAWSService", "true")),
    allow(OTHER, **when("IpAddress", "aws:SourceIp", "203.0.113.0/24")),
    allow(OTHER, **when("StringEquals", "aws:PrincipalAccount", OURS, STRANGER)),
]


@pytest.mark.parametrize("statement", LIMITED)
def test_ours_and_an_organisation_are_no_strangers(statement: Json) -> None:
    assert not let_in(statement)
    assert not owners(statement)


@pytest.mark.parametrize("statement", OPEN)
def test_strangers_get_in(statement: Json) -> None:
    assert let_in(statement)
    canonical = "CanonicalUser" in statement["Principal"]
    assert owners(statement) or canonical


@pytest.mark.parametrize(
    "service",
    [
        {"Bool": {"aws:PrincipalIsAWSService": "true"}},
        {"StringLike": {"aws:PrincipalServiceName": "*"}},
    ],
)
def test_a_service_that_a_condition_names_acts_for_a_stranger(service: Json) -> None:
    def sourced(account: str) -> Json:
        source = {"StringEquals": {"aws:SourceAccount": account}}
        return allow("*", Condition={**service, **source})

    assert let_in(sourced(STRANGER)) == ["*"]
    assert not let_in(sourced(OURS))


@pytest.mark.parametrize("ours", [OURS, "444455556666"])
def test_a_placeholder_in_a_condition_may_be_anyones_account(ours: str) -> None:
    for statement in (
        allow("*", **when("StringEquals", "aws:PrincipalAccount", "${Account}")),
        allow(TRAIL, **when("StringEquals", "aws:SourceAccount", "${Account}")),
    ):
        with pytest.raises(Undecided, match="placeholder"):
            let_in(statement, ours=[ours])


@pytest.mark.parametrize(
    "only",
    [
        deny(Principal=OTHER),
        deny(**when("StringNotEquals", "aws:PrincipalAccount", OURS)),
        deny(**when("StringEquals", "aws:PrincipalAccount", STRANGER)),
        deny(**when("StringNotEqualsIfExists", "aws:PrincipalOrgID", "o-1")),
    ],
)
def test_whom_a_deny_refuses_is_not_let_in(only: Json) -> None:
    assert not let_in(allow(OTHER), only)
    assert not owners(allow(OTHER), only)


def test_a_deny_of_all_but_our_role_lets_no_stranger_in() -> None:
    role = {"AWS": f"arn:aws:iam::{OURS}:role/admin"}
    others = {"Effect": "Deny", "NotPrincipal": role, "Action": "*", "Resource": "*"}
    assert not let_in(allow("*"), others)
    assert not let_in(allow(OTHER), others)
    spared = {**others, "NotPrincipal": OTHER}
    assert let_in(allow("*"), spared) == ["*"]
    assert let_in(allow(OTHER), spared) == [OTHER["AWS"]]


def test_a_deny_that_spares_a_stranger_lets_it_in() -> None:
    spared = deny(**when("StringNotEquals", "aws:PrincipalAccount", OURS, STRANGER))
    assert let_in(allow("*"), spared) == ["*"]
    assert owners(allow("*"), spared) == ["*"]
    others = {"Effect": "Deny", "NotPrincipal": OTHER, "Action": "*", "Resource": "*"}
    assert let_in(allow("*"), others) == ["*"]


def test_not_principal_lets_everyone_in() -> None:
    statement = {"Effect": "Allow", "NotPrincipal": OWN, "Action": "*", "Resource": TOPIC}
    assert let_in(statement) == ["*"]
    assert not let_in({**statement, "Effect": "Deny"})


def test_a_service_counts_if_it_must_say_for_whom_it_calls() -> None:
    source = "aws:SourceAccount"
    assert not let_in(allow(TRAIL))
    assert not let_in(allow(TRAIL, **when("StringEquals", source, OURS)))
    assert not let_in(allow(TRAIL, **when("StringNotEquals", source, STRANGER)))
    assert not let_in(allow(TRAIL, **when("StringEquals", "aws:SourceOrgID", "o-1")))
    assert not let_in(allow(TRAIL, **when("ArnLike", "aws:SourceArn", "arn:aws:s3:::bucket")))
    assert let_in(allow(TRAIL, **when("StringEquals", source, OURS, STRANGER)))
    assert let_in(allow(TRAIL, **when("StringLike", "aws:SourceArn", "arn:aws:sns:*:99*:t")))
    spared = deny(**when("StringNotEquals", source, OURS, STRANGER))
    assert let_in(allow(TRAIL), spared) == [TRAIL["Service"]]
    assert not let_in(allow(OWN), spared)


def test_the_arn_of_a_resource_says_who_owns_it() -> None:
    theirs = TOPIC.replace(OURS, STRANGER)
    assert owners(allow(OTHER)) == [OTHER["AWS"]]
    assert not owners(allow(OTHER, theirs))
    assert owners(allow(OTHER, [theirs, TOPIC])) == [OTHER["AWS"]]
    assert not owners(allow(OTHER), ours=(STRANGER,))


def test_another_arn_of_the_policy_may_say_it() -> None:
    assert not owners(allow(OTHER, "*"))
    named = deny(Resource=TOPIC, **when("Bool", "aws:SecureTransport", "false"))
    assert owners(allow(OTHER, "*"), named) == [OTHER["AWS"]]


def test_if_no_arn_says_it_ours_are_the_owners() -> None:
    assert owners(allow(OTHER, "*"), ours=(OURS,)) == [OTHER["AWS"]]
    assert not owners(allow(OWN, "*"), ours=(OURS,))
    assert owners(allow({"CanonicalUser": "79a59df900b949e5"}, "*"), ours=(OURS,))


def test_of_two_accounts_the_first_is_taken_for_the_owner() -> None:
    assert owners(allow(OWN, "*"), allow(OTHER, "*")) == [OTHER["AWS"]]
    assert owners(allow(OTHER, "*"), allow(OWN, "*")) == [OURS]
    reader = {**allow(OTHER, "*"), "Action": "sns:Publish"}
    assert not owners(reader, allow(OWN, "*"))
    refused = deny(Principal=OTHER)
    assert not owners(allow(OTHER, "*"), allow(OWN, "*"), refused)


def test_without_a_named_account_a_condition_tells_it() -> None:
    asked = when("StringEquals", "kms:CallerAccount", OURS)
    assert not owners(allow("*", "*", **asked))
    assert not owners(
        allow("*", "*"), deny(**when("StringNotEquals", "aws:PrincipalAccount", OURS))
    )
    refused = deny(**when("StringEquals", "aws:PrincipalAccount", STRANGER))
    assert not owners(refused, allow("*", "*", **asked))
    both = when("StringEquals", "kms:CallerAccount", OURS, STRANGER)
    assert owners(allow("*", "*", **both)) == ["*"]
    assert owners(allow("*", "*")) == ["*"]


def test_a_placeholder_is_equal_to_itself_only() -> None:
    topic, root = "arn:aws:sns:eu-west-1:${Own}:app", {"AWS": "arn:aws:iam::${Own}:root"}
    assert not owners(allow(root, topic))
    assert not owners(allow(root, "*"))
    with pytest.raises(Undecided, match="whose account"):
        owners(allow({"AWS": "arn:aws:iam::${Other}:root"}, topic))
    with pytest.raises(Undecided, match="whose account"):
        owners(allow(OTHER, "*"), allow(root, "*"))
    with pytest.raises(Undecided, match="whose account"):
        let_in(allow(root))


def test_a_placeholder_in_a_condition_may_be_one_of_ours() -> None:
    with pytest.raises(Undecided):
        let_in(
            allow("*", **when("StringEquals", "aws:PrincipalAccount", "${Account}")),
            ours=["444455556666"],
        )


def test_an_identity_policy_lets_nobody_in() -> None:
    assert not let_in({"Effect": "Allow", "Action": "*", "Resource": "*"})
