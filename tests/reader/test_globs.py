"""Which names a glob matches, and which globs have matched none."""

from __future__ import annotations

import sys
import time
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checker.reader.globs import Globs, glob
from checker.reader.root import Root

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such paths")
ROOT = Root("/r/e[p]o")
TEXTS = st.text(st.sampled_from("ab/*?[]!-.\n\\"), max_size=12)
NAMES = st.text(st.sampled_from("ab/-.]\n\\!"), max_size=12)


def matches(pattern: str, name: str) -> bool:
    return glob(pattern, ROOT).matches(name)


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("a", "a", "b A aa x/a a/x"),
        ("*", "a a/b .git/x", ""),
        ("*.json", "a.json a/b.json .json", "a.JSON a.json/b"),
        ("a/*", "a/b a/b/c", "a b/a/c ab"),
        ("*/x", "a/x a/b/x", "x"),
        ("a?b", "a/b axb", "ab"),
        ("[ab]", "a b", "c ab"),
        ("[!ab]", "c /", "a cc"),
        ("**", "a a/b", ""),
        ("**/x", "x a/x a/b/x /x", "ax a/bx x/a"),
        ("**/*.json", "a.json a/b.json", "a.yaml"),
        ("a/**", "a/b a/b/c a/.b", "a ab b/a/c"),
        ("a/**/b", "a/b a/x/b a/x/y/b", "ab a/xb a/bx b a/b/x"),
        ("a/**/b/**/c", "a/b/c a/x/b/y/c a/b/b/c", "a/c a/b/xc"),
        ("a/**/*/b", "a/x/b a/x/y/b", "a/b"),
        ("**/a/**", "a/x y/a/x", "a y/a ya/x"),
        ("**/**/x", "x a/x a/b/x", "ax"),
        ("a**/b", "a/b axx/b ax/y/b", "ab"),
        ("a**b", "ab a/b axxb", "a"),
        ("***/x", "a/x ab/c/x", "x"),
        ("./a", "a", "./a x/a"),
        (".//./a", "a", "x/a"),
        ("../a", "../a", "a"),
        (".hidden", ".hidden", "hidden"),
        ("a/", "", "a a/b"),
        ("", "", "a"),
    ],
)
def test_what_a_glob_matches(pattern: str, yes: str, no: str) -> None:
    assert [name for name in yes.split() if not matches(pattern, name)] == []
    assert [name for name in no.split() if matches(pattern, name)] == []


CLASSES = r"[ [] [!] []] [!]] [a []a] [b-a] [!b-a] [a-] [-a] [a--b] [--a] [a-b-c] [^a] [!!] [[]"
MORE_CLASSES = r"[a-b]] [/] [\] [\d] [a&&b] [a||b] [a~~b] (a|b) a.b a+ $ ^a"


@pytest.mark.parametrize("pattern", [*CLASSES.split(), *MORE_CLASSES.split()])
def test_a_class_is_as_in_a_shell(pattern: str) -> None:
    for name in [*"ab-]![^/\\d&|()c1", pattern, "a]", "(a|b)", "[a", "a|b"]:
        assert matches(pattern, name) is fnmatchcase(name, pattern), name


@settings(deadline=None, max_examples=500)
@given(TEXTS, NAMES)
@example("[a-b-c]*[!b]", "-x")
def test_without_double_stars_it_is_what_it_was(pattern: str, name: str) -> None:
    pattern = pattern.replace("**", "*").replace("**", "*").lstrip("./")
    if "**" not in pattern:
        assert matches(pattern, name) is fnmatchcase(name, pattern)


def naive(pattern: str, name: str) -> bool:
    """Match by what each part means, without any care for time. Has no classes."""

    @cache
    def at(i: int, j: int) -> bool:
        if i == len(pattern):
            return j == len(name)
        if pattern.startswith("**/", i) and (i == 0 or pattern[i - 1] == "/"):
            ends = (end for end in range(j + 1, len(name) + 1) if name[end - 1] == "/")
            return at(i + 3, j) or any(at(i + 3, end) for end in ends)
        if pattern[i] == "*":
            return any(at(i + 1, end) for end in range(j, len(name) + 1))
        return j < len(name) and pattern[i] in {"?", name[j]} and at(i + 1, j + 1)

    return at(0, 0)


@settings(deadline=None, max_examples=1000)
@given(
    st.lists(st.sampled_from(["a", "b", "/", "*", "**", "**/", "/**/", "?", "."]), max_size=9),
    st.text(st.sampled_from("ab/."), max_size=12),
)
@example(["**/", "a", "/**/", "a"], "a/a/a")
@example(["a", "/**/", "b", "*", "b"], "a/b/bb")
def test_it_matches_what_its_parts_mean(parts: list[str], name: str) -> None:
    pattern = "".join(parts)
    if not pattern.startswith(("./", "/")):
        assert matches(pattern, name) is naive(pattern, name)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("*a" * 300 + "b", "a" * 4000),
        ("**/a" * 300 + "b", "a/" * 2000),
        ("**/" * 1000 + "b", "a/" * 2000),
        ("?*" * 500 + "b", "a" * 4000),
        ("a/**/" * 500 + "b", "a/" * 2000),
        ("[" * 100_000, "a"),
        ("[]" * 50_000, "a"),
    ],
)
def test_no_glob_takes_long(pattern: str, name: str) -> None:
    start = time.process_time()
    assert not matches(pattern, name)
    assert time.process_time() - start < 5  # a thousandth of this is usual


@POSIX
def test_an_absolute_glob_below_the_root_is_relative_to_it(tmp_path: Path) -> None:
    top = tmp_path.resolve() / "r[1]"
    (top / "p[2]").mkdir(parents=True)
    (tmp_path / "link").symlink_to(top)
    (top / "way").symlink_to("p[2]")
    root = Root(str(top))
    for pattern in (f"{top}/p/*", f"{tmp_path}/link/p/*", f"{tmp_path}/link/./p/*"):
        assert glob(pattern, root).matches("p/x/y"), pattern
    assert glob(f"{tmp_path}/link/*", root).matches("x")
    assert glob(f"{tmp_path}/link/**/x", root).matches("x")
    assert glob(f"{tmp_path}/link/x", root).matches("x")
    assert glob(f"{tmp_path}/link/way/*", root).matches("p[2]/x")
    assert not glob(f"{tmp_path}/link/way/*", root).matches("p2/x")
    assert not glob(f"{tmp_path}/p/*", root).matches("p/x")
    assert glob(f"{tmp_path}/p/*", root).matches(f"{tmp_path}/p/x")
    assert glob("/*/x", root).matches("/a/x")


@pytest.mark.skipif(sys.platform != "win32", reason="a backslash is part of a name elsewhere")
def test_windows_has_two_separators(tmp_path: Path) -> None:
    root = Root(str(tmp_path))
    assert glob("a\\*.json", root).matches("a/b.json")
    assert glob(f"{tmp_path}\\a\\*.json", root).matches("a/b.json")


def test_globs_remember_which_of_them_matched() -> None:
    globs = Globs(["a/*", "b", "./*.json", "c/*", "b"], ROOT)
    assert list(globs.unmatched) == ["a/*", "b", "./*.json", "c/*", "b"]
    assert globs.matching("a/x.json") == (0, 2)
    assert globs.match("y.json")
    assert not globs.match("z")
    assert list(globs.unmatched) == ["b", "c/*", "b"]
    assert globs.match("b")
    assert list(globs.unmatched) == ["c/*"]


def test_no_globs_match_nothing() -> None:
    globs = Globs([], ROOT)
    assert not globs.match("a")
    assert globs.unmatched == ()
