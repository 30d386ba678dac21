"""What a policy as a whole allows: on which resources, by which statements."""

from __future__ import annotations

from typing import Any

import pytest

from checker.iam.access import Access, access
from checker.iam.statement import policy

ECR = "arn:aws:ecr:eu-west-1:123456789012:repository/"


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, **more}


def ask(actions: str | list[str], *statements: dict[str, Any]) -> Access:
    data: Any = {"Version": "2012-10-17", "Statement": list(statements)}
    return access(policy(data), [actions] if isinstance(actions, str) else actions)


def texts(found: Access) -> list[str]:
    return [item.text for item in found.resources]


OWN_TAG = {"StringEqualsIfExists": {"aws:PrincipalTag/name": "${aws:username}"}}
RESOURCES: list[tuple[list[dict[str, Any]], list[str]]] = [
    ([allow("s3:Put", "a")], ["a"]),
    ([allow("s3:Put", ["b", "a", "b"])], ["b", "a"]),
    ([allow("s3:Put", "a*"), allow("s3:*", ["a*", "b"])], ["a*", "b"]),
    ([allow("s3:Get", "a")], []),
    ([allow("s3:Put", "a${*}")], ["a${*}"]),
    ([allow("s3:Put", "a${aws:username}")], ["a${aws:username}"]),
    ([allow("s3:Put", "a"), deny("s3:Put", Resource="*")], []),
    ([allow("s3:Put", ["a", "b"]), deny("s3:Put", Resource="b")], ["a"]),
    ([allow("s3:Put", "a*"), deny("s3:Put", Resource="b*")], ["a*"]),
    ([allow("s3:Put", "a*"), deny("s3:Put", Resource="ab*")], ["a*"]),
    ([allow("s3:Put", ECR + "a*"), deny("s3:Put", Resource=ECR + "a?*")], [ECR + "a"]),
    ([allow("s3:Put", "a*"), deny("s3:Put", Resource="a?*")], ["a*"]),
    ([allow("s3:Put", "arn:::::a*"), deny("s3:Put", Resource=["arn:::::a?*", "arn:::::a"])], []),
    ([allow("s3:Put"), deny("s3:Put", NotResource="a")], ["a"]),
    ([allow("s3:Put"), deny("s3:Put", NotResource="a${*}")], ["a${*}"]),
    ([allow("s3:Put"), deny("s3:Put", NotResource="a*")], ["a*"]),
    ([allow("s3:Put"), deny("s3:Put", NotResource=["b", "a"])], ["b", "a"]),
    ([allow("s3:Put"), deny("s3:Put", NotResource=[])], []),
    ([allow("s3:Put", "a*"), deny("s3:Put", NotResource="*b")], ["a* within *b"]),
    ([allow("s3:Put", "a?"), deny("s3:Put", NotResource="?b")], ["ab"]),
    ([allow("s3:Put", "?${*}"), deny("s3:Put", NotResource="a*")], ["a${*}"]),
    ([allow("s3:Put", "a*"), deny("s3:Put", NotResource="b*")], []),
    (
        [allow("s3:Put"), deny("*", NotResource=["a*", "b"]), deny("*", NotResource=["*a", "b"])],
        ["a* within *a", "b"],
    ),
    ([{"Effect": "Allow", "Action": "s3:*", "NotResource": "a"}], ["* except a"]),
    ([{"Effect": "Allow", "Action": "s3:*", "NotResource": ["a", "b*"]}], ["* except a, b*"]),
    ([{"Effect": "Allow", "Action": "s3:*", "NotResource": ["a", "*"]}], []),
    ([{"Effect": "Allow", "Action": "s3:*", "NotResource": []}], ["*"]),
    (
        [
            {"Effect": "Allow", "Action": "s3:*", "NotResource": "a"},
            deny("s3:Put", NotResource=["a", "b", "c*"]),
        ],
        ["b", "c* except a"],
    ),
    ([{"Effect": "Allow", "NotAction": "s3:Get*", "Resource": "a"}], ["a"]),
    ([{"Effect": "Allow", "NotAction": "s3:P*", "Resource": "a"}], []),
    ([allow("s3:Put", "a"), {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}], ["a"]),
    ([allow("s3:Put", "a"), {"Effect": "Deny", "NotAction": "s3:G*", "Resource": "*"}], []),
    ([allow("s3:Put", "a"), deny("s3:Put", Resource="*", Principal={"AWS": "1"})], ["a"]),
    ([allow("s3:Put", "a"), deny("s3:Put", Resource="*", NotPrincipal={"AWS": "1"})], ["a"]),
    ([allow("s3:Put", "a"), deny("s3:Put", Resource="*", Principal="*")], []),
    ([allow("s3:Put", "a"), deny("s3:Put", Resource="*", Principal={"AWS": ["1", "*"]})], []),
    (
        [allow("s3:Put", "a"), deny("s3:Put", Resource="*", Condition={"Null": {"a:b": "true"}})],
        ["a"],
    ),
    ([allow("s3:Put", "a"), deny("s3:Put", Resource="*", Condition={"Null": {}})], []),
    ([allow("s3:Put", "a"), deny("s3:Put", Resource="*", Condition=OWN_TAG)], ["a"]),
    ([allow("s3:Put", "a", Condition={"Null": {"a": "b"}})], ["a"]),
    ([allow("s3:Put", "a"), deny("s3:Put", Resource="${aws:username}")], ["a"]),
]


