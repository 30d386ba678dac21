"""What the configuration says counts, unless the command line says otherwise."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.support.command import ROOT, Run

VIOLATION = ROOT / "examples" / "violations" / "ecr-push-to-one-repository.json"
PASSES = ROOT / "examples" / "policies" / "ecr-one-repository.json"
RULE = ROOT / "rules" / "ecr" / "ecr-push-to-one-repository.yaml"
"""A rule of high severity."""


@pytest.mark.parametrize(
    ("settings", "arguments", "code"),
    [
        ("fail_level: critical", [], 0),
        ("fail_level: high", [], 1),
        ("fail_level: critical", ["--fail-level", "low"], 1),
        ("fail_level: low", ["--fail-level", "critical"], 0),
    ],
)
def test_a_fail_level(
    policy_check: Run, tmp_path: Path, settings: str, arguments: list[str], code: int
) -> None:
    config = tmp_path / "policy-check.yaml"
    config.write_text(settings, encoding="utf-8")
    ran = policy_check(RULE, VIOLATION, "--config", config, *arguments)
    assert ran.returncode == code


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("{}", 0),
        ('accounts: ["123456789012"]', 1),
        ('accounts: ["123456789012", "111122223333"]', 0),
        (
            """\
accounts: ["123456789012"]
params: {kms-key-policy-owner-actions: {accounts: ["111122223333"]}}
""",
            0,
        ),
    ],
)
def test_accounts_that_are_ours(
    policy_check: Run, tmp_path: Path, settings: str, code: int
) -> None:
    config = tmp_path / "policy-check.yaml"
    config.write_text(settings, encoding="utf-8")
    who = {"AWS": "arn:aws:iam::111122223333:root"}
    statement = {"Effect": "Allow", "Principal": who, "Action": "kms:*", "Resource": "*"}
    policy = tmp_path / "key.json"
    policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": statement}))
    only = ("--rule", "kms-key-policy-owner-actions")
    assert policy_check("builtin", policy, "--config", config, *only).returncode == code


@pytest.mark.parametrize(
    ("settings", "arguments", "code"),
    [
        ("strict: false", [], 0),
        ("strict: true", [], 2),
        ("strict: true", ["--no-strict"], 0),
        ("strict: false", ["--strict"], 2),
    ],
)
def test_strictness_about_files_that_are_not_read(
    policy_check: Run, tmp_path: Path, settings: str, arguments: list[str], code: int
) -> None:
    config = tmp_path / "policy-check.yaml"
    config.write_text(settings, encoding="utf-8")
    policies = tmp_path / "policies"
    policies.mkdir()
    (policies / "a.json").write_bytes(PASSES.read_bytes())
    (policies / "a.conf").write_bytes(VIOLATION.read_bytes())
    (policies / "b.conf").touch()
    ran = policy_check(RULE, policies, "--config", config, *arguments)
    assert ran.returncode == code
    assert b"a.conf" in ran.stdout
    assert b"b.conf" not in ran.stdout


def test_the_digest_is_of_the_names_and_the_bytes_of_the_documents(
    policy_check: Run, tmp_path: Path
) -> None:
    contents = {"a.json": PASSES.read_bytes(), "b.json": b"\xef\xbb\xbf" + VIOLATION.read_bytes()}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    lines = (f"{hashlib.sha256(each).hexdigest()} {name}\n" for name, each in contents.items())
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    for path in (".", "./", tmp_path):
        ran = policy_check(RULE, path, "-o", "json", cwd=tmp_path)
        assert json.loads(ran.stdout)["inputs"]["documents"] == {"count": 2, "sha256": digest}
