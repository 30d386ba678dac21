"""Which resources a statement is about, and the questions that they answer."""

from __future__ import annotations

from typing import Any

import pytest

from checker.iam.patterns import Undecided
from checker.iam.resources import Resource, resources
from checker.iam.statement import Statement, policy

NEW = "2012-10-17"


def statement(version: str | None = NEW, **elements: Any) -> Statement:
    data: dict[str, Any] = {} if version is None else {"Version": version}
    return policy({**data, "Statement": {"Effect": "Allow", **elements}}).statements[0]


def only(version: str | None = NEW, **elements: Any) -> Resource:
    (found,) = resources(statement(version, Action="*", **elements))
    return found


def test_the_resources_of_a_statement() -> None:
    found = resources(statement(Resource=["a", "b*", "a"]))
    assert [item.text for item in found] == ["a", "b*", "a"]
    assert [item.is_literal() for item in found] == [True, False, True]
    assert found[1].route == ("Statement", "Resource", 1)
    attached = only()
    assert attached.text == "the resource this policy is attached to"
    assert attached.is_literal()
    assert attached.route == ("Statement",)
    assert not attached.covers("*")
    assert attached.within("*")
    assert not attached.within("the resource*")
    outside = only(NotResource=["a", "b*"])
    assert outside.text == "* except a, b*"
    assert outside.route == ("Statement",)
    assert not outside.is_literal()
    assert outside.covers("c*")
    assert outside.covers("*")
    assert not only(NotResource="arn:aws:s3:::a").covers("*")
    assert not outside.covers("bc")
    assert outside.within("*")
    assert not outside.within("c*")
    assert resources(statement(Resource=[])) == ()


LITERAL: list[tuple[str, str | None, bool]] = [
    ("arn:aws:s3:::a", NEW, True),
    ("arn:aws:s3:::a*", NEW, False),
    ("arn:aws:s3:::a?", NEW, False),
    ("arn:aws:s3:::${*}", NEW, True),
    ("arn:aws:s3:::${*}", None, False),
    ("arn:aws:s3:::${aws:username}", NEW, False),
    ("arn:aws:s3:::${aws:username}", "2008-10-17", True),
]


@pytest.mark.parametrize(("text", "version", "expected"), LITERAL)
def test_which_resources_are_literal(text: str, version: str | None, *, expected: bool) -> None:
    assert only(version, Resource=text).is_literal() is expected


COVERS = [
    ("*", "*", True),
    ("*", "arn:aws:s3:::*", True),
    ("arn:aws:s3:::*", "arn:aws:s3:::a/*", True),
    ("arn:aws:s3:::a/*", "arn:aws:s3:::*", False),
    ("arn:aws:s3:::a", "arn:aws:s3:::a", True),
    ("arn:aws:s3:::a", "arn:aws:s3:::?", False),
    ("arn:*", "arn:aws:s3:::*", True),
    ("arn:*", "*", True),
    ("?*", "*", True),
    ("*:*", "arn:*", True),
    ("arn:*:*:*:*:*", "*", True),
    ("arn:?*:?*:*:*:?*", "arn:*:*", True),
    ("arn:*:*:*:*:a*", "*", False),
    ("arn:aws:*", "*", False),
    ("arn:aws:*", "arn:*", False),
    ("arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::*/*", True),
    ("arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::${aws:username}/*", True),
    ("arn:aws:s3:::a/${*}", "arn:aws:s3:::a/*", False),
    ("arn:aws:s3:::a/${*}", "arn:aws:s3:::a/${*}", True),
]


@pytest.mark.parametrize(("text", "asked", "expected"), COVERS)
def test_what_a_resource_covers(text: str, asked: str, *, expected: bool) -> None:
    assert only(Resource=text).covers(asked) is expected


