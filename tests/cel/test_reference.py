"""CEL in its own terms: values, and errors that never become one."""

from __future__ import annotations

import pytest

from checker import cel
from checker.cel.types import DYN
from checker.problems import Json


def value(text: str, **variables: object) -> object:
    return cel.compile(text, cel.Env({"data": DYN}), engine="cel-python").evaluate(
        cel.Activation(variables)
    )


def reason(text: str, **variables: object) -> str:
    with pytest.raises(cel.EvaluationError) as caught:
        value(text, **variables)
    return caught.value.message


@pytest.mark.parametrize(
    "data",
    [
        None, True, False, 0, -1, 2**63 - 1, 1.5, "", "é\u202e\n", [], {}, [1, "a", None, True],
        {"a": {"b": [1.5]}}, [[[]]], {"": 0, "a b": 1},
    ],
    ids=repr,
)  # fmt: skip
def test_data_comes_out_as_it_went_in(data: Json) -> None:
    found = value("data", data=data)
    assert found == data
    assert type(found) is type(data)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("-7 / 2", -3),
        ("-7 % 3", -1),
        ("0x1F", 31),
        ("1u", 1),
        ("1.5 + 1.5", 3.0),
        ("'a' + \"b\"", "ab"),
        (r"r'a\n'", r"a\n"),
        (r"'a\n'", "a\n"),
        ("null == null", True),
        ("[1, 2] == [1, 2]", True),
        ("{'a': 1}.a", 1),
        ("{'a': [1, 'b']}", {"a": [1, "b"]}),
        ("'b' in ['a', 'b']", True),
        ("'a' in {'b': 1}", False),
        ("size('é') + size([1]) + size({})", 2),
        ("[1, 2].map(x, x + 1)", [2, 3]),
        ("[1, 2].filter(x, x > 1)", [2]),
        ("[[1, 2], [3]].map(x, x.map(x, x))", [[1, 2], [3]]),
        ("[].all(x, false)", True),
        ("[].exists(x, true)", False),
        ("[1, 2, 2].exists_one(x, x == 2)", False),
        ("true ? 1 : 2", 1),
        ("false ? 1 / 0 : 2", 2),
        ("1 // a comment\n + 2", 3),
        ("'abc'.matches('^a.c$')", True),
        ("['a', 'b'].join(', ')", "a, b"),
        ("['a', 'b'].join()", "ab"),
        ("'a,b'.split(',')", ["a", "b"]),
        ("'ECR\u212a\u00c9'.lowerAscii()", "ecr\u212a\u00c9"),
        ("'ecr\u017f'.upperAscii()", "ECR\u017f"),
    ],
)
def test_an_expression_gives_its_plain_value(text: str, expected: object) -> None:
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "text", ["!1", "-'a'", "1 + 1.5", "1 < 'a'", "has()", "[1].map(1, 2)", "[1].all(x)"]
)
def test_a_reason_speaks_of_the_expression_and_not_of_the_interpreter(text: str) -> None:
    message = reason(text)
    assert len(message) < 200
    for word in ("Token(", "Tree(", "celpy", "Meta", "unpack", "<class"):
        assert word not in message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true || 1 / 0 > 0", True),
        ("1 / 0 > 0 || true", True),
        ("false && 1 / 0 > 0", False),
        ("1 / 0 > 0 && false", False),
        ("nothing || true", True),
        ("data.b.c == 1 && false", False),
        ("[0, 1].exists(x, 1 / x == 1)", True),
        ("[0, 1].all(x, 1 / x == 2)", False),
    ],
)
def test_logic_that_is_decided_needs_no_other_operand(text: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert value(text, data={"a": 1}) is expected


@pytest.mark.parametrize(
    "text",
    [
        "false || 1 / 0 > 0",
        "1 / 0 > 0 || false",
        "true && 1 / 0 > 0",
        "1 / 0 > 0 && true",
        "1 / 0 > 0 && 1 / 0 > 0",
        "!(1 / 0 > 0)",
        "1 / 0 > 0 ? true : true",
        "[0, 1].exists(x, 1 / x == 2)",
        "[0, 1].all(x, 1 / x == 1)",
        "[0, 1].filter(x, 1 / x == 1).size() >= 0",
        "[0, 1].map(x, 1 / x).size() >= 0",
        "[1].filter(x, x)",
        "[1, 0].all(x, x)",
        "[1].exists_one(x, x)",
        "1 ? true : false",
        "null ? true : false",
        "'' ? true : false",
        "[] ? true : true",
    ],
)
def test_an_undecided_condition_is_never_a_truth(text: str) -> None:
    assert reason(text)


@pytest.mark.parametrize("text", ["data == true", "true == data", "data in [true]", "data ? 1 : 2"])
def test_a_number_is_no_truth_value(text: str) -> None:
    try:
        found = value(text, data=1)
    except cel.EvaluationError:
        found = False
    assert found is False


@pytest.mark.parametrize("text", ["[1].exists(x, x)", "['a'].all(x, 'true')", "false || 1"])
def test_a_condition_that_is_no_boolean_gives_none(text: str) -> None:
    try:
        found = value(text)
    except cel.EvaluationError:
        found = None
    assert not isinstance(found, bool)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1 / 0", "divide by zero"),
        ("9223372036854775807 + 1", "overflow"),
        ("nothing", "`nothing`"),
        ("nothing()", "`nothing`"),
        ("data.b", "no field `b`"),
        ("data['b']", "no such key"),
        ("data.a.b", "int has no field `b`"),
        ("[1][1]", ""),
        ("[1][-1]", ""),
        ("'abc'[0]", ""),
        ("'a' in 'abc'", ""),
        ("!1", ""),
        ("-'a'", ""),
        ("{'a': 1, 'a': 2}", ""),
        ("[1 / 0]", "divide by zero"),
        ("{'a': 1 / 0}", "divide by zero"),
        ("{'a': 1 / 0}.size()", "divide by zero"),
        ("[1 / 0].size() == 1", "divide by zero"),
        ("['a', 1].join(',')", "no such overload: `join` does not take (list, string)"),
        ("size(null)", "no function `size` for"),
        ("size(1)", "no function `size` for (int)"),
        ("null.size()", "no function `size` for"),
        ("int('x')", ""),
        ("has()", "has() takes a field"),
        ("has(1)", "has() takes a field"),
        ("has(data['a'])", "has() takes a field"),
        ("[1].all(x)", ""),
        ("[1].map(1, 2)", ""),
    ],
)
def test_what_has_no_value_is_an_error(text: str, why: str) -> None:
    message = reason(text, data={"a": 1})
    assert why in message
