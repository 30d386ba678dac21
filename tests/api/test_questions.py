"""The library answers both questions as the commands do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checker import Answer, Answered, InputError, Proof, grants, public_access
from checker.problems import Json

READ: Any = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
PASS_ROLE: Any = {"Sid": "Pass", "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}
TEMPLATE: Any = {**READ, "Resource": "arn:aws:s3:::${bucket}/*"}
OTHER: Any = {"AWS": "123456789012"}


def of(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def test_a_request_proves_what_is_granted() -> None:
    found = grants(of(READ, PASS_ROLE), ["s3:DeleteBucket", "iam:PassRole", "iam:CreateUser"])
    assert found.answer is Answer.YES
    assert found.proof == Proof("iam:PassRole", "arn:aws:iam::xxxxxxxxxxxx:role/x")
    assert (found.actions, found.sid) == (("iam:PassRole",), "Pass")
    assert found.place is not None
    assert found.place.pointer == "/Statement/1"


@pytest.mark.parametrize(
    ("found", "answer"),
    [
        (grants(of(READ), ["s3:PutObject"]), Answer.NO),
        (grants(of(READ), [], ["arn:aws:s3:::b/x"]), Answer.YES),
        (grants(of(READ), ["s3:GetObject"], ["arn:aws:s3:::c/*"]), Answer.NO),
        (grants(json.dumps(of(READ)), ["s3:*"]), Answer.YES),
        (grants(of(TEMPLATE), ["s3:GetObject"], ["arn:aws:s3:::b/x"]), Answer.UNDECIDED),
        (grants(of(READ), ["s3:GetObject"], kind="aws-scp"), Answer.SKIPPED),
        (public_access(of({**READ, "Principal": "*"})), Answer.YES),
        (public_access(of({**READ, "Principal": "*"}), "AWS::S3::Bucket"), Answer.YES),
        (public_access(of({**READ, "Principal": OTHER}), "AWS::S3::Bucket"), Answer.NO),
        (public_access(of({**READ, "Principal": "*"}), "AWS::SQS::Queue"), Answer.SKIPPED),
        (public_access(of(READ)), Answer.SKIPPED),
        (public_access(of(READ), kind="aws-resource-policy"), Answer.NO),
    ],
)
def test_every_answer(found: Answered, answer: Answer) -> None:
    assert found.answer is answer
    assert bool(found.proof) is (answer is Answer.YES)
    assert bool(found.problems) is (answer is Answer.UNDECIDED)
    assert bool(found.reason) is (answer is Answer.SKIPPED)


def test_what_makes_no_sense_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"action `s3:GetObjekt`.*`b` is not an ARN"):
        grants(of(READ), ["s3:GetObjekt"], ["b"])
    with pytest.raises(ValueError, match="nothing is asked"):
        grants(of(READ), [])
    with pytest.raises(ValueError, match="did you mean `AWS::S3::Bucket`"):
        public_access(of(READ), "AWS::S3::Buckets")
    for kind in ("", "pod"):
        with pytest.raises(ValueError, match="unknown kind"):
            grants(of(READ), ["s3:*"], kind=kind)


@pytest.mark.parametrize(
    ("actions", "resources"), [("s3:GetObject", ()), (["s3:GetObject"], "arn:aws:s3:::b/*")]
)
def test_a_string_is_not_taken_for_a_list(actions: Any, resources: Any) -> None:
    with pytest.raises(TypeError, match="must be a list of strings"):
        grants(of(READ), actions, resources)


def test_what_is_no_policy_is_an_error() -> None:
    with pytest.raises(InputError):
        grants({}, ["s3:*"])
    with pytest.raises(InputError):
        public_access("{")
