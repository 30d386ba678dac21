"""What an expression means is the same for its spellings, and another for another meaning."""

from __future__ import annotations

import json

import pytest

from checker import cel
from checker.cel.ceilings import MAX_NESTING

NAMES = {"params.most": 3, "params": {"most": 3}, "open": "a digest"}


def meaning(text: str) -> str:
    return json.dumps(cel.meaning(text, NAMES))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.b==1", " a . b  == 1 // why\n"),
        ("a == 'x'", 'a == "x"'),
        (r"a == 'A'", r"a == '\x41'"),
        ("a == r'x'", "a == '''x'''"),
        ("a == 16", "a == 0x10"),
        ("(a) && ((b))", "a && b"),
        ("a && (b && c)", "a && b && c"),
        ("l.all(x, x > 1)", "l.all(y, y > 1)"),
        ("l.all(i, v, i > v)", "l.all(a, b, a > b)"),
        ("l.exists_one(x, x)", "l.existsOne(x, x)"),
        ("l.all(x, m.exists(y, x == y))", "l.all(y, m.exists(x, y == x))"),
        ("cel.bind(x, a, x + x)", "cel.bind(y, a, y + y)"),
        ("o.optMap(x, x)", "o.optMap(y, y)"),
        ("a.size() <= params.most", "a.size() <= (params . most)"),
    ],
)
def test_another_spelling_means_the_same(one: str, other: str) -> None:
    assert meaning(one) == meaning(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a < 1", "a <= 1"),
        ("a == 1", "a == 2"),
        ("a == 1", "a == 1u"),
        ("a == 1", "a == 1.0"),
        ("a == 1", "a == true"),
        ("a == '1'", "a == 1"),
        ("a == 'x'", "a == b'x'"),
        ("a.b", "a.?b"),
        ("a[b]", "a[?b]"),
        ("a.b", "has(a.b)"),
        ("a && b", "a || b"),
        ("a && b", "b && a"),
        ("a - b - c", "a - (b - c)"),
        ("a ? b : c", "a ? c : b"),
        ("!a", "a"),
        ("-a", "a"),
        ("[a, b]", "[b, a]"),
        ("[a]", "[?a]"),
        ("{a: b}", "{b: a}"),
        ("{a: b}", "{?a: b}"),
        ("l.all(x, x)", "l.exists(x, x)"),
        ("l.all(x, x > 1)", "m.all(x, x > 1)"),
        ("l.map(x, x > 1, x)", "l.map(x, x)"),
        ("l.all(i, v, i > v)", "l.all(i, v, v > i)"),
        ("l.all(x, m.exists(y, x == y))", "l.all(x, m.exists(y, y == y))"),
        ("l.all(x, x == open)", "l.all(open, open == open)"),
        ("f(a)", "a.f()"),
        ("f(a)", "g(a)"),
        ("open", "a"),
        ("params.most", "params.least"),
        ("params.most", "3"),
    ],
)
def test_what_means_something_else_is_told_apart(one: str, other: str) -> None:
    assert meaning(one) != meaning(other)


def test_a_macro_variable_hides_a_name_that_is_given() -> None:
    assert meaning("l.all(params, params.most)") == meaning("l.all(x, x.most)")
    assert meaning("l.all(open, open)") == meaning("l.all(x, x)")


def test_the_deepest_and_the_longest_expression_have_a_meaning() -> None:
    deep = "f(" * (MAX_NESTING - 1) + "a" + ")" * (MAX_NESTING - 1)
    assert meaning(deep).count('"f"') == MAX_NESTING - 1
    wide = " + ".join(["a"] * 5_000)
    assert meaning(wide).count('"a"') == 5_000
    nested = "[" * (MAX_NESTING - 1) + "1" + "]" * (MAX_NESTING - 1)
    assert meaning(nested).count('"list"') == MAX_NESTING - 1


def test_what_is_no_expression_has_no_meaning() -> None:
    with pytest.raises(cel.CompileError):
        meaning("a ==")
