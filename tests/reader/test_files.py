"""Files and directories: what is opened, what is refused by name, and what never blocks."""

from __future__ import annotations

import codecs
import hashlib
import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.problems import InputError, Location, Problem
from checker.reader import Limits, Walk, display_path, ending, parse, read_bytes, read_file, walk
from tests.support.git import fake

if TYPE_CHECKING:
    from collections.abc import Callable

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
NOT_ROOT = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything"
)
WANTED = ending(frozenset({".json", ".yaml", ".yml"}))


def refused(path: str | Path, limits: Limits | None = None) -> Problem:
    with pytest.raises(InputError) as caught:
        read_file(str(path), limits or Limits())
    (problem,) = caught.value.problems
    assert problem.path == display_path(str(path))
    return problem


def refused_bytes(data: bytes) -> Problem:
    with pytest.raises(InputError) as caught:
        read_bytes("x.json", data)
    (problem,) = caught.value.problems
    return problem


def test_a_file_is_its_path_its_text_and_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    data = '{"é": "\r\n\N{GRINNING FACE}"}'.encode()
    path.write_bytes(data)
    source = read_file(str(path))
    assert source.path == path.as_posix()
    assert source.text == data.decode()
    assert source.sha256 == hashlib.sha256(data).hexdigest()


def test_a_byte_order_mark_is_no_part_of_the_text_but_of_the_digest() -> None:
    data = codecs.BOM_UTF8 + b'{"a": 1}'
    source = read_bytes("p.json", data)
    assert source.text == '{"a": 1}'
    assert source.sha256 == hashlib.sha256(data).hexdigest()
    assert parse(source).locate(("a",)) == Location(1, 7, 1, 8)


def test_only_one_byte_order_mark_is_taken_off() -> None:
    for name in ("p.json", "p.yaml"):
        with pytest.raises(InputError):
            parse(read_bytes(name, codecs.BOM_UTF8 * 2 + b'{"a": 1}'))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
@pytest.mark.parametrize("text", ["{}", '{"a": "é"}', "a: 1\n"])
def test_utf_16_and_utf_32_are_named(encoding: str, text: str) -> None:
    found = refused_bytes(text.encode(encoding))
    assert encoding[:6].upper() in found.message
    assert "save it as UTF-8" in found.message
    assert found.location == Location(1, 1, 1, 1)


@pytest.mark.parametrize(
    ("mark", "name"),
    [
        (codecs.BOM_UTF16_LE, "is UTF-16"),
        (codecs.BOM_UTF16_BE, "is UTF-16"),
        (codecs.BOM_UTF32_LE, "is UTF-32"),
        (codecs.BOM_UTF32_BE, "is UTF-32"),
    ],
)
def test_a_foreign_byte_order_mark_is_told_from_the_others(mark: bytes, name: str) -> None:
    assert name in refused_bytes(mark).message


@pytest.mark.parametrize(
    ("data", "byte", "line", "column"),
    [
        (b"\xff", "0xff", 1, 1),
        (b"a: \xe9\n", "0xe9", 1, 4),
        ("é😀\nbé".encode() + b"\xc0\x80", "0xc0", 2, 3),
        (codecs.BOM_UTF8 + b"a\xa0", "0xa0", 1, 2),
        (b"\xed\xa0\x80", "0xed", 1, 1),
        (b"ab\xe2\x82", "0xe2", 1, 3),
        (b"\xf4\x90\x80\x80", "0xf4", 1, 1),
        (b"a\r\nb\x80", "0x80", 2, 2),
    ],
)
def test_the_first_byte_that_is_not_utf_8_is_shown(
    data: bytes, byte: str, line: int, column: int
) -> None:
    problem = refused_bytes(data)
    assert problem.message == f"byte {byte} is not UTF-8: save the file as UTF-8"
    assert problem.location == Location(line, column, line, column + 1)
    assert problem.excerpt


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_bytes(b"0" * 100)
    assert len(read_file(str(path), Limits(max_bytes=100)).text) == 100
    problem = refused(path, Limits(max_bytes=99))
    assert "larger than the limit of 99 bytes" in problem.message


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # takes no room on the disk
    assert "larger than the limit of 16777216 bytes" in refused(path).message


