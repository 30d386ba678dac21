"""Types of policies: told by their elements, or by the kind that a path is mapped to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.iam.statement import PolicyType, policy
from checker.iam.validation import findings
from tests.support.command import Run

ADMIN: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
}


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ({"Action": "s3:*", "Resource": "*"}, "identity"),
        ({"Action": "s3:*", "Resource": "*", "Principal": "*"}, "resource"),
        ({"Action": "ecr:BatchGetImage", "NotPrincipal": {"AWS": "123456789012"}}, "resource"),
        ({"Action": ["STS:AssumeRole", "sts:TagSession"], "Principal": {"AWS": "*"}}, "trust"),
        ({"Action": "sts:AssumeRole", "Principal": "*", "Resource": "*"}, "resource"),
        ({"NotAction": "s3:*", "Principal": "*"}, "resource"),
        ({"NotAction": "sts:TagSession", "Principal": {"AWS": "123456789012"}}, "trust"),
        ({"NotAction": "s3:*", "Principal": {"Federated": "accounts.google.com"}}, "trust"),
        ({"Action": "*", "Principal": {"Federated": "accounts.google.com"}}, "trust"),
        ({"Action": "*", "Principal": {"Federated": "id.example"}, "Resource": "*"}, "resource"),
    ],
)
def test_a_type_is_told_by_the_elements(statement: dict[str, Any], kind: str) -> None:
    data: dict[str, Any] = {"Version": "2012-10-17"}
    data["Statement"] = {"Effect": "Allow", **statement}
    assert policy(data).type == kind
    assert policy(data, PolicyType.SCP).type == "scp"


def test_a_mapped_type_decides_what_rules_ask(policy_check: Run, tmp_path: Path) -> None:
    for name in ("scp", "admin"):
        (tmp_path / f"{name}.json").write_text(json.dumps(ADMIN), encoding="utf-8")
    kinds = ("--kind", "*/scp.json=aws-scp", "--kind", "*/admin.json=aws-identity-policy")
    ran = policy_check("builtin", tmp_path, *kinds, "-o", "json")
    data = json.loads(ran.stdout)
    found = {(each["rule"], Path(each["document"]).name) for each in data["findings"]}
    assert ("no-full-admin", "admin.json") in found
    assert ("no-full-admin", "scp.json") not in found
    counts = {row["id"]: row for row in data["rules"]}
    assert counts["policy-version-present"]["pass"] == 2
    assert counts["no-full-admin"]["skip"] == 1


@pytest.mark.parametrize(
    ("kind", "principal", "found"),
    [
        ("aws-permissions-boundary", {}, "boundary-is-unlimited"),
        ("aws-vpc-endpoint-policy", {"Principal": "*"}, "vpc-endpoint-reaches-all"),
    ],
)
def test_what_only_limits_others_is_not_held_for_a_grant(
    policy_check: Run, tmp_path: Path, kind: str, principal: dict[str, Any], found: str
) -> None:
    data = {**ADMIN, "Statement": {**ADMIN["Statement"], **principal}}
    (tmp_path / "a.json").write_text(json.dumps(data), encoding="utf-8")
    ran = policy_check("builtin", tmp_path, "--kind", f"*={kind}", "-o", "json")
    rules = {each["rule"] for each in json.loads(ran.stdout)["findings"]}
    assert found in rules
    assert not rules & {"no-full-admin", "no-public-principal", "escalation-pass-role"}


def test_a_boundary_has_the_limits_of_a_managed_policy() -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    data: Any = {"Version": "2012-10-17", "Statement": [{**statement, "Sid": "x" * 6_000}]}
    for kind in (PolicyType.IDENTITY, PolicyType.BOUNDARY):
        assert [each.code for each in findings(policy(data, kind))] == []
    data["Statement"][0]["Sid"] = "x" * 6_200
    assert not findings(policy(data, PolicyType.IDENTITY))
    (over,) = findings(policy(data, PolicyType.BOUNDARY))
    assert over.code == "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA"
    data["Statement"] = {**statement, "Principal": "*"}
    (one,) = findings(policy(data, PolicyType.BOUNDARY))
    assert one.code == "UNSUPPORTED_PRINCIPAL"


def test_an_element_that_the_mapped_type_has_not_is_found(
    policy_check: Run, tmp_path: Path
) -> None:
    data = {**ADMIN, "Statement": {**ADMIN["Statement"], "Principal": "*"}}
    (tmp_path / "scp.json").write_text(json.dumps(data), encoding="utf-8")
    ran = policy_check("builtin", tmp_path, "--kind", "*=aws-scp")
    assert ran.returncode == 1
    assert b"SCP_SYNTAX_ERROR_PRINCIPAL" in ran.stdout
    assert b"no-public-principal" in ran.stdout


def test_another_kind_takes_no_policy_away(policy_check: Run, tmp_path: Path) -> None:
    (tmp_path / "any.json").write_text(json.dumps({"type": "object"}), encoding="utf-8")
    (tmp_path / "policy-check.yaml").write_text(
        "kinds: [{name: any, schema: any.json}]\n", encoding="utf-8"
    )
    policies = tmp_path / "policies"
    policies.mkdir()
    (policies / "a.json").write_text(json.dumps(ADMIN), encoding="utf-8")
    config = tmp_path / "policy-check.yaml"
    ran = policy_check("builtin", policies, "--config", config, "--kind", "*=any")
    assert ran.returncode == 2
    assert b"mapped to `any`, but it is `aws-iam-policy`" in ran.stdout
