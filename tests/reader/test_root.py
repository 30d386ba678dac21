"""One name for a file, however its path is given, and the directory that names are relative to."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from checker.reader.files import display_path
from checker.reader.root import Root, find, is_genuine, repository
from tests.support.git import NEEDS_GIT, commit, fake, git

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
NOT_ROOT = pytest.mark.skipif(
    sys.platform != "win32" and os.geteuid() == 0, reason="root may read everything"
)
FOLDER = "r\N{LATIN SMALL LETTER E WITH ACUTE}po[1]"


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with files, which is the working directory."""
    top = tmp_path.resolve() / FOLDER
    (top / "org" / "scp").mkdir(parents=True)
    (top / "org" / "scp" / "a.json").touch()
    (top / "p").touch()
    monkeypatch.chdir(top)
    return top


@pytest.mark.parametrize(
    "path",
    [
        "org/scp/a.json",
        "./org/scp/a.json",
        ".//org///scp/./a.json",
        "{top}/org/scp/a.json",
        "org/../org/scp/a.json",
        "org/scp/../scp/a.json",
        "../{folder}/org/scp/a.json",
        "org/scp/a.json/",
    ],
)
def test_all_spellings_of_a_path_have_one_name(top: Path, path: str) -> None:
    assert Root(str(top)).name(path.format(top=top, folder=FOLDER)) == "org/scp/a.json"


@pytest.mark.parametrize(
    ("below", "path"),
    [
        ("org", "scp/a.json"),
        ("org", "../org/scp/a.json"),
        ("org/scp", "a.json"),
        ("org/scp", "./a.json"),
        ("org/scp", "../../org/scp/a.json"),
        ("..", "{folder}/org/scp/a.json"),
    ],
)
def test_the_working_directory_is_no_part_of_a_name(
    top: Path, monkeypatch: pytest.MonkeyPatch, below: str, path: str
) -> None:
    root = Root(str(top))
    monkeypatch.chdir(below)
    assert root.name(path.format(folder=FOLDER)) == "org/scp/a.json"


def test_one_root_serves_several_working_directories(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Root(str(top))
    names = [root.name("p")]
    for folder in ("org", "scp"):
        monkeypatch.chdir(folder)
        names.append(root.name("p"))
    assert names == ["p", "org/p", "org/scp/p"]


@pytest.mark.parametrize("path", [".", "./", "", "org/..", "{top}", "{top}/", "../{folder}"])
def test_the_root_is_a_dot(top: Path, path: str) -> None:
    named = Root(str(top)).name(path.format(top=top, folder=FOLDER))
    assert named == ("." if path else "")


@pytest.mark.parametrize(
    "path",
    [
        "-",
        "<stdin>",
        "git:main",
        "git:main:org/scp/a.json",
        "git:HEAD:./p",
        "../other/a.json",
        "./../other/./a.json",
        "/elsewhere/a.json",
        "{top}-twin/a.json",
        "a\0b/c",
    ],
)
def test_what_is_no_path_below_the_root_keeps_its_name(top: Path, path: str) -> None:
    path = path.format(top=top)
    assert Root(str(top)).name(path) == display_path(path)


def test_a_path_need_not_exist(top: Path) -> None:
    assert Root(str(top)).name("new/../old/./x.json") == "old/x.json"
    assert Root(str(top)).name("p/below/a/file") == "p/below/a/file"
    assert Root(str(top)).name("x" * 5000) == "x" * 5000


@POSIX
def test_links_on_the_way_are_resolved_and_the_last_one_is_not(top: Path) -> None:
    root = Root(str(top))
    (top / "link").symlink_to("org/scp")
    (top / "again.json").symlink_to("org/scp/a.json")
    (top / "nowhere.json").symlink_to("missing")
    (top / "circle").symlink_to("circle")
    (top.parent / "above").symlink_to(top)
    assert root.name("link/a.json") == "org/scp/a.json"
    assert root.name("link/../scp/a.json") == "org/scp/a.json"
    assert root.name("link/..") == "org"
    assert root.name("link") == "link"
    assert root.name("again.json") == "again.json"
    assert root.name("nowhere.json") == "nowhere.json"
    assert root.name("circle") == "circle"
    assert root.name(f"{top.parent}/above/link/a.json") == "org/scp/a.json"
    assert root.name("../above/org/scp/a.json") == "org/scp/a.json"


@POSIX
def test_a_link_out_of_the_root_keeps_the_name_it_was_given(top: Path) -> None:
    (top.parent / "other").mkdir()
    (top / "out").symlink_to(top.parent / "other")
    assert Root(str(top)).name("./out/a.json") == "./out/a.json"
    assert Root(str(top)).name("out") == "out"


@POSIX
def test_a_link_above_the_root_is_no_part_of_a_name(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (top.parent / "above").symlink_to(top)
    monkeypatch.chdir(top.parent / "above" / "org")
    root = find(Path.cwd(), top.parent / "above" / "policy-check.yaml")
    assert root == Root(str(top))
    assert root.name("scp/a.json") == "org/scp/a.json"
    assert root.name(f"{top.parent}/above/p") == "p"


@POSIX
def test_a_name_is_shown_whatever_its_bytes(top: Path) -> None:
    root = Root(str(top))
    assert root.name(os.fsdecode(b"./a\xff.json")) == "a\\xff.json"
    assert root.name("a\\b") == "a\\x5cb"
    assert root.name("\ud800") == display_path("\ud800")


@POSIX
def test_the_root_of_the_file_system_can_be_one() -> None:
    assert Root("/").name("/a/b") == "a/b"
    assert Root("/").name("/") == "."


@POSIX
def test_a_working_directory_that_is_gone_has_no_names(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = top / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert Root(str(top)).name("a.json") == "a.json"


def test_roots_are_equal_whatever_they_named(top: Path) -> None:
    used = Root(str(top))
    used.name("org/scp/a.json")
    assert used == Root(str(top))
    assert hash(used) == hash(Root(str(top)))


@POSIX
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["org", "scp", "..", ".", "", "link", "up", "x", "p"]), max_size=8))
@example(["link", "..", "..", "up", "p"])
def test_a_name_leads_to_the_same_place(top: Path, parts: list[str]) -> None:
    """The name, joined to the root, is the file that the path leads to."""
    for link, target in (("link", "org/scp"), ("up", "..")):
        if not (top / link).is_symlink():
            (top / link).symlink_to(target)
    path = "./" + "/".join(parts)
    root = Root(str(top))
    name = root.name(path)
    assert os.path.realpath(top / name) == os.path.realpath(path)
    if not name.startswith(".") and os.path.realpath(path).startswith(f"{top}/"):
        assert root.name(f"{top}/{name}") == name


