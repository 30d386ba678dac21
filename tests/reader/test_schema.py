"""What is wrong with a value, in words, and schemas and values that mean harm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.messages import did_you_mean
from checker.problems import Json
from checker.reader import Reading, parse, read_bytes
from checker.reader.schema import Schema, Violation
from tests.support.command import ROOT
from tests.support.work import moments

SCHEMA: Json = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 2},
        "size": {"type": "integer"},
        "ratio": {"type": "number"},
        "level": {"enum": ["low", "high"]},
        "one": {"const": 1},
        "mixed": {"type": ["string", "null"]},
        "tags": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        "code": {"pattern": "^[a-z]+\\z"},
        "link": {"pattern": "^https:", "x-message": "{} is not a link"},
        "word": {"enum": ["Allow", "Deny"], "x-message": "not {}", "x-known": ["Allow", "Deny"]},
        "made": {
            "pattern": "^(not-)?(low|high)(-ish)?\\z",
            "x-message": "not {}",
            "x-known": [["", "not-"], ["low", "high"], ["", "-ish"]],
        },
        "either": {"anyOf": [{"type": "string"}, {"items": {"type": "integer"}}]},
        "keys": {
            "propertyNames": {"pattern": "^[a-z]+\\z", "x-message": "{} is no key"},
            "patternProperties": {"^n": {"type": "integer"}},
            "additionalProperties": {"type": "string"},
            "minProperties": 1,
        },
    },
}
INTEGER = "expected an integer, not `1.5`"
COMPILED = Schema(SCHEMA)


def parse_json(data: Json) -> Reading:
    return parse(read_bytes("a.json", json.dumps(data).encode()))


def violation(**elements: Json) -> Violation:
    (found,) = COMPILED.violations({"name": "ab", **elements})
    return found


@pytest.mark.parametrize(
    ("element", "value", "message"),
    [
        ("name", 7, "expected a string, not `7`"),
        ("name", None, "expected a string, not null"),
        ("name", {}, "expected a string, not an empty object"),
        ("name", {"a": 1}, "expected a string, not an object"),
        ("name", [], "expected a string, not an empty list"),
        ("name", ["a"], "expected a string, not a list"),
        ("name", True, "expected a string, not true"),
        ("name", "a", "expected at least 2, not `a`"),
        ("size", "7", "expected an integer, not `7`"),
        ("size", 1.5, "expected an integer, not `1.5`"),
        ("size", False, "expected an integer, not false"),
        ("ratio", "1", "expected a number, not `1`"),
        ("mixed", 1, "expected a string or null, not `1`"),
        ("level", "High", "expected `low`, `high`, not `High`; did you mean `high`?"),
        ("level", "medium", "expected `low`, `high`, not `medium`"),
        ("level", 3, "expected `low`, `high`, not `3`"),
        ("one", 2, "expected `1`, not `2`"),
        ("tags", [], "expected at least 1, not an empty list"),
        ("tags", "a", "expected a list, not `a`"),
        ("code", "a\n", "`a\\x0a` does not match the pattern `^[a-z]+\\z`"),
        ("link", "ftp:", "`ftp:` is not a link"),
        ("word", "allow", "not `allow`; did you mean `Allow`?"),
        ("word", 5, "not `5`"),
        ("made", "no-high", "not `no-high`; did you mean `not-high`?"),
        ("made", "not-low-is", "not `not-low-is`; did you mean `not-low-ish`?"),
        ("keys", {}, "expected at least 1, not an empty object"),
        ("name", ["x" * 99], "expected a string, not a list"),
        ("size", "x" * 61, f"expected an integer, not `{'x' * 60}…`"),
        ("size", "x" * 60, f"expected an integer, not `{'x' * 60}`"),
    ],
)
def test_a_violation_is_told_in_words(element: str, value: Json, message: str) -> None:
    assert violation(**{element: value}) == Violation((element,), message)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"name": "ab", "tags": ["a", 1]},
            Violation(("tags", 1), "expected a string, not `1`"),
        ),
        (
            {"name": "ab", "nmae": 1, "level": "low"},
            Violation(("nmae",), "unknown element `nmae`; did you mean `name`?", of_key=True),
        ),
        (
            {"name": "ab", "keys": {"B": "x"}},
            Violation(("keys", "B"), "`B` is no key", of_key=True),
        ),
        ({"name": "ab", "keys": {"n": 1.5}}, Violation(("keys", "n"), INTEGER)),
        ({"name": "ab", "keys": {"m": 1}}, Violation(("keys", "m"), "expected a string, not `1`")),
        ({"name": "ab", "either": ["a"]}, Violation(("either", 0), "expected an integer, not `a`")),
        ({}, Violation((), "the element `name` is missing")),
        ([], Violation((), "expected an object, not an empty list")),
        (None, Violation((), "expected an object, not null")),
    ],
)  # fmt: skip
def test_a_violation_leads_to_its_node_or_key(value: Json, expected: Violation) -> None:
    assert COMPILED.violations(value) == [expected]


def test_an_unknown_element_without_a_near_one_lists_what_is_known() -> None:
    (found,) = Schema(
        {"properties": {"b": True, "a": True}, "additionalProperties": False}
    ).violations({"zzz": 1})
    assert found.message == "unknown element `zzz`; expected one of `a`, `b`"


def test_all_violations_come_at_once() -> None:
    found = COMPILED.violations({"size": "x", "tags": [1, "a", 2], "nope": 1})
    routes = {each.route for each in found}
    assert routes == {(), ("size",), ("tags", 0), ("tags", 2), ("nope",)}


def test_violations_stand_in_the_order_of_the_document() -> None:
    found = COMPILED.violations({"tags": [1], "size": "x", "name": "ab"})
    assert [each.route for each in found] == [("tags", 0), ("size",)]


def test_an_unknown_element_where_none_is_known_is_called_that() -> None:
    (found,) = Schema({"additionalProperties": False}).violations({"a": 1})
    assert found.message == "unknown element `a`"


def test_list_items_stand_in_the_order_of_their_numbers() -> None:
    value: Json = ["ok"] * 12
    assert isinstance(value, list)
    value[2], value[10] = 1, 1
    found = Schema({"items": {"type": "string"}}).violations(value)
    assert [each.route for each in found] == [(2,), (10,)]


@pytest.mark.parametrize(
    "value",
    [
        {"name": "ab"},
        {"name": "ab", "size": 1.0},
        {"name": "ab", "keys": {"n": 1, "m": "x"}},
        {"name": "ab", "either": [1]},
        {"name": "ab", "mixed": None},
    ],
)
def test_a_valid_value_has_no_violation(value: Json) -> None:
    assert COMPILED.accepts(value)
    assert COMPILED.violations(value) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "size", "keys", "é", ""]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(JSON)
def test_a_value_has_violations_when_and_only_when_it_is_rejected(value: Json) -> None:
    assert bool(COMPILED.violations(value)) is not COMPILED.accepts(value)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer"}, 1.5),
        ({"multipleOf": 0.1}, 0.35),
        ({"uniqueItems": True}, [1, 1.0]),
        ({"const": {"a": 1}}, {"a": True}),
        ({"pattern": "^\\d\\Z"}, "٣"),
        ({"pattern": "^\\S$"}, "a\n"),
        ({"format": "date", "maximum": 1}, 2),
        ({"not": {}}, 1),
        (False, 1),
        ({"unevaluatedProperties": False}, {"a": 1}),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1}),
        ({"contains": {"const": 1}}, [2]),
        ({"if": {"type": "string"}, "then": False}, "a"),
        ({"prefixItems": [{"type": "string"}], "items": False}, ["a", 1]),
        ({"anyOf": [False, False]}, 1),
        ({"oneOf": [True, True]}, 1),
        ({"propertyNames": {"maxLength": 1}}, {"ab": 1}),
        ({"pattern": "(?=a)"}, "b"),
    ],
)
def test_a_rejected_value_is_never_without_a_violation(schema: Json, value: Json) -> None:
    try:
        compiled = Schema(schema if isinstance(schema, dict) else {"allOf": [schema]})
    except ValueError:
        return
    if not compiled.accepts(value):
        assert all(each.message for each in compiled.violations(value))
        assert compiled.violations(value)


def test_no_more_than_a_hundred_violations_are_explained() -> None:
    *found, last = Schema({"items": {"type": "string"}}).violations([1] * 500)
    assert [each.route for each in found] == [(number,) for number in range(100)]
    assert last.message == "more than 100 violations: fix these first"
    assert len(Schema({"items": {"type": "string"}}).violations([1] * 100)) == 100


def test_unknown_elements_are_no_more_than_a_hundred_either() -> None:
    value: Json = {f"k{number}": 1 for number in range(500)}
    *found, last = Schema({"additionalProperties": False}).violations(value)
    assert len(found) <= 100
    assert last.message == "more than 100 violations: fix these first"


def test_a_list_of_values_is_cut() -> None:
    (found,) = Schema({"enum": [f"v{number}" for number in range(1000)]}).violations("w")
    assert found.message.startswith("expected `v0`, `v1`, ")
    assert "`v19` and 980 more, not `w`" in found.message
    (found,) = Schema({"const": {"a": "x" * 5000}}).violations("w")
    assert len(found.message) == 500


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        ({"maxItems": 2}, [1, 2, 3], "expected at most 2 items, not 3"),
        ({"maxLength": 2}, "abc", "expected at most 2 characters, not 3"),
        ({"maxProperties": 0}, {"a": 1}, "expected at most 0 elements, not 1"),
    ],
)
def test_what_is_too_long_is_counted(schema: Json, value: Json, message: str) -> None:
    (found,) = Schema(schema).violations(value)
    assert found.message == message


@pytest.mark.parametrize(
    "reference", ["file:///etc/passwd", "http://127.0.0.1:9/s.json", "other.json", "#/$defs/none"]
)
@pytest.mark.parametrize("keyword", ["$ref", "$dynamicRef"])
def test_a_reference_out_of_the_schema_is_refused(reference: str, keyword: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Schema({"properties": {"a": {keyword: reference}}})


def test_a_reference_to_a_file_that_is_a_schema_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "any.json").write_text("{}")
    with pytest.raises(ValueError, match=r"."):
        Schema({"$ref": (tmp_path / "any.json").as_uri()})


def test_a_reference_within_the_schema_is_followed() -> None:
    schema = Schema({"$defs": {"a": {"type": "string"}}, "items": {"$ref": "#/$defs/a"}})
    assert [each.message for each in schema.violations([1])] == ["expected a string, not `1`"]


@pytest.mark.parametrize(
    "schema", [[], "x", True, None, {"type": "strnig"}, {"pattern": "("}, {"minItems": -1}]
)
def test_what_is_no_schema_is_refused(schema: Json) -> None:
    with pytest.raises(ValueError, match=r"."):
        Schema(schema)


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "^(.*a){20}$"])
@pytest.mark.parametrize("of_keys", [False, True])
def test_a_catastrophic_pattern_takes_no_time(pattern: str, *, of_keys: bool) -> None:
    text = "a" * 5000 + "!"
    value: Json = {text: 1} if of_keys else text
    schema = Schema({"propertyNames": {"pattern": pattern}} if of_keys else {"pattern": pattern})
    assert schema.violations(value)
    assert moments(lambda: schema.violations(value)) < 500


def test_a_bundled_schema_is_read_by_its_name() -> None:
    assert Schema.bundled("rules/rule.schema.json").violations({})


def test_every_bundled_schema_is_sound() -> None:
    package = ROOT / "checker"
    for file in package.rglob("*.schema.json"):
        assert not Schema.bundled(file.relative_to(package).as_posix()).accepts(None)


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("Acton", "; did you mean `Action`?"),
        ("ACTION", "; did you mean `Action`?"),
        ("Action", ""),
        ("Resources", "; did you mean `Resource`?"),
        ("Zebra", ""),
        ("", ""),
        (5, ""),
        (None, ""),
        (["Action"], ""),
        ("A" * 1_000_000, ""),
    ],
)
def test_a_misspelt_word_is_answered_with_a_near_one(word: object, hint: str) -> None:
    assert did_you_mean(word, ["Action", "Resource"]) == hint


@pytest.mark.parametrize("depth", range(0, 400, 20))
def test_a_schema_without_an_end_is_a_value_error_however_deep_we_stand(depth: int) -> None:
    def further(levels: int) -> None:
        if levels:
            further(levels - 1)
        else:
            Schema({"not": {"$ref": "#"}}).violations({})

    with pytest.raises(ValueError, match="refers to itself without an end"):
        further(depth)


@pytest.mark.parametrize("pattern", ["]++", "a{1001}", r"\p{Greek}+", "(?i)x", "[[:alpha:]]&&"])
def test_a_pattern_is_explained_as_it_is_decided(pattern: str) -> None:
    """The two libraries that decide on regular expressions do not read all of them alike."""
    schema = Schema(
        {
            "properties": {"a": {"pattern": pattern}},
            "patternProperties": {pattern: True},
            "additionalProperties": False,
        }
    )
    assert Violation(("b",), "unknown element `b`; expected one of `a`", of_key=True) in (
        schema.violations({"b": 1})
    )
    assert schema.violations({"a": ""})[0].route == ("a",)


def test_a_reference_that_cannot_be_explained_rejects_all_the_same() -> None:
    schema = Schema({"properties": {"b": {"$ref": ".#/$defs/t"}}, "$defs": {"t": {"type": "null"}}})
    assert schema.accepts({"b": None})
    (violation,) = schema.violations({"b": 1})
    assert violation.message == "not valid against the schema of its kind"


@pytest.mark.parametrize(
    ("length", "told"), [(10, 50), (10_000, 50), (30_000, 33), (999_000, 1), (1_000_001, 0)]
)
def test_problems_at_long_names_are_told_up_to_a_length(length: int, told: int) -> None:
    schema = Schema({"additionalProperties": {"items": {"type": "string"}}})
    found = schema.problems(parse_json({"k" * length: [1] * 50}))
    assert found
    assert sum("expected a string, not `1`" in each.message for each in found) == told
    assert sum(len(each.pointer) for each in found) <= 1_000_000
    rest = [each for each in found if "names are too long" in each.message]
    assert [each.pointer for each in rest] == [""] * (told < 50)
