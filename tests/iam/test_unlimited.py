"""Which Allow statements go beyond what their policy names."""

from __future__ import annotations

from string import ascii_lowercase
from typing import Any

import pytest

from checker.iam.statement import Statement, policy
from checker.iam.unlimited import allows_other_services, is_unlimited
from checker.iam.unnamed import unnamed_action

ADMIN: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def first(*statements: dict[str, Any]) -> Statement:
    data: Any = {"Version": "2012-10-17", "Statement": list(statements)}
    return policy(data).statements[0]


def deny(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Resource": "*", **elements}


def test_no_deny_names_what_nobody_names() -> None:
    guessed = unnamed_action(policy({"Statement": [ADMIN]}), "iam")
    assert is_unlimited(first(ADMIN, deny(Action=[guessed, "s3:*"])))


@pytest.mark.parametrize(
    "denied",
    [
        ["iam:*unnamed"],
        ["IAM:UNNAMED", "unnamed:Unnamed"],
        ["iam:?nnamed", "iam:u*", "iam:a*", "unnamed:unnamed"],
        [f"iam:{letter}-unnamed" for letter in "abcdefghijklmnopqrstuvwxyz"],
    ],
    ids=str,
)
def test_no_deny_of_a_few_names_limits(denied: list[str]) -> None:
    assert is_unlimited(first(ADMIN, deny(Action=denied)))


def test_a_deny_of_every_letter_limits() -> None:
    assert not is_unlimited(first(ADMIN, deny(Action=[f"iam:{each}*" for each in ascii_lowercase])))


def test_a_deny_of_all_else_limits() -> None:
    assert not allows_other_services(first(ADMIN, deny(NotAction="s3:*")))
    assert not is_unlimited(first(ADMIN, deny(NotAction="s3:*")))
    assert not is_unlimited(first(ADMIN, deny(Action="iam:*")))
