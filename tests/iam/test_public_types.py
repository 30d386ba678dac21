"""Public access by type of resource, as IAM Access Analyzer checks it."""

from __future__ import annotations

from typing import Any

import pytest

from checker.iam import catalogue
from checker.iam.patterns import Undecided
from checker.iam.public_types import SERVICES, is_about, public_access
from checker.iam.statement import Policy, policy

READ: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::b/*",
}
OURS = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}


def of(*statements: Any) -> Policy:
    return policy({"Version": "2012-10-17", "Statement": list(statements)})


def test_there_are_as_many_types_as_aws_lists() -> None:
    assert len(SERVICES) == 26
    assert all(catalogue.actions(each) for each in SERVICES.values())


@pytest.mark.parametrize("name", SERVICES)
def test_a_policy_of_every_type_may_be_public(name: str) -> None:
    given = of({"Effect": "Allow", "Principal": "*", "Action": f"{SERVICES[name]}:*"})
    assert is_about(given, name)
    found = public_access(given, name)
    assert found is not None
    assert found[1].action.startswith(f"{SERVICES[name]}:")
    confined = of({**READ, "Action": f"{SERVICES[name]}:*", "Condition": OURS})
    assert public_access(confined, name) is None


def test_only_actions_on_the_type_count() -> None:
    given = of(READ, {**READ, "Action": "sqs:*", "Condition": OURS})
    assert public_access(given, "AWS::SQS::Queue") is None
    found = public_access(given, "AWS::S3::Bucket")
    assert found is not None
    assert found[0] is given.statements[0]
    assert (found[1].action, found[1].resource) == ("s3:GetObject", "arn:aws:s3:::b/x")
    assert "aws:principalisawsservice" not in found[1].context, "a stranger is no service"


def test_a_policy_is_about_a_type_if_any_statement_is() -> None:
    assert not is_about(of(READ), "AWS::SQS::Queue")
    assert is_about(of(READ, {**READ, "Effect": "Deny", "Action": "sqs:*"}), "AWS::SQS::Queue")
    assert is_about(of({**READ, "Action": "*"}), "AWS::SQS::Queue")
    assert is_about(of({**READ, "Action": "sqs:${action}"}), "AWS::SQS::Queue")


def test_a_statement_in_doubt_hides_no_public_one() -> None:
    doubtful = {**READ, "Principal": "${principal}"}
    found = public_access(of(doubtful, READ))
    assert found is not None
    assert found[0].route == ("Statement", 1)
    with pytest.raises(Undecided, match="principal"):
        public_access(of(doubtful, {**READ, "Condition": OURS}))


def test_services_alone_are_shown_as_they_are() -> None:
    by_service = {"Bool": {"aws:PrincipalIsAWSService": "true"}}
    found = public_access(of({**READ, "Condition": by_service}))
    assert found is not None
    assert found[1].principal == "Service:a service of AWS, on behalf of anyone"
    assert found[1].context == {}
