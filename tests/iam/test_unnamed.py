"""What a policy does not name can be asked for, and no Deny singles it out."""

from __future__ import annotations

from string import ascii_lowercase
from typing import Any

import pytest

from checker.iam.patterns import Undecided
from checker.iam.question import admits
from checker.iam.statement import Policy, policy
from checker.iam.unnamed import unnamed_action, unnamed_value

KEY = "sts:ExternalId"


def denying(*actions: str) -> Policy:
    """Return a policy that denies some actions beside an Allow of everything."""
    allow: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    deny: Any = {**allow, "Effect": "Deny", "Action": list(actions)}
    return policy({"Version": "2012-10-17", "Statement": [allow, deny]})


@pytest.mark.parametrize(
    ("service", "denied", "found"),
    [
        ("", ["s3:*"], "unnamed:unnamed"),
        ("s3", ["s3:*"], "s3:unnamed"),
        ("s3", ["*"], "s3:unnamed"),
        ("s3", ["s3:Unnamed"], "s3:axxxxxxx"),
        ("s3", ["*:unnamed"], "s3:axxxxxxx"),
        ("s3", ["s3:???????"], "s3:axxxxxxx"),
        ("s3", ["s3:??*"], "s3:unnamed"),
        ("s3", ["s3:u*", "s3:a*", "s3:b"], "s3:bxxxxxxx"),
        ("", ["*:u*"], "a:axx"),
        ("", ["???????:*"], "a:unnamed"),
        ("", ["unnamed:*", "a*:*"], "b:unnamed"),
        ("s3", [f"s3:{letter}*" for letter in ascii_lowercase], "s3:unnamed"),
    ],
)
def test_an_action_that_nobody_names(service: str, denied: list[str], found: str) -> None:
    assert unnamed_action(denying(*denied), service) == found


def trusting(**conditions: Any) -> Policy:
    """Return a policy that trusts an account, with a Deny for each operator."""
    trust: dict[str, Any] = {"Principal": "*", "Action": "sts:AssumeRole"}
    denies = [
        {"Effect": "Deny", **trust, "Condition": {operator: {KEY.upper(): values}}}
        for operator, values in conditions.items()
    ]
    data: Any = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **trust}, *denies]}
    return policy(data)


@pytest.mark.parametrize(
    ("among", "conditions", "found"),
    [
        ("*", {}, "any"),
        ("vpc-?", {}, "vpc-x"),
        ("*", {"StringEquals": ["ours"]}, "any"),
        ("repo:*/x", {"StringLike": "repo:ours/*"}, "repo:any/x"),
        ("repo:*/x", {"StringLike": ["repo:any/*", "repo:a*"]}, "repo:z/x"),
        ("*", {"StringLike": "any"}, "a"),
        ("*", {"StringEqualsIgnoreCase": ["ANY", "a"], "StringEquals": "Ab"}, "x"),
        ("*", {"NumericEquals": "1", "Bool": "true"}, "any"),
        ("*", {"NoSuchOperator": "any"}, "any"),
        ("x", {"StringEquals": "x"}, "x"),
    ],
)
def test_a_value_that_nobody_names(among: str, conditions: Any, found: str) -> None:
    of = trusting(**conditions)
    assert unnamed_value(of, KEY, among) == found


@pytest.mark.parametrize(
    ("conditions", "open_"),
    [
        ({"StringEquals": "any"}, True),
        ({"StringLike": ["any", "?"]}, True),
        ({"StringEqualsIgnoreCase": ["any", *ascii_lowercase], "StringEquals": ["Any", "B"]}, True),
        ({"StringLike": "*"}, False),
        ({"StringLike": "?*"}, False),
        ({"StringNotEquals": "ours"}, False),
    ],
    ids=str,
)
def test_only_a_deny_of_all_values_bars_the_unnamed_one(conditions: Any, *, open_: bool) -> None:
    of = trusting(**conditions)
    assert admits(of.statements[0], KEY, [unnamed_value(of, KEY, "*")]) is open_


def test_a_value_that_takes_too_long_to_find_is_not_guessed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("checker.iam.unnamed._TRIES", 1)
    of = trusting(StringEqualsIgnoreCase=["any", "b"], StringLike=["Any", "B?", "a*", "n*", "y*"])
    with pytest.raises(Undecided, match="that no condition names"):
        unnamed_value(of, KEY, "*")
