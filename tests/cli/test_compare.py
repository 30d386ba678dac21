"""`policy-check compare`, as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.budget import spend
from checker.iam.containment import grants_beyond
from checker.iam.request import Request
from checker.iam.statement import Policy
from checker.reader import AS_GIVEN
from checker.report import Access, Comparison
from checker.run.comparison import compare
from checker.settings import Settings
from checker.workers import Bounds, Workers
from tests.support.command import COMMAND, MOST, PATIENCE
from tests.support.git import commit, git
from tests.support.mishaps import hoard, spin

READ: Any = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"}
WIDE: Any = {**READ, "Action": "s3:Get*"}
NARROW: Any = {**READ, "Resource": "arn:aws:s3:::a/b"}


def write(path: Path, *statements: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}))
    return path


def run(folder: Path, *arguments: str, **env: str) -> tuple[int, str, str]:
    ran = subprocess.run(
        [COMMAND, "compare", *arguments],
        cwd=folder,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
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


def test_a_file_that_only_moved_is_paired_with_its_old_version(tmp_path: Path) -> None:
    write(tmp_path / "old" / "a.json", READ)
    write(tmp_path / "old" / "b.json", WIDE)
    write(tmp_path / "new" / "sub" / "a.json", READ)
    write(tmp_path / "new" / "b.json", WIDE)
    code, out, _ = run(tmp_path, "old", "new")
    assert (code, out.splitlines()[:2]) == (
        0,
        ["no new access  b.json", "no new access  sub/a.json  (moved from a.json)"],
    )
    assert "2 compared: 0 new access, 2 no new access, 0 gone, 0 undecided\n" in out
    commit(tmp_path)
    (tmp_path / "new" / "b.json").rename(tmp_path / "new" / "c.json")
    assert "no new access  c.json  (moved from b.json)\n" in run(tmp_path, "git:HEAD", "new")[1]


def test_a_copy_has_not_moved_and_neither_has_what_changed(tmp_path: Path) -> None:
    write(tmp_path / "old" / "a.json", READ)
    write(tmp_path / "new" / "a.json", READ)
    write(tmp_path / "new" / "b.json", READ)
    code, out, _ = run(tmp_path, "old", "new")
    assert (code, "new access     b.json\n" in out) == (1, True)
    write(tmp_path / "old" / "c.json", READ)
    write(tmp_path / "new" / "d.json", READ)
    code, out, _ = run(tmp_path, "old", "new")
    assert (code, "no new access  b.json  (moved from c.json)\n" in out) == (1, True)
    assert "new access     d.json\n" in out
    (tmp_path / "new" / "d.json").unlink()
    write(tmp_path / "new" / "b.json", NARROW)
    code, out, _ = run(tmp_path, "old", "new")
    assert (code, "gone           c.json\n" in out) == (1, True)


def test_what_is_broken_has_not_moved_but_is_told(tmp_path: Path) -> None:
    for folder in ("old", "new"):
        write(tmp_path / folder / "same.json", READ)
    (tmp_path / "old" / "a.json").write_text('{"Statement": ')
    (tmp_path / "new" / "b.json").write_text('{"Statement": ')
    code, out, _ = run(tmp_path, "old", "new")
    assert (code, "undecided      b.json" in out) == (2, True)
    (tmp_path / "new" / "b.json").unlink()
    (tmp_path / "new" / "b.json").symlink_to("../old/a.json")
    assert run(tmp_path, "old", "new")[0] == 2


def test_what_cannot_be_read_or_decided_hides_nothing_and_never_passes(tmp_path: Path) -> None:
    for side in ("old", "new"):
        write(tmp_path / side / "a.json", READ)
        write(tmp_path / side / "b.json", {**READ, "Resource": f"arn:aws:s3:::${{{side}}}/*"})
    (tmp_path / "old" / "c.json").write_text('{"Statement": ')
    write(tmp_path / "new" / "c.json", READ)
    code, out, _ = run(tmp_path, "old", "new")
    assert code == 2
    assert "no new access  a.json" in out
    assert "undecided      b.json" in out
    assert "render the template before checking" in out
    assert "old/c.json:1:15" in out
    assert "NOT EVALUATED" in out


def template(**resources: Any) -> str:
    return json.dumps({"Resources": resources})


def holder(**properties: Any) -> Any:
    return {"Type": "AWS::IAM::User", "Properties": properties}


def test_a_managed_policy_that_is_attached_is_new_access(tmp_path: Path) -> None:
    arn = "arn:aws:iam::aws:policy/"
    old = template(A=holder(ManagedPolicyArns=[f"{arn}ReadOnlyAccess", f"{arn}SecurityAudit"]))
    new = template(A=holder(ManagedPolicyArns=[f"{arn}ReadOnlyAccess", f"{arn}PowerUserAccess"]))
    Path(tmp_path, "old.json").write_text(old, encoding="utf-8")
    Path(tmp_path, "new.json").write_text(new, encoding="utf-8")
    code, out, _ = run(tmp_path, "old.json", "new.json")
    assert code == 1
    assert f"has  {arn}PowerUserAccess" in out
    assert run(tmp_path, "old.json", "old.json")[0] == 0


def test_a_policy_that_only_bounded_grants_nothing_before(tmp_path: Path) -> None:
    policy = {"Statement": {**READ, "Action": "*", "Resource": "*"}}
    managed = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": policy}}
    bounds = template(P=managed, A=holder(PermissionsBoundary={"Ref": "P"}))
    grants = template(P=managed, A=holder(PermissionsBoundary={"Ref": "P"}), B={"Ref": "P"})
    Path(tmp_path, "old.json").write_text(bounds, encoding="utf-8")
    Path(tmp_path, "new.json").write_text(grants, encoding="utf-8")
    assert run(tmp_path, "old.json", "new.json")[0] == 1
    assert run(tmp_path, "old.json", "old.json")[0] == 0


def test_a_commit_is_a_side(tmp_path: Path) -> None:
    write(tmp_path / "policies" / "a.json", READ)
    commit(tmp_path)
    assert run(tmp_path, "git:main", "policies")[0] == 0
    write(tmp_path / "policies" / "a.json", WIDE)
    code, out, _ = run(tmp_path, "git:HEAD", "policies")
    assert (code, out.splitlines()[0]) == (1, "new access     a.json")
    commit(tmp_path)
    assert run(tmp_path, "git:HEAD~1", "git:HEAD:policies")[0] == 2
    assert run(tmp_path, "git:HEAD~1:policies", "git:HEAD:policies")[0] == 1
    assert run(tmp_path, "git:HEAD:policies", "git:HEAD~1:policies")[0] == 0


def test_a_link_never_hides_the_policy_that_it_replaced(tmp_path: Path) -> None:
    for side in ("old", "new"):
        write(tmp_path / side / "a.json", READ)
        write(tmp_path / side / "wide.json", WIDE)
        write(tmp_path / side / "sub" / "b.json", READ)
    (tmp_path / "new" / "a.json").unlink()
    (tmp_path / "new" / "a.json").symlink_to("wide.json")
    (tmp_path / "new" / "linked").symlink_to("sub")
    commit(tmp_path)
    for new in ("new", "git:HEAD:new"):
        code, out, _ = run(tmp_path, "old", new)
        assert code == 2
        assert "undecided      a.json\n" in out
        assert "undecided      linked\n" in out
        assert f"{new}/a.json: error: a symbolic link: replace it with the file itself" in out
    code, out, _ = run(tmp_path, "old", "new", "--exclude=*/a.json", "--exclude=new/linked")
    assert (code, "a.json" in out, "linked" in out) == (0, False, False)


def test_a_link_to_what_git_ignores_hides_no_policy(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("ignored.json\n")
    write(tmp_path / "old" / "a.json", READ)
    write(tmp_path / "new" / "ignored.json", READ)
    (tmp_path / "new" / "a.json").symlink_to("ignored.json")
    commit(tmp_path)
    code, out, _ = run(tmp_path, "old", "new")
    assert (code, out.splitlines()[0]) == (2, "undecided      a.json")


@pytest.mark.parametrize(
    "places",
    [
        ("git:HEAD", "./a.json"),
        ("git:HEAD", "sub/../a.json"),
        ("git:HEAD", "{here}/a.json"),
        ("git:HEAD:a.json", "sub/b.json"),
        ("git:HEAD:./sub/b.json", "git:HEAD:a.json"),
        ("git:HEAD", "sub/"),
        ("git:HEAD", "./sub/../sub"),
        ("git:HEAD", "."),
    ],
)
def test_a_path_may_be_written_in_any_way(tmp_path: Path, places: tuple[str, str]) -> None:
    write(tmp_path / "a.json", READ)
    write(tmp_path / "sub" / "b.json", READ)
    commit(tmp_path)
    code, out, err = run(tmp_path, *(each.format(here=tmp_path) for each in places))
    assert (code, "gone" in out.splitlines()[0], err) == (0, False, "")


def test_a_file_and_a_directory_are_no_pair(tmp_path: Path) -> None:
    write(tmp_path / "a.json", READ)
    write(tmp_path / "sub" / "b.json", READ)
    commit(tmp_path)
    for places in (("a.json", "sub"), ("git:HEAD:a.json", "sub"), ("git:HEAD:sub", "a.json")):
        code, out, err = run(tmp_path, *places)
        assert (code, out, "one is a file, the other a directory" in err) == (2, "", True)


def test_a_side_that_is_missing_is_named(tmp_path: Path) -> None:
    write(tmp_path / "sub" / "b.json", READ)
    for places in (("nope", "sub"), ("sub", "nope")):
        code, out, err = run(tmp_path, *places)
        assert (code, out, "nope: error:" in err, "one is a file" in err) == (2, "", True, False)


def test_nothing_is_fetched_into_a_partial_clone(tmp_path: Path) -> None:
    above = tmp_path / "above"
    write(above / "p.json", READ)
    commit(above)
    write(above / "p.json", NARROW)
    commit(above)
    git(above, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--filter=blob:none", above.as_uri(), "here")
    code, out, err = run(tmp_path / "here", "git:HEAD~1", "p.json")
    assert (code, out) == (2, "")
    assert "not in this clone" in err
    git(tmp_path / "here", "cat-file", "-p", "HEAD~1:p.json")  # which fetches it
    assert run(tmp_path / "here", "git:HEAD~1", "p.json")[0] == 0


def test_a_submodule_is_undecided(tmp_path: Path) -> None:
    write(tmp_path / "inner" / "a.json", WIDE)
    commit(tmp_path / "inner")
    write(tmp_path / "b.json", READ)
    commit(tmp_path)
    code, out, _ = run(tmp_path, "git:HEAD", ".", "--exclude=inner/a.json")
    assert (code, "a submodule" in out) == (2, True)


@pytest.mark.parametrize("ref", ["nope", "--output=x", "", "HEAD^{tree}", "^HEAD"])
def test_no_commit_is_an_error(tmp_path: Path, ref: str) -> None:
    write(tmp_path / "a.json", READ)
    commit(tmp_path)
    code, out, err = run(tmp_path, f"git:{ref}", "a.json")
    assert (code, out) == (2, "")
    assert "no such commit" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == [".git", "a.json"]


def test_a_commit_is_of_a_repository(tmp_path: Path) -> None:
    write(tmp_path / "a.json", READ)
    code, out, err = run(tmp_path, "git:HEAD", "a.json")
    assert (code, out) == (2, "")
    assert "not in a git repository" in err


def test_files_of_a_repository_within_are_no_repository(tmp_path: Path) -> None:
    """Git takes a folder with certain files for a repository, whoever committed them."""
    here = tmp_path / "here"
    write(here / "team" / "p.json", NARROW)
    commit(here)
    write(here / "team" / "p.json", READ)
    false = tmp_path / "false"
    write(false / "p.json", READ)
    commit(false)
    for name in ("HEAD", "objects", "refs"):
        (false / ".git" / name).rename(here / "team" / name)
    (here / "team" / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
    code, out, _ = run(here / "team", "git:HEAD", "p.json")
    assert (code, out.splitlines()[0]) == (1, "new access     team/p.json")


def test_no_variable_names_another_repository(tmp_path: Path) -> None:
    """A hook has GIT_DIR of the repository that it is a hook of, wherever it goes."""
    here, other = tmp_path / "here", tmp_path / "other"
    write(here / "p.json", NARROW)
    commit(here)
    for folder in (here, other):
        write(folder / "p.json", READ)
    commit(other)
    variables = {"GIT_DIR": str(other / ".git"), "GIT_WORK_TREE": str(other)}
    variables["GIT_GLOB_PATHSPECS"] = "1"
    assert run(here, "git:HEAD", "p.json")[0] == 1
    assert run(here, "git:HEAD", "p.json", **variables)[0] == 1


@pytest.mark.parametrize("kind", ["tag", "branch"])
def test_a_name_that_is_not_of_one_commit_alone_is_an_error(tmp_path: Path, kind: str) -> None:
    write(tmp_path / "p.json", NARROW)
    commit(tmp_path)
    git(tmp_path, "update-ref", "refs/remotes/origin/main", "HEAD")
    write(tmp_path / "p.json", READ)
    commit(tmp_path)
    assert run(tmp_path, "git:origin/main", "p.json")[0] == 1
    git(tmp_path, kind, "origin/main")
    code, out, err = run(tmp_path, "git:origin/main", "p.json")
    assert (code, out) == (2, "")
    assert "more than one branch or tag has this name" in err
    assert run(tmp_path, "git:refs/remotes/origin/main", "p.json")[0] == 1


def test_no_commit_is_replaced(tmp_path: Path) -> None:
    write(tmp_path / "p.json", NARROW)
    commit(tmp_path)
    write(tmp_path / "p.json", READ)
    commit(tmp_path)
    git(tmp_path, "replace", "HEAD~1", "HEAD")
    assert run(tmp_path, "git:HEAD~1", "p.json")[0] == 1


def test_a_large_file_of_a_commit_hides_no_other(tmp_path: Path) -> None:
    write(tmp_path / "p" / "a.json", NARROW)
    (tmp_path / "p" / "b.json").write_text(" " * 5_000)
    commit(tmp_path)
    write(tmp_path / "p" / "a.json", READ)
    code, out, _ = run(tmp_path, "git:HEAD", "p", "--max-file-size", "4K")
    assert code == 2
    assert "new access     a.json" in out
    assert "git:HEAD:p/b.json: error: larger than the limit of 4096 bytes" in out


def test_a_commit_is_a_side_from_a_folder_within(tmp_path: Path) -> None:
    write(tmp_path / "a" / "p.json", NARROW)
    write(tmp_path / "b" / "p.json", NARROW)
    commit(tmp_path)
    write(tmp_path / "b" / "p.json", READ)
    (tmp_path / "a" / "c").mkdir()
    for place in ("git:HEAD", "git:HEAD:../../b"):
        code, out, _ = run(tmp_path / "a" / "c", place, "../../b")
        assert (code, out.splitlines()[0]) == (1, "new access     p.json")


@pytest.mark.parametrize("place", ["..", "../..", "../../b/.."])
def test_a_commit_is_a_side_of_a_folder_above(tmp_path: Path, place: str) -> None:
    write(tmp_path / "b" / "c" / "p.json", NARROW)
    commit(tmp_path)
    write(tmp_path / "b" / "c" / "p.json", READ)
    code, out, _ = run(tmp_path / "b" / "c", "git:HEAD", place)
    within = "c/p.json" if place == ".." else "b/c/p.json"
    assert (code, out.splitlines()[0]) == (1, f"new access     {within}")


def test_a_repository_may_be_reached_by_a_link(tmp_path: Path) -> None:
    write(tmp_path / "real" / "b" / "p.json", NARROW)
    commit(tmp_path / "real")
    write(tmp_path / "real" / "b" / "p.json", READ)
    (tmp_path / "link").symlink_to("real")
    for place in ("b", str(tmp_path / "link" / "b"), str(tmp_path / "real" / "b")):
        code, out, _ = run(tmp_path / "link", "git:HEAD", place)
        assert (code, out.splitlines()[0]) == (1, "new access     p.json")


def test_a_file_that_was_lost_hides_no_other(tmp_path: Path) -> None:
    write(tmp_path / "p" / "a.json", NARROW)
    write(tmp_path / "p" / "b.json", WIDE)
    commit(tmp_path)
    ran = subprocess.run(
        ["git", "rev-parse", "HEAD:p/b.json"],  # noqa: S607 - the git of the tests
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    (tmp_path / ".git" / "objects" / ran.stdout[:2] / ran.stdout[2:].strip()).unlink()
    write(tmp_path / "p" / "a.json", READ)
    code, out, _ = run(tmp_path, "git:HEAD", "p")
    assert code == 2
    assert "new access     a.json" in out
    assert "git:HEAD:p/b.json: error: its content is not in this clone" in out


def test_a_commit_by_its_full_name_is_exact(tmp_path: Path) -> None:
    write(tmp_path / "p.json", NARROW)
    commit(tmp_path)
    sha = (tmp_path / ".git" / "refs" / "heads" / "main").read_text().strip()
    write(tmp_path / "p.json", READ)
    commit(tmp_path)
    git(tmp_path, "update-ref", f"refs/heads/{sha}", "HEAD")
    assert run(tmp_path, f"git:{sha}", "p.json")[0] == 1


@pytest.mark.parametrize("glob", ["p/new.json", "./p/new.json", "p/*w.json", "{}/p/new.json"])
@pytest.mark.parametrize("place", ["p", "./p", "{}/p"])
@pytest.mark.parametrize("old", ["git:HEAD", "git:HEAD:p"])
def test_what_is_left_out_is_so_however_it_is_written(
    tmp_path: Path, old: str, place: str, glob: str
) -> None:
    write(tmp_path / "p" / "a.json", READ)
    write(tmp_path / "p" / "new.json", READ)
    commit(tmp_path)
    write(tmp_path / "p" / "new.json", WIDE)
    arguments = [old, place.format(tmp_path), "--exclude", glob.format(tmp_path)]
    code, out, _ = run(tmp_path, *arguments)
    assert (code, out.splitlines()[0]) == (0, "no new access  a.json")
    assert "1 compared" in out


@pytest.mark.parametrize("glob", ["new/*", "old/*", "./new/a.json"])
def test_nothing_is_left_out_of_one_side_alone(tmp_path: Path, glob: str) -> None:
    write(tmp_path / "old" / "a.json", READ)
    write(tmp_path / "new" / "a.json", WIDE)
    code, out, _ = run(tmp_path, "old", "new", "--exclude", glob)
    assert (code, out.splitlines()[0]) == (1, "new access     a.json")
    code, out, _ = run(tmp_path, "old", "new", "--exclude", "*/a.json")
    assert code == 3


@pytest.mark.parametrize("path", [":(top)p.json", ":/p.json", ":(literal)p.json", "../../p.json"])
def test_a_path_is_no_pattern_and_stays_in_the_repository(tmp_path: Path, path: str) -> None:
    here = tmp_path / "here"
    write(here / "p.json", READ)
    commit(here)
    code, out, err = run(here, f"git:HEAD:{path}", "p.json")
    assert (code, out) == (2, "")
    assert "error: " in err


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX")
def test_no_two_names_are_shown_alike(tmp_path: Path) -> None:
    """One file has the byte 0xff in its name, the other the four characters that stand for it."""
    write(tmp_path / "old" / "\udcff.json", READ)
    write(tmp_path / "old" / "\\xff.json", READ)
    write(tmp_path / "new" / "\udcff.json", READ)
    write(tmp_path / "new" / "\\xff.json", WIDE)
    code, out, _ = run(tmp_path, "old", "new")
    assert code == 1
    assert {line for line in out.splitlines() if ".json" in line} == {
        r"new access     \x5cxff.json",
        r"no new access  \xff.json",
    }


def test_nothing_to_compare_is_no_pass(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    code, out, _ = run(tmp_path, "old", "new")
    assert (code, "NOTHING COMPARED" in out) == (3, True)
    assert run(tmp_path, "old")[0] == 2
    assert run(tmp_path, "missing", "new")[0] == 2


def three(folder: Path) -> tuple[str, str]:
    for name in "abc":
        write(folder / "old" / f"{name}.json", READ)
        write(folder / "new" / f"{name}.json", {**READ, "Sid": name}, WIDE)
    return str(folder / "old"), str(folder / "new")


def compared(sides: tuple[str, str], workers: Workers | None) -> list[Comparison]:
    return list(compare(*sides, Settings(root=AS_GIVEN, workers=workers)).comparisons)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system knows no fork")
@pytest.mark.parametrize("jobs", [1, 2, 7])
def test_any_number_of_processes_compares_the_same(tmp_path: Path, jobs: int) -> None:
    sides = three(tmp_path)
    (tmp_path / "old" / "a.json").write_text("{")
    assert compared(sides, Workers(jobs)) == compared(sides, None)


def err() -> None:
    raise AssertionError("nobody expected this")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system knows no fork")
@pytest.mark.parametrize(
    ("what", "told"),
    [
        (spin, "within 0.5 s of processor time: simplify the policies, or raise --timeout"),
        (lambda: spend(1 << 60), "too much work to compare: simplify the policies"),
        (hoard, "not enough memory to compare it"),
        (err, "internal error, please report it: AssertionError"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "ended with signal 9"),
    ],
)
def test_what_cannot_be_compared_is_undecided_and_hides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: Callable[[], object], told: str
) -> None:
    sides = three(tmp_path)

    def stumbling(new: Policy, old: Policy) -> Request | None:
        if new.statements[0].sid == "b":
            what()
        return grants_beyond(new, old)

    monkeypatch.setattr("checker.run.comparison.grants_beyond", stumbling)
    seconds = 0.5 if what is spin else MOST  # no other end may be overtaken by this one
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * 4096
    found = compared(sides, Workers(2, Bounds(seconds, used + (64 << 20))))
    assert [each.access for each in found] == [Access.MORE, Access.UNDECIDED, Access.MORE]
    (problem,) = found[1].problems
    assert told in problem.message
    assert problem.path.endswith("b.json")


def test_a_pair_that_cannot_be_read_in_time_is_undecided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sides = three(tmp_path)
    monkeypatch.setattr("checker.documents.load", lambda *_, **__: spin())
    found = compared(sides, Workers(2, Bounds(0.2)))
    assert [each.access for each in found] == [Access.UNDECIDED] * 3
    assert all("not read within 0.2 s" in each.problems[0].message for each in found)


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--max-file-size", "100", "larger than the limit of 100 bytes"),
        ("--max-depth", "2", "nested deeper than 2 levels"),
    ],
)
@pytest.mark.parametrize("by", ["option", "variable"])
def test_limits_may_be_set(tmp_path: Path, option: str, value: str, told: str, by: str) -> None:
    write(tmp_path / "old.json", READ)
    write(tmp_path / "new.json", READ)
    variable = f"POLICY_CHECK_{option[2:].upper().replace('-', '_')}"
    if by == "option":
        code, out, _ = run(tmp_path, "old.json", "new.json", option, value)
    else:
        code, out, _ = run(tmp_path, "old.json", "new.json", **{variable: value})
    assert code == 2
    assert told in out


def test_what_replaced_a_policy_and_cannot_be_read_is_undecided(tmp_path: Path) -> None:
    old, new = three(tmp_path)
    (tmp_path / "new" / "a.json").write_text("{", encoding="utf-8")
    (tmp_path / "new" / "b.json").write_text('{"name": "package"}', encoding="utf-8")
    (tmp_path / "new" / "d.json").write_text("{", encoding="utf-8")
    found = {each.path: each.access for each in compared((old, new), None)}
    assert found == {
        "a.json": Access.UNDECIDED,
        "b.json": Access.GONE,
        "c.json": Access.MORE,
    }
