"""A finding is known again by what it is about, and by nothing else."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from checker.documents import Selection, document
from checker.kinds import builtin, from_schema
from checker.reader import Limits, parse, read_bytes
from checker.rules import Rule, load
from checker.run.evaluate import evaluate

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
    subject = document(parse(read_bytes(name, text.encode())), Selection((), KINDS), "pod")
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


def test_a_fingerprint_holds_all_of_the_subject_whatever_the_rule_points_to(
    tmp_path: Path,
) -> None:
    rule = built(tmp_path, more="at: item.inner")
    text = '{"items": [{"ok": false, "n": 1, "inner": {"a": 1}}]}'
    assert fingerprints(rule, text.replace('"n": 1', '"n": 2')) != fingerprints(rule, text)


# Of a policy: a rule about all of it that points to resources, as most of the shipped ones do.
POLICIES = {kind.name: kind for kind in builtin()}
PUSH = """\
id: push
title: t
severity: low
kind: aws-iam-policy
description: d
remediation: r
let: {access: 'policy.access(["ecr:PutImage"])'}
when: access.granted
require: access.resources.size() == 0
message: m
at: access.resources
"""
REGISTRY = "arn:aws:ecr:eu-west-1:123456789012:repository/"
WRITE: dict[str, Any] = {
    "Sid": "Write",
    "Effect": "Allow",
    "Action": ["ecr:PutImage", "ecr:CreateRepository"],
    "Resource": [f"{REGISTRY}a", f"{REGISTRY}b"],
    "Condition": {"StringEquals": {"aws:PrincipalOrgID": ["o-1"]}},
}
READ: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a"}
MORE: dict[str, Any] = {"Effect": "Allow", "Action": "ecr:*", "Resource": f"{REGISTRY}c"}


def of_policy(folder: Path, statements: object) -> str:
    (folder / "push.yaml").write_text(PUSH)
    rule = load([str(folder / "push.yaml")], POLICIES, {}, Limits()).rules[0]
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    subject = document(parse(read_bytes("p.json", text.encode())), Selection((), POLICIES))
    (finding,) = evaluate(rule, subject).findings
    return finding.fingerprint


def changed(**elements: object) -> dict[str, Any]:
    return {**copy.deepcopy(WRITE), **elements}


@pytest.mark.parametrize(
    "statements",
    [
        WRITE,
        [READ, WRITE],
        [WRITE, {**READ, "Action": "s3:PutObject"}],
        [dict(reversed(WRITE.items()))],
        [changed(Action=WRITE["Action"][::-1], Resource=WRITE["Resource"][::-1])],
        [changed(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})],
        [changed(Resource=[*WRITE["Resource"], f"{REGISTRY}a"])],
    ],
    ids=["no list", "moved", "another", "key order", "list order", "no list inside", "twice"],
)
def test_a_fingerprint_of_a_policy_survives_another_spelling(
    tmp_path: Path, statements: object
) -> None:
    assert of_policy(tmp_path, statements) == of_policy(tmp_path, [WRITE])


@pytest.mark.parametrize(
    "statements",
    [
        [changed(Action="ecr:*")],
        [changed(Action=["ecr:PutImage"])],
        [changed(Condition={})],
        [changed(Condition={"StringLike": {"aws:PrincipalOrgID": ["o-1"]}})],
        [changed(Condition={"StringEquals": {"aws:PrincipalOrgID": ["o-1", "o-2"]}})],
        [changed(Resource=f"{REGISTRY}a")],
        [changed(Resource="*")],
        [changed(Sid="Other")],
        [WRITE, MORE],
    ],
    ids=[
        "wider",
        "narrower",
        "no condition",
        "operator",
        "value",
        "resource",
        "all",
        "sid",
        "more",
    ],
)
def test_a_fingerprint_of_a_policy_changes_with_the_statement(
    tmp_path: Path, statements: object
) -> None:
    assert of_policy(tmp_path, statements) != of_policy(tmp_path, [WRITE])


def test_a_fingerprint_of_several_statements_is_of_no_order(tmp_path: Path) -> None:
    assert of_policy(tmp_path, [MORE, READ, WRITE]) == of_policy(tmp_path, [WRITE, MORE])
