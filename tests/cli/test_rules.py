"""`policy-check rules` lists rules, and never stands in for a check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.rules import shipped
from tests.support.command import Run

ADMIN = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
RULE = """\
id: {name}
title: {title}
severity: {severity}
kind: aws-iam-policy
description: d
remediation: r
require: policy.statements.all(s, s.effect == "Deny")
message: something is allowed
controls: {{nist-800-53-r5: [{control}]}}
"""
PROFILES = "profiles: {small: {description: a few, rules: [one]}}\n"
CHECKED = b"something is allowed"
SHIPPED = len(shipped())


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder with rules of its own, called `guards`, and a policy that breaks them."""
    for name, severity, control in (("one", "high", "AC-6"), ("two", "low", "AC-3")):
        path = tmp_path / "guards" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            RULE.format(name=name, title=f"Rule {name}", severity=severity, control=control)
        )
    (tmp_path / "guards" / "profiles.yaml").write_text(PROFILES)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "admin.json").write_text(json.dumps(ADMIN))
    return tmp_path


def configure(place: Path, rules: str = "guards", policies: str = "policies") -> None:
    text = f"rules: [{rules}]\npolicies: [{policies}]\n"
    (place / "policy-check.yaml").write_text(text)


def test_the_shipped_rules_are_listed_in_all_profiles(policy_check: Run, tmp_path: Path) -> None:
    ran = policy_check("rules", cwd=tmp_path)
    lines = ran.stdout.decode().splitlines()
    at = lines.index("HIGH     ecr-push-to-one-repository  recommended, strict")
    assert lines[at + 1] == "         ECR push actions are allowed on more than one repository"
    assert "MEDIUM   ec2-flow-logs  strict" in lines
    assert max(map(len, lines)) <= 80
    assert lines[-1].startswith(f"{SHIPPED} rules: ")
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_the_rules_of_the_configuration_are_listed(policy_check: Run, place: Path) -> None:
    configure(place)
    ran = policy_check("rules", cwd=place)
    assert ran.stdout.decode() == (
        "HIGH     one  small\n         Rule one\nLOW      two\n         Rule two\n"
        "2 rules: 1 high, 1 low\n"
    )
    assert ran.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "listed"),
    [
        ([], ["one", "two"]),
        (["--severity", "low"], ["two"]),
        (["--severity", "low", "--severity", "high"], ["one", "two"]),
        (["--severity", "critical"], []),
        (["--profile", "small"], ["one"]),
        (["--control", "nist-800-53-r5"], ["one", "two"]),
        (["--control", "nist-800-53-r5:AC-3"], ["two"]),
        (["--control", "nist-800-53-r5:AC-3", "--severity", "high"], []),
        (["--control", "pci-dss-4"], []),
    ],
)
def test_a_list_is_narrowed(
    policy_check: Run, place: Path, arguments: list[str], listed: list[str]
) -> None:
    ran = policy_check("rules", "--rules", "guards", "-o", "json", *arguments, cwd=place)
    assert [rule["id"] for rule in json.loads(ran.stdout)["rules"]] == listed
    assert ran.returncode == 0


