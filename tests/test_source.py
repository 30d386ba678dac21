"""Texts made harmless to show, pointers, and the lines of a source."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.messages import inert, visible
from checker.problems import InputError, Location, Problem, Route, Source, pointer


@pytest.mark.parametrize(
    "text",
    ["", "plain text ~!", "é", "中文", "e\u0301", "🙂", "\u00a0", "\ufffd", "a\\x1b"],
)
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\nb\r\tc", r"a\x0ab\x0d\x09c"),
        ("\x00\x7f\x9b", r"\x00\x7f\x9b"),
        ("\u202euser", r"\u202euser"),
        ("a\u200bb\u2066c\ufeff", r"a\u200bb\u2066c\ufeff"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\ud800", r"\ud800"),
        ("\ue000", r"\ue000"),
        ("\U000e0041", r"\U000e0041"),
        ("\U0010ffff", r"\U0010ffff"),
        ("é\x1b中", r"é\x1b中"),
        ("\xad", r"\xad"),
    ],
)
def test_what_acts_or_hides_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_nothing_that_is_shown_acts_or_hides(text: str) -> None:
    categories = {unicodedata.category(character) for character in visible(text)}
    assert not categories & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("", ""),
        ("arn:aws:s3:::x # 1", "arn:aws:s3:::x # 1"),
        ("::error::x", r"\::error::x"),
        ("a\n \t::error::x", "a\n \t\\::error::x"),
        ("\x1b[1m::error::x", "\x1b[1m\\::error::x"),
        ("a ::error::x", "a ::error::x"),
        ("a ##[error]x", r"a #\#[error]x"),
        ("###vso[task.complete]##vso[x]", r"##\#vso[task.complete]#\#vso[x]"),
        ("## [a] #vso[", "## [a] #vso["),
    ],
)
def test_no_line_is_a_command(text: str, harmless: str) -> None:
    assert inert(text) == harmless


@pytest.mark.parametrize(
    ("route", "text"),
    [
        ((), ""),
        (("",), "/"),
        (("Statement", 2, "Resource", 0), "/Statement/2/Resource/0"),
        (("a/b", "m~n", "~1"), "/a~1b/m~0n/~01"),
        ((" ", "é"), "/ /é"),
    ],
)
def test_a_route_is_a_json_pointer(route: Route, text: str) -> None:
    assert pointer(route) == text


@pytest.mark.parametrize(
    ("text", "number", "line"),
    [
        ("one\ntwo\nthree", 1, "one"),
        ("one\ntwo\nthree", 2, "two"),
        ("one\ntwo\nthree", 3, "three"),
        ("one\r\ntwo\r\n", 1, "one"),
        ("one\r\ntwo\r\n", 2, "two"),
        ("one\r\ntwo\r\n", 3, ""),
        ("one\ntwo", 3, ""),
        ("one\ntwo", 0, ""),
        ("one\ntwo", -1, ""),
        ("", 1, ""),
        ("one\u2028still\x0bone", 1, "one\u2028still\x0bone"),
        ("one\rstill one", 1, "one\rstill one"),
        ("one\r\r\n", 1, "one\r"),
    ],
)
def test_a_line_is_found_by_its_number(text: str, number: int, line: str) -> None:
    assert Source("a.json", text, "").line(number) == line


@given(st.text(alphabet="a\n"))
def test_the_lines_make_up_the_text(text: str) -> None:
    source = Source("a.json", text, "")
    lines = [source.line(number) for number in range(1, text.count("\n") + 2)]
    assert "\n".join(lines) == text


def test_a_problem_carries_the_line_it_is_in() -> None:
    source = Source("a.json", "one\ntwo", "")
    problem = Problem.at(source, "too many", Location(2, 1, 2, 4), "/a")
    assert problem == Problem("a.json", "too many", Location(2, 1, 2, 4), "two", "/a")


def test_an_input_error_carries_all_problems() -> None:
    first, second = Problem("a", "one is wrong"), Problem("b", "two is wrong")
    error = InputError(first, second)
    assert error.problems == (first, second)
    assert str(error) == "one is wrong; two is wrong"
