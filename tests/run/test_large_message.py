"""A message whose hole gives more than a message can show."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.command import PATIENCE, ROOT, Run

TIMES = 40
"""Doublings of a list: small in memory, and 2 ** 40 places to a walk that takes each anew."""
DOUBLED = "cel.bind(a, [1], " + "cel.bind(a, [a, a], " * TIMES + "a" + ")" * (TIMES + 1)


def test_a_message_that_is_too_large_to_show_keeps_its_source(
    policy_check: Run, tmp_path: Path
) -> None:
    hole = "{{ " + DOUBLED + " }}"
    rule = {
        "id": "large",
        "title": "A rule with a large message",
        "severity": "low",
        "kind": "aws-iam-policy",
        "description": "Because.",
        "remediation": "Do it.",
        "require": "policy.version == ''",
        "message": f"large: {hole}",
    }
    (tmp_path / "large.yaml").write_text(json.dumps(rule), encoding="utf-8")
    policy = ROOT / "examples" / "policies" / "ecr-one-repository.json"
    ran = policy_check(tmp_path / "large.yaml", policy, timeout=PATIENCE)
    assert ran.returncode == 1
    assert b"large: {{ cel.bind(a, [1]," in ran.stdout
