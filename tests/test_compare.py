"""`policy-check compare`, as a user runs it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import COMMAND

READ: Any = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"}
WIDE: Any = {**READ, "Action": "s3:Get*"}
NARROW: Any = {**READ, "Resource": "arn:aws:s3:::a/b"}


def write(path: Path, *statements: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}))
    return path


def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
    ran = subprocess.run(
        [COMMAND, "compare", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in ran.stderr
    return ran.returncode, ran.stdout, ran.stderr


def test_two_files_are_a_pair_whatever_their_names(tmp_path: Path) -> None:
    write(tmp_path / "old.json", READ)
    write(tmp_path / "new.json", NARROW)
    code, out, _ = run(tmp_path, "old.json", "new.json")
    assert (code, out.splitlines()[0]) == (0, "no new access  new.json")
    code, out, _ = run(tmp_path, "new.json", "old.json")
    assert (code, out.splitlines()[0]) == (1, "new access     old.json")
    assert out.splitlines()[1] == "          may  s3:GetObject"
    assert out.splitlines()[-1] == "FAILED: new access (exit 1)"


def test_directories_are_paired_by_path(tmp_path: Path) -> None:
    write(tmp_path / "old" / "same.json", READ)
    write(tmp_path / "old" / "sub" / "more.json", READ)
    write(tmp_path / "old" / "gone.json", READ)
    write(tmp_path / "new" / "same.json", READ)
    write(tmp_path / "new" / "sub" / "more.json", READ, WIDE)
    write(tmp_path / "new" / "added.json", NARROW)
    code, out, _ = run(tmp_path, "old", "new/")
    assert code == 1
    assert [line for line in out.splitlines() if ".json" in line] == [
        "new access     added.json",
        "gone           gone.json",
        "no new access  same.json",
        "new access     sub/more.json",
    ]
    assert "4 compared: 2 new access, 1 no new access, 1 gone, 0 undecided" in out


def test_what_cannot_be_read_or_decided_hides_nothing_and_never_passes(tmp_path: Path) -> None:
    for side in ("old", "new"):
        write(tmp_path / side / "a.json", READ)
        write(tmp_path / side / "b.json", {**READ, "Resource": "arn:aws:s3:::${bucket}/*"})
    (tmp_path / "old" / "c.json").write_text("{")
    write(tmp_path / "new" / "c.json", READ)
    code, out, _ = run(tmp_path, "old", "new")
    assert code == 2
    assert "no new access  a.json" in out
    assert "undecided      b.json" in out
    assert "render the template before checking" in out
    assert "old/c.json:1:2" in out
    assert "NOT EVALUATED" in out


def test_a_commit_is_a_side(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        command = ["git", "-c", "user.name=n", "-c", "user.email=e@example.com", *arguments]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    git("init", "--initial-branch=main")
    write(tmp_path / "policies" / "a.json", READ)
    git("add", ".")
    git("commit", "--message=one")
    assert run(tmp_path, "git:main", "policies")[0] == 0
    write(tmp_path / "policies" / "a.json", WIDE)
    code, out, _ = run(tmp_path, "git:HEAD", "policies")
    assert (code, out.splitlines()[0]) == (1, "new access     a.json")
    git("commit", "--all", "--message=two")
    assert run(tmp_path, "git:HEAD~1", "git:HEAD:policies")[0] == 2
    assert run(tmp_path, "git:HEAD~1:policies", "git:HEAD:policies")[0] == 1
    assert run(tmp_path, "git:HEAD:policies", "git:HEAD~1:policies")[0] == 0
    (tmp_path / "policies" / "link.json").symlink_to("a.json")
    git("add", ".")
    git("commit", "--message=three")
    code, _, err = run(tmp_path, "policies", "git:HEAD")
    assert (code, "a link" in err) == (2, True)


@pytest.mark.parametrize("ref", ["nope", "--output=x", "", "HEAD^{tree}"])
def test_no_commit_is_an_error(tmp_path: Path, ref: str) -> None:
    write(tmp_path / "a.json", READ)
    code, out, err = run(tmp_path, f"git:{ref}", "a.json")
    assert (code, out) == (2, "")
    assert "no such commit" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json"]


def test_nothing_to_compare_is_no_pass(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    code, out, _ = run(tmp_path, "old", "new")
    assert (code, "NOTHING COMPARED" in out) == (3, True)
    assert run(tmp_path, "old")[0] == 2
    assert run(tmp_path, "missing", "new")[0] == 2
