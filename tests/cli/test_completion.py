"""Completion in real shells, and what may follow on a command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.render import FORMATS
from tests.support.command import ROOT, Run
from tests.support.shells import typed

RULE = ROOT / "rules" / "ecr" / "ecr-push-to-one-repository.yaml"
POLICY = ROOT / "examples" / "policies" / "ecr-one-repository.json"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("policy-check expl\tno-full\t", ["policy-check", "explain", "no-full-admin"]),
        ("policy-check builtin:esc\tpol\t", ["policy-check", "builtin:escalation", "policies"]),
        ("policy-check --profile=mi\t", ["policy-check", "--profile=minimal"]),
        (
            "policy-check grants --action iam:PassR\t",
            ["policy-check", "grants", "--action", "iam:PassRole"],
        ),
        ("policy-check -o json=rep\t", ["policy-check", "-o", "json=report of old.json"]),
        (
            "policy-check check builtin pol\t --fail-l\t cri\t",
            ["policy-check", "check", "builtin", "policies", "--fail-level", "critical"],
        ),
    ],
)
def test_a_shell_completes(tmp_path: Path, shell: str, keys: str, words: list[str]) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "report of old.json").touch()
    found = typed(shell, keys, tmp_path)
    assert [word.removesuffix("/") for word in found] == words


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("policy-check ", ["check", "rules", "explain", "builtin", "builtin:ecr", "file"]),
        ("policy-check rules ", ["builtin", "file"]),
        ("policy-check rules --", ["--severity", "--control", "--list"]),
        ("policy-check rules --severity ", ["low", "critical"]),
        ("policy-check rules -o ", ["text", "json"]),
        ("policy-check --f", ["--fail-level", "--framework"]),
        ("policy-check check --rules ", ["builtin", "file"]),
        ("policy-check --framework ", ["nist-800-53-r5", "pci-dss-4"]),
        ("policy-check rules --control nist", ["nist-800-53-r5"]),
        ("policy-check --profile ", ["minimal", "recommended", "strict"]),
        ("policy-check builtin p --waivers ", ["file"]),
        ("policy-check compare ", ["file"]),
        ("policy-check grants ", ["file"]),
        ("policy-check public ", ["file"]),
        ("policy-check grants --action ", ["s3:", "iam:"]),
        ("policy-check grants --action s3:GetObjectT", ["s3:GetObjectTagging"]),
        ("policy-check public --resource-type ", ["AWS::S3::Bucket", "AWS::SQS::Queue"]),
        ("policy-check public --resource-type AWS::SQ", ["AWS::SQS::Queue"]),
        ("policy-check explain ", ["no-full-admin", "valid-document", "current-waiver"]),
        ("policy-check explain no-f", ["no-full-admin"]),
        ("policy-check completion ", ["bash", "zsh", "fish"]),
        ("policy-check -o ", list(FORMATS)),
        ("policy-check -o text=", ["file"]),
        ("policy-check 'unfinished ", ["file"]),
    ],
)
def test_what_may_follow(policy_check: Run, tmp_path: Path, line: str, some: list[str]) -> None:
    found = offered(policy_check, tmp_path, line)
    assert set(some) <= set(found), found


def offered(policy_check: Run, folder: Path, line: str) -> list[str]:
    env = {"COMP_WORDS": line, "COMP_CWORD": line.rpartition(" ")[2]}
    ran = policy_check("completion", "--complete", "bash", cwd=folder, env=env)
    assert (ran.returncode, ran.stderr) == (0, b"")
    pairs = (each.partition(",") for each in ran.stdout.decode().splitlines())
    return [value if kind == "plain" else kind for kind, _, value in pairs]


def test_own_rules_and_profiles_are_known(policy_check: Run, tmp_path: Path) -> None:
    (tmp_path / "guards").mkdir()
    (tmp_path / "guards" / "table.yaml").write_text("rules:\n  - id: our-own\n")
    profiles = "profiles: {of-ours: {description: d, rules: [our-own]}}"
    (tmp_path / "guards" / "profiles.yaml").write_text(profiles)
    (tmp_path / "policy-check.yaml").write_text("rules: [guards]\n")
    assert offered(policy_check, tmp_path, "policy-check explain our") == ["our-own"]
    assert offered(policy_check, tmp_path, "policy-check --profile of") == ["of-ours"]


def test_no_name_is_offered_that_a_shell_would_act_on(policy_check: Run, tmp_path: Path) -> None:
    """Bash inserts a word as it is, so that the next key would run what stands in it."""
    (tmp_path / "guards").mkdir()
    for name in ("zz$(touch x)", "zz`x`", "zz;x", "zz x", "zz'x", "zz-good"):
        (tmp_path / "guards" / f"{name}.yaml").write_text(f"id: {name}\n")
    (tmp_path / "policy-check.yaml").write_text("rules: [guards]\n")
    assert offered(policy_check, tmp_path, "policy-check explain zz") == ["zz-good"]


def test_a_broken_configuration_disturbs_nothing(policy_check: Run, tmp_path: Path) -> None:
    (tmp_path / "policy-check.yaml").write_text("rules: [guards\n")
    assert "explain" in offered(policy_check, tmp_path, "policy-check ")
    assert offered(policy_check, tmp_path, "policy-check explain no-f") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_asks_by_a_command_and_not_by_a_variable(policy_check: Run, shell: str) -> None:
    ran = policy_check("completion", shell)
    assert f"completion --complete {shell}".encode() in ran.stdout
    assert b"POLICY_CHECK_COMPLETE" not in ran.stdout
    assert (ran.returncode, ran.stderr) == (0, b"")


@pytest.mark.parametrize("name", ["_POLICY_CHECK_COMPLETE", "POLICY_CHECK_COMPLETE"])
@pytest.mark.parametrize("value", ["bash_complete", "bash_source", "1"])
def test_no_variable_completes_in_place_of_a_check(
    policy_check: Run, name: str, value: str
) -> None:
    env = {name: value, "COMP_WORDS": "policy-check ", "COMP_CWORD": "1"}
    ran = policy_check(RULE, POLICY, env=env)
    assert ran.returncode == 0
    assert b"1 document" in ran.stdout


def test_an_unknown_shell_is_exit_2(policy_check: Run) -> None:
    ran = policy_check("completion", "tcsh")
    assert b"'bash', 'zsh', 'fish'" in ran.stderr
    assert (ran.returncode, ran.stdout) == (2, b"")
