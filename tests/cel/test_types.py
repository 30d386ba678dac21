"""The written form of types, and which plain values are of which type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.cel.types import (
    BOOL,
    DOUBLE,
    DYN,
    INT,
    NULL,
    STRING,
    Type,
    conforms,
    list_of,
    map_of,
    parse_type,
)

TYPES = st.recursive(
    st.sampled_from([BOOL, INT, DOUBLE, STRING]),
    lambda inner: st.one_of(inner.map(list_of), inner.map(map_of)),
    max_leaves=5,
)


@given(TYPES)
def test_a_type_is_read_back_as_it_is_written(wanted: Type) -> None:
    assert parse_type(str(wanted)) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (" int ", INT),
        ("list( string )", list_of(STRING)),
        ("map(string,int)", map_of(INT)),
        ("map( string , list(map(string, double)))", map_of(list_of(map_of(DOUBLE)))),
    ],
)
def test_blanks_do_not_matter(text: str, wanted: Type) -> None:
    assert parse_type(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "", "integer", "Int", "dyn", "null_type", "list", "list()", "list(int", "listint)",
        "list(int))", "list(int, int)", "map(int)", "map(int, int)", "map(string)",
        "map(string, )", "set(int)", "(int)", "int int", "list[int]", "map(string, int, int)",
    ],
)  # fmt: skip
def test_what_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a type: expected one of bool, .*list\(T\)"):
        parse_type(text)


@pytest.mark.parametrize("text", ["list(" * 5000 + "int" + ")" * 5000, "list(" * 5000])
def test_deep_text_is_refused_like_any_other(text: str) -> None:
    with pytest.raises(ValueError, match="type"):
        parse_type(text)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (True, BOOL),
        (1, INT),
        (1.0, DOUBLE),
        ("", STRING),
        ([], list_of(INT)),
        ([1, 2], list_of(INT)),
        ([[], ["a"]], list_of(list_of(STRING))),
        ({}, map_of(INT)),
        ({"a": 1}, map_of(INT)),
        ({"a": ["b"]}, map_of(list_of(STRING))),
        ([1, "a", None], list_of(DYN)),
        (None, DYN),
        (object(), DYN),
    ],
)
def test_a_value_is_of_its_type(value: object, wanted: Type) -> None:
    assert conforms(value, wanted)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (1, BOOL),
        (True, INT),
        (True, DOUBLE),
        (1, DOUBLE),
        (1.0, INT),
        ("1", INT),
        (b"a", STRING),
        (None, STRING),
        ([True], list_of(INT)),
        (["a", 1], list_of(STRING)),
        ("ab", list_of(STRING)),
        ({"a": "b"}, list_of(STRING)),
        ([], map_of(INT)),
        ({1: 1}, map_of(INT)),
        ({"a": True}, map_of(INT)),
        (None, list_of(INT)),
        ("a", Type("policy")),
        (None, NULL),
        ([1], Type("list")),
    ],
)
def test_a_value_is_of_no_other_type(value: object, wanted: Type) -> None:
    assert not conforms(value, wanted)
