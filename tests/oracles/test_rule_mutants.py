"""The examples of the shipped rules notice when a rule is broken, but for what is excused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracles.rule_mutants import Excuse, load, measure, read_excuses, shipped_files

EXCUSES = read_excuses()
WEAK = """\
id: weak
title: t
severity: low
kind: aws-iam-policy
description: d
remediation: r
when: policy.type == "identity" && policy.statements.size() > 0
require: policy.statements.all(s, s.effect == "Deny")
message: m
examples:
  - name: a Deny
    expect: pass
    document: {Statement: {Effect: Deny, Action: "s3:*", Resource: "*"}}
"""


@pytest.mark.parametrize("path", shipped_files(), ids=lambda path: path.stem)
def test_the_examples_take_every_branch_and_notice_every_mutant(path: Path) -> None:
    for subject in load(path):
        found = measure(subject, EXCUSES)
        assert found.complete, (found.wrong, found.uncovered, found.survivors, found.stale)


def test_what_the_examples_of_a_weak_rule_miss_is_told(tmp_path: Path) -> None:
    path = tmp_path / "weak.yaml"
    path.write_text(WEAK, encoding="utf-8")
    (subject,) = load(path)
    found = measure(subject)
    assert not found.complete
    assert found.uncovered
    assert found.survivors


def test_an_excuse_for_a_mutant_that_does_not_survive_is_stale(tmp_path: Path) -> None:
    path = tmp_path / "weak.yaml"
    path.write_text(WEAK, encoding="utf-8")
    (subject,) = load(path)
    (survivor, *_) = measure(subject).survivors
    needed, needless = (Excuse("weak", text, "because") for text in (survivor.text, "no such"))
    found = measure(subject, [needed, needless])
    assert found.excused == (survivor,)
    assert found.stale == ("no such",)
