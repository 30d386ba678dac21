"""Every shipped rule gives what its own examples say, and examples say enough."""

from __future__ import annotations

import json

import pytest
import re2

from checker import kinds
from checker.documents import Document, Selection, document
from checker.reader import Limits, parse, read_bytes
from checker.report import Status
from checker.rules import Example, Rule, load, shipped
from checker.run.evaluate import Outcome, evaluate

KINDS = {kind.name: kind for kind in kinds.builtin()}
RULES = load(["builtin"], KINDS, {}, Limits()).rules


def _document(example: Example) -> Document:
    source = read_bytes("example.json", json.dumps(example.document).encode(), Limits())
    return document(parse(source, Limits()), Selection((), KINDS), example.kind)


EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.id}: {example.name}")
    for rule in RULES
    for example in rule.examples
]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_an_example_gives_what_it_says(rule: Rule, example: Example) -> None:
    subject = _document(example)
    assert subject.problems == ()
    outcome: Outcome = evaluate(rule.as_in(example), subject)
    messages = [finding.message for finding in outcome.findings]
    assert outcome.status.value == example.expect, messages
    if outcome.status is Status.FAIL:
        assert any(re2.search(example.message, message) for message in messages), messages


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_shows_two_failures_and_two_passes(rule: Rule) -> None:
    expected = [example.expect for example in rule.examples]
    assert expected.count("fail") >= 2
    assert expected.count("pass") + expected.count("skip") >= 2
    assert "pass" in expected
    assert all(example.message for example in rule.examples if example.expect == "fail")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_tells_why_and_what_to_do(rule: Rule) -> None:
    assert rule.file.references
    assert len(rule.file.title) <= 72
    assert rule.file.remediation != rule.file.description


def test_the_ids_of_the_shipped_rules_are_known_without_loading_them() -> None:
    assert shipped() == {rule.id for rule in RULES}
