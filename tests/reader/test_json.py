"""Strict JSON: what is read, what is refused, and where the message points."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.problems import InputError, Problem, Source
from checker.reader import Limits, parse, parse_json, read_bytes
from tests.oracles.plain_json import plain_json
from tests.support.suites import json_cases, read_json
from tests.support.work import moments

if TYPE_CHECKING:
    from checker.problems import Json

needs_data = pytest.mark.skipif(not json_cases(), reason="POLICY_CHECK_DATA names no data")


def read(text: str) -> Json:
    return parse(Source("x.json", text, "")).data


def problem(text: str) -> Problem:
    with pytest.raises(InputError) as caught:
        read(text)
    (found,) = caught.value.problems
    return found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{}", {}),
        (' \t\r\n[1, -2.5e3, "a", true, false, null]\n', [1, -2500.0, "a", True, False, None]),
        ('{"a": {"a": 1}, "A": 2, "a ": 3}', {"a": {"a": 1}, "A": 2, "a ": 3}),
        (r'"\ud83d\ude00 \u00e9 \/"', "\N{GRINNING FACE} é /"),
        (r'"\\ud800"', r"\ud800"),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("-0", 0),
        ("1e308", 1e308),
        ("1e-999", 0.0),
        ('"NaN"', "NaN"),
        ('"\x7f\u2028"', "\x7f\u2028"),
    ],
)
def test_what_json_says_is_read(text: str, value: Json) -> None:
    assert read(text) == value


FAULTS = [
    # text, part of the message, line, column, end column
    ("", "the file is empty: expected a value", 1, 1, 1),
    ("\n \n", "the file is empty", 3, 1, 1),
    (
        '{"a": 1,\n "b": 2, "a": 3}',
        "duplicate key `a`: first at line 1, column 2; keep one",
        2,
        10,
        13,
    ),
    (r'{"ab": 1, "\u0061b": 3}', "duplicate key `ab`: first at line 1, column 2", 1, 11, 20),
    ('[{"x": {"é": 1, "é": 1}}]', "duplicate key `é`", 1, 17, 20),
    ("[NaN]", "`NaN` is not a JSON number", 1, 2, 5),
    ("[1,\n -Infinity]", "`-Infinity` is not a JSON number", 2, 2, 11),
    ("[1e400]", "`1e400` is too large for a floating-point number", 1, 2, 7),
    ("9223372036854775808", "does not fit in 64 bits: write it as a string", 1, 1, 20),
    ("-9223372036854775809", "does not fit in 64 bits", 1, 1, 21),
    ('{"n": ' + "1" * 5000 + "}", "does not fit in 64 bits", 1, 7, 5007),
    (r'["a\ud800"]', "unpaired surrogate", 1, 4, 10),
    (r'["\udc00\ud83d\ude00"]', "unpaired surrogate", 1, 3, 9),
    (r'{"\ud800": 1}', "unpaired surrogate", 1, 3, 9),
    (r'["\\\ud800\ud800\udc00"]', "unpaired surrogate", 1, 5, 11),
    ('["\ud800"]', "unpaired surrogate", 1, 3, 4),
    ("[1, 2,]", "trailing comma before `]`: remove it", 1, 6, 7),
    ('{"a": 1,\n}', "trailing comma before `}`: remove it", 1, 8, 9),
    ("{'a': 1}", "put keys and strings in double quotes", 1, 2, 3),
    ('{a: "b"}', "expected a key in double quotes or `}`, not `a`", 1, 2, 3),
    ('{"a" "b"}', "expected `:` after the key", 1, 6, 9),
    ('{"a": 1 "b": 2}', 'expected `,` or `}`, not `"b"`', 1, 9, 12),
    ("[1 2]", "expected `,` or `]`, not `2`", 1, 4, 5),
    ("[1, // why\n2]", "JSON has no comments", 1, 5, 6),
    ("# why\n[]", "JSON has no comments", 1, 1, 2),
    ("[True]", "expected `true`, not `True`", 1, 2, 6),
    ("[01]", "`01` is not a JSON number", 1, 2, 4),
    ("[1.]", "`1.` is not a JSON number", 1, 2, 4),
    ("[+1]", "`+1` is not a JSON number", 1, 2, 4),
    ("[yes]", "expected a value, not `yes`: put a string in double quotes", 1, 2, 5),
    ('["a\nb"]', "line break in a string: write it as `\\n`", 1, 4, 4),
    ('["a\tb"]', "control character in a string: write it as `\\t`", 1, 4, 5),
    (r'["a\qb"]', r"`\q` is not a JSON escape", 1, 4, 6),
    ('["abc', "the string that starts here has no closing", 1, 2, 3),
    ('{"a": [1, 2', "the file ends too early: expected `,` or `]`", 1, 12, 12),
    ("[]\n[]", "expected nothing more after the value, not `[`", 2, 1, 2),
    ("{} garbage", "expected nothing more after the value, not `garbage`", 1, 4, 11),
    ("[\u00a01]", "no-break space", 1, 2, 3),
    ('{"a": \u201cb\u201d}', "expected a value, not `\u201c`: use straight quotes", 1, 7, 8),
    ("{\u2018a\u2019: 1}", "use straight quotes", 1, 2, 3),
    ('{"a\u201d: 1\n}', "the string is not closed: use straight quotes", 1, 4, 5),
    ("['a']", "expected a value or `]`, not `'`: put keys and strings in double quotes", 1, 2, 3),
    ("[1, /* why */ 2]", "JSON has no comments", 1, 5, 6),
    ("[False]", "expected `false`, not `False`", 1, 2, 7),
    ('{"a": None}', "expected `null`, not `None`", 1, 7, 11),
    ("\ufeff[]", "byte order mark", 1, 1, 2),
    ("[\x1b]", r"not `\x1b`", 1, 2, 3),
    ("a: 1", "expected a value, not `a`", 1, 1, 2),
]


@pytest.mark.parametrize(("text", "message", "line", "column", "end_column"), FAULTS)
def test_a_fault_is_named_with_its_place(
    text: str, message: str, line: int, column: int, end_column: int
) -> None:
    found = problem(text)
    assert message in found.message
    assert found.location is not None
    assert (found.location.line, found.location.column) == (line, column)
    assert found.location.end_column == end_column
    assert found.excerpt == text.split("\n")[line - 1][:400]
    assert len(found.message) < 200


@pytest.mark.parametrize("unit", ["[]", "{}"])
def test_depth_is_limited_exactly(unit: str) -> None:
    opening = unit[0] if unit == "[]" else '{"a":'
    inner = "1" if unit == "{}" else ""
    allowed = opening * 64 + inner + unit[1] * 64
    assert read(allowed) is not None
    found = problem(opening * 65 + inner + unit[1] * 65)
    assert "nested deeper than 64 levels" in found.message
    assert found.location is not None
    assert found.location.column == len(opening) * 64 + 1


@pytest.mark.parametrize(
    "text",
    [
        json.dumps("[{" * 100),
        json.dumps(['"[', '\\"[', "[\\"] * 100),
        json.dumps([{"a": []}] * 100),
        json.dumps({"[" * 70: "\\" * 71, "\\[": ['"' * 70]}),
    ],
)
def test_brackets_in_strings_or_side_by_side_are_not_depth(text: str) -> None:
    assert read(text) == json.loads(text)


def test_depth_after_strings_with_escapes_is_found() -> None:
    text = '["\\\\", "\\"", "\\\\\\"[",' + "[" * 64 + "]" * 65
    assert "nested deeper" in problem(text).message


def test_the_limit_of_depth_is_an_argument() -> None:
    with pytest.raises(InputError):
        parse_json(Source("x", "[[[]]]", ""), Limits(max_depth=2))
    assert parse_json(Source("x", "[[]]", ""), Limits(max_depth=2)).data == [[]]


HOSTILE = {
    "brackets": "[" * 1_000_000,
    "objects": '{"a":' * 200_000,
    "quotes": '"' * 1_000_000,
    "escaped quotes": '["' + '\\"' * 500_000,
    "backslashes": "[" * 65 + '"' + "\\" * 1_000_001,
    "escapes outside": '\\"' * 500_000 + "[" * 65,
    "spaces": "[" + " " * 1_000_000 + "x",
    "digits": "1" * 1_000_000,
    "zeros": "0." + "0" * 1_000_000 + "x",
    "surrogates": '["' + "\\ud800" * 100_000 + '"]',
    "minus": "-" * 1_000_000,
}


MOST = 300
"""Moments: in quadratic time, each of these texts takes a hundred times as many."""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_refused_in_linear_time(name: str) -> None:
    assert moments(lambda: problem(HOSTILE[name])) < MOST


def _suite(prefix: str) -> list[str]:
    return [name for name in json_cases() if name.startswith(prefix)]


@needs_data
def test_the_suite_is_there() -> None:
    assert [len(_suite(prefix)) for prefix in "nyi"] == [188, 95, 35]


@pytest.mark.parametrize("name", _suite("n"))
def test_what_the_suite_calls_wrong_is_refused_at_a_place(name: str) -> None:
    answer = read_json(name)
    assert answer.documents is None
    assert answer.location is not None


@pytest.mark.parametrize("name", _suite("y"))
def test_what_the_suite_calls_right_is_read_but_for_duplicate_keys(name: str) -> None:
    answer = read_json(name)
    if answer.documents is None:
        assert "duplicate key" in answer.message
        assert answer.location is not None
        with pytest.raises(ValueError, match="a key stands twice"):
            plain_json(json_cases()[name].decode())
    else:
        assert answer.documents == [json.loads(json_cases()[name])]


@pytest.mark.parametrize("name", _suite("i"))
def test_what_the_suite_leaves_open_is_read_as_elsewhere_or_refused_at_a_place(name: str) -> None:
    answer = read_json(name)
    if answer.documents is None:
        assert answer.location is not None
    else:
        assert answer.documents == [json.loads(json_cases()[name].decode("utf-8-sig"))]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=25,
)


@settings(deadline=None)
@given(VALUES, st.sampled_from([None, 0, 1, 4, "\t"]), st.booleans())
def test_what_the_standard_library_writes_is_read_back(
    value: Json,
    indent: int | str | None,
    ascii_only: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    assert read(json.dumps(value, indent=indent, ensure_ascii=ascii_only)) == value


PIECES = ["[", "]", "{", "}", ":", ",", " ", "\n", '"', '"a"', '"b"', '"\\u0061"', "\\", "\\ud800"]
PIECES += ["1", "-", "0", ".", "e", "1e999", "NaN", "true", "null", "x", "'", "é", "\x00", "\ud800"]
JSON_LIKE = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@settings(deadline=None)
@given(JSON_LIKE | st.text(max_size=30))
def test_any_text_is_read_as_a_simple_reader_does_or_refused_with_a_place(text: str) -> None:
    try:
        expected = plain_json(text)
    except ValueError:
        found = problem(text)
        assert found.location is not None
        assert "early: expected nothing" not in found.message
    else:
        assert read(text) == expected


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_any_bytes_give_data_or_an_input_error(data: bytes) -> None:
    for name in ("x.json", "x.yaml", "<stdin>"):
        try:
            parse(read_bytes(name, data))
        except InputError as error:
            assert error.problems[0].path == name  # noqa: PT017 - either outcome is right
