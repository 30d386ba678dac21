"""The hook for pre-commit, installed from this checkout and run, without a network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.command import PATIENCE, ROOT, Run

HOOK = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))[0]
OFFLINE = {
    "PIP_NO_INDEX": "1",
    "PIP_NO_DEPS": "1",
    "PIP_NO_BUILD_ISOLATION": "0",  # as pip reads it: no isolation
    "VIRTUALENV_NO_DOWNLOAD": "1",
    "PYTHONPATH": sysconfig.get_path("purelib"),  # what is not installed is imported from here
}
READ: Any = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/b"}
ADMIN: Any = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def git(folder: Path, *arguments: str) -> str:
    named = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    ran = subprocess.run(
        ["git", *named, *arguments],  # noqa: S607 - whichever there is
        cwd=folder,
        capture_output=True,
        check=True,
    )
    return ran.stdout.decode()


def commit(folder: Path) -> str:
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "a")
    return git(folder, "rev-parse", "HEAD").strip()


@pytest.fixture(scope="module")
def hooked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a repository whose hook comes from a commit of all that stands in this checkout."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("pre-commit takes hooks from a git repository, and this is none")
    place = tmp_path_factory.mktemp("pre-commit")
    ours, theirs = place / "ours", place / "theirs"
    for name in git(ROOT, "ls-files", "-z", "-co", "--exclude-standard").split("\0"):
        if (ROOT / name).is_file():
            (ours / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, ours / name)
    hook = {"repo": str(ours), "rev": commit(ours), "hooks": [{"id": HOOK["id"]}]}
    (theirs / "policies").mkdir(parents=True)
    (theirs / ".pre-commit-config.yaml").write_text(json.dumps({"repos": [hook]}))
    (theirs / "policy-check.yaml").write_text("rules: [builtin]\npolicies: [policies]\n")
    commit(theirs)
    yield theirs
    shutil.rmtree(place)


def pre_commit(folder: Path, *arguments: str) -> tuple[int, str]:
    ran = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PRE_COMMIT_HOME": str(folder.parent / "home"), **OFFLINE},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=PATIENCE,
    )
    return ran.returncode, ran.stdout.decode()


def write(folder: Path, statement: Any) -> None:
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    (folder / "policies" / "policy.json").write_text(json.dumps(policy))
    git(folder, "add", "--all")


def test_the_hook_lets_a_good_policy_pass_and_stops_a_bad_one(hooked: Path) -> None:
    write(hooked, READ)
    code, text = pre_commit(hooked)
    assert (code, "Passed" in text) == (0, True), text
    write(hooked, ADMIN)
    code, text = pre_commit(hooked)
    assert (code, "- exit code: 1" in text) == (1, True), text
    assert "policies/policy.json:1:" in text
    git(hooked, "reset", "--hard", "--quiet")


def test_what_is_neither_json_nor_yaml_starts_no_check(hooked: Path) -> None:
    (hooked / "README.md").touch()
    git(hooked, "add", "--all")
    code, text = pre_commit(hooked)
    assert (code, "Skipped" in text) == (0, True), text
    git(hooked, "reset", "--hard", "--quiet")


def test_whatever_the_arguments_the_hook_is_a_check(policy_check: Run, tmp_path: Path) -> None:
    assert HOOK["entry"] == "policy-check check"
    assert HOOK["pass_filenames"] is False
    for arguments in ([], ["rules"], ["--list"], ["explain", "no-full-admin"]):
        ran = policy_check(*HOOK["entry"].split()[1:], *arguments, cwd=tmp_path)
        assert ran.returncode == 2
        assert ran.stdout == b""