@POSIX
def test_what_is_no_regular_file_is_refused_by_name_without_waiting(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe.json", tmp_path / "link.json"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    assert "not a regular file but a named pipe" in refused(pipe).message
    assert "not a regular file but a named pipe" in refused(link).message
    assert "not a regular file but a directory" in refused(tmp_path).message
    assert "not a regular file but a device" in refused("/dev/null").message
    assert "not a regular file but a device" in refused("/dev/zero").message


@POSIX
def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path may only be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.json")
        assert "socket" in refused("s.json").message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.json", "no such file"),
        ("file/p.json", "not a directory"),
        ("a\0b", "no file can have this name"),
        ("\ud800", "no file can have this name"),
        ("", "no such file"),
        pytest.param("x" * 5000, "too long", marks=POSIX),
        pytest.param("loop", "in a circle", marks=POSIX),
        pytest.param("secret", "not permitted", marks=[POSIX, NOT_ROOT]),
    ],
)
def test_why_a_file_cannot_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    Path("secret").touch(0)
    Path("loop").symlink_to("loop")
    assert message in refused(name).message


@POSIX
def test_no_file_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_bytes(b"\xff")
    before = os.listdir("/dev/fd")  # noqa: PTH208 - their count is all that matters
    for name in (str(path), str(tmp_path), "/dev/null"):
        refused(name)
    assert len(os.listdir("/dev/fd")) == len(before)  # noqa: PTH208 - as above


@POSIX
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"a/b.json", "a/b.json"),
        ("é.json".encode(), "é.json"),
        (b"\xff.json", "\\xff.json"),
        (b"a\xe9/b", "a\\xe9/b"),
        (b"\\xff.json", "\\x5cxff.json"),
        (b"\\x5cxff.json", "\\x5cx5cxff.json"),
    ],
)
def test_a_path_is_shown_whatever_its_bytes(name: bytes, shown: str) -> None:
    assert display_path(os.fsdecode(name)) == shown


@POSIX
@settings(deadline=None)
@given(st.text(max_size=20))
def test_any_path_can_be_shown(path: str) -> None:
    shown = display_path(path)
    assert shown.encode("utf-8").decode("utf-8") == shown


@POSIX
def test_a_file_whose_name_is_not_utf_8_is_read(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.json")
    try:
        Path(path).write_bytes(b"{}")
    except OSError:
        pytest.skip("this file system only has UTF-8 names")
    assert read_file(path).path.endswith("/\\xff.json")
    assert walk(str(tmp_path), WANTED).files == (path,)


def tree(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"{}")


def found(root: Path) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """Return what a walk finds, with paths under the root."""
    walked = walk(str(root), WANTED)

    def short(paths: tuple[str, ...]) -> list[str]:
        return [display_path(path).removeprefix(f"{root.as_posix()}/") for path in paths]

    problems = [(short((problem.path,))[0], problem.message) for problem in walked.problems]
    return short(walked.files), short(walked.others), problems


def test_a_walk_finds_files_by_suffix_in_an_order_of_their_names(tmp_path: Path) -> None:
    names = ["b.json", "a/z.yaml", "a-b/c.yml", "a.json", "B.JSON", ".hidden/x.json", "é.json"]
    tree(tmp_path, *names, "a/readme.md", "Makefile", ".git/config.json", "a/.git/x.yaml")
    for folder in (tmp_path, tmp_path / "a"):
        fake(folder)
    (tmp_path / "empty").mkdir()
    files, others, problems = found(tmp_path)
    assert files == sorted(names, key=lambda name: name.split("/"))
    assert files.index("a/z.yaml") < files.index("a-b/c.yml")
    assert others == ["Makefile", "a/readme.md"]
    assert problems == []


def test_an_empty_directory_holds_nothing(tmp_path: Path) -> None:
    assert walk(str(tmp_path), WANTED) == Walk((), (), ())


@pytest.mark.parametrize("slash", ["", "/"])
def test_paths_start_with_the_root_as_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slash: str
) -> None:
    monkeypatch.chdir(tmp_path)
    tree(tmp_path, "in/p.json")
    assert walk(f"in{slash}", WANTED).files == (str(Path("in/p.json")),)


