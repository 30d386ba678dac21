"""Places: from a route to line and column, and from a string's value to its spelling."""

from __future__ import annotations

import json
import pickle
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.problems import Location, Source
from checker.reader import Reading, parse, parse_yaml_documents, yaml_events
from tests.support.places import cut, nodes
from tests.support.suites import LOADERS

if TYPE_CHECKING:
    from checker.problems import Json, Route


def reading(name: str, text: str) -> Reading:
    return parse(Source(name, text, ""))


JSON_TEXT = """\
{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": ["a:b", "c:*"], "é😀": 1},
    {}
  ],
  "\\u0041b": [ ]
}
"""

JSON_PLACES: list[tuple[Route, bool, str]] = [
    (("Version",), False, '"2012-10-17"'),
    (("Version",), True, '"Version"'),
    (("Statement", 0, "Action"), False, '["a:b", "c:*"]'),
    (("Statement", 0, "Action", 1), False, '"c:*"'),
    (("Statement", 0, "Action", 1), True, '"c:*"'),
    (("Statement", 0, "é😀"), True, '"é😀"'),
    (("Statement", 0, "é😀"), False, "1"),
    (("Statement", 1), False, "{}"),
    (("Ab",), False, "[ ]"),
    (("Ab",), True, '"\\u0041b"'),
    (("Ab", 0), False, "[ ]"),
    (("Statement", 1, "Missing", "x"), False, "{}"),
    (("Statement", 1, "Missing"), True, "{}"),
    (("Statement", -1), False, JSON_TEXT[JSON_TEXT.index("[") : JSON_TEXT.index("  ],") + 3]),
    (("Version", 0), True, '"2012-10-17"'),
    ((), False, JSON_TEXT.strip()),
    ((), True, JSON_TEXT.strip()),
    ((0,), False, JSON_TEXT.strip()),
]


@pytest.mark.parametrize(("route", "key", "expected"), JSON_PLACES)
def test_a_route_leads_to_its_json(
    route: Route,
    key: bool,  # noqa: FBT001 - a column of the table
    expected: str,
) -> None:
    assert cut(JSON_TEXT, reading("x.json", JSON_TEXT).locate(route, key=key)) == expected


def test_lines_and_columns_count_from_1_in_characters() -> None:
    place = reading("x.json", JSON_TEXT).locate(("Statement", 0, "é😀"))
    assert place == Location(4, 57, 4, 58)


YAML_TEXT = """\
# rules é😀
rules:
- id: one   # comment
  when: >
    a && é😀
    b

  # a comment
  empty:
  list: [x, {y: 'z'}, p: q ]
- "two" 

last: |2
    x

   # no comment

# end
"""  # noqa: W291 - blanks at the end of a line are no part of a place

YAML_PLACES: list[tuple[Route, bool, str]] = [
    (("rules", 0, "id"), False, "one"),
    (("rules", 0, "id"), True, "id"),
    (("rules", 0, "when"), False, ">\n    a && é😀\n    b"),
    (("rules", 0, "empty"), False, ""),
    (("rules", 0, "empty"), True, "empty"),
    (("rules", 0, "list"), False, "[x, {y: 'z'}, p: q ]"),
    (("rules", 0, "list", 1), False, "{y: 'z'}"),
    (("rules", 0, "list", 1, "y"), False, "'z'"),
    (("rules", 0, "list", 2), False, "p: q"),
    (("rules", 0, "list", 2, "p"), True, "p"),
    (("rules", 0), False, YAML_TEXT[YAML_TEXT.index("id") : YAML_TEXT.index("]") + 1]),
    (("rules", 1), False, '"two"'),
    (("rules",), False, YAML_TEXT[YAML_TEXT.index("- id") : YAML_TEXT.index('two"') + 4]),
    (("last",), False, "|2\n    x\n\n   # no comment"),
    (("last", "deeper"), False, "|2\n    x\n\n   # no comment"),
    ((), False, YAML_TEXT[YAML_TEXT.index("rules:") : YAML_TEXT.index("\n\n# end")]),
]


