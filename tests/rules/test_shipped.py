"""Every shipped rule gives what its own examples say, and examples say enough."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import re2
import yaml

from checker.documents import Document, Selection, document
from checker.kinds.kind import Kind
from checker.reader import Limits, parse, read_bytes
from checker.report import Status
from checker.rules import About, Example, Rule, rule_documents, shipped
from checker.run.evaluate import Outcome, evaluate

EXAMPLES = {
    file.id: [example["name"] for example in file.data["examples"]]
    for file, _alone in rule_documents(["builtin"], Limits())
}
"""The names of the examples of each rule, read without compiling any."""
CASES = [
    pytest.param(name, index, id=f"{name}: {example}")
    for name, examples in EXAMPLES.items()
    for index, example in enumerate(examples)
]


@pytest.fixture
def rule(shipped_rules: dict[str, Rule], name: str) -> Rule:
    return shipped_rules[name]


def _document(example: Example, kinds: dict[str, Kind]) -> Document:
    source = read_bytes("example.json", json.dumps(example.document).encode(), Limits())
    return document(parse(source, Limits()), Selection((), kinds), example.kind)


@pytest.mark.parametrize(("name", "index"), CASES)
def test_an_example_gives_what_it_says(
    rule: Rule, index: int, known_kinds: dict[str, Kind]
) -> None:
    example = rule.examples[index]
    subject = _document(example, known_kinds)
    assert subject.problems == ()
    outcome: Outcome = evaluate(rule.as_in(example), subject)
    messages = [finding.message for finding in outcome.findings]
    assert outcome.status.value == example.expect, messages
    if outcome.status is Status.FAIL:
        assert any(re2.search(example.message, message) for message in messages), messages


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_rule_shows_two_failures_and_two_passes(rule: Rule) -> None:
    expected = [example.expect for example in rule.examples]
    assert expected.count("fail") >= 2
    assert expected.count("pass") + expected.count("skip") >= 2
    assert "pass" in expected
    assert all(example.message for example in rule.examples if example.expect == "fail")


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_rule_tells_why_and_what_to_do(rule: Rule) -> None:
    assert rule.file.references
    assert len(rule.file.title) <= 72
    assert rule.file.remediation != rule.file.description


def test_a_shipped_rule_is_about_what_the_list_says(shipped_rules: dict[str, Rule]) -> None:
    listed = yaml.safe_load(Path(__file__).with_name("about.yaml").read_text(encoding="utf-8"))
    found: dict[str, list[str]] = {about.value: [] for about in About}
    for name, rule in shipped_rules.items():
        assert rule.file.about is not None, f"{name} must say what it is about"
        found[rule.file.about].append(name)
    assert found == listed


def test_all_shipped_rules_and_examples_are_tried(shipped_rules: dict[str, Rule]) -> None:
    found = {rule.id: [each.name for each in rule.examples] for rule in shipped_rules.values()}
    assert found == EXAMPLES


def test_the_ids_of_the_shipped_rules_are_known_without_loading_them() -> None:
    assert shipped() == EXAMPLES.keys()
