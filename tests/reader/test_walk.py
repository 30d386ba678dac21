"""What a walk leaves out because git ignores it, and what it never leaves out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from checker.reader import Walk, ending, git_ignored, ignored, walk
from tests.support.git import NEEDS_GIT, commit, fake, git

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
WANTED = ending(frozenset({".json"}))


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder, which is the working directory."""
    top = tmp_path.resolve() / "top"
    top.mkdir()
    monkeypatch.chdir(top)
    return top


def put(*names: str, text: str = "{}") -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


def walked(*places: str) -> list[Walk]:
    skipped = ignored(places)
    return [walk(place, WANTED, skipped) for place in places]


def short(paths: Sequence[str]) -> list[str]:
    return [Path(path).as_posix() for path in paths]


def found(place: str = ".") -> tuple[list[str], list[str]]:
    """Return the files of all kinds that a walk finds, and what it leaves out as ignored."""
    (walk,) = walked(place)
    assert walk.problems == ()
    return sorted(short([*walk.files, *walk.others])), short(walk.ignored)


@NEEDS_GIT
def test_what_git_ignores_is_left_out_and_named_once(top: Path) -> None:
    put(".gitignore", text=".terraform\nnode_modules/\n*.log\n")
    put("a.json", "b/c.json", ".hidden/d.json", "b/build.log", "b/e.txt")
    put(".terraform/x/y.json", "b/node_modules/p/package.json", "b/node_modules/q.json")
    git(top, "init")
    files = [".gitignore", ".hidden/d.json", "a.json", "b/c.json", "b/e.txt"]
    left_out = [".terraform", "b/build.log", "b/node_modules"]
    assert found() == (files, left_out)
    commit(top)
    assert found() == (files, left_out)
    assert found(str(top)) == tuple([f"{top}/{each}" for each in part] for part in found())
    assert found("b") == (["b/c.json", "b/e.txt"], ["b/build.log", "b/node_modules"])


@NEEDS_GIT
def test_without_what_git_says_a_walk_finds_all(top: Path) -> None:
    put(".gitignore", "a.json", text="*.json\n")
    git(top, "init")
    assert walk(".", WANTED).files == (f".{os.sep}a.json",)


@NEEDS_GIT
def test_what_is_tracked_is_never_ignored(top: Path) -> None:
    put("build/tracked.json", "build/sub/tracked.json", "a.log", "only/x.json")
    commit(top)
    put("build/new.json", "build/sub/new.json", "build/new/x.json", "b.log")
    put(".gitignore", text="build/\n*.log\nonly\n*.json\n")
    files = [".gitignore", "a.log", "build/sub/tracked.json", "build/tracked.json", "only/x.json"]
    left_out = ["b.log", "build/new", "build/new.json", "build/sub/new.json"]
    assert found() == (files, left_out)


@NEEDS_GIT
def test_what_is_only_staged_or_changed_is_not_ignored(top: Path) -> None:
    put(".gitignore", "staged.json", "intended.json", text="*.json\n")
    git(top, "init")
    git(top, "add", "--force", "staged.json")
    git(top, "add", "--force", "--intent-to-add", "intended.json")
    assert found() == ([".gitignore", "intended.json", "staged.json"], [])


@NEEDS_GIT
def test_a_directory_that_is_named_is_walked_whole(top: Path) -> None:
    put(".gitignore", text="build/\n*.log\n")
    put("build/a.json", "build/deep/b.json", "build/c.log", "d.json")
    git(top, "init")
    for place in ("build", "./build", "build/deep/..", str(top / "build")):
        assert len(found(place)[0]) == 3, place
    assert found("build/deep") == (["build/deep/b.json"], [])
    whole, ignored_one = walked(".", "build")
    assert short(whole.ignored) == ["build"]
    assert short(ignored_one.files) == ["build/a.json", "build/deep/b.json"]


@NEEDS_GIT
def test_a_directory_that_holds_nothing_but_ignored_files_is_walked(top: Path) -> None:
    """Git calls it ignored, but sees neither pipes in it nor what a planted `.git` holds."""
    put(".gitignore", text="*.log\nign/\n")
    put("a/x.log", "a/.git/evil.json", "b/ign/y.json", "c/d/z.log")
    git(top, "init")
    assert found() == ([".gitignore", "a/.git/evil.json"], ["a/x.log", "b/ign", "c/d/z.log"])


