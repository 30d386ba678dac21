"""AWS's own managed policies, as the package moto carries them, on any machine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from moto.iam.aws_managed_policies import aws_managed_policies_data

from checker import kinds
from checker.iam.access import access
from checker.iam.statement import policy
from checker.iam.validation import findings
from checker.problems import Json

PUSH = ["ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"]


def _documents() -> Iterator[tuple[str, dict[str, Json]]]:
    for name, managed in json.loads(aws_managed_policies_data).items():
        yield name, managed["Document"]


def test_every_managed_policy_is_recognised_and_valid() -> None:
    kind, *_ = kinds.builtin()
    rejected = {
        name: kind.schema.violations(document)
        for name, document in _documents()
        if not kind.recognises(document) or not kind.schema.accepts(document)
    }
    assert rejected == {}


def test_the_policies_that_may_push_images_are_these() -> None:
    granted = {name for name, document in _documents() if access(policy(document), PUSH).granted}
    assert "AmazonEC2ContainerRegistryPowerUser" in granted
    assert "AdministratorAccess" in granted
    assert "AmazonEC2ContainerRegistryReadOnly" not in granted
    assert len(granted) < 40


def test_the_policies_that_use_buckets_by_the_names_of_objects_are_these() -> None:
    found = {
        (name, entry)
        for name, document in _documents()
        if '"arn:aws:s3:' in json.dumps(document)
        for finding in findings(policy(document))
        if finding.code == "RESOURCE_MISMATCH" and "`s3:" in finding.message
        for entry in re.findall(r"not work on `(arn:[^`]*/[^`]*)`", finding.message)
    }
    assert found == {
        # listing uploads, and listing a bucket, on the names of objects only
        ("AWSTransformNetworkMigrationAgentPolicy", "arn:aws:s3:::transform-vmware-target-*/*"),
        ("AWSTransformServerMigrationAgentPolicy", "arn:aws:s3:::transform-vmware-target-*/*"),
        ("AmazonEC2RoleforAWSCodeDeployLimited", "arn:aws:s3:::*/CodeDeploy/*"),
    }
