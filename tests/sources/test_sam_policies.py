"""SAM's policy templates, expanded."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from checker.iam.catalogue import exists
from checker.problems import Json
from checker.sources.sam_policies import SamPolicyError, expanded, names, parameters
from checker.sources.tables import table

PREFIX = "arn:${AWS::Partition}:"
SCOPE = "${AWS::Region}:${AWS::AccountId}"


NO_ACTIONS = {"sqs:ChangeMessageVisibilityBatch", "sqs:DeleteMessageBatch"}
"""Those of SAM that AWS has as methods only: their permissions are those of the single ones."""


def statements(name: str, given: Mapping[str, Json]) -> list[dict[str, Any]]:
    """Return the statements of an expanded template, which is a policy without anything else."""
    policy: dict[str, Any] = expanded(name, given)
    assert set(policy) == {"Statement"}
    return list(policy["Statement"])


def test_a_parameter_goes_into_every_arn() -> None:
    table_name: Json = {"Ref": "Orders"}
    (statement,) = statements("DynamoDBReadPolicy", {"TableName": table_name})
    assert statement == {
        "Effect": "Allow",
        "Action": [
            "dynamodb:BatchGetItem",
            "dynamodb:DescribeTable",
            "dynamodb:GetItem",
            "dynamodb:Query",
            "dynamodb:Scan",
        ],
        "Resource": [
            {
                "Fn::Sub": [
                    f"{PREFIX}dynamodb:{SCOPE}:table/${{TableName}}{end}",
                    {"TableName": table_name},
                ]
            }
            for end in ("", "/index/*")
        ],
    }


def test_a_policy_without_parameters_is_complete() -> None:
    assert expanded("VPCAccessPolicy", {}) == {
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [
                    "ec2:CreateNetworkInterface",
                    "ec2:DeleteNetworkInterface",
                    "ec2:DescribeNetworkInterfaces",
                    "ec2:DetachNetworkInterface",
                ],
                "Resource": "*",
            }
        ]
    }


def test_a_condition_is_filled_too() -> None:
    first, second = statements("AWSSecretsManagerRotationPolicy", {"FunctionName": "rotate"})
    assert first["Resource"] == {"Fn::Sub": f"{PREFIX}secretsmanager:{SCOPE}:secret:*"}
    assert first["Condition"] == {
        "StringEquals": {
            "secretsmanager:resource/AllowRotationLambdaArn": {
                "Fn::Sub": [
                    f"{PREFIX}lambda:{SCOPE}:function:${{FunctionName}}",
                    {"FunctionName": "rotate"},
                ]
            }
        }
    }
    assert second["Resource"] == "*"


def test_other_parameters_are_ignored() -> None:
    given = {"QueueName": "q", "Region": "x"}
    assert expanded("SQSPollerPolicy", given) == expanded("SQSPollerPolicy", {"QueueName": "q"})


def test_the_table_stays_as_it_is() -> None:
    before = json.dumps(table("sam_policies.yaml"))
    statements("S3CrudPolicy", {"BucketName": "b"})[0]["Action"].append("s3:*")
    assert json.dumps(table("sam_policies.yaml")) == before


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(SamPolicyError, match="'S3EverythingPolicy' is no policy template of SAM"):
        expanded("S3EverythingPolicy", {})


def test_a_missing_parameter_is_an_error() -> None:
    with pytest.raises(SamPolicyError, match="DynamoDBStreamReadPolicy needs StreamName: give"):
        expanded("DynamoDBStreamReadPolicy", {"TableName": "t"})


@pytest.mark.parametrize("name", names())
def test_every_template_is_a_policy_that_uses_all_its_parameters(name: str) -> None:
    found = statements(name, dict.fromkeys(parameters(name), "x"))
    for statement in found:
        assert {"Effect", "Action", "Resource"} <= set(statement)
        assert set(statement) <= {"Effect", "Action", "Resource", "Condition"}
        assert statement["Effect"] == "Allow"
        assert statement["Resource"]
        known = {each for each in statement["Action"] if "*" in each or exists(each)}
        assert set(statement["Action"]) - known <= NO_ACTIONS
    assert set(re.findall(r"\$\{(\w+)\}", json.dumps(found))) == set(parameters(name))


def test_there_are_as_many_templates_as_sam_has() -> None:
    assert len(names()) == 81