@POSIX
def test_links_inside_the_root_are_followed_to_files_only(tmp_path: Path) -> None:
    root = tmp_path / "root"
    tree(root, "a/p.json", "b/q.json")
    (root / "link.json").symlink_to("a/p.json")
    (root / "dir").symlink_to("a")
    (root / "a" / "up").symlink_to("..")
    (root / "b" / "self").symlink_to(".")
    (root / "b" / "absolute.yaml").symlink_to(root / "a" / "p.json")
    files, others, problems = found(root)
    assert files == ["a/p.json", "b/absolute.yaml", "b/q.json", "link.json"]
    assert (others, problems) == ([], [])


def _outside(root: Path) -> None:
    tree(root.parent, "outside/p.json")
    (root / "x.json").symlink_to("../outside/p.json")


def _outside_directory(root: Path) -> None:
    tree(root.parent, "outside/p.json")
    (root / "x.json").symlink_to(root.parent / "outside")


def _twin(root: Path) -> None:
    tree(root.parent, "root-twin/p.json")
    (root / "x.json").symlink_to("../root-twin/p.json")


def _by_two_links(root: Path) -> None:
    tree(root.parent, "outside/p.json")
    (root.parent / "way").symlink_to("outside/p.json")
    (root / "x.json").symlink_to("../way")


def _dangling(root: Path) -> None:
    (root / "x.json").symlink_to("missing.json")


def _circle(root: Path) -> None:
    (root / "x.json").symlink_to("x.json")


def _pipe(root: Path) -> None:
    os.mkfifo(root / "x.json")


def _device(root: Path) -> None:
    (root / "x.json").symlink_to("/dev/null")


def _link_to_pipe(root: Path) -> None:
    os.mkfifo(root / "x.json")
    (root / "y.json").symlink_to("x.json")


OUT, PIPE = "leads out of the directory", "not a regular file but a named pipe"


@POSIX
@pytest.mark.parametrize(
    ("make", "messages"),
    [
        (_outside, [OUT]),
        (_outside_directory, [OUT]),
        (_twin, [OUT]),
        (_by_two_links, [OUT]),
        (_dangling, ["leads nowhere"]),
        (_circle, ["in a circle"]),
        (_pipe, [PIPE]),
        (_link_to_pipe, [PIPE, PIPE]),
        (_device, [OUT]),
    ],
)
def test_what_is_no_file_of_the_tree_is_a_problem(
    tmp_path: Path, make: Callable[[Path], None], messages: list[str]
) -> None:
    root = tmp_path / "root"
    tree(root, "p.json")
    make(root)
    files, others, problems = found(root)
    assert (files, others) == (["p.json"], [])
    assert [name for name, _ in problems] == ["x.json", "y.json"][: len(messages)]
    for (_, message), expected in zip(problems, messages, strict=True):
        assert expected in message


@POSIX
@NOT_ROOT
def test_a_directory_that_cannot_be_listed_is_a_problem(tmp_path: Path) -> None:
    tree(tmp_path, "a/p.json", "b/q.json")
    (tmp_path / "a").chmod(0)
    files, _, problems = found(tmp_path)
    (tmp_path / "a").chmod(0o700)
    assert files == ["b/q.json"]
    assert problems == [("a", "not permitted to read it: check its permissions")]


@pytest.mark.parametrize("name", ["missing", "file", "a\0b"])
def test_a_root_that_is_no_directory_is_a_problem(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    walked = walk(str(tmp_path / name), WANTED)
    assert (walked.files, walked.others) == ((), ())
    assert len(walked.problems) == 1


@POSIX
def test_a_root_may_be_a_link_itself(tmp_path: Path) -> None:
    tree(tmp_path, "real/p.json")
    (tmp_path / "root").symlink_to("real")
    (tmp_path / "real" / "q.json").symlink_to("p.json")
    assert found(tmp_path / "root") == (["p.json", "q.json"], [], [])


@POSIX
def test_many_levels_of_directories_are_walked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    levels = ["/".join(["d"] * depth) for depth in range(1, 1500)]
    for level in levels:
        Path(level).mkdir()
    Path(levels[-1], "p.json").touch()
    assert walk(".", WANTED).files == (f"./{levels[-1]}/p.json",)
    # What clears temporary directories is recursive and would fail here.
    Path(levels[-1], "p.json").unlink()
    for level in reversed(levels):
        Path(level).rmdir()
