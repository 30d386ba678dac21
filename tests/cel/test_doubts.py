"""A value that depends on what the data leaves open is told from a mistake, by every engine."""

from __future__ import annotations

import pytest

from checker import cel
from tests.cel.doubting import ENGINES, ENV, UNKNOWN, activation, outcome

pytestmark = pytest.mark.parametrize("engine", ENGINES)
IN_DOUBT = "l.filter(x, x == 2 || (x == 3 && unknown(true)))"
"""A list with 2 for sure, without 1, and perhaps with 3."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("unknown(true)", "doubt"),
        ("mistake(true)", "error"),
        ("unknown(true) && false", False),
        ("false && unknown(true)", False),
        ("unknown(true) || true", True),
        ("true || unknown(true)", True),
        ("unknown(true) && true", "doubt"),
        ("unknown(true) || false", "doubt"),
        ("!unknown(true)", "doubt"),
        ("unknown(true) ? true : true", "doubt"),
        ("true ? true : unknown(true)", True),
        ("unknown(1) == 1", "doubt"),
        ("unknown('a') in ['a']", "doubt"),
        ("[1, unknown(1)].size() == 2", "doubt"),
        ("l.all(x, x < 3 || unknown(true))", "doubt"),
        ("l.all(x, x == 1 ? unknown(true) : x != 3)", False),
        ("l.all(x, x == 3 ? unknown(true) : x != 1)", False),
        ("l.exists(x, x == 1 ? unknown(true) : x == 3)", True),
        ("l.exists(x, x == 3 ? unknown(true) : x == 1)", True),
        ("l.exists(x, x == 1 ? unknown(true) : false)", "doubt"),
        ("l.exists_one(x, x == 1 || (x == 3 && unknown(true)))", "doubt"),
        ("l.map(x, unknown(x)) == l", "doubt"),
        ("l.map(x, unknown(x)) == l || true", True),
        ("unknown(l).all(x, true)", "doubt"),
    ],
)
def test_a_deciding_operand_absorbs_a_doubt(
    engine: cel.Engine, text: str, expected: object
) -> None:
    assert outcome(text, engine) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("unknown(true) && mistake(true)", "error"),
        ("mistake(true) && unknown(true)", "error"),
        ("unknown(true) || mistake(true)", "error"),
        ("unknown(true) || unknown(false) || mistake(true) || unknown(true)", "error"),
        ("unknown(true) && mistake(true) && false", False),
        ("l.all(x, x == 1 ? unknown(true) : mistake(true))", "error"),
        ("l.all(x, x == 3 ? unknown(true) : mistake(true))", "error"),
        ("l.exists(x, x == 1 ? unknown(true) : mistake(true))", "error"),
        ("l.filter(x, x == 1 ? unknown(true) : mistake(true)).size() == 0", "error"),
        ("l.filter(x, x == 1 || (x == 2 ? unknown(true) : mistake(true))).size() == 0", "error"),
        ("unknown(true) ? mistake(true) : mistake(true)", "doubt"),
        # elsewhere, what stands first is met first
        ("unknown(1) == mistake(1)", "doubt"),
        ("mistake(1) == unknown(1)", "error"),
        ("unknown(1) + (l.exists(x, mistake(true)) ? 1 : 2) == 3", "doubt"),
        ("[unknown(true), l.exists(x, mistake(true))].size() == 2", "doubt"),
        ("{'a': unknown(true), 'b': l.exists(x, mistake(true))}.size() == 2", "doubt"),
        ("l[unknown(1)] == l[mistake(1)]", "doubt"),
        ("unknown(l)[mistake(1)] == 1", "doubt"),
        ("unknown(l)[l.exists(x, mistake(true)) ? 1 : 0] == 1", "doubt"),
        ("unknown('a').startsWith(l.exists(x, mistake(true)) ? 'a' : 'b')", "doubt"),
        ("l.map(x, x == 1 ? unknown(x) : mistake(x)).size() == 3", "doubt"),
        ("l.exists_one(x, x == 1 ? unknown(true) : mistake(true))", "doubt"),
        ("unknown(true) && limit(true)", "limit"),
        ("l.filter(x, x == 1 ? unknown(true) : limit(true)).size() == 0", "limit"),
    ],
)
def test_a_doubt_hides_no_mistake_beside_it(
    engine: cel.Engine, text: str, expected: object
) -> None:
    assert outcome(text, engine) == expected


@pytest.mark.parametrize("text", ["unknown(true)", "l.all(x, unknown(true))", "unknown(l)[0] == 1"])
def test_a_doubt_names_the_unknown(engine: cel.Engine, text: str) -> None:
    with pytest.raises(cel.DoubtError, match=r"^it depends on `\$\{X\}`$") as caught:
        cel.compile(text, ENV, engine=engine).evaluate(activation(engine, {}))
    assert caught.value.unknown == UNKNOWN
    assert outcome("more == l", engine, {"more": "unknown(l)"}) == "doubt"
    assert outcome("more == l", engine, {"more": "open", "open": "unknown(l)"}) == "doubt"
    assert outcome("more == l", engine, {"more": "mistake(l)"}) == "error"


COUNTS = [
    ("== 0", False),
    ("!= 0", True),
    ("> 0", True),
    (">= 1", True),
    ("< 1", False),
    ("<= 0", False),
    ("== 1", "doubt"),
    ("!= 1", "doubt"),
    ("== 2", "doubt"),
    ("> 1", "doubt"),
    ("< 2", "doubt"),
    (">= 2", "doubt"),
    ("== 3", False),
    ("<= 2", True),
    ("> 2", False),
    ("< 3", True),
    ("== -1", False),
]


@pytest.mark.parametrize(("asked", "expected"), COUNTS)
@pytest.mark.parametrize("size", ["{}.size() {}", "size({}) {}", "({}).size() {}"])
def test_the_size_of_a_filter_may_be_known_well_enough(
    engine: cel.Engine, asked: str, expected: object, size: str
) -> None:
    assert outcome(size.format(IN_DOUBT, asked), engine) == expected
    assert outcome(size.format("open", asked), engine, {"open": IN_DOUBT}) == expected


def _nested(condition: str) -> str:
    """Return filters in so many filters that one function of Python cannot hold their loops."""
    for level in range(7):
        condition = f"[1].filter(x{level}, {condition}{'.size() > 0' if level else ''})"
    return condition


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l.filter(x, x == 3 && unknown(true)).size() == 0", "doubt"),
        ("l.filter(x, x == 3 && unknown(true)).size() > 1", False),
        ("l.filter(x, x == 4 && unknown(true)).size() == 0", True),
        (f"l.filter(y, {IN_DOUBT}.size() == 0).size() == 0", True),
        (f"l.filter(y, {IN_DOUBT}.size() == 1).size() == 0", "doubt"),
        (f"l.filter(y, y == 1 || {IN_DOUBT}.size() == 1).size() == 0", False),
        (f"{_nested('x0 == 1 || unknown(true)')}.size() > 0", True),
        (f"{_nested('unknown(true)')}.size() > 0", "doubt"),
        (f"{_nested('mistake(true)')}.size() > 0", "error"),
        ("open.size() > 0 && open.size() < 3", True),
        ("open.size() == 1 || open.size() > 0", True),
        ("open.size() == 0 == false", True),
        # what is known of a list says nothing of what is made of it
        (f"{IN_DOUBT}.filter(x, x > 2).size() == 0", "doubt"),
        ("open.filter(x, x > 2).size() == 0", "doubt"),
        ("open.map(x, x).size() == 0", "doubt"),
        ("(open + l).size() == 0", "doubt"),
        ("more.size() == 0", "doubt"),
        ("open == []", "doubt"),
        ("open.exists(x, x == 2)", "doubt"),
        ("[1].all(open, open == 1) && open.size() > 0", True),
        ("open.size() == mistake(0)", "doubt"),
        ("open.size() == 0 && mistake(true)", False),
        ("open.size() > 0 && mistake(true)", "error"),
    ],
)
def test_what_is_known_of_a_list_goes_no_further(
    engine: cel.Engine, text: str, expected: object
) -> None:
    lazy = {"open": IN_DOUBT, "more": f"{IN_DOUBT}.size() == 1 ? l : []"}
    assert outcome(text, engine, lazy) == expected


def test_what_explains_a_decision_shows_what_is_certain(engine: cel.Engine) -> None:
    lazy = {"open": IN_DOUBT, "more": "open.map(x, x * 2)"}
    found = activation(engine, lazy)
    program = cel.compile("open.size() > 0", ENV, engine=engine)
    assert found.certain() is found
    assert program.evaluate(found) is True
    certain = found.certain()
    assert (certain.read("open"), certain.read("more")) == ([2], [4])
    with pytest.raises(cel.DoubtError):
        found.read("open")
