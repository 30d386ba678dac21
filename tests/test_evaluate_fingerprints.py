"""A finding is known again by what it is about, and by nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.documents import Selection, document
from checker.evaluate import evaluate
from checker.kinds import from_schema
from checker.reader import Limits, parse, read_bytes
from checker.rules import Rule, load

KINDS = {"pod": from_schema("pod", {"type": "object"})}
RULE = """\
id: {id}
title: t
severity: low
kind: pod
description: d
remediation: r
for_each: {{item: document.items}}
require: item.ok == true
message: line {{{{ item.ok }}}}
{more}
"""
TEXT = '{"items": [{"ok": false, "n": 1}, {"ok": true}, {"ok": false, "n": 2}]}'


@pytest.fixture
def rule(tmp_path: Path) -> Rule:
    return built(tmp_path)


def built(folder: Path, name: str = "a-rule", more: str = "") -> Rule:
    (folder / f"{name}.yaml").write_text(RULE.format(id=name, more=more))
    return load([str(folder / f"{name}.yaml")], KINDS, {}, Limits()).rules[0]


def fingerprints(rule: Rule, text: str, name: str = "d.json") -> list[str]:
    subject = document(parse(read_bytes(name, text.encode())), Selection((), KINDS, [("*", "pod")]))
    return [finding.fingerprint for finding in evaluate(rule, subject).findings]


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace(" ", ""),
        TEXT.replace(",", ",\n\n\t"),
        TEXT.replace('"ok": false, "n": 1', '"n": 1, "ok": false'),
        TEXT.replace('"ok"', '"\\u006fk"'),
        TEXT.replace('{"items"', '{"first": 0, "items"'),
        TEXT.replace('[{"ok": false', '[{"ok": true}, {"ok": false', 1),
        TEXT.replace('{"ok": true}, ', ""),
    ],
    ids=["tight", "lines", "key order", "escapes", "beside", "inserted before", "removed"],
)
def test_a_fingerprint_survives_what_does_not_matter(rule: Rule, text: str) -> None:
    assert text != TEXT
    assert fingerprints(rule, text) == fingerprints(rule, TEXT)


def test_a_fingerprint_is_the_same_in_yaml_of_the_same_name(rule: Rule) -> None:
    text = "items:\n- ok: false\n  n: 1\n- ok: true\n- {n: 2, ok: false}\n"
    assert fingerprints(rule, text, "d") == fingerprints(rule, TEXT, "d")


def test_a_fingerprint_changes_with_the_content_alone(rule: Rule) -> None:
    first, second = fingerprints(rule, TEXT)
    changed = fingerprints(rule, TEXT.replace('"n": 1', '"n": 3'))
    assert changed[0] != first
    assert changed[1] == second


@pytest.mark.parametrize(
    ("old", "new"),
    [('"n": 1', '"n": "1"'), ('"n": 1', '"n": true'), ('"n": 1', '"n": 1.5'), ('"n": 1', '"m": 1')],
)
def test_a_fingerprint_tells_types_and_keys_apart(rule: Rule, old: str, new: str) -> None:
    assert fingerprints(rule, TEXT.replace(old, new))[0] != fingerprints(rule, TEXT)[0]


def test_a_fingerprint_is_of_one_rule_and_one_document(tmp_path: Path, rule: Rule) -> None:
    here = fingerprints(rule, TEXT)
    assert not set(here) & set(fingerprints(rule, TEXT, "e.json"))
    assert not set(here) & set(fingerprints(built(tmp_path, "b-rule"), TEXT))


def test_a_fingerprint_is_not_of_the_words_of_the_rule(tmp_path: Path, rule: Rule) -> None:
    before = fingerprints(rule, TEXT)
    reworded = built(tmp_path, more="references: [https://example.org]")
    assert fingerprints(reworded, TEXT) == before


def test_equal_content_in_one_document_has_different_fingerprints(rule: Rule) -> None:
    text = '{"items": [{"ok": false}, {"ok": false}, {"ok": false}]}'
    found = fingerprints(rule, text)
    assert len(set(found)) == 3
    assert fingerprints(rule, text) == found
    assert fingerprints(rule, '{"items": [{"ok": false}, {"ok": false}]}') == found[:2]


def test_two_requirements_on_one_place_have_different_fingerprints(tmp_path: Path) -> None:
    text = RULE.replace(
        "require: item.ok == true", "require: [{{that: item.ok}}, {{that: 'false'}}]"
    )
    (tmp_path / "c-rule.yaml").write_text(text.format(id="c-rule", more=""))
    rule = load([str(tmp_path / "c-rule.yaml")], KINDS, {}, Limits()).rules[0]
    assert len(set(fingerprints(rule, '{"items": [{"ok": false}]}'))) == 2


def test_a_requirement_keeps_its_fingerprint_when_another_is_met(tmp_path: Path) -> None:
    text = RULE.replace(
        "require: item.ok == true",
        "require: [{{that: document.one}}, {{that: document.two}}]",
    )
    (tmp_path / "c-rule.yaml").write_text(text.format(id="c-rule", more=""))
    rule = load([str(tmp_path / "c-rule.yaml")], KINDS, {}, Limits()).rules[0]
    both = '{"one": false, "two": false, "items": [{"ok": 1}]}'
    first, second = fingerprints(rule, both)
    assert fingerprints(rule, both.replace('"one": false', '"one": true')) == [second]
    assert fingerprints(rule, both.replace('"two": false', '"two": true')) == [first]


def test_a_fingerprint_is_32_hexadecimal_digits(rule: Rule) -> None:
    for fingerprint in fingerprints(rule, TEXT):
        assert len(fingerprint) == 32
        assert set(fingerprint) <= set("0123456789abcdef")
