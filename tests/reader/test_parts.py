"""Parts of a file as documents: nodes of it, and the JSON texts that its strings hold."""

from __future__ import annotations

import json
import pickle
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.problems import InputError, Location, Problem, Source
from checker.reader import Limits, Reading, parse, parse_yaml_documents, yaml_events
from tests.support.places import cut, nodes
from tests.support.suites import LOADERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.problems import Json, Route


def reading(name: str, text: str) -> Reading:
    return parse(Source(name, text, "digest"))


def fault(document: Reading, route: Route, limits: Limits | None = None) -> Problem:
    with pytest.raises(InputError) as caught:
        document.inside(route, limits or Limits())
    (found,) = caught.value.problems
    return found


# ---- a node as a document ----


def test_a_node_is_a_document_with_the_places_of_its_file() -> None:
    text = '{"a": [{}, {"b": {"c": [1, 2]}}]}'
    whole = reading("x.json", text)
    part = whole.within(("a", 1)).within(("b",))
    assert part.data == {"c": [1, 2]}
    assert part.data is whole.data["a"][1]["b"]  # type: ignore[call-overload, index]
    assert part.source is whole.source
    assert part.origin == ("a", 1, "b")
    assert cut(text, part.locate(())) == '{"c": [1, 2]}'
    assert cut(text, part.locate(("c", 1))) == "2"
    assert cut(text, part.locate(("c",), key=True)) == '"c"'
    assert cut(text, part.locate(("missing",))) == '{"c": [1, 2]}'
    assert part.file_pointer(("c", 0)) == "/a/1/b/c/0"
    assert part.file_pointer(()) == "/a/1/b"
    assert whole.file_pointer(("a",)) == "/a"


def test_the_root_of_a_part_has_no_key() -> None:
    part = reading("x.json", '{"a": {"b": 1}}').within(("a",))
    assert part.locate((), key=True) == part.locate(())


def test_a_problem_of_a_part_has_a_pointer_in_the_part_and_a_place_in_the_file() -> None:
    part = reading("x.yaml", "a:\n  b: 1\n").within(("a",))
    found = part.problem("wrong", ("b",))
    assert found == Problem("x.yaml", "wrong", Location(2, 6, 2, 7), "  b: 1", "/b")


def test_a_part_of_a_later_document_has_its_own_places() -> None:
    _, second = parse_yaml_documents(Source("x.yaml", "a: {b: 1}\n---\na: {b: 2}\n", ""))
    assert second.within(("a",)).locate(("b",)) == Location(3, 8, 3, 9)


@pytest.mark.parametrize("route", [("b",), ("a", 2), ("a", -1), ("a", "0"), (0,), ("a", 0, 0)])
def test_there_is_no_part_where_there_is_no_node(route: Route) -> None:
    with pytest.raises(LookupError):
        reading("x.json", '{"a": [1, 2]}').within(route)


@pytest.mark.parametrize("route", [("b",), ("a",), ("a", 0), ()])
def test_only_a_string_holds_a_text(route: Route) -> None:
    with pytest.raises(LookupError):
        reading("x.json", '{"a": [1, 2]}').inside(route, Limits())


# ---- a text as a document ----

TEXTS = {
    "json": r'{"k": "{\n \"a\":\t[1, \"\u0042\ud83d\ude00\"]}"}',
    "json unicode": r'{"k": "\u007b\"\u0061\"\u003a[1, \"B😀\"]}"}',
    "json twice": r'{"k": "{\"a\": [1, \"\\u0042\\ud83d\\ude00\"]}"}',
    "literal": 'k: |\n  {"a": [1,\n\n    "B😀"]}\n',
    "literal strip": 'k: |-  # a policy\n    {"a":\n      [1, "B😀"]}',
    "folded": 'k: >\n  {"a":\n  [1,\n\n    "B😀"\n  ]}\n\n',
    "single": 'k: \'{"a": [1,\n\n    "B😀"]}\'',
    "double": 'k: "{\\"a\\": [1,\\\n     \\x20\\"B😀\\"]}"',
    "crlf": 'k: |\r\n  {"a": [1,\r\n   "B😀"]}\r\n',
}


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_a_document_with_the_places_of_its_file(
    name: str, loader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_events, "LOADER", loader)
    text = TEXTS[name]
    whole = reading("x.json" if text.startswith("{") else "x.yaml", text)
    part = whole.inside(("k",), Limits())
    assert part.data == {"a": [1, "B😀"]}
    assert part.source is whole.source
    assert part.origin == ("k",)
    assert part.file_pointer(("a", 0)) == "/k"
    assert cut(text, part.locate(("a", 0))) == "1"
    shown = cut(text, part.locate(("a", 1)))
    assert re.fullmatch(r'\\?"(B|\\{1,2}u0042)(😀|\\{1,2}ud83d\\{1,2}ude00)\\?"', shown)
    assert cut(text, part.locate(())).startswith(("{", r"\u007b"))
    assert cut(text, part.locate(())).endswith("}")
    inner = part.within(("a",))
    assert inner.locate((1,)) == part.locate(("a", 1))
    assert inner.origin == ("k",)
    assert inner.file_pointer((1,)) == "/k"