WITHIN = [
    ("arn:aws:s3:::a/b", "arn:aws:s3:::a/*", True),
    ("arn:aws:s3:::a/*", "arn:aws:s3:::a/*", True),
    ("arn:aws:s3:::a/?*", "arn:aws:s3:::a/*", True),
    ("arn:aws:s3:::a/*", "arn:aws:s3:::a/?*", False),
    ("arn:aws:s3:::a/*", "arn:aws:s3:::b/*", False),
    ("*", "arn:*", False),
    ("arn:aws:ecr:*:1:repository/x", "arn:aws:ecr:*:1:repository/*", True),
    ("arn:aws:ecr:*:*:repository/x", "arn:aws:ecr:*:1:repository/*", False),
    ("arn:aws:ecr:*:repository/x", "arn:aws:ecr:*:1:repository/*", False),
    ("arn:aws:s3:::h/${aws:username}/*", "arn:aws:s3:::h/${aws:username}/*", True),
    ("arn:aws:s3:::h/${aws:UserName}", "arn:aws:s3:::h/${aws:username}", True),
    ("arn:aws:s3:::h/${aws:username}", "arn:aws:s3:::h/*", True),
    ("arn:aws:s3:::h/${aws:username}", "arn:aws:s3:::h/${aws:userid}", False),
    ("arn:aws:s3:::h/${aws:username}", "arn:aws:s3:::h/${aws:username, 'x'}", False),
    ("arn:aws:s3:::h/${aws:username}", "arn:aws:s3:::h/?*", False),
    ("arn:aws:s3:::h/*", "arn:aws:s3:::h/${aws:username}", False),
    ("arn:aws:s3:::h/alice", "arn:aws:s3:::h/${aws:username}", False),
    ("arn:aws:s3:::${*}", "arn:aws:s3:::${*}", True),
    ("arn:aws:s3:::a", "arn:aws:s3:::${*}", False),
]


@pytest.mark.parametrize(("text", "asked", "expected"), WITHIN)
def test_what_a_resource_lies_within(text: str, asked: str, *, expected: bool) -> None:
    assert only(Resource=text).within(asked) is expected


ALL_OF = [
    ("*", "ecr", True),
    ("arn:aws:ecr:*:*:repository/*", "ecr", True),
    ("arn:aws:ecr:*:*:repository/*", "ECR", True),
    ("arn:aws-cn:ecr:*", "ecr", True),
    ("arn:*:ecr:*:*:*", "ecr", True),
    ("arn:aws:ecr:?*:?*:repository/?*", "ecr", True),
    ("arn:aws:ecr:*-*-*:????????????:repository/*", "ecr", True),
    ("arn:aws:ecr:eu-west-1:*:repository/*", "ecr", True),
    ("arn:aws:ecr:eu-west-1:123456789012:repository/*", "ecr", True),
    ("arn:aws:ecr:eu-west-1:123456789012:repository/a*", "ecr", False),
    ("arn:aws:ecr:??-*:*:repository/*", "ecr", True),
    ("arn:aws:ecr:*:123456789012:repository/*", "ecr", True),
    ("arn:aws:ecr:*:*:repository/a*", "ecr", False),
    ("arn:aws:ecr:*:*:repository/*", "ecs", False),
    ("arn:aws:s3:::*", "s3", True),
    ("arn:aws:s3:::a*", "s3", False),
    ("arn:aws:s3:::a", "s3", False),
    ("arn:aws:s3:::???*", "s3", True),
    ("arn:aws:s3:::*?a", "s3", False),
    ("arn:aws:s3:::????????", "s3", False),
    ("arn:*:sqs:*:*:??*?", "sqs", True),
    ("arn:aws:ec2:*:*:instance/i-*", "ec2", True),
    ("arn:aws:ec2:*:*:instance/i-?????????????????", "ec2", True),
    ("arn:aws:ec2:*:*:instance/i-0*", "ec2", False),
    ("arn:aws:ec2:*:*:instance/vol-*", "ec2", False),
    ("arn:aws:kms:*:*:key/????????-????-????-????-????????????", "kms", True),
    ("arn:aws:kms:*:*:key/*-*", "kms", True),
    ("arn:aws:kms:*:*:key/a*-*", "kms", False),
    ("arn:aws:secretsmanager:*:*:secret:*-??????", "secretsmanager", True),
    ("arn:aws:secretsmanager:*:*:secret:app-??????", "secretsmanager", False),
]


@pytest.mark.parametrize(("text", "service", "expected"), ALL_OF)
def test_all_resources_of_a_service(text: str, service: str, *, expected: bool) -> None:
    assert only(Resource=text).covers_all_of(service) is expected


def test_all_but_some_resources_of_a_service() -> None:
    assert only(NotResource="arn:aws:s3:::a").covers_all_of("ecr")
    assert only(NotResource="arn:*:ecr:*:*:repository/a").covers_all_of("ecr")
    assert not only(NotResource="arn:*:ecr:*:*:*").covers_all_of("ecr")