@POSIX
@NEEDS_GIT
def test_links_and_special_files_are_problems_unless_they_are_ignored(top: Path) -> None:
    put(".gitignore", "a/x.log", text="*.log\n")
    for name in ("a/out.json", "a/out.log"):
        Path(name).symlink_to("/etc")
    os.mkfifo("a/pipe.json")
    os.mkfifo("a/pipe.log")
    git(top, "init")
    (walk,) = walked(".")
    assert [each.path for each in walk.problems] == [
        "./a/out.json",
        "./a/pipe.json",
        "./a/pipe.log",
    ]
    assert short(walk.ignored) == ["a/out.log", "a/x.log"]


@NEEDS_GIT
def test_names_of_all_kinds_are_recognised(top: Path) -> None:
    names = ["sp ace.log", "-n.log", "é.log", "[x].log", ":(top)y.log"]
    if sys.platform != "win32":
        names += ["new\nline.log", "tab\t.log", 'quote".log', "back\\slash.log"]
        names.append(os.fsdecode(b"\xff.log"))
    put(*names, *(f"-d/{name}" for name in names), text="")
    put(".gitignore", "-d/a.json", text="*.log\n")
    git(top, "init")
    git(top, "add", "./-d/a.json")
    assert found()[0] == ["-d/a.json", ".gitignore"]
    assert len(found("-d")[1]) == len(names)


@NEEDS_GIT
def test_a_repository_within_is_walked(top: Path) -> None:
    put(".gitignore", text="*.log\nbuild/\n")
    put("nested/a.json", "nested/b.log", "nested/sub/c.json", "only/deep/d.json", "only/x.log")
    put("sub/e.json", "build/vendor/f.json", "worktree/g.json")
    for folder in ("nested", "only/deep", "build/vendor", "sub"):
        commit(top / folder)
    git(top, "init")
    git(top, "-c", "advice.addEmbeddedRepo=false", "add", "sub", ".gitignore")
    Path("sub/.git").rename("elsewhere")
    put("sub/.git", "worktree/.git", text="gitdir: ../elsewhere\n")
    shutil.rmtree("elsewhere")
    files = [".gitignore", "nested/a.json", "nested/b.log", "nested/sub/c.json"]
    files += ["only/deep/d.json", "sub/e.json", "worktree/g.json"]
    assert found() == (files, ["build", "only/x.log"])


@NEEDS_GIT
def test_a_submodule_is_never_ignored(top: Path) -> None:
    put("sub/a.json")
    commit(top / "sub")
    git(top, "init")
    git(top, "-c", "advice.addEmbeddedRepo=false", "add", "sub")
    put(".gitignore", text="sub\n")
    assert found()[0] == [".gitignore", "sub/a.json"]
    assert found("sub") == (["sub/a.json"], [])


@NEEDS_GIT
def test_each_repository_is_asked_about_its_own(top: Path) -> None:
    for folder in ("one", "two"):
        put(
            f"{folder}/.gitignore", f"{folder}/a.json", f"{folder}/{folder}.log", text=f"{folder}.*"
        )
        git(top / folder, "init")
    assert [short(walk.ignored) for walk in walked("one", "two", ".")] == [
        ["one/one.log"],
        ["two/two.log"],
        ["one/one.log", "two/two.log"],  # asked for by their own names
    ]
    assert found()[1] == []


def test_a_planted_git_folder_is_walked_like_any_other(top: Path) -> None:
    fake(top)
    fake(top / "nested")
    put(".git/a.json", "nested/.git/b.json", "sub/.git/c.json", "sub/.git/HEAD", "x/y/.git/d.json")
    put("file/.git", "e.json")
    put("worktree/.git", text="gitdir: ../.git/worktrees/worktree\n")
    (walk,) = walked(".")
    assert short(walk.files) == ["e.json", "sub/.git/c.json", "x/y/.git/d.json"]
    assert short(walk.others) == ["file/.git", "sub/.git/HEAD"]


