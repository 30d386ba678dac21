"""A verdict about an Allow rests on the Denies of its services; less is granted by what is less."""

from __future__ import annotations

from typing import Any

import pytest

from checker.budget import budget
from checker.iam.grounds import Grounds, narrows

Statement = dict[str, Any]


def allow(action: object = "s3:*", resource: object = "*", **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: object = "s3:*", resource: object = "*", **more: Any) -> Statement:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def used(*statements: Statement, at: int | None = 0, version: str = "2012-10-17") -> list[int]:
    """Return the statements on which a verdict about one of them rests; None is about all."""
    grounds = Grounds({"Version": version, "Statement": list(statements)})
    about = () if at is None else ("Statement", at, "Action")
    return sorted(int(str(route[1])) for route in grounds.used([about]).routes)


@pytest.mark.parametrize(
    ("action", "rests"),
    [
        ("s3:DeleteObject", True),
        ("S3:*", True),
        (["ec2:*", "s3:Get*"], True),
        ("*", True),
        ("s*:Get", True),
        ("ec2:*", False),
        (["ec2:*", "iam:*"], False),
        ("s3-outposts:*", False),
    ],
    ids=str,
)
def test_a_deny_counts_where_it_may_be_about_the_same_service(action: object, rests: bool) -> None:  # noqa: FBT001 - as pytest gives it
    assert used(allow(), deny(action)) == ([0, 1] if rests else [0])


def test_of_allows_only_the_one_that_is_pointed_to_counts() -> None:
    assert used(allow(), allow("s3:Get*"), deny("s3:Put*")) == [0, 2]


def test_an_allow_or_a_deny_of_all_but_some_actions_is_about_any_service() -> None:
    outside = {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}
    assert used(allow("ec2:*"), outside) == [0, 1]
    assert used({**outside, "Effect": "Allow"}, deny("iam:*"), deny("ec2:*")) == [0, 1, 2]


def test_a_verdict_about_the_policy_rests_on_all_and_one_about_another_element_on_none() -> None:
    assert used(allow(), deny("ec2:*"), allow("iam:*"), at=None) == [0, 1, 2]
    grounds = Grounds({"Version": "2012-10-17", "Statement": allow()})
    assert grounds.used([("Version",)]).routes == ()
    assert grounds.used([("Statement", "Action")]).routes == (("Statement",),)


def test_it_is_said_if_the_verdict_is_about_a_deny() -> None:
    grounds = Grounds({"Statement": [allow(), deny()]})
    assert grounds.used([("Statement", 1)]).guards
    assert not grounds.used([("Statement", 0)]).guards
    assert not grounds.used([()]).guards


@pytest.mark.parametrize(
    ("version", "resource", "kept"),
    [
        ("2012-10-17", "${aws:username}", "2012-10-17"),
        ("2008-10-17", "${aws:username}", "2008-10-17"),
        ("2008-10-17", "x", "2012-10-17"),
        (None, "${aws:username}", "2008-10-17"),
        (None, "x", "2012-10-17"),
    ],
)
def test_a_statement_alone_has_the_version_only_if_it_matters(
    version: str | None, resource: str, kept: str
) -> None:
    statement = allow(resource=resource)
    grounds = Grounds({"Statement": statement, **({"Version": version} if version else {})})
    assert grounds.alone(statement) == {"Version": kept, "Statement": statement}


OLD = [allow(), deny(resource=["arn:aws:s3:::prod", "arn:aws:s3:::prod/*"])]
ORG = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}


def narrowed(new: list[Statement], old: list[Statement], *, guards: bool = False) -> bool:
    def alone(statements: list[Statement]) -> list[Any]:
        return [{"Version": "2012-10-17", "Statement": each} for each in statements]

    with budget():
        return narrows(alone(new), alone(old), guards=guards)


@pytest.mark.parametrize(
    "new",
    [
        OLD,
        OLD[::-1],
        [*OLD, deny("s3:Put*")],
        [allow("s3:Get*"), OLD[1]],
        [allow("s3:Get*", "arn:aws:s3:::a/*")],
        [allow(Condition=ORG), OLD[1]],
        [allow(), deny(resource="arn:aws:s3:::p*")],
        [{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::prod*", "Sid": "x"}],
        [deny()],
    ],
    ids=range(9),
)
def test_what_grants_no_more_narrows(new: list[Statement]) -> None:
    assert narrowed(new, OLD)


@pytest.mark.parametrize(
    "new",
    [
        [allow()],
        [allow(), deny(resource="arn:aws:s3:::prod")],
        [allow(), deny("s3:Get*", OLD[1]["Resource"])],
        [allow(), {**OLD[1], "Condition": ORG}],
        [*OLD, allow("ec2:*")],
        [allow("*"), OLD[1]],
        [],
    ],
    ids=range(7),
)
def test_what_may_grant_more_does_not(new: list[Statement]) -> None:
    assert not narrowed(new, OLD)


def test_nothing_narrows_what_rests_on_no_statement() -> None:
    assert not narrowed(OLD, [])


def test_what_cannot_be_decided_does_not_narrow() -> None:
    open_ = allow(resource="arn:aws:s3:::${bucket}/*")
    assert not narrowed([open_], [allow(resource="arn:aws:s3:::a/*")])
    assert narrowed([open_], [open_])


def test_work_beyond_the_budget_does_not_narrow() -> None:
    many = [allow(f"s3:{'*a' * 9}{n}*", f"arn:aws:s3:::{'*b' * 9}{n}") for n in range(40)]
    with budget(10_000):
        old: list[Any] = [{"Statement": each} for each in many[::2]]
        assert not narrows([{"Statement": each} for each in many], old, guards=False)


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        ([deny("s3:*")], [deny("s3:Put*")], True),
        ([deny("s3:Put*")], [deny("s3:*")], False),
        ([deny()], [deny(Condition=ORG)], True),
        ([deny(Condition=ORG)], [deny()], False),
        ([deny(), deny("ec2:*")], [deny()], True),
        ([deny()], [deny(), deny("ec2:*")], False),
        ([{**deny(), "Principal": "*"}], [{**deny("s3:Put*"), "Principal": "*"}], True),
        ([{**deny("s3:Put*"), "Principal": "*"}], [{**deny(), "Principal": "*"}], False),
    ],
    ids=range(8),
)
def test_of_denies_alone_less_must_not_be_denied(
    new: list[Statement], old: list[Statement], *, expected: bool
) -> None:
    assert narrowed(new, old) is expected


def test_a_verdict_about_a_deny_holds_whatever_else_is_allowed() -> None:
    guard = deny("s3:Put*")
    assert narrowed([allow("ec2:*")], [allow("ec2:*"), guard])
    assert not narrowed([allow("ec2:*")], [allow("ec2:*"), guard], guards=True)
    assert narrowed([allow("ec2:*"), deny()], [allow("ec2:*"), guard], guards=True)


def test_a_statement_without_a_resource_is_compared_too() -> None:
    trust = {"Effect": "Deny", "Action": "sts:*", "Principal": "*"}
    less = {**trust, "Action": "sts:AssumeRole"}
    assert narrowed([trust], [less])
    assert not narrowed([less], [trust])
