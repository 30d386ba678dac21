"""The remediation of every shipped rule, applied to what fails, passes the rule."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from checker.documents import Document, Selection, document
from checker.kinds.kind import Kind
from checker.problems import Json
from checker.reader import Limits, parse, read_bytes
from checker.report import Status
from checker.rules import Example, Rule, rule_documents
from checker.run.evaluate import evaluate

IDS = [file.id for file, _alone in rule_documents(["builtin"], Limits())]


def _failing(rule: Rule) -> Iterator[Example]:
    return (example for example in rule.examples if example.expect == "fail")


def _document(data: Json, kind: str, kinds: dict[str, Kind]) -> Document:
    source = read_bytes("fixed.json", json.dumps(data).encode(), Limits())
    return document(parse(source, Limits()), Selection((), kinds), kind)


@pytest.mark.parametrize("name", IDS)
def test_what_fails_is_fixed_by_the_remediation(
    name: str, shipped_rules: dict[str, Rule], known_kinds: dict[str, Kind]
) -> None:
    rule = shipped_rules[name]
    for example in _failing(rule):
        assert example.fixed is not None, example.name
        assert example.fixed != example.document
        fixed = _document(example.fixed, example.kind, known_kinds)
        assert fixed.problems == ()
        outcome = evaluate(rule.as_in(example), fixed)
        told = [finding.message for finding in outcome.findings]
        assert outcome.status in {Status.PASS, Status.SKIP}, (example.name, told)


@pytest.mark.parametrize("name", IDS)
def test_what_is_fixed_is_a_valid_policy(
    name: str, shipped_rules: dict[str, Rule], known_kinds: dict[str, Kind]
) -> None:
    """AWS would take it: the rules about validity find nothing in it."""
    valid = [each for each in shipped_rules.values() if each.id.startswith("validity-")]
    for example in _failing(shipped_rules[name]):
        fixed = _document(example.fixed, example.kind, known_kinds)
        if fixed.kind is None or not fixed.kind.name.startswith("aws-"):
            continue
        told = [
            f"{each.id}: {finding.message}"
            for each in valid
            for finding in evaluate(each, fixed).findings
        ]
        assert not told, example.name