def test_a_deny_with_an_exception_is_not_about_all_of_a_service() -> None:
    def denied(**elements: Any) -> bool:
        return only(Effect="Deny", **elements).covers_all_of("ecr")

    assert denied(Resource="*")
    assert denied(NotResource="arn:*:sqs:*:*:*")
    assert not denied(NotResource="arn:*:ecr:*:*:repository/a")
    assert not denied(Resource="arn:*:ecr:*:*:repository/???*")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*", True),
        ("arn:aws:gone:*", True),
        ("arn:aws:gone:*:*:thing/*", False),
        ("arn:aws:other:*:*:*", False),
    ],
)
def test_all_of_a_service_that_the_catalogue_does_not_know(text: str, expected: object) -> None:
    assert only(Resource=text).covers_all_of("gone") is expected


def test_what_is_denied_is_read_as_narrow_as_it_may_be() -> None:
    text = "arn:aws:*:repository/x"
    assert only(Resource=text).covers("arn:aws:ecr:eu-west-1:1:repository/x")
    assert not only(Effect="Deny", Resource=text).covers("arn:aws:ecr:eu-west-1:1:repository/x")
    assert not only(Effect="Deny", Resource="${aws:username}").covers("a")
    assert only(NotResource="${aws:username}").covers("a")
    assert not only(Effect="Deny", NotResource="${aws:username}").covers("a")


def test_a_placeholder_in_what_is_left_out_decides_nothing() -> None:
    found = only(NotResource="${bucket}")
    assert "${bucket}" in found.text
    for question in (
        found.is_literal,
        lambda: found.covers("a"),
        lambda: found.within("*"),
        lambda: found.covers_all_of("s3"),
    ):
        with pytest.raises(Undecided, match=r"`\$\{bucket\}` is a placeholder"):
            question()


BUCKET = "arn:aws:s3:::${bucket}"
ECR = "arn:${partition}:ecr:${region}:${account}:repository/"
OF_PLACEHOLDERS = [
    # the resource, the question, what it is asked, the answer; None if it is undecided
    (BUCKET, "is_literal", (), None),
    (f"{BUCKET}/*", "is_literal", (), False),
    (f"{ECR}*", "is_literal", (), False),
    (BUCKET, "is_named", (), None),
    (f"{BUCKET}/*", "is_named", (), False),
    (f"{BUCKET}/*/x", "is_named", (), False),
    (f"{ECR}x", "is_named", (), True),
    (f"{ECR}*", "is_named", (), False),
    (f"{ECR}${{name}}", "is_named", (), None),
    ("arn:aws:${service}:eu-west-1:111122223333:x", "is_named", (), None),
    (BUCKET, "within", ("arn:aws:s3:::*",), True),
    (BUCKET, "within", ("arn:aws:sqs:*",), False),
    (BUCKET, "within", ("arn:aws:s3:::logs",), None),
    (BUCKET, "within", (BUCKET,), True),
    (f"{ECR}*", "within", ("arn:*:ecr:*:*:repository/*",), True),
    (f"{ECR}*", "within", ("arn:*:ecr:*:*:repository/x",), False),
    (f"{ECR}x", "within", ("arn:*:ecr:*:111122223333:*",), None),
    (BUCKET, "covers", ("arn:aws:s3:::logs",), None),
    (BUCKET, "covers", ("arn:aws:sqs:eu-west-1:111122223333:logs",), False),
    (f"{BUCKET}*", "covers", (f"{BUCKET}/x",), True),
    (f"{ECR}*", "covers", ("arn:aws:ecr:eu-west-1:111122223333:repository/x",), None),
    (BUCKET, "covers_all_of", ("s3",), None),
    (BUCKET, "covers_all_of", ("sqs",), False),
    (f"{BUCKET}/logs", "covers_all_of", ("s3",), False),
    (f"{ECR}*", "covers_all_of", ("ecr",), True),
    (f"{ECR}${{name}}", "covers_all_of", ("ecr",), None),
    (f"{ECR}team/${{name}}", "covers_all_of", ("ecr",), False),
]


@pytest.mark.parametrize(("text", "name", "asked", "answer"), OF_PLACEHOLDERS)
def test_a_placeholder_leaves_open_only_what_its_value_decides(
    text: str, name: str, asked: tuple[str, ...], *, answer: bool | None
) -> None:
    question = getattr(only(Resource=text), name)
    if answer is None:
        with pytest.raises(Undecided, match="render the template before checking") as why:
            question(*asked)
        assert why.value.unknown is not None
        assert why.value.unknown[1] == ("Statement", "Resource")
    else:
        assert question(*asked) is answer