@pytest.mark.parametrize(("route", "key", "expected"), YAML_PLACES)
@pytest.mark.parametrize("loader", LOADERS)
def test_a_route_leads_to_its_yaml(
    route: Route,
    key: bool,  # noqa: FBT001 - a column of the table
    expected: str,
    loader: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(yaml_events, "LOADER", loader)
    for text in (YAML_TEXT, YAML_TEXT.replace("\n", "\r\n")):
        place = reading("x.yaml", text).locate(route, key=key)
        assert cut(text, place).replace("\r", "") == expected


def test_places_of_a_document_are_those_of_the_whole_file() -> None:
    text = "---\na: 1\n---\n# second\nb: [2, 3]\n"
    first, second = parse_yaml_documents(Source("x.yaml", text, ""))
    assert second.locate(("b", 1)) == Location(5, 8, 5, 9)
    assert first.locate(("a",)) == Location(2, 4, 2, 5)
    assert first.locate(("b",)) == Location(2, 1, 2, 5)


def test_a_reading_can_be_sent_to_another_process() -> None:
    sent = pickle.loads(pickle.dumps(reading("x.yaml", "a: [1]")))  # noqa: S301 - our own bytes
    assert sent.locate(("a", 0)) == Location(1, 5, 1, 6)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=15,
)


