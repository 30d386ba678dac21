"""Problems have pointers, places and the lines of their source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.problems import InputError, Location, Problem, Route, Source, pointer


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
