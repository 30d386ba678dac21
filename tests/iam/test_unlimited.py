"""Which Allow statements go beyond what their policy names."""

from __future__ import annotations

from typing import Any

from checker.iam.statement import Statement, policy
from checker.iam.unlimited import allows_other_services, is_unlimited, unnamed_action

ADMIN: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def first(*statements: dict[str, Any]) -> Statement:
    data: Any = {"Version": "2012-10-17", "Statement": list(statements)}
    return policy(data).statements[0]


def deny(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Resource": "*", **elements}


def test_no_deny_names_what_nobody_names() -> None:
    guessed = unnamed_action(policy({"Statement": [ADMIN]}), "iam")
    assert is_unlimited(first(ADMIN, deny(Action=[guessed, "s3:*"])))


def test_a_deny_of_all_else_limits() -> None:
    assert not allows_other_services(first(ADMIN, deny(NotAction="s3:*")))
    assert not is_unlimited(first(ADMIN, deny(NotAction="s3:*")))
    assert not is_unlimited(first(ADMIN, deny(Action="iam:*")))