@settings(deadline=None)
@given(VALUES, st.sampled_from([None, 0, 2]), st.booleans())
def test_every_json_place_holds_its_value(
    value: Json,
    indent: int | None,
    ascii_only: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    document = reading("x.json", text)
    for route, expected in nodes(value):
        assert json.loads(cut(text, document.locate(route))) == expected
        if route and isinstance(route[-1], str):
            assert json.loads(cut(text, document.locate(route, key=True))) == route[-1]


SHARED_TEXTS = st.text(st.sampled_from("ab é€\"\\/\n\t:#,[]{}-?&*!|>%@`'"), max_size=8)
SHARED_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | SHARED_TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SHARED_TEXTS, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(SHARED_VALUES, st.sampled_from([None, 0, 2]), st.booleans())
def test_json_read_as_yaml_has_the_same_places(
    value: Json,
    indent: int | None,
    ascii_only: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    as_json, as_yaml = reading("x.json", text), reading("x.yaml", text)
    assert as_yaml.data == as_json.data == value
    for route, _ in nodes(value):
        assert as_yaml.locate(route) == as_json.locate(route)
        assert as_yaml.locate(route, key=True) == as_json.locate(route, key=True)


SPELLINGS = {
    # the text that spells the value; `¹` to `⁹` stand before the characters asked for
    "plain": "k: ¹a == ²b",
    "plain lines": "k: ¹a\n   == ²b\n\n   && ³c",
    "single": "k: '¹it''²s ³x'",
    "single lines": "k: 'a\n  ¹b''²c\n\n\n  ³d '",
    "double": 'k: "¹a\\n²b \\"³c\\" \\u00e9⁴d \\x41⁵e \\/⁶f\\\\⁷g"',
    "double lines": 'k: "a ¹b\n  ²c\n\n  ³d \\\n   \\ ⁴e\\\n\n  ⁵f"',
    "literal": "k: |\n  ¹a &&\n    ²b\n\n  ³c",
    "literal strip": "k: |- # why\n    ¹a\n\n\n     ²b\n",
    "literal indented": "k: |2+\n     ¹a\n    ²b\n\n\n",
    "literal blank start": "k: |\n\n   \n   ¹a ²b\n",
    "folded": "k: >\n  ¹a &&\n  ²b\n\n  ³c\n",
    "folded more": "k: >-\n\n  ¹a\n    ²b\n    ³c\n\n\n  ⁴d  ⁵e\n",
    "folded tabs": "k: >2-\n    ¹a\n  \t²b\n  ³c\t⁴d",
    "block in list": "k:\n- x\n- y: >1\n    ¹a\n   ²b\n",
    "json": '{"k": "¹a\\n²b\\t³c \\ud83d\\ude00⁴d \\"⁵e\\\\⁶f"}',
    "json unicode": '{"é": 1, "k": "😀¹a 😀 ²b"}',
    "crlf": "k: |\r\n  ¹a\r\n  ²b\r\nl: x",
    "crlf folded": "k: >\r\n  ¹a\r\n  ²b\r\n\r\n  ³c",
    "crlf double": 'k: "¹a\r\n  ²b\r\n\r\n  ³c"',
}
MARKS = re.compile("[¹²³⁴⁵⁶⁷⁸⁹]")


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("name", SPELLINGS)
def test_a_place_in_a_value_is_found_where_it_is_spelled(
    name: str, loader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_events, "LOADER", loader)
    marked = SPELLINGS[name]
    text = MARKS.sub("", marked)
    offsets = [match.start() - place for place, match in enumerate(MARKS.finditer(marked))]
    file = "x.json" if text.startswith("{") else "x.yaml"
    document = reading(file, text)
    route, value = next(
        (route, found)
        for route, found in nodes(document.data)
        if isinstance(found, str) and text[offsets[0]] in found and len(found) > 1
    )
    for offset in offsets:
        index = value.index(text[offset])
        line, column = value.count("\n", 0, index) + 1, index - value.rfind("\n", 0, index)
        place = document.locate_text(route, line, column)
        before = text[:offset]
        expected = before.count("\n") + 1, offset - before.rfind("\n")
        assert (place.line, place.column) == expected, text[offset]
        assert (place.end_line, place.end_column) == (expected[0], expected[1] + 1)


@pytest.mark.parametrize(
    ("text", "line", "column", "expected"),
    [
        ("k: |\n  ab\n   cd\n", 2, 1, (3, 3, 4)),  # the blank that is content
        ("k: |\n  a  b\n", 1, 3, (2, 5, 6)),
        ("k: |\n  a  \n  b\n", 1, 2, (2, 4, 5)),  # a blank at a line's end
        ("k: |\n  a\n  b\n", 1, 2, (2, 4, 4)),  # a line's end
        ("k: |\n  a\n  b\n", 1, 99, (2, 4, 4)),
        ("k: |\n  a\n  b\n", 99, 1, (3, 4, 4)),  # the end
        ("k: >\n  a\n  b\n", 1, 2, (2, 4, 4)),  # a line break that became a blank
        ("k: |\n\n  a\n", 1, 1, (2, 1, 1)),
        ("k: |\n\n", 1, 1, (1, 5, 5)),  # nothing in it
        ("k: 'ab'", 1, 3, (1, 7, 8)),  # the end: the quote
        ("k: ab # c", 1, 3, (1, 6, 7)),
        ("k: ab", 5, 1, (1, 6, 6)),
        ('k: ""', 1, 1, (1, 5, 6)),
        ("k: 12", 1, 2, (1, 4, 6)),  # no string: the whole node
        ("k: [a]", 1, 1, (1, 4, 7)),
        ("x: ab", 1, 2, (1, 1, 6)),  # no such node
    ],
)
def test_blanks_ends_and_what_is_no_text(
    text: str, line: int, column: int, expected: tuple[int, int, int]
) -> None:
    place = reading("x.yaml", text).locate_text(("k",), line, column)
    assert (place.line, place.column, place.end_column) == expected
    assert place.line == place.end_line


WORDS = st.text(st.sampled_from("ab\N{LATIN SMALL LETTER E WITH ACUTE}'\"\\:#&  \n\t"), max_size=40)


@settings(deadline=None)
@given(WORDS, st.sampled_from(["|", ">", "'", '"', ""]), st.sampled_from([10, 30, 10**6]))
def test_every_solid_character_is_found_however_it_is_written(
    value: str, style: str, width: int
) -> None:
    dumped = yaml.dump({"k": [value]}, default_style=style, width=width, allow_unicode=True)
    text = re.sub(r"!!\w+ ", "", dumped)
    document = reading("x.yaml", text)
    assert document.data == {"k": [value]}
    last = (0, 0)
    for row, line in enumerate(value.split("\n"), 1):
        for column, character in enumerate(line, 1):
            place = document.locate_text(("k", 0), row, column)
            found = cut(text, place)
            if character not in " \t":
                assert found in {character, "\\"}
                assert (place.line, place.column) > last
                last = place.line, place.column


@settings(deadline=None)
@given(TEXTS, st.booleans(), st.integers(1, 5), st.integers(1, 12))
def test_any_place_in_any_text_is_somewhere_in_its_node(
    value: str,
    ascii_only: bool,  # noqa: FBT001 - drawn by hypothesis
    line: int,
    column: int,
) -> None:
    text = json.dumps([value], ensure_ascii=ascii_only)
    document = reading("x.json", text)
    node, place = document.locate((0,)), document.locate_text((0,), line, column)
    assert node.column < place.column < place.end_column <= node.end_column