def test_the_text_of_a_part_is_read_too() -> None:
    policy = {"S": [{"E": "é"}]}
    text = json.dumps({"o": {"p": json.dumps({"q": json.dumps(policy)})}})
    part = reading("x.json", text).within(("o",)).inside(("p",), Limits()).inside(("q",), Limits())
    assert part.data == policy
    assert part.origin == ("o", "p")
    assert part.file_pointer(("S", 0)) == "/o/p"
    assert cut(text, part.locate(("S", 0, "E"))) == r"\\\"\\\\u00e9\\\""
    place = part.locate_text(("S", 0, "E"), 1, 1)
    assert text[place.column - 1 :].startswith(r"\\\\u00e9")
    assert place.end_column == place.column + 1
    assert part.problem("wrong", ("S", 0)).location == part.locate(("S", 0))
    assert part.line(1) == text


def test_a_part_can_be_sent_to_another_process() -> None:
    part = reading("x.yaml", "k: '[1, 2]'").inside(("k",), Limits())
    part.locate((0,))
    sent = pickle.loads(pickle.dumps(part))  # noqa: S301 - our own bytes
    assert sent.locate((1,)) == Location(1, 9, 1, 10)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (r'{"k": "{\"a\": 1,}"}', (1, 17, 18), "trailing comma before `}`: remove it"),
        (r'{"k": "{\"a\": nope}"}', (1, 16, 20), "expected a value, not `nope`"),
        ('k: |\n  {\n  "a": 1\n  "b": 2}\n', (4, 3, 6), 'expected `,` or `}`, not `"b"`'),
        (
            'k: |\n  {"a": 1,\n  "a": 2}\n',
            (3, 3, 6),
            "duplicate key `a`: first at line 2, column 4; keep one",
        ),
        ('k: ""', (1, 5, 5), "the JSON text is empty: expected a value"),
        ("k: '{'", (1, 6, 6), "the JSON text ends too early: expected a key in double quotes"),
        (r'{"k": "[\"\\ud800\"]"}', (1, 11, 18), "unpaired surrogate"),
        ('{"k": "[1e999]"}', (1, 9, 14), "`1e999` is too large for a floating-point number"),
        ("k: a policy", (1, 4, 5), "expected a value, not `a`"),
    ],
)
def test_a_fault_in_a_text_is_shown_where_the_file_spells_it(
    text: str, place: tuple[int, int, int], message: str
) -> None:
    document = reading("x.json" if text.startswith("{") else "x.yaml", text)
    found = fault(document, ("k",))
    assert message in found.message
    assert found.location is not None
    assert (found.location.line, found.location.column, found.location.end_column) == place
    assert found.excerpt == text.split("\n")[place[0] - 1]
    assert found.path == document.source.path
    assert found.pointer == "/k"


def test_a_text_has_limits_too() -> None:
    document = reading("x.json", '{"k": ["[[1]]"]}')
    found = fault(document, ("k", 0), Limits(max_depth=1))
    assert found.message == "nested deeper than 1 levels: reduce the nesting"
    assert found.location == Location(1, 10, 1, 11)
    assert found.pointer == "/k/0"


# ---- every place, in every spelling ----