@pytest.mark.parametrize(("statements", "expected"), RESOURCES)
def test_on_which_resources(statements: list[dict[str, Any]], expected: list[str]) -> None:
    found = ask("s3:Put", *statements)
    assert texts(found) == expected
    assert found.granted is bool(expected)


ATTACHED = "the resource this policy is attached to"
HERE: dict[str, Any] = {"Effect": "Allow", "Action": "ecr:*", "Principal": "*"}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ([], [ATTACHED]),
        ([HERE], [ATTACHED]),
        ([deny("ecr:Put*", Principal="*")], []),
        ([deny("ecr:Put*", Principal="*", Resource="*")], []),
        ([deny("ecr:Put*", Principal="*", Resource=["a", "**"])], []),
        ([deny("ecr:Put*", Principal="*", Resource="t*")], [ATTACHED]),
        ([deny("ecr:Put*", Principal="*", Resource="?*")], [ATTACHED]),
        ([deny("ecr:Put*", Principal="*", NotResource="a")], [ATTACHED]),
        ([deny("ecr:Put*", Principal={"AWS": "1"})], [ATTACHED]),
        ([deny("ecr:Get*", Principal="*")], [ATTACHED]),
        ([allow("ecr:*", "a", Principal="*")], [ATTACHED, "a"]),
    ],
)
def test_the_resource_that_a_policy_is_attached_to(
    more: list[dict[str, Any]], expected: list[str]
) -> None:
    found = ask("ecr:PutImage", HERE, *more)
    assert texts(found) == expected
    assert all(item.is_literal() for item in found.resources)


def test_a_deny_without_resource_leaves_a_named_resource() -> None:
    assert texts(ask("ecr:PutImage", allow("ecr:*", "a"), deny("ecr:*"))) == ["a"]


def test_places_of_resources() -> None:
    found = ask(
        ["ecr:B", "ecr:A"],
        allow("ecr:A", ["x", "y*"]),
        allow("ecr:B", "z"),
        {"Effect": "Allow", "NotAction": "ecr:A", "NotResource": "x"},
        {"Effect": "Allow", "Action": "ecr:A"},
    )
    assert [(item.text, item.route) for item in found.resources] == [
        ("x", ("Statement", 0, "Resource", 0)),
        ("y*", ("Statement", 0, "Resource", 1)),
        ("z", ("Statement", 1, "Resource")),
        ("* except x", ("Statement", 2)),
        (ATTACHED, ("Statement", 3)),
    ]


def test_by_which_statements_and_which_actions() -> None:
    found = ask(
        ["ecr:A", "ecr:B", "ecr:C"],
        allow("ecr:A", "a"),
        allow("ecr:B", "b"),
        allow("s3:*", "c"),
        deny("ecr:B", Resource="b"),
        allow("ecr:A", "b"),
    )
    assert [item.route for item in found.statements] == [("Statement", 0), ("Statement", 4)]
    assert found.actions == ("ecr:A",)
    assert found.granted
    none = ask("ecr:C", allow("ecr:A"))
    assert (none.granted, none.actions, none.statements, none.resources) == (False, (), (), ())