def test_the_root_is_the_repositorys_else_the_configurations_else_the_directory(top: Path) -> None:
    config = top / "org" / "policy-check.yaml"
    here = top / "org" / "scp"
    assert find(here, None) == Root(str(here))
    assert find(here, config) == Root(str(top / "org"))
    fake(top)
    assert find(here, None) == Root(str(top))
    assert find(here, config) == Root(str(top))
    fake(top / "org" / "scp")
    assert find(here, config) == Root(str(here))


def test_a_relative_start_is_resolved(top: Path) -> None:
    assert find(Path(), None) == Root(str(top))
    assert find(Path("org"), Path("org/policy-check.yaml")) == Root(str(top / "org"))


def test_a_linked_worktree_and_a_submodule_are_repositories(top: Path) -> None:
    (top / "org" / ".git").write_text("gitdir: ../elsewhere\n", encoding="utf-8")
    assert repository(top / "org" / "scp") == top / "org"


def test_a_directory_that_shares_its_objects_is_a_repository(top: Path) -> None:
    git = top / ".git"
    git.mkdir()
    (git / "HEAD").touch()
    assert not is_genuine(git)
    (git / "commondir").write_text("../other/.git\n", encoding="utf-8")
    assert is_genuine(git)


def _folder(git: Path) -> None:
    git.mkdir()


def _folder_of_files(git: Path) -> None:
    git.mkdir()
    for part in ("HEAD", "objects", "refs", "config"):
        (git / part).touch()


def _half(git: Path) -> None:
    (git / "objects").mkdir(parents=True)
    (git / "HEAD").touch()


def _no_head(git: Path) -> None:
    for part in ("objects", "refs"):
        (git / part).mkdir(parents=True)


def _file(git: Path) -> None:
    git.write_text("gitdir:\n", encoding="utf-8")


def _empty(git: Path) -> None:
    git.touch()


def _pipe(git: Path) -> None:
    os.mkfifo(git)


def _broken_link(git: Path) -> None:
    git.symlink_to("nothing")


PLANTED = [_folder, _folder_of_files, _half, _no_head, _file, _empty]
PLANTED_ON_POSIX = [pytest.param(make, marks=POSIX) for make in (_pipe, _broken_link)]


@pytest.mark.parametrize("make", [*PLANTED, *PLANTED_ON_POSIX])
def test_a_planted_git_folder_moves_no_root(top: Path, make: Callable[[Path], None]) -> None:
    fake(top)
    make(top / "org" / ".git")
    assert not is_genuine(top / "org" / ".git")
    assert repository(top / "org" / "scp") == top


@POSIX
def test_a_git_directory_may_be_a_link(top: Path) -> None:
    fake(top.parent / "store")
    (top / ".git").symlink_to(top.parent / "store" / ".git")
    assert repository(top / "org") == top


@POSIX
@NOT_ROOT
def test_what_cannot_be_known_is_an_error(top: Path) -> None:
    (top / "org" / ".git").write_text("gitdir: x\n", encoding="utf-8")
    (top / "org" / ".git").chmod(0)
    with pytest.raises(OSError, match="denied"):
        find(top / "org", None)


@NEEDS_GIT
def test_what_git_makes_is_genuine(top: Path) -> None:
    commit(top)
    git(top, "worktree", "add", "tree")
    assert is_genuine(top / ".git")
    assert is_genuine(top / "tree" / ".git")


@pytest.mark.skipif(sys.platform != "win32", reason="POSIX tells upper from lower case")
def test_windows_tells_no_case_apart(top: Path) -> None:
    drive = PureWindowsPath(top).drive
    swapped = str(top).replace(drive, drive.swapcase(), 1)
    assert Root(str(top)).name(f"{swapped}\\p") == "p"