@NEEDS_GIT
def test_git_answers_for_a_directory_reached_by_a_link(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(".gitignore", "p/a.json", "p/b.log", text="*.log\n")
    git(top, "init")
    git(top, "add", "p/a.json")
    (top.parent / "link").symlink_to(top / "p")
    assert found("../link") == (["../link/a.json"], ["../link/b.log"])
    monkeypatch.chdir(top.parent / "link")
    assert found() == (["a.json"], ["b.log"])


@NEEDS_GIT
def test_only_lists_of_the_repository_count(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of the user is not, as each user would have another verdict."""
    put(".gitignore", "a.log", "b.tmp", "c.own", "d.mine", text="*.log\n")
    git(top, "init")
    put(".git/info/exclude", text="*.tmp\n")
    put("../home/git/ignore", text="*.own\n")
    put("../mine", text="*.mine\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(top.parent / "home"))
    git(top, "config", "core.excludesFile", str(top.parent / "mine"))
    assert found()[1] == ["a.log", "b.tmp"]


@NEEDS_GIT
def test_no_variable_changes_the_answer(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(".gitignore", "a.json", "b.log", text="*.log\n")
    git(top, "init")
    put("../other/.gitignore", text="*.json\n")
    git(top.parent / "other", "init")
    expected = found()
    other = str(top.parent / "other")
    for variables in (
        {"GIT_DIR": f"{other}/.git", "GIT_WORK_TREE": other},
        {"GIT_INDEX_FILE": f"{other}/index", "GIT_COMMON_DIR": f"{other}/.git"},
        {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.bare", "GIT_CONFIG_VALUE_0": "true"},
        {"GIT_CONFIG_PARAMETERS": "'core.bare=true'", "GIT_ICASE_PATHSPECS": "1"},
        {"GIT_EXEC_PATH": other, "GIT_CEILING_DIRECTORIES": str(top), "GIT_TRACE": "1"},
        {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1", "GIT_GLOB_PATHSPECS": "1"},
    ):
        with monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            assert found() == expected


@POSIX
@NEEDS_GIT
@pytest.mark.parametrize(
    "name", ["core.fsmonitor", "core.pager", "pager.ls-files", "alias.ls-files"]
)
def test_the_configuration_of_a_repository_runs_nothing(top: Path, name: str) -> None:
    script = top.parent / "script"
    script.write_text(f"#!/bin/sh\ntouch '{top.parent}/ran'\n", encoding="utf-8")
    script.chmod(0o755)
    put(".gitignore", "a.json", "b.log", text="*.log\n")
    put(".gitattributes", text="* filter=evil diff=evil\n")
    commit(top)
    for hook in ("post-index-change", "fsmonitor-watchman", "pre-auto-gc"):
        shutil.copy(script, top / ".git" / "hooks" / hook)
    for key in ("filter.evil.clean", "filter.evil.process", "diff.evil.command", name):
        git(top, "config", key, f"!{script}" if name.startswith("alias") else str(script))
    before = (top / ".git" / "index").read_bytes()
    put("a.json", text="changed")
    assert found()[1] == ["b.log"]
    assert not (top.parent / "ran").exists()
    assert (top / ".git" / "index").read_bytes() == before


def nothing_ignored(monkeypatch: pytest.MonkeyPatch, script: str) -> bool:
    """Say whether a walk leaves nothing out where a script stands in for git."""
    with monkeypatch.context() as patch:
        put("../bin/git", text=f"#!/bin/sh\n{script}\n")
        Path("../bin/git").chmod(0o755)
        path = f"{Path('../bin').resolve()}{os.pathsep}{os.environ['PATH']}"
        patch.setenv("PATH", path)
        return found() == ([".gitignore", "a.json", "b.log"], [])


@POSIX
@NEEDS_GIT
def test_where_git_gives_no_answer_all_files_are_found(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(".gitignore", "a.json", "b.log", text="*.log\n")
    git(top, "init")
    assert found()[1] == ["b.log"]
    real = shutil.which("git")
    owner = f'GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {real} "$@"'
    assert nothing_ignored(monkeypatch, owner)
    assert nothing_ignored(monkeypatch, "echo 'error: unknown option' >&2; exit 129")
    assert nothing_ignored(monkeypatch, r"printf '? a.json\0? b.log\0'; exit 1")
    assert nothing_ignored(monkeypatch, r"printf '? a.json\0? b.log\0'; kill -9 $$")
    assert nothing_ignored(monkeypatch, r"printf 'H a.json\0? \0x\0\0S b.log\0? no/such\0'")
    git(top, "config", "core.bare", "true")
    assert found()[1] == []
    git(top, "config", "core.bare", "false")
    (top / ".git" / "index").write_bytes(b"DIRC no index")
    assert found()[1] == []
    (top / ".git" / "index").unlink()
    monkeypatch.setenv("PATH", "")
    assert found()[1] == []


@POSIX
@NEEDS_GIT
@pytest.mark.parametrize("kind", ["a pipe", "a pattern that takes for ever"])
def test_git_may_take_only_so_long(top: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(git_ignored, "_SECONDS", 0.5)
    git(top, "init")
    put(f"{'a/' * 30}x", "b.json")
    if kind == "a pipe":
        os.mkfifo(".gitignore")
        (walk,) = walked(".")
        assert [each.path for each in walk.problems] == ["./.gitignore"]
    else:
        put(".gitignore", text="**/a/" * 30 + "b\n" + "b.json\n")
        (walk,) = walked(".")
    assert short(walk.files) == ["b.json"]


@NEEDS_GIT
def test_a_repository_above_is_not_asked_for_one_that_git_does_not_take(top: Path) -> None:
    put(".gitignore", "within/a.json", "within/b.log", text="*.log\n")
    git(top, "init")
    fake(top / "within")
    (top / "within" / ".git" / "HEAD").write_text("no reference", encoding="utf-8")
    assert found("within") == (["within/a.json", "within/b.log"], [])


def test_git_is_run_once_a_repository_and_not_at_all_without_one(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[str, list[str]]] = []

    def run(arguments: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        ran.append((str(options["cwd"]), arguments[arguments.index("--") + 1 :]))
        return subprocess.CompletedProcess([], 0, b"")

    monkeypatch.setattr(subprocess, "run", run)
    put("p/a.json", "p/q/b.json", "r/c.json", "p/q/.git/planted.json")
    walked("p", "r", "p/q", ".")
    assert ran == []
    fake(top)
    fake(top / "r")
    walked("p", "r", "p/q", ".")
    assert ran == [(str(top), ["p", "p/q", "."]), (str(top / "r"), ["."])]


@pytest.mark.parametrize("place", ["missing", "file", "a\0b", "", "-"])
def test_what_is_no_directory_is_not_asked_for(top: Path, place: str) -> None:
    put("file")
    fake(top)
    assert ignored([place]) == frozenset()


NAMES = ["a", "b.json", "c.log", "d"]
PATTERNS = [*NAMES, "*.log", "/a", "a/", "!b.json", "d/*", "!d/a", "**/c.log", "*", "!*/", "a/**"]
PATHS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join)
TREES = st.dictionaries(PATHS, st.sampled_from(["tracked", "staged", "untracked"]), max_size=10)
IGNORES = st.dictionaries(
    st.sampled_from(["", "a/", "d/", "d/a/"]), st.lists(st.sampled_from(PATTERNS), max_size=4)
)


@NEEDS_GIT
@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(TREES, IGNORES)
@example({"a/d/c.log": "untracked", "a/b.json": "tracked"}, {"": ["a/"]})
@example({"d/a/a": "untracked", "d/d": "untracked"}, {"": ["d/*", "!d/a"], "d/a/": ["*"]})
def test_a_walk_leaves_out_what_git_ignores_and_no_more(
    top: Path, tree: Mapping[str, str], ignores: Mapping[str, Sequence[str]]
) -> None:
    """Git is asked about each file by another of its commands."""
    for each in top.iterdir():
        if each.is_dir():
            shutil.rmtree(each)
        else:
            each.unlink()
    git(top, "init")
    for state in ("tracked", "staged", "untracked"):
        for path in (Path(path) for path, each in tree.items() if each == state):
            if not path.is_dir() and not any(above.is_file() for above in path.parents):
                put(str(path))
        if state != "untracked":
            git(top, "add", ".")
        if state == "tracked":
            git(top, "commit", "--allow-empty", "--message=all")
    for folder, patterns in ignores.items():
        if Path(folder).is_dir():
            put(f"{folder}.gitignore", text="\n".join(patterns))
    files = sorted(
        Path(folder, name).relative_to(top).as_posix()
        for folder, _, names in os.walk(top)
        for name in names
        if ".git" not in Path(folder).relative_to(top).parts
    )
    asked = subprocess.run(
        ["git", "check-ignore", "-z", "--stdin"],  # noqa: S607 - as everywhere in tests of git
        input="\0".join(files).encode(),
        capture_output=True,
        check=False,
    ).stdout.decode()
    assert found()[0] == sorted({*files} - {*asked.split("\0")})


@NEEDS_GIT
def test_a_named_directory_of_generated_files_is_read_whatever_is_ignored(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    for name in ("out/a.json", "src/a.json", "src/b.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}", encoding="utf-8")
    (tmp_path / ".gitignore").write_text("out/*\nb.json\n", encoding="utf-8")
    git(tmp_path, "add", "src/a.json")
    assert ignored([str(tmp_path / "out")]) == frozenset()
    assert ignored([str(tmp_path / "src")]) == {str((tmp_path / "src" / "b.json").resolve())}