@pytest.mark.parametrize(
    ("asked", "denied", "granted"),
    [
        ("ecr:*", "ecr:Put*", True),
        ("ecr:*", "ecr:*", False),
        ("ecr:Put*", "ecr:*", False),
        ("ecr:Put*", ["ecr:Put", "ecr:Put?*"], False),
        ("ecr:Put*", "ecr:Put?*", True),
        ("*", "*:*", False),
        ("ECR:PUT", "ecr:Put", False),
    ],
)
def test_a_deny_must_cover_the_asked_pattern(asked: str, denied: object, *, granted: bool) -> None:
    assert ask(asked, allow("*"), deny(denied, Resource="*")).granted is granted


def test_a_pattern_is_allowed_when_any_of_its_actions_is() -> None:
    assert ask("ecr:*", allow("ecr:PutImage")).granted
    assert ask("ecr:Put*", allow("ecr:*Image")).granted
    assert not ask("ecr:Put*", allow("ecr:Get*")).granted


def test_letters_that_only_look_like_ascii_grant_nothing() -> None:
    assert not ask("kms:Encrypt", allow("\u212ams:*")).granted
    assert not ask("sts:AssumeRole", allow("\u017fts:*")).granted
    assert ask("kms:Encrypt", allow("KMS:ENCRYPT")).granted


def test_what_is_left_after_a_deny_is_what_is_asked_about() -> None:
    (left,) = ask("s3:Put", allow("s3:*", "b*"), deny("s3:*", Resource="bb*")).resources
    assert left.text == "b*"
    assert left.covers("bc*")
    assert not left.covers("b*")
    assert not left.covers("bb")
    assert left.within("b*")
    assert not left.within("bc*")
    (inside,) = ask("s3:Put", allow("s3:*", "b*"), deny("s3:*", NotResource="*c")).resources
    assert inside.covers("bbc")
    assert not inside.covers("bb")
    assert inside.within("b*c")
    assert not inside.within("b?*c")


def test_variables_that_share_a_resource_only_in_fact() -> None:
    # Nothing shows that the two overlap, but for alice they do.
    (left,) = ask(
        "s3:Put", allow("s3:*", "h/${aws:username}/*"), deny("s3:*", NotResource="h/alice/*")
    ).resources
    assert not left.is_literal()
    assert left.within("h/alice/*")
    assert left.within("h/${aws:username}/*")
    assert not left.within("nowhere")


def test_sets_of_one_text_are_shown_once_and_lose_nothing() -> None:
    (found,) = ask(
        ["s3:Put", "s3:Get"],
        allow("s3:*", "a*"),
        deny("s3:Put", Resource="ab*"),
        deny("s3:Get", Resource=["ac*"]),
    ).resources
    assert found.covers("ab*")
    assert found.covers("ac*")


def test_a_resource_that_only_a_deny_makes_literal_is_not_taken_for_a_pattern() -> None:
    found = ask(
        ["s3:Put", "s3:Get"],
        allow("s3:*", "a${*}?"),
        deny("s3:Put", NotResource="??${*}"),
    )
    assert [(item.text, item.is_literal()) for item in found.resources] == [
        ("a${*}${*}", True),
        ("a${*}?", False),
    ]


def test_the_same_question_is_worked_out_once() -> None:
    data = policy({"Statement": [allow("s3:*")]})
    assert access(data, ["s3:A"]) is access(data, ("s3:A",))
    assert access(data, ["s3:A"]) is not access(data, ["s3:B"])


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("backup:DeleteRecoveryPoint", "arn:aws:ec2:eu-west-1::snapshot/*"),
        ("backup:StartCopyJob", "arn:aws:rds:*:111122223333:snapshot:awsbackup:*"),
        ("kms:NewAction", "arn:aws:s3:::b"),
        ("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:newtype/x"),
        ("kms:Decrypt", "arn:aws:newservice:eu-west-1:111122223333:key/x"),
        ("kms:Decrypt", "arn:aws:k*:*:*:*"),
        ("kms:Decrypt", "arn:*:*:*:*:k*"),
        ("ses:SendEmail", "arn:aws:s3:::b"),
    ],
)
def test_an_action_is_granted_unless_its_types_are_known(action: str, resource: str) -> None:
    assert ask(action, allow(action, resource)).granted


def test_an_action_is_not_granted_on_a_type_that_is_known_to_be_another() -> None:
    for resource in ("arn:aws:s3:::b", "arn:aws:kms:eu-west-1:111122223333:alias/a"):
        assert not ask("kms:Decrypt", allow("kms:Decrypt", resource)).granted
