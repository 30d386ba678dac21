"""Rules about grants judge policies that allow the same alike, whatever their words.

`metamorphic_open.yaml` lists the rules that do not do so yet, and how often. A rule that is not
listed must not differ, and a listed one must still differ, and no more often. The list is shortened
by `tools/metamorphic.py --shrink`, and nothing adds to it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.reader import Limits
from checker.rules import About, Rule, load
from tests.oracles import iam_oracle as oracle
from tests.oracles import rule_laws
from tests.oracles.deny_unless import to_allows, to_denies
from tests.oracles.metamorphic import FAMILIES, REWRITINGS, pairs

Json = Any
OPEN = yaml.safe_load(Path(__file__).with_name("metamorphic_open.yaml").read_text(encoding="utf-8"))
LEAST = {"unless": 130, "rest": 500, "splits": 400, "spelling": 700}
"""The fewest proved pairs of each family that the examples of the shipped rules give."""


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_examples_that_allow_the_same_are_judged_alike(
    shipped_rules: dict[str, Rule], family: str
) -> None:
    rules = list(shipped_rules.values())
    found = rule_laws.measured(rules, rule_laws.examples(rules), family)
    assert found.proved >= LEAST[family]
    assert_open(found.differing, OPEN["examples"][family])


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_collected_policies_that_allow_the_same_are_judged_alike(
    shipped_rules: dict[str, Rule], family: str, data: Path
) -> None:
    found = rule_laws.measured(shipped_rules.values(), rule_laws.collected(data), family)
    assert found.proved
    assert_open(found.differing, OPEN["collected"][family])


def assert_open(found: Mapping[str, int], listed: Mapping[str, int]) -> None:
    """Assert that the rules that differ are those that are listed, and differ no more often."""
    assert found.keys() == listed.keys()
    worse = {rule: count for rule, count in found.items() if count > listed[rule]}
    assert worse == {}


@pytest.mark.parametrize("found", [{}, {"a": 2}, {"a": 1, "b": 1}, {"b": 1}])
def test_the_list_of_open_rules_does_not_bend(found: dict[str, int]) -> None:
    with pytest.raises(AssertionError):
        assert_open(found, {"a": 1})


def test_only_shipped_rules_about_grants_are_listed_as_open(shipped_rules: dict[str, Rule]) -> None:
    for families in OPEN.values():
        assert families.keys() == FAMILIES.keys()
        for listed in families.values():
            assert all(shipped_rules[name].file.about is About.GRANTS for name in listed)
            assert all(count > 0 for count in listed.values())


WORDS = """\
id: by-words
title: t
severity: low
kind: aws-iam-policy
about: {about}
description: d
remediation: r
require: policy.statements.size() == 1
message: more than one statement
examples:
  - name: two actions
    expect: pass
    document:
      Statement: {{Effect: Allow, Action: ["s3:GetObject", "s3:PutObject"], Resource: "*"}}
"""


@pytest.mark.parametrize(("about", "differing"), [("grants", {"by-words": 1}), ("form", {})])
def test_a_rule_about_grants_that_looks_at_words_is_found(
    tmp_path: Path, about: str, differing: dict[str, int]
) -> None:
    path = tmp_path / "by-words.yaml"
    path.write_text(WORDS.format(about=about), encoding="utf-8")
    rules = load([str(path)], rule_laws.KINDS, {}, Limits()).rules
    (origin,) = rule_laws.examples(rules)
    found = list(rule_laws.cases([origin], ["Allow by action"]))
    assert [case.holds for case in found] == [True]
    assert rule_laws.counted(rule_laws.differences(rules, found)) == differing


def test_a_pair_that_is_not_proved_does_not_count() -> None:
    both = [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": condition}
        for condition in ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, {})
    ]
    origin = rule_laws.Origin("two", "aws-iam-policy", {"Statement": both})
    found = list(rule_laws.cases([origin], FAMILIES["unless"]))
    assert found
    assert not any(case.holds for case in found)


@given(st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_condition_and_a_deny_of_its_opposite_allow_the_same(rnd: random.Random) -> None:
    principals = rnd.random() < 0.5
    policy = oracle.policy(rnd, rnd.sample(oracle.KINDS, 2), principals=principals)
    # another Allow may grant what the new Deny takes off
    first, *rest = policy["Statement"]
    policy["Statement"] = [first, *(each for each in rest if each["Effect"] == "Deny")]
    alone = {**policy, "Statement": [first]}
    space = oracle.dimensions(oracle.used_keys(policy), principals=principals)
    for made in to_denies(policy):
        assert oracle.allowed(made, space) == oracle.allowed(policy, space)
    for made in to_denies(alone):
        for again in to_allows(made):
            assert oracle.allowed(again, space) == oracle.allowed(alone, space)


@given(st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_splitting_and_reordering_keep_what_is_allowed(rnd: random.Random) -> None:
    principals = rnd.random() < 0.5
    policy = oracle.policy(rnd, rnd.sample(oracle.KINDS, 2), principals=principals)
    space = oracle.dimensions(oracle.used_keys(policy), principals=principals)
    kept = ("order of", "Allow by", "Deny by", "two statements", "one as", "a list as")
    for pair in pairs(policy, "x", [name for name in REWRITINGS if name.startswith(kept)]):
        items = pair.other["Statement"]
        made = {"Statement": items if isinstance(items, list) else [items]}
        assert oracle.allowed(made, space) == oracle.allowed(policy, space), pair
