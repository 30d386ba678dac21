"""Which policies deny everyone what could change them again."""

from __future__ import annotations

from typing import Any

import pytest

from checker.iam.lockout import locked
from checker.iam.patterns import Undecided
from checker.iam.statement import policy

BUCKET = "arn:aws:s3:::b"
ADMIN = "arn:aws:iam::123456789012:role/admin"
Json = Any


def deny(what: str = "s3:*", on: Json = BUCKET, **more: Json) -> Json:
    return {"Effect": "Deny", "Principal": "*", "Action": what, "Resource": on, **more}


def when(operator: str, key: str, value: str) -> Json:
    return {"Condition": {operator: {key: value}}}


def found(*statements: Json, actions: tuple[str, ...] = ()) -> list[tuple[str, object]]:
    """Return the resources that are locked, each with the number of its statement."""
    asked = actions or ("s3:PutBucketPolicy", "s3:DeleteBucketPolicy")
    whole = policy({"Version": "2012-10-17", "Statement": list(statements)})
    return [(each.text, each.route[1]) for each in locked(whole, asked)]


TLS = when("Bool", "aws:SecureTransport", "false")
CLEAR = when("Bool", "aws:SecureTransport", "true")


@pytest.mark.parametrize(
    "statements",
    [
        [deny()],
        [deny("*")],
        [deny("s3:*BucketPolicy")],
        [deny(), {**deny(), "Effect": "Allow"}],
    ],
)
def test_a_deny_of_everything_locks(statements: list[Json]) -> None:
    assert found(*statements) == [(BUCKET, 0)]


@pytest.mark.parametrize(
    "statements",
    [
        [deny(**when("ArnNotEquals", "aws:PrincipalArn", ADMIN))],
        [deny(**when("StringNotEquals", "aws:SourceVpce", "vpce-1"))],
        [deny(**TLS)],
        [deny(**when("NotIpAddressIfExists", "aws:SourceIp", "<my-cidr>"))],
        [deny("s3:PutBucketPolicy")],
        [deny(on="arn:aws:sqs:eu-west-1:123456789012:q")],
        [deny(Principal={"AWS": "arn:aws:iam::123456789012:user/u"})],
        [{**deny(), "Effect": "Allow"}],
        [{"Effect": "Deny", "NotPrincipal": {"AWS": ADMIN}, "Action": "*", "Resource": "*"}],
        [{"Effect": "Deny", "Principal": "*", "NotAction": "s3:PutBucketPolicy", "Resource": "*"}],
    ],
)
def test_whoever_is_left_can_change_the_policy(statements: list[Json]) -> None:
    assert not found(*statements)


def test_several_denies_lock_together() -> None:
    assert found(deny(**TLS), deny(**CLEAR)) == [(BUCKET, 0)]
    assert found(deny(**TLS), deny("s3:Put*"), deny("s3:Delete*")) == [(BUCKET, 0)]


def test_the_deny_that_is_to_blame_is_told() -> None:
    assert found(deny(**TLS), deny()) == [(BUCKET, 1)]


def test_a_resource_is_told_once() -> None:
    assert found(deny(), deny(on=[BUCKET, "*"])) == [(BUCKET, 0), ("*", 1)]


def test_a_policy_without_resources_is_about_its_own() -> None:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "ecr:*"}
    ((text, number),) = found(statement, actions=("ecr:SetRepositoryPolicy",))
    assert "attached" in text
    assert number == 0


def test_a_placeholder_leaves_it_open() -> None:
    with pytest.raises(Undecided):
        found(deny(**when("${Operator}", "aws:SecureTransport", "false")))
