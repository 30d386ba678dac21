"""Globs that match no file are told, since a mapping that misses means the wrong rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Run
from tests.support.git import NEEDS_GIT, commit, fake

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}],
    }
)
RULE = json.dumps(
    {
        "id": "a-rule",
        "title": "Every document passes",
        "severity": "low",
        "kind": "aws-iam-policy",
        "description": "d",
        "remediation": "r",
        "require": "true",
        "message": "m",
    }
)
FILES = {
    "rules/a-rule.yaml": RULE,
    "p/a.json": POLICY,
    "p/b.json": POLICY,
    "q/c.json": POLICY,
    "docs/index.md": "",
}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    fake(tmp_path)
    return tmp_path


def configure(repo: Path, **elements: object) -> None:
    text = json.dumps({"rules": ["rules"], "policies": ["p"], **elements})
    (repo / "policy-check.yaml").write_text(text, encoding="utf-8")


def checked(run: Run, repo: Path, *arguments: str, cwd: str = ".") -> tuple[int, Any]:
    ran = run(*arguments, "-o", "json", cwd=repo / cwd)
    report = json.loads(ran.stdout)
    return ran.returncode, report["inputs"]["idle_globs"]


ARGUMENTS = ("rules", "p", "--no-config")


@pytest.mark.parametrize(
    ("options", "idle"),
    [
        (["--exclude", "p/a.json"], []),
        (["--exclude", "*.json", "p/b.json"], []),
        (["--exclude", "./p/a.*"], []),
        (["--exclude", "{repo}/p/a.json"], []),
        (["--kind", "p/*=aws-scp"], []),
        (["--kind", "*=aws-scp", "--kind", "p/b.json=aws-rcp"], []),
        (["--exclude", "a.json"], ["a.json"]),
        (["--exclude", "P/a.json"], ["P/a.json"]),
        (["--exclude", "q/*"], ["q/*"]),
        (["--exclude", "p"], ["p"]),
        (["--kind", "p/c.json=aws-scp"], ["p/c.json"]),
        (["--kind", "org/*=aws-scp", "--exclude", "x/*"], ["org/*", "x/*"]),
        (["--kind", "p/a.json=aws-scp", "--exclude", "x/*"], ["x/*"]),
        (["--exclude", "../p/a.json"], ["../p/a.json"]),
    ],
    ids=str,
)
def test_a_glob_of_the_command_line_that_matches_nothing_is_told(
    policy_check: Run, repo: Path, options: list[str], idle: list[str]
) -> None:
    words = [word.format(repo=repo) for word in options]
    assert checked(policy_check, repo, *ARGUMENTS, *words) == (0, idle)
    code = 2 if idle else 0
    assert checked(policy_check, repo, *ARGUMENTS, *words, "--strict") == (code, idle)


@pytest.mark.parametrize(
    ("elements", "idle"),
    [
        ({"exclude": ["p/a.json"]}, []),
        ({"paths": {"p/*": "aws-scp"}}, []),
        ({"exclude": ["q/*", "docs/*"]}, []),
        ({"paths": {"rules/*": "aws-scp"}}, []),
        ({"exclude": ["nothing/*"]}, ["nothing/*"]),
        ({"paths": {"organisation/scpp/*": "aws-scp"}}, ["organisation/scpp/*"]),
        ({"paths": {"o/*": "aws-scp", "p/*": "aws-scp"}, "exclude": ["n/*"]}, ["o/*", "n/*"]),
        ({"exclude": [".git/*"]}, [".git/*"]),
    ],
    ids=str,
)
@pytest.mark.parametrize("cwd", [".", "p"])
def test_a_glob_of_the_configuration_is_about_the_whole_repository(
    policy_check: Run, repo: Path, elements: dict[str, object], idle: list[str], cwd: str
) -> None:
    configure(repo, **elements)
    assert checked(policy_check, repo, cwd=cwd) == (0, idle)
    configure(repo, **elements, strict=True)
    assert checked(policy_check, repo, cwd=cwd) == (2 if idle else 0, idle)


@pytest.mark.parametrize("path", ["p", "p/a.json", "p/b.json", "q"])
def test_a_run_on_a_part_makes_no_glob_of_the_configuration_idle(
    policy_check: Run, repo: Path, path: str
) -> None:
    configure(repo, paths={"p/a.json": "aws-scp", "q/*": "aws-rcp"}, exclude=["p/b.json"])
    assert checked(policy_check, repo, "rules", path, "--strict") == (0, [])


def test_the_same_glob_is_idle_only_where_the_command_line_says_it(
    policy_check: Run, repo: Path
) -> None:
    configure(repo, exclude=["q/*"])
    assert checked(policy_check, repo, "--strict", "--exclude", "docs/*") == (2, ["docs/*"])


def test_a_glob_that_matches_nothing_is_a_note_for_people(policy_check: Run, repo: Path) -> None:
    ran = policy_check(*ARGUMENTS, "--kind", "org/*=aws-scp", cwd=repo)
    assert (ran.returncode, b"org/*" in ran.stdout) == (0, True)
    ran = policy_check(*ARGUMENTS, "--kind", "org/*=aws-scp", "--strict", cwd=repo)
    assert (ran.returncode, b"--strict" in ran.stdout) == (2, True)
    assert b"glob" not in policy_check(*ARGUMENTS, cwd=repo).stdout


def test_strictness_makes_no_pass_of_a_run_that_checked_nothing(
    policy_check: Run, repo: Path
) -> None:
    assert checked(policy_check, repo, "rules", "docs", "--exclude", "x/*", "--strict")[0] == 3


@NEEDS_GIT
def test_a_glob_for_what_git_ignores_alone_is_idle(policy_check: Run, tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    for name, text in {**FILES, ".gitignore": "build/\n"}.items():
        (repo / name).parent.mkdir(parents=True, exist_ok=True)
        (repo / name).write_text(text, encoding="utf-8")
    commit(repo)
    (repo / "build").mkdir()
    (repo / "build" / "a.json").write_text(POLICY, encoding="utf-8")
    configure(repo, exclude=["build/*"])
    assert checked(policy_check, repo) == (0, ["build/*"])
    configure(repo, exclude=["docs/*"])
    assert checked(policy_check, repo) == (0, [])


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--exclude", "q/*"], 0),
        (["--exclude", "p/a.json", "--strict"], 0),
        (["--exclude", "q/*", "--strict"], 2),
        (["--strict"], 0),
    ],
    ids=str,
)
def test_a_comparison_tells_idle_globs_too(
    policy_check: Run, repo: Path, options: list[str], code: int
) -> None:
    ran = policy_check("compare", "p", "p", "--no-config", *options, cwd=repo)
    assert ran.returncode == code
    assert (b"q/*" in ran.stdout) is ("q/*" in options)
