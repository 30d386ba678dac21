"""A parameter of a rule takes its value from the setting `accounts`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.kinds.kind import Kind
from checker.problems import InputError
from checker.reader import Limits
from checker.rules import Rule, asked, load

OURS = ["123456789012", "111122223333"]
OWN = {"description": "d", "type": "list(string)", "setting": "accounts", "default": []}
RULE: dict[str, Any] = {
    "id": "a-rule",
    "title": "t",
    "severity": "low",
    "kind": "aws-iam-policy",
    "description": "d",
    "remediation": "r",
    "params": {"accounts": OWN, "other": {**OWN, "default": ["a"]}},
    "require": "policy.statements.all(s, s.strangers(params.accounts).size() == 0)",
    "message": "m",
}


def loaded(folder: Path, kinds: dict[str, Kind], data: Any = RULE, **given: Any) -> Rule:
    (folder / "a-rule.yaml").write_text(json.dumps(data))
    overrides = given.pop("overrides", {})
    (rule,) = load([str(folder / "a-rule.yaml")], kinds, overrides, Limits(), **given).rules
    return rule


def test_a_parameter_takes_the_setting(tmp_path: Path, known_kinds: dict[str, Kind]) -> None:
    rule = loaded(tmp_path, known_kinds, accounts=OURS)
    assert rule.params == {"accounts": OURS, "other": OURS}


def test_without_the_setting_the_default_counts(
    tmp_path: Path, known_kinds: dict[str, Kind]
) -> None:
    assert loaded(tmp_path, known_kinds).params == {"accounts": [], "other": ["a"]}


def test_a_value_for_the_rule_wins(tmp_path: Path, known_kinds: dict[str, Kind]) -> None:
    overrides = {"a-rule": {"accounts": ["444455556666"]}}
    rule = loaded(tmp_path, known_kinds, overrides=overrides, accounts=OURS)
    assert rule.params == {"accounts": ["444455556666"], "other": OURS}


def test_other_accounts_are_another_requirement(
    tmp_path: Path, known_kinds: dict[str, Kind]
) -> None:
    """Who accepts that strangers of some accounts get in has not accepted all others."""
    rules = [loaded(tmp_path, known_kinds, accounts=each) for each in (OURS, OURS[:1])]
    first, second = (asked(rule, rule.requirements[0].text) for rule in rules)
    assert first != second


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"type": "string", "default": ""}, "the setting `accounts` is a list(string), not string"),
        ({"setting": "account"}, "expected `accounts`, not `account`"),
    ],
)
def test_a_wrong_parameter_is_refused(
    tmp_path: Path, known_kinds: dict[str, Kind], changes: dict[str, Any], message: str
) -> None:
    params = {**RULE["params"], "other": {**OWN, **changes}}
    with pytest.raises(InputError) as caught:
        loaded(tmp_path, known_kinds, {**RULE, "params": params})
    assert any(message in each.message for each in caught.value.problems)
