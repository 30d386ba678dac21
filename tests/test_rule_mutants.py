"""The examples of the shipped rules notice when a rule is broken, but for what is listed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rule_mutants import load, measure

ROOT = Path(__file__).parent.parent
KNOWN = Path(__file__).with_name("rule_mutants.txt")
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


def test_no_other_branch_and_no_other_mutant_is_missed() -> None:
    ran = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "rule_mutants.py"],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
    )
    rows = [line for line in ran.stdout.splitlines()[1:] if line.startswith("  ") or "/" in line]
    found, rule = [], ""
    for row in rows:
        if not row.startswith("  "):
            rule = row.split()[0]
        elif not row.startswith("    "):
            found.append(f"{rule}: {' '.join(row.split())}")
    if os.environ.get("UPDATE_GOLDEN"):
        KNOWN.write_text("\n".join(found) + "\n", encoding="utf-8")
    assert found == KNOWN.read_text(encoding="utf-8").splitlines(), ran.stderr


def test_what_the_examples_of_a_weak_rule_miss_is_told(tmp_path: Path) -> None:
    path = tmp_path / "weak.yaml"
    path.write_text(WEAK, encoding="utf-8")
    (subject,) = load(path)
    found = measure(subject)
    assert not found.complete
    assert found.uncovered
    assert found.survivors


@pytest.mark.parametrize("rule", ["escalation-pass-role", "s3-delete-objects"])
def test_a_rule_of_which_every_mutant_is_noticed_is_complete(rule: str) -> None:
    (path,) = (ROOT / "rules").glob(f"*/{rule}.yaml")
    (subject,) = load(path)
    assert measure(subject).complete
