"""Narrowing a policy never adds a finding of a rule about grants, so widening never removes one.

`narrowing_open.yaml` lists the rules that do not keep to it yet, and how often; nothing adds to it.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.reader import Limits
from checker.rules import Rule, load
from tests.oracles import iam_oracle as oracle
from tests.oracles import rule_laws
from tests.oracles.narrowing import WAYS, narrower
from tests.oracles.rule_laws import Origin

Json = Any
OPEN = yaml.safe_load(Path(__file__).with_name("narrowing_open.yaml").read_text(encoding="utf-8"))


OF_EVERY_POLICY = ("a Deny more", "a Deny with a condition more", "a condition more")
"""The ways that every policy can be made narrower in, of which one in four is enough."""
OTHERS = [name for name in WAYS if name not in OF_EVERY_POLICY]


def assert_law(
    rules: list[Rule], origins: list[Origin], least: int, listed: dict[str, int]
) -> None:
    """Assert that the rules that break the law are those that are listed, no more often."""
    often = rule_laws.narrowed(rule_laws.some(origins, 4), OF_EVERY_POLICY)
    found = [*rule_laws.narrowed(origins, OTHERS), *often]
    proved = [case for case in found if case.holds]
    assert len(proved) >= least
    broken = rule_laws.counted(rule_laws.added(rules, proved, rule_laws.RULES))
    assert broken.keys() == listed.keys()
    assert {rule: count for rule, count in broken.items() if count > listed[rule]} == {}


@pytest.mark.slow
def test_narrowing_an_example_adds_no_finding(shipped_rules: dict[str, Rule]) -> None:
    rules = list(shipped_rules.values())
    assert_law(rules, list(rule_laws.examples(rules)), 2_000, OPEN["examples"])


@pytest.mark.slow
def test_narrowing_a_collected_policy_adds_no_finding(
    shipped_rules: dict[str, Rule], data: Path
) -> None:
    origins = list(rule_laws.collected(data))
    assert_law(list(shipped_rules.values()), origins, 400, OPEN["collected"])


LIKES_MORE = """\
id: likes-more
title: t
severity: low
kind: aws-iam-policy
about: grants
description: d
remediation: r
require: policy.access(["s3:ListBucket"]).granted
message: no bucket can be listed
examples:
  - name: two actions
    expect: pass
    document:
      Statement: {Effect: Allow, Action: ["s3:GetObject", "s3:ListBucket"], Resource: "*"}
"""


def test_a_rule_that_wants_more_access_is_found(tmp_path: Path) -> None:
    path = tmp_path / "likes-more.yaml"
    path.write_text(LIKES_MORE, encoding="utf-8")
    rules = load([str(path)], rule_laws.KINDS, {}, Limits()).rules
    found = list(rule_laws.narrowed(rule_laws.examples(rules)))
    assert all(case.holds for case in found)
    ways = {each.case.rewriting for each in rule_laws.added(rules, found)}
    assert "a Deny more" in ways
    assert "a condition more" not in ways


@given(st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_narrower_policy_allows_nothing_new(rnd: random.Random) -> None:
    principals = rnd.random() < 0.5
    policy = oracle.policy(rnd, rnd.sample(oracle.KINDS, 2), principals=principals)
    # the oracle does not know the keys of new conditions
    known = ["a Deny more", *OTHERS]
    for pair in narrower(policy, "x", known):
        space = oracle.dimensions(oracle.used_keys(policy), principals=principals)
        assert oracle.allowed(pair.other, space) <= oracle.allowed(policy, space), pair
