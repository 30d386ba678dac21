"""One file has one name and one verdict, however its path is written and wherever the command runs.

The layouts are those of reports by users: a mapping that was lost with another spelling of the
path, and annotations that were lost in a subdirectory.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Run
from tests.support.git import fake

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "S", "Effect": "Deny", "Action": "*", "Resource": "*"}],
}
CONFIG = """\
rules: [rules]
policies: [org]
paths: {"org/scp/*": aws-scp}
waivers: waivers.yaml
"""
WAIVERS = """\
waivers:
- {rule: a-rule, document: other/a.json, reason: r, owner: o, expires: 2027-01-01}
"""
VARIANTS = (
    ("", "org"),
    ("", "./org"),
    ("", "./org/"),
    ("", "org/../org/."),
    ("", "{repo}/org"),
    ("", "../repo/org"),
    ("org", "."),
    ("org/scp", ".."),
    ("org/scp", "../../org"),
    ("", "../link/org"),
    ("", "{link}/org"),
    ("../link/org", "."),
)
"""The working directory from the root of the repository, and the path of one folder."""


def rule(kind: str) -> str:
    return json.dumps(
        {
            "id": "a-rule",
            "title": "Nothing is denied",
            "severity": "high",
            "kind": kind,
            "description": "d",
            "remediation": "r",
            "require": "document.Statement.all(s, s.Effect != 'Deny')",
            "at": "document.Statement",
            "message": "something is denied",
        }
    )


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    repo = tmp_path / "repo"
    for name, text in {
        "rules/a-rule.yaml": rule("aws-scp"),
        "org/scp/a.json": json.dumps(POLICY),
        "org/notes.md": json.dumps(POLICY),
        "policy-check.yaml": CONFIG,
        "waivers.yaml": WAIVERS,
    }.items():
        (repo / name).parent.mkdir(parents=True, exist_ok=True)
        (repo / name).write_text(text, encoding="utf-8")
    fake(repo)
    (tmp_path / "link").symlink_to("repo")
    return repo


def checked(run: Run, repo: Path, cwd: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    # As a shell does, PWD says by which links the directory was reached.
    folder = repo / cwd
    places = {"repo": repo, "link": repo.parent / "link"}
    words = [word.format(**places) for word in arguments]
    return run(*words, "--today", "2026-11-25", "-o", "json", cwd=folder, env={"PWD": str(folder)})


def names(report: Any) -> set[str]:
    inputs = report["inputs"]
    paths = {each["path"] for each in (*inputs["rules"], *report["documents"])}
    paths |= {inputs[key]["path"] for key in ("config", "waivers") if inputs[key]}
    return paths | {each["document"] for each in report["findings"]} | {*inputs["mentioned"]}


@pytest.mark.parametrize(("cwd", "path"), VARIANTS)
def test_a_mapping_holds_however_the_path_is_written(
    policy_check: Run, repo: Path, cwd: str, path: str
) -> None:
    rules = os.path.relpath(repo / "rules", (repo / cwd).resolve())
    expected = checked(policy_check, repo, "")
    found = checked(policy_check, repo, cwd, rules, path)
    assert (found.returncode, found.stderr) == (expected.returncode, expected.stderr) == (1, b"")
    assert found.stdout == expected.stdout
    report = json.loads(found.stdout)
    assert [each["kind"] for each in report["documents"]] == ["aws-scp"]
    assert names(report) == {
        "rules/a-rule.yaml",
        "org/scp/a.json",
        "org/notes.md",
        "policy-check.yaml",
        "waivers.yaml",
    }


@pytest.mark.parametrize("cwd", ["", "org", "org/scp", "../link", "../link/org"])
def test_the_configuration_is_the_same_in_every_folder(
    policy_check: Run, repo: Path, cwd: str
) -> None:
    assert checked(policy_check, repo, cwd).stdout == checked(policy_check, repo, "").stdout


@pytest.mark.parametrize(("cwd", "path"), VARIANTS)
def test_reports_name_a_file_from_the_root_of_the_repository(
    policy_check: Run, repo: Path, cwd: str, path: str
) -> None:
    (repo / "rules" / "a-rule.yaml").write_text(rule("aws-iam-policy"), encoding="utf-8")
    places = {"repo": repo, "link": repo.parent / "link"}
    rules = os.path.relpath(repo / "rules", (repo / cwd).resolve())
    target = repo.parent / "report.sarif"
    ran = policy_check(
        *("check", rules, path.format(**places), "--no-config"),
        *("-o", f"sarif={target}", "-o", "text"),
        cwd=repo / cwd,
        env={"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(repo)},
    )
    assert ran.returncode == 1
    assert b"::error file=org/scp/a.json,line=1" in ran.stderr
    assert b"  org/scp/a.json:1:" in ran.stdout
    (result,) = json.loads(target.read_text(encoding="utf-8"))["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "org/scp/a.json"


@pytest.mark.parametrize("path", ["org/scp/a.json", "./org/scp/a.json", "{link}/org/scp/a.json"])
def test_a_file_that_is_named_has_the_name_that_it_has_in_its_folder(
    policy_check: Run, repo: Path, path: str
) -> None:
    (named,) = json.loads(checked(policy_check, repo, "", "rules", path).stdout)["findings"]
    (found,) = json.loads(checked(policy_check, repo, "", "rules", "org").stdout)["findings"]
    assert named == found


def test_a_file_that_is_named_twice_is_one_document(policy_check: Run, repo: Path) -> None:
    paths = ("org", "org/scp/a.json", "./org/scp", "{link}/org/scp/a.json")
    report = json.loads(checked(policy_check, repo, "", "rules", *paths).stdout)
    assert [each["path"] for each in report["documents"]] == ["org/scp/a.json"]


def test_two_files_of_one_name_are_two_documents(policy_check: Run, repo: Path) -> None:
    (repo / "org" / "rcp").mkdir()
    (repo / "org" / "rcp" / "a.json").write_text(json.dumps(POLICY), encoding="utf-8")
    paths = ("--policies", "org/scp", "--policies", "org/rcp", "--kind", "*/rcp/*=aws-scp")
    report = json.loads(checked(policy_check, repo, "", *paths).stdout)
    found = {each["document"]: each["fingerprint"] for each in report["findings"]}
    assert list(found) == ["org/rcp/a.json", "org/scp/a.json"]
    assert len({*found.values()}) == 2


def test_what_is_outside_of_the_repository_keeps_its_name_and_no_mapping_is_for_it(
    policy_check: Run, repo: Path
) -> None:
    outside = repo.parent / "org" / "scp"
    outside.mkdir(parents=True)
    (outside / "a.json").write_text(json.dumps(POLICY), encoding="utf-8")
    report = json.loads(checked(policy_check, repo, "", "rules", "../org").stdout)
    (document,) = report["documents"]
    assert (document["path"], document["kind"]) == ("../org/scp/a.json", "aws-iam-policy")


@pytest.mark.parametrize("made", ["empty folder", "file"])
def test_what_is_only_called_git_moves_no_name(policy_check: Run, repo: Path, made: str) -> None:
    git = repo / "org" / ".git"
    if made == "file":
        git.write_text("no directory of git", encoding="utf-8")
    else:
        git.mkdir()
    report = json.loads(checked(policy_check, repo, "org").stdout)
    assert [each["path"] for each in report["documents"]] == ["org/scp/a.json"]


def test_a_repository_within_has_names_of_its_own(policy_check: Run, repo: Path) -> None:
    fake(repo / "org")
    ran = checked(policy_check, repo, "org", "../rules", "scp", "--kind", "scp/*=aws-scp")
    assert [each["path"] for each in json.loads(ran.stdout)["documents"]] == ["scp/a.json"]


@pytest.mark.parametrize(
    ("document", "status"),
    [("org/scp/a.json", "waived"), ("./org/scp/a.json", "fail"), ("scp/a.json", "fail")],
)
@pytest.mark.parametrize("cwd", ["", "org"])
def test_a_waiver_names_a_file_as_reports_do(
    policy_check: Run, repo: Path, cwd: str, document: str, status: str
) -> None:
    text = WAIVERS.replace("other/a.json", document)
    (repo / "waivers.yaml").write_text(text, encoding="utf-8")
    report = json.loads(checked(policy_check, repo, cwd).stdout)
    assert [each["status"] for each in report["findings"]] == [status]


@pytest.mark.parametrize("cwd", ["", "org", "../link/org"])
def test_a_baseline_of_one_folder_holds_in_another(policy_check: Run, repo: Path, cwd: str) -> None:
    baseline = repo.parent / "baseline.json"
    baseline.write_bytes(checked(policy_check, repo, "").stdout)
    ran = checked(policy_check, repo, cwd, "--baseline", str(baseline))
    assert (ran.returncode, json.loads(ran.stdout)["summary"]["known"]) == (0, 1)
