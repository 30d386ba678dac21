"""A Deny of the stranger that a rule once asked for does not open the rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from checker.api import check, load_rules
from checker.report.finding import Status

RULES = Path(__file__).resolve().parents[2] / "rules" / "trust"
OIDC = "arn:aws:iam::123456789012:oidc-provider/"
GITHUB, GITLAB = "token.actions.githubusercontent.com", "gitlab.com"
TERRAFORM, COGNITO = "app.terraform.io", "cognito-identity.amazonaws.com"


def trust(provider: str, key: str, **conditions: Any) -> dict[str, Any]:
    """Return a policy that trusts a provider, beside a Deny."""
    statement = {"Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity"}
    asked = {operator: {key: values} for operator, values in conditions.items()}
    denied = {"Effect": "Deny", **statement, "Principal": "*", "Condition": asked}
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}, denied]}


@pytest.mark.parametrize(
    ("rule", "provider", "key", "strangers", "ours"),
    [
        (
            "trust-github-subjects",
            OIDC + GITHUB,
            f"{GITHUB}:sub",
            ["repo:someone-else/*", "repo:any/*"],
            "repo:ours/app:ref:refs/heads/main",
        ),
        (
            "trust-gitlab-subjects",
            OIDC + GITLAB,
            f"{GITLAB}:sub",
            ["project_path:someone-else/*", "project_path:any/*"],
            "project_path:ours/app:ref_type:branch:ref:main",
        ),
        (
            "trust-terraform-cloud-subjects",
            OIDC + TERRAFORM,
            f"{TERRAFORM}:sub",
            ["organization:someone-else:*", "organization:any:*"],
            "organization:ours:project:p:workspace:w:run_phase:apply",
        ),
        (
            "trust-cognito-pools",
            COGNITO,
            f"{COGNITO}:aud",
            ["us-east-1:00000000-0000-4000-8000-000000000000", "us-east-1:any-*"],
            "eu-west-1:12345678-90ab-4cde-8fab-1234567890ab",
        ),
    ],
)
def test_only_a_deny_of_all_strangers_closes_the_rule(
    rule: str, provider: str, key: str, strangers: list[str], ours: str
) -> None:
    rules = load_rules("builtin:trust", profile="strict")
    open_ = trust(provider, key, StringLikeIfExists=strangers)
    closed = trust(provider, key, StringNotEquals=ours)
    report = check(rules, documents={"open": open_, "closed": closed}, workers=None)
    found = {
        each.file for each in report.findings if (each.rule, each.status) == (rule, Status.FAIL)
    }
    assert found == {"open"}