def test_a_rule_in_json_has_what_a_script_needs(policy_check: Run, place: Path) -> None:
    ran = policy_check("rules", "--rules", "guards", "--output", "json", cwd=place)
    assert json.loads(ran.stdout)["rules"][0] == {
        "id": "one",
        "title": "Rule one",
        "severity": "high",
        "kind": "aws-iam-policy",
        "about": None,
        "profiles": ["small"],
        "controls": {"nist-800-53-r5": ["AC-6"]},
        "path": "guards/one.yaml",
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--control", "nist-800-53"], b"no framework `nist-800-53`; did you mean `nist-800-53-r5"),
        (["--control", "nist-800-53-r5:AC-66"], b"no control `AC-66` in `nist-800-53-r5`"),
        (["--profile", "stric"], b"unknown profile `stric`; did you mean `strict`?"),
        (["--rules", "missing"], b"missing: error: "),
    ],
)
def test_what_is_not_there_is_exit_2(
    policy_check: Run, tmp_path: Path, arguments: list[str], message: bytes
) -> None:
    ran = policy_check("rules", *arguments, cwd=tmp_path)
    assert message in ran.stderr
    assert (ran.returncode, ran.stdout) == (2, b"")


@pytest.mark.parametrize(
    "arguments",
    [
        ["rules", "--rules", "guards"],
        ["rules", "--rules", "guards", "-o", "json"],
        ["explain", "one", "--rules", "guards"],
        ["explain", "one", "--rules", "guards", "--markdown"],
    ],
)
def test_text_of_a_rule_drives_no_terminal_and_no_ci_system(
    policy_check: Run, place: Path, arguments: list[str]
) -> None:
    title = '"\\e[31mred\\u202e ##vso[task.x]\\ec ::error::x"'
    text = RULE.format(name="one", title=title, severity="low", control="AC-6")
    (place / "guards" / "one.yaml").write_text(
        text.replace("description: d", "description: " + title)
    )
    ran = policy_check(*arguments, cwd=place)
    assert ran.returncode == 0
    assert b"31mred" in ran.stdout
    assert not set("\x1b\x9b\u202e") & set(ran.stdout.decode())
    assert b"##vso[" not in ran.stdout


@pytest.mark.parametrize("given", [[], ["--config", "policy-check.yaml"], ["--color", "never"]])
def test_a_path_of_the_name_makes_a_list_no_pass(
    policy_check: Run, place: Path, given: list[str]
) -> None:
    (place / "guards").rename(place / "rules")
    configure(place, "rules")
    ran = policy_check("rules", *given, cwd=place)
    assert ran.stdout.startswith(b"HIGH     one")
    assert b"nothing was checked" in ran.stderr
    assert b"policy-check check rules POLICIES" in ran.stderr
    assert ran.returncode == 3


def test_neither_does_a_path_without_a_configuration(policy_check: Run, place: Path) -> None:
    """`policy-check rules $CHANGED` must not pass because nothing was changed."""
    (place / "guards").rename(place / "rules")
    assert policy_check("rules", cwd=place).returncode == 3
    assert policy_check("rules", "--rules", "rules", cwd=place).returncode == 3


@pytest.mark.parametrize("given", [["--list"], ["--severity", "high"], ["--control", "pci-dss-4"]])
def test_what_no_check_knows_says_that_a_list_is_meant(
    policy_check: Run, place: Path, given: list[str]
) -> None:
    (place / "guards").rename(place / "rules")
    configure(place, "rules")
    ran = policy_check("rules", *given, cwd=place)
    assert (ran.returncode, ran.stderr) == (0, b"")


@pytest.mark.parametrize(
    "given",
    [
        ["rules", "policies"],
        ["rules", "policies", "policies"],
        ["rules", "-o", "text", "policies"],
        ["rules", "policies", "--color", "never"],
        ["rules", "--", "policies"],
        ["rules", "--policies", "policies"],
        ["rules", "--policies=policies", "-o", "text"],
        ["rules", "--strict", "policies"],
        ["rules/"],
        ["./rules"],
        ["check", "rules"],
        ["check", "rules", "policies"],
        ["--rules", "rules", "policies"],
    ],
    ids=" ".join,
)
def test_a_directory_called_rules_is_checked_by(
    policy_check: Run, place: Path, given: list[str]
) -> None:
    (place / "guards").rename(place / "rules")
    configure(place, "rules")
    ran = policy_check(*given, cwd=place)
    assert CHECKED in ran.stdout
    assert ran.returncode in {1, 2}


@pytest.mark.parametrize(
    "given",
    [["rules", "policies"], ["rules", ""], ["rules", "-"], ["rules", "--", "--list"]],
    ids=" ".join,
)
def test_nor_does_it_become_a_list_when_the_directory_is_gone(
    policy_check: Run, place: Path, given: list[str]
) -> None:
    ran = policy_check(*given, cwd=place)
    assert b"HIGH" not in ran.stdout
    assert ran.returncode == 2


def test_no_variable_changes_what_is_listed(policy_check: Run, tmp_path: Path) -> None:
    env = {"POLICY_CHECK_OUTPUT": "json=report.json", "POLICY_CHECK_PROFILE": "minimal"}
    ran = policy_check("rules", cwd=tmp_path, env=env)
    assert ran.stdout.splitlines()[-1].startswith(f"{SHIPPED} rules".encode())
    assert ran.returncode == 0


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_its_help_is_its_own(policy_check: Run, option: str) -> None:
    ran = policy_check("rules", option)
    assert ran.stdout.startswith(b"Usage: policy-check rules [OPTIONS]\n")
    assert b"-h, --help" in ran.stdout
    assert ran.returncode == 0


@pytest.mark.parametrize("given", [["ruels"], ["explian", "no-full-admin"]], ids=" ".join)
def test_a_misspelt_command_is_told(policy_check: Run, tmp_path: Path, given: list[str]) -> None:
    ran = policy_check(*given, cwd=tmp_path)
    meant = {"ruels": b"rules", "explian": b"explain"}[given[0]]
    assert b"; did you mean `" + meant + b"`?" in ran.stderr
    assert (ran.returncode, ran.stdout) == (2, b"")
    (tmp_path / given[0]).mkdir()
    assert b"did you mean" not in policy_check(*given, cwd=tmp_path).stderr