KEYS = st.sampled_from(["Version", "Statement", "Sid", "é", "😀 b", 'q"\\'])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-9, 10**12)
    | st.text(st.sampled_from("ab é😀\"\\/\n\t:#,[]{}-?&*!|>%@`'$"), max_size=12)
)
POLICIES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
NUMBERED = re.compile("[\ue000-\uf8ff]")


@st.composite
def json_spellings(draw: st.DrawFn, inner: str) -> tuple[str, list[int]]:
    """Return a JSON string for a text, and where each of its characters is spelled."""
    spelled, offsets = '"', []
    for character in inner:
        ways = [json.dumps(character)[1:-1]]
        if character not in '"\\' and character >= " ":
            ways.append(character)
        if ord(character) < 0x10000:
            ways.append(f"\\u{ord(character):04X}")
        offsets.append(len(spelled))
        spelled += draw(st.sampled_from(ways))
    return spelled + '"', [*offsets, len(spelled)]


@settings(deadline=None)
@given(st.data(), POLICIES, st.sampled_from([None, 0, 2]), st.booleans())
def test_every_place_in_a_json_string_is_where_its_characters_are_spelled(
    data: st.DataObject,
    policy: Json,
    indent: int | None,
    ascii_only: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    inner = json.dumps(policy, indent=indent, ensure_ascii=ascii_only)
    spelled, offsets = data.draw(json_spellings(inner))
    prefix = '\n{"é": 1,\n  "k": '
    text = prefix + spelled + "}"
    part = reading("x.json", text).inside(("k",), Limits())
    alone = reading("x.json", inner)
    assert part.data == policy
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    inner_starts = [0, *(match.end() for match in re.finditer("\n", inner))]
    for route, _ in nodes(policy):
        for key in (False, True):
            place, meant = part.locate(route, key=key), alone.locate(route, key=key)
            for line, column, at_line, at_column in (
                (*place[:2], *meant[:2]),
                (*place[2:], *meant[2:]),
            ):
                index = inner_starts[at_line - 1] + at_column - 1
                assert starts[line - 1] + column - 1 == len(prefix) + offsets[index]


@settings(deadline=None)
@given(
    POLICIES,
    st.sampled_from(["|", ">", "'", '"']),
    st.sampled_from([None, 1, 3]),
    st.sampled_from([20, 60, 10**6]),
    st.booleans(),
)
def test_every_place_in_a_yaml_scalar_is_where_its_characters_are_spelled(
    policy: Json,
    style: str,
    indent: int | None,
    width: int,
    wide: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    """Marks that occur once each stand for the strings, so that each place is known."""
    count = iter(range(0xE000, 0xF8FF))
    marked = _marked(policy, count)
    inner = json.dumps(marked, indent=indent, ensure_ascii=False)
    dumped = yaml.dump({"k": [inner]}, default_style=style, width=width, allow_unicode=wide)
    text = re.sub(r"!!\w+ ", "", dumped)
    part = reading("x.yaml", text).inside(("k", 0), Limits())
    assert part.data == marked
    for route, node in nodes(marked):
        shown = cut(text, part.locate(route))
        if isinstance(node, dict | list):
            assert shown[0] + shown[-1] == ("{}" if isinstance(node, dict) else "[]")
        elif isinstance(node, str) and (mark := NUMBERED.search(node)):
            spelled = mark.group() if mark.group() in text else f"\\u{ord(mark.group()):04X}"
            assert text.count(spelled) == 1
            assert spelled in shown
            assert shown.lstrip("\\")[0] == shown[-1] == '"'
            at = node.index(mark.group())
            line = node.count("\n", 0, at) + 1
            place = part.locate_text(route, line, at - node.rfind("\n", 0, at))
            lines = text.split("\n")
            assert lines[place.line - 1][place.column - 1 :].startswith(spelled)


def _marked(data: Json, count: Iterator[int]) -> Json:
    """Return data whose every text holds one character that occurs nowhere else."""
    if isinstance(data, dict):
        return {key: _marked(value, count) for key, value in data.items()}
    if isinstance(data, list):
        return [_marked(value, count) for value in data]
    if isinstance(data, str):
        half = len(data) // 2
        return data[:half] + chr(next(count)) + data[half:]
    return data
