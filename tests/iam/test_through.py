"""Which requests get past a statement, whatever its conditions on some keys are meant to do."""

from __future__ import annotations

from typing import Any

import pytest

from checker.iam.question import lets_through
from checker.iam.statement import policy

PRESENT, AGE = "aws:multifactorauthpresent", "aws:multifactorauthage"
KEY, AGE_KEY = "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"
LONG_TERM = {PRESENT: (), AGE: ()}
SESSION = {PRESENT: ("false",), AGE: ()}
WITH_MFA = {PRESENT: ("true",), AGE: ("0",)}


def through(*made: tuple[str, str, dict[str, Any]]) -> tuple[bool, bool, bool]:
    """Return what gets past the first of some statements: long-term, session, with MFA."""
    statements: Any = [
        {"Effect": effect, "Action": action, "Resource": "*", "Condition": condition}
        for effect, action, condition in made
    ]
    first = policy({"Version": "2012-10-17", "Statement": statements}).statements[0]
    long_term, session, with_mfa = (
        lets_through(first, each) for each in (LONG_TERM, SESSION, WITH_MFA)
    )
    return long_term, session, with_mfa


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"Bool": {KEY: "true"}}, (False, False, True)),
        ({"BoolIfExists": {KEY: "true"}}, (True, False, True)),
        ({"Bool": {KEY: ["true", "false"]}}, (False, True, True)),
        ({"Null": {KEY: "false"}}, (False, True, True)),
        ({"NumericLessThan": {AGE_KEY: "3600"}}, (False, False, True)),
        ({"NumericLessThanIfExists": {AGE_KEY: "3600"}}, (True, True, True)),
        ({"BoolIfExists": {KEY: "false"}}, (True, True, False)),
        ({}, (True, True, True)),
    ],
)
def test_what_an_allow_lets_through(
    condition: dict[str, Any], expected: tuple[bool, bool, bool]
) -> None:
    assert through(("Allow", "ec2:StopInstances", condition)) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"BoolIfExists": {KEY: "false"}}, (False, False, True)),
        ({"Bool": {KEY: "false"}}, (True, False, True)),
        ({"StringNotEquals": {KEY: "true"}}, (False, False, True)),
        ({"Null": {KEY: "true"}}, (False, True, True)),
        ({"Null": {AGE_KEY: "true"}}, (False, False, True)),
        ({"NumericGreaterThan": {AGE_KEY: "3600"}}, (True, True, True)),
        ({"NumericGreaterThanIfExists": {AGE_KEY: "3600"}}, (False, False, True)),
        ({"Bool": {KEY: "true"}}, (True, True, False)),
    ],
)
def test_what_a_deny_lets_through(
    condition: dict[str, Any], expected: tuple[bool, bool, bool]
) -> None:
    assert through(("Deny", "ec2:StopInstances", condition)) == expected


def test_what_other_denies_leave() -> None:
    sessions, absent = {"Bool": {KEY: "false"}}, {"Null": {KEY: "true"}}
    both = {"BoolIfExists": {KEY: "false"}}
    stop, every = "ec2:StopInstances", "ec2:*"
    assert through(("Deny", stop, sessions), ("Deny", every, absent)) == (False, False, True)
    assert through(("Deny", every, sessions), ("Deny", stop, absent)) == (True, False, True)
    assert through(("Allow", stop, {}), ("Deny", every, both)) == (False, False, True)
    assert through(("Allow", every, {}), ("Deny", stop, both)) == (True, True, True)
    assert through(("Deny", stop, sessions), ("Allow", every, {})) == (True, False, True)


def test_the_other_conditions_of_a_deny_say_what_it_is_about() -> None:
    apart = {"Bool": {KEY: "false"}, "StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    here = {"Null": {KEY: "true"}, "StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    there = {"Null": {KEY: "true"}, "StringEquals": {"aws:RequestedRegion": "eu-west-2"}}
    assert through(("Deny", "*", apart), ("Deny", "*", here)) == (False, False, True)
    assert through(("Deny", "*", apart), ("Deny", "*", there)) == (True, False, True)


def test_a_deny_on_a_variable_resource_denies_itself() -> None:
    deny: Any = {
        "Effect": "Deny",
        "NotAction": "iam:EnableMFADevice",
        "Resource": "arn:aws:iam::*:user/${aws:username}",
        "Condition": {"BoolIfExists": {KEY: "false"}},
    }
    (statement,) = policy({"Version": "2012-10-17", "Statement": deny}).statements
    assert not lets_through(statement, LONG_TERM)
    assert lets_through(statement, WITH_MFA)
