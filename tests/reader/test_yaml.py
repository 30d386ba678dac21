"""Strict YAML: what is read, what is refused, and where the message points."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from checker.problems import InputError, Problem, Source
from checker.reader import Limits, parse, parse_yaml, parse_yaml_documents, yaml_events
from tests.support.suites import (
    LAX,
    LIBYAML,
    LOADERS,
    ONE_PARSER,
    OTHERWISE,
    PYTHON,
    SCALARS,
    expected,
    read_yaml,
    yaml_cases,
)
from tests.support.work import moments

if TYPE_CHECKING:
    from checker.problems import Json

needs_data = pytest.mark.skipif(not yaml_cases(), reason="POLICY_CHECK_DATA names no data")


@pytest.fixture(params=LOADERS, ids=lambda loader: loader.__name__)
def _loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_events, "LOADER", request.param)


both_parsers = pytest.mark.usefixtures("_loader")


def source(text: str) -> Source:
    return Source("x.yaml", text, "")


def read(text: str) -> Json:
    return parse(source(text)).data


def problem(text: str) -> Problem:
    with pytest.raises(InputError) as caught:
        read(text)
    (found,) = caught.value.problems
    return found


STRINGS = """
no yes on off y n True TRUE False Null NULL ~ .inf -.inf .nan .5 +1 010 0o17 0x1F 0b1 1_000 12:30
2012-10-17 2001-12-14T21:59:43Z 0123456789012 -01 00 1e 1e+ -- - = 1.2.3 é
""".split()  # noqa: SIM905 - a list of words is read more easily so


@both_parsers
@pytest.mark.parametrize("text", [word for word in STRINGS if word != "-"])
def test_what_json_would_not_type_stays_a_string(text: str) -> None:
    assert read(f"key: {text}\n") == {"key": text}


@both_parsers
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("", None),
        ("true", True),
        ("false", False),
        ("0", 0),
        ("-0", 0),
        ("12", 12),
        ("-9223372036854775808", -(2**63)),
        ("1.", 1.0),
        ("-1.5e3", -1500.0),
        ("1e5", 100000.0),
        ("'1'", "1"),
        ('"true"', "true"),
        ("''", ""),
        ("|-\n  1", "1"),
        (">-\n  null\n", "null"),
    ],
)
def test_only_plain_scalars_are_typed(text: str, value: Json) -> None:
    data = read(f"key: {text}\n")
    assert data == {"key": value}
    assert isinstance(data, dict)
    assert type(data["key"]) is type(value)


@both_parsers
@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            "1: a\ntrue: b\nnull: c\n2012-10-17: d",
            {"1": "a", "true": "b", "null": "c", "2012-10-17": "d"},
        ),
        ('"<<": a', {"<<": "a"}),
        ("a: {b: [1, {c: }]}\nd:\n- e\n- - f", {"a": {"b": [1, {"c": None}]}, "d": ["e", ["f"]]}),
        ("[a: 1, b]", [{"a": 1}, "b"]),
        ("%YAML 1.2\n---\na: 1\n...\n", {"a": 1}),
        ("# only\n--- # one\nnull\n", None),
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
        ('"\\u2028\\x85\\ufeff\\U0001F600"', "\u2028\x85\ufeff\U0001f600"),
        ("a: *b".replace("*", "x*"), {"a": "x*b"}),
        ("a: x&b !c", {"a": "x&b !c"}),
        ('{"a": "b","c":[1]}', {"a": "b", "c": [1]}),
    ],
)
def test_what_is_left_of_yaml_is_read(text: str, value: Json) -> None:
    assert read(text) == value


FAULTS = [
    # text, part of the message, line, column, end column
    ("", "the file is empty", 1, 1, 1),
    ("# nothing\n", "the file is empty", 1, 1, 1),
    ("---\n", "the document is empty", 1, 1, 4),
    ("# a\n---\n# b\n", "the document is empty", 2, 1, 4),
    ("a: &x 1\nb: *x", "anchors are not supported", 1, 4, 6),
    ("a: 1\nb: *x", "aliases are not supported", 2, 4, 6),
    ("*x : 1", "aliases are not supported", 1, 1, 3),
    ("&x a: 1", "anchors are not supported", 1, 1, 3),
    ("a: &x\n  b: 1", "anchors are not supported", 1, 4, 6),
    ("a: !!str 1", "tags are not supported", 1, 4, 9),
    ("a: ! 1", "tags are not supported", 1, 4, 5),
    ("a: !x [1]", "tags are not supported", 1, 4, 6),
    ("!!python/object:os.system a: 1", "tags are not supported", 1, 1, 26),
    ("a: 1\n<<: {b: 2}", "merge keys are not supported", 2, 1, 3),
    ("? [a]\n: 1", "a list or mapping cannot be a key", 1, 3, 4),
    ("{a: 1}: 2", "a list or mapping cannot be a key", 1, 1, 2),
    ("a: 1\nb: 2\n'a': 3", "duplicate key `a`: first at line 1, column 1; keep one", 3, 1, 4),
    ('x:\n- {b: 1, "\\x62": 3}', "duplicate key `b`: first at line 2, column 4", 2, 10, 16),
    ("1: a\n'1': b", "duplicate key `1`", 2, 1, 4),
    ("a: 1\n---\nb: 2", "a second document starts here", 2, 1, 4),
    ("a: 1\n---\n", "a second document starts here", 2, 1, 4),
    ("a: 9223372036854775808", "does not fit in 64 bits: write it as a string", 1, 4, 23),
    ("a: " + "1" * 5000, "does not fit in 64 bits", 1, 4, 5004),
    ("a: -1e400", "is too large for a floating-point number", 1, 4, 10),
    ("a: b # c\x85d: e", "a next-line character (U+0085)", 1, 9, 10),
    ("a: b # c\u2028d: e", "a line separator (U+2028)", 1, 9, 10),
    ("a: b # c\u2029d: e", "a paragraph separator (U+2029)", 1, 9, 10),
    ("a: b # c\rd: e", "a carriage return without a line feed", 1, 9, 10),
    ("\ufeffa: 1", "U+FEFF is not allowed in YAML", 1, 1, 2),
    ("a: \x1b[1m", "U+001B is not allowed in YAML", 1, 4, 5),
    ("a: \ud800", "U+D800 is not allowed in YAML", 1, 4, 5),
    ("a: \0", "U+0000 is not allowed in YAML", 1, 4, 5),
    ("%TAG ! tag:x,2000:\n---\na: 1", "directives other than `%YAML 1.2`", 1, 1, 19),
    ("%YAML 1.3\n---\na: 1", "directives other than `%YAML 1.2`", 1, 1, 10),
    ("%YAML 1.1\n---\na: no", "directives other than `%YAML 1.2`", 1, 1, 10),
    ("%FOO\n---\na: 1", "directives other than `%YAML 1.2`", 1, 1, 5),
]


@both_parsers
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


ALIAS = "an unquoted `*` starts an alias in YAML, and aliases are not supported: put the text in"
ANCHOR = "an unquoted `&` starts an anchor in YAML, and anchors are not supported: put the text in"
TAG = "an unquoted `!` starts a tag in YAML, and tags are not supported: put the text in quotes"
TAB = "a tab is not allowed here: use spaces"
STUCK = "write a space after the `:` that follows a key"
INSIDE = "an unquoted text cannot contain `: `: put it in quotes"
BLANK = "the character U+00A0 looks like a space, but YAML reads it as a letter: replace it"
NO_COLON = "write `: ` after this key, or indent the line to continue a text above"
CONTINUES = "this line continues the text above: indent it like the other keys of its mapping"
INDENT = "the indentation matches nothing above: indent this line like the other keys"
AFTER_QUOTE = "expected nothing more after the closing"
STUMBLES = [
    # text, part of the message, what the message points to and what stands before that
    ("Action: *", ALIAS, "*", "Action: "),
    ("- *", ALIAS, "*", "- "),
    ("a: [*]", ALIAS, "*", "a: ["),
    ("a: [b, *]", ALIAS, "*", "a: [b, "),
    ("{Resource: *}", ALIAS, "*", "{Resource: "),
    ("Action: *:Get*", ALIAS, "*:Get*", "Action: "),
    ("Resource: *foo", ALIAS, "*foo", "Resource: "),
    ("a: *foo bar", ALIAS, "*foo", "a: "),
    ("a: [*foo, b]", ALIAS, "*foo", "a: ["),
    ("a: 1\n*foo\nb: 2", ALIAS, "*foo", "a: 1\n"),
    ("a: 'b'*", ALIAS, "*", "a: 'b'"),
    ("*: 1", ALIAS, "*:", ""),
    ("a: &", ANCHOR, "&", "a: "),
    ("a: & b", ANCHOR, "&", "a: "),
    ("a: [&b*]", ANCHOR, "&b*", "a: ["),
    ("a: !", TAG, "!", "a: "),
    ("a: !!", TAG, "!!", "a: "),
    ("a: !Ref b", TAG, "!Ref", "a: "),
    ("a: !x!y b", TAG, "!x!y", "a: "),
    ("a: ![b]", TAG, "!", "a: "),
    ("a: !<b", TAG, "!<b", "a: "),
    ("a: ? b", "an unquoted `?` and a space start a key: put the text in quotes", "?", "a: "),
    ("a: |b", "put a text that starts with `|` in quotes", "|", "a: "),
    ("a: | b", "put a text that starts with `|` in quotes", "|", "a: "),
    ("a: >= 5", "put a text that starts with `>` in quotes", ">", "a: "),
    ("a: |10\n b", "put a text that starts with `|` in quotes", "|", "a: "),
    ("a: [>]", "an unquoted text cannot start with `>`: put it in quotes", ">", "a: ["),
    ("a: @b", "an unquoted text cannot start with `@`: put it in quotes", "@", "a: "),
    ("a: `b`", "an unquoted text cannot start with a backtick: put it in quotes", "`", "a: "),
    ("a: %b", "an unquoted text cannot start with `%`: put it in quotes", "%", "a: "),
    ("%a: b", "or put a text that starts with `%` in quotes", "%a: b", ""),
    ("a:\n\tb: 1", TAB, "\t", "a:\n"),
    ("a:\n  b: 1\n\tc: 2", TAB, "\t", "a:\n  b: 1\n"),
    ("a: |\n  b\n\tc", TAB, "\t", "a: |\n  b\n"),
    ("-\tb: 1", TAB, "\t", "-"),
    ("a: {{ x }}", "starts a mapping in YAML: put the text in quotes", "{{ x }}", "a: "),
    ("- {{x}}-b", "starts a mapping in YAML: put the text in quotes", "{{x}}", "- "),
    ("a: 1\nb:2", STUCK, ":", "a: 1\nb"),
    ("b:2\na: 1", STUCK, ":", "b"),
    ("a:\n  - b:2\n    c: 3", STUCK, ":", "a:\n  - b"),
    ("a: 1\nb\nc: 3", NO_COLON, "b", "a: 1\n"),
    ("a\n  b: c", NO_COLON, "a", ""),
    ("a: b: c", INSIDE, ":", "a: b"),
    ("- see: this: c", INSIDE, ":", "- see: this"),
    ("--- a: b", "a mapping cannot start on the line of `---`", ":", "--- a"),
    ("a: 1\n b: 2", CONTINUES, "b", "a: 1\n "),
    ("a:\n   b: 1\n  c: 2", INDENT, "c: 2", "a:\n   b: 1\n  "),
    ("- a\nb: 1", "start this line with `- `, indented like the other items", "b: 1", "- a\n"),
    ("a: 1\n- b", "expected a key, not a list item", "-", "a: 1\n"),
    ("a: - b", "a list cannot start on the line of its key", "-", "a: "),
    ("a: 'b\nc: d", "the text that starts here has no closing `'`", "'", "a: "),
    ('a: "b\nc: d', 'the text that starts here has no closing `"`', '"', "a: "),
    ("a: 'b\n---\nc'", "the text that starts here has no closing `'`", "'", "a: "),
    ('a: "b\nc: "d"', "closes a text of an earlier line", 'd"', 'a: "b\nc: "'),
    ("a: 'it's'", f"{AFTER_QUOTE} `'`", "s'", "a: 'it'"),
    ('a: "b" c', f'{AFTER_QUOTE} `"`', "c", 'a: "b" '),
    ("'a' b", f"{AFTER_QUOTE} `'`", "b", "'a' "),
    ("a: [b] c", "expected nothing more after `]`: put the whole text in quotes", "c", "a: [b] "),
    ("{a: b}\nc: d", "expected nothing more after the value", "c: d", "{a: b}\n"),
    ("a: ]", "unexpected `]`: remove it, or put a text that starts with it", "]", "a: "),
    ("[a]]", "unexpected `]`", "]", "[a]"),
    ("a: [b,, c]", "unexpected `,`", ",", "a: [b,"),
    ("a: [b", "the `[` that starts here has no closing `]`", "[", "a: "),
    (
        "a: [b\nc: d",
        "expected `,` or `]`, not `:`: close the `[` of line 1, column 4",
        ":",
        "a: [b\nc",
    ),
    ("a: {b: c: d}", "expected `,` or `}`, not `:`", ":", "a: {b: c"),
    ("{a: 1,", "the file ends too early", "", "{a: 1,"),
    ("%YAML 1.2\n%YAML 1.2\n---\na", "a second `%YAML` directive", "%", "%YAML 1.2\n"),
    ("a:\n\u00a0\u00a0b: 1", BLANK, "\u00a0", "a:\n"),
    ("a:\n  b: 1\n \u00a0c: 2", BLANK, "\u00a0", "a:\n  b: 1\n "),
    ("a:\n  -\u00a0b", BLANK, "\u00a0", "a:\n  -"),
    ("a: \u3000b", "the character U+3000 looks like a space", "\u3000", "a: "),
    ('a: "b\\q"', r"`\q` is not an escape in YAML: write `\\` for a", "\\q", 'a: "b'),
    ('a: "\\x4"', r"`\x4` is not an escape in YAML", "\\x4", 'a: "'),
    ('a: "\\\\ \\ud800"', r"`\ud800` is half of a character", "\\ud800", 'a: "\\\\ '),
    ('a: "\\ud83d\\ude00"', r"`\ud83d` is half of a character", "\\ud83d", 'a: "'),
    ('a: "\\UFFFFFFFF"', "is beyond U+10FFFF", "\\UFFFFFFFF", 'a: "'),
]


@both_parsers
@pytest.mark.parametrize(("text", "message", "pointed", "before"), STUMBLES)
@pytest.mark.parametrize("ending", ["", "\n"])
def test_a_mistake_of_a_newcomer_is_explained_at_its_place(
    text: str, message: str, pointed: str, before: str, ending: str
) -> None:
    found = problem(text + ending)
    assert message in found.message
    assert "\n" not in found.message
    assert text.startswith(before + pointed)
    assert found.location is not None
    if pointed:
        above, _, line = before.rpartition("\n")
        assert found.location.line == (above.count("\n") + 2 if "\n" in before else 1)
        assert found.location.column == len(line) + 1
        assert found.location.end_column == len(line) + len(pointed) + 1


@both_parsers
@pytest.mark.parametrize(
    "text",
    [
        "a: b\u00a0c",
        "a: '\u00a0b'",
        "a: |\n  \u00a0b",
        "a: b*",
        "a: b&c",
        "a: x!y",
        "a: -b",
        "a: ?b",
        "a: b:c",
        "a: b @c %d `e`",
        "a: \u201cb\u201d",
    ],
)
def test_what_looks_like_a_mistake_and_is_none_is_read(text: str) -> None:
    assert isinstance(read(text), dict)


@pytest.mark.skipif(LIBYAML is None, reason="PyYAML is without libyaml here")
@pytest.mark.parametrize("text", [text for text, *_ in STUMBLES])
def test_both_parsers_explain_a_mistake_alike(text: str) -> None:
    assert read_yaml(text, PYTHON) == read_yaml(text, LIBYAML)


@both_parsers
@pytest.mark.parametrize(
    ("opening", "inner", "closing"),
    [("[", "", "]"), ("{a: ", "1", "}"), ("- ", "1", ""), ("? ", "1", "")],
)
def test_depth_is_limited_exactly(opening: str, inner: str, closing: str) -> None:
    if opening != "? ":
        assert read(opening * 64 + inner + closing * 64)
    assert problem(opening * 65 + inner + closing * 65).location is not None


@both_parsers
def test_a_level_too_many_is_named() -> None:
    found = problem("a: " + "[" * 64 + "]" * 64)
    assert "nested deeper than 64 levels" in found.message
    assert found.location is not None
    assert found.location.column == 67
    assert parse_yaml(source("[[]]"), Limits(max_depth=2)).data == [[]]
    with pytest.raises(InputError):
        parse_yaml(source("[[[]]]"), Limits(max_depth=2))


@both_parsers
def test_documents_are_read_one_after_another() -> None:
    readings = parse_yaml_documents(source("# rules\n---\na: 1\n---\n- b\n...\n---\nnull\n"))
    assert [reading.data for reading in readings] == [{"a": 1}, ["b"], None]


@both_parsers
@pytest.mark.parametrize("text", ["", "\n", "# a comment\n"])
def test_an_empty_file_has_no_documents(text: str) -> None:
    assert parse_yaml_documents(source(text)) == []


@both_parsers
@pytest.mark.parametrize(
    "text", ["---\n---\na: 1", "a: 1\n---\n", "---", "a: 1\n---\n# c\n---\nb: 1"]
)
def test_an_empty_document_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="the document is empty"):
        parse_yaml_documents(source(text))


@both_parsers
def test_a_key_may_recur_in_the_next_document_but_not_in_its_own() -> None:
    assert len(parse_yaml_documents(source("a: 1\n---\na: 2"))) == 2
    with pytest.raises(InputError, match="duplicate key `a`: first at line 3, column 1"):
        parse_yaml_documents(source("a: 1\n---\na: 2\na: 3"))


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("p.JSON", "{}", {}),
        ("p.yml", '{"a": b}', {"a": "b"}),
        ("p.YAML", "a: b", {"a": "b"}),
        ("<stdin>", '\n {"a": 1}', {"a": 1}),
        ("<stdin>", "a: 1", {"a": 1}),
    ],
)
def test_the_name_says_how_a_text_is_read(name: str, text: str, value: Json) -> None:
    assert parse(Source(name, text, "")).data == value


@pytest.mark.parametrize(
    ("name", "text"), [("p.json", "a: b"), ("<stdin>", "{a: b}"), ("a", "[a]")]
)
def test_yaml_is_not_read_where_json_is_meant(name: str, text: str) -> None:
    with pytest.raises(InputError):
        parse(Source(name, text, ""))


HOSTILE = {
    "flow": "[" * 100_000,
    "mappings": "{" * 1_000_000,
    "dashes": "- " * 500_000,
    "questions": "? " * 500_000,
    "pairs": "[]" * 500_000,
    "directives": "".join(f"%TAG !a{number}! x\n" for number in range(50_000)) + "---\na",
    "versions": "%YAML 1.2\n" * 100_000,
    "colons": "a: " * 300_000,
    "quote": '"' + "a" * 1_000_000,
    "long key": "a" * 1_000_000 + ": 1",
    "anchor": "&" + "a" * 1_000_000 + " b",
    "tabs": "a:\n" + "\t" * 1_000_000 + "b",
    "blanks": "a: |\n" + (" " * 100 + "\n") * 10_000 + "  x\n b",
    "carriage returns": "\r" * 1_000_000,
    "percent": "%" * 1_000_000,
}


MOST = 300
"""Moments: in quadratic time, each of these texts takes a hundred times as many."""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_refused_in_linear_time(name: str) -> None:
    assert moments(lambda: problem(HOSTILE[name])) < MOST


def test_the_slow_parser_is_given_little(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "# " + "x" * 1024 * 1024 + "\na: 1\n"
    monkeypatch.setattr(yaml_events, "LOADER", PYTHON)
    assert "needs PyYAML with libyaml" in problem(text).message
    if LIBYAML:
        monkeypatch.setattr(yaml_events, "LOADER", LIBYAML)
        assert read(text) == {"a": 1}


@needs_data
def test_the_suite_is_there() -> None:
    assert len({name[:4] for name in yaml_cases()}) == 351
    assert len(yaml_cases()) == 406


@pytest.mark.parametrize("name", yaml_cases())
def test_the_suites_cases_are_read_right_or_refused_at_a_place(name: str) -> None:
    case = yaml_cases()[name]
    for loader in LOADERS:
        answer = read_yaml(case["yaml"], loader)
        if answer.documents is None:
            assert answer.location is not None
            continue
        assert not case["fail"] or name in LAX
        wanted = expected(case)
        if wanted is not None and name not in OTHERWISE:
            assert answer.documents == wanted


@needs_data
@pytest.mark.skipif(LIBYAML is None, reason="PyYAML is without libyaml here")
def test_both_parsers_read_the_suite_alike() -> None:
    read_by_one: dict[str, Any] = {}
    read_by_both = 0
    for name, case in yaml_cases().items():
        found = {loader: read_yaml(case["yaml"], loader).documents for loader in LOADERS}
        if None not in found.values():
            assert found[PYTHON] == found[LIBYAML], name
            read_by_both += 1
        elif any(found.values()):
            read_by_one[name] = PYTHON if found[PYTHON] else LIBYAML
    assert read_by_one == ONE_PARSER
    assert read_by_both > 170


@needs_data
@pytest.mark.parametrize("table", [LAX, OTHERWISE, ONE_PARSER])
def test_no_exception_is_for_nothing(table: dict[str, Any]) -> None:
    assert table.keys() <= yaml_cases().keys()
    for name in table:
        answers = [read_yaml(yaml_cases()[name]["yaml"], loader).documents for loader in LOADERS]
        assert any(answer is not None for answer in answers), name


@both_parsers
@pytest.mark.parametrize(("text", "value"), SCALARS.items(), ids=SCALARS)
def test_a_scalar_has_the_type_of_the_json_schema(text: str, value: Json) -> None:
    for written in (f"key: {text}\n", f"- - {text}", f"? key\n: {text} # why"):
        data = read(written)
        found = data["key"] if isinstance(data, dict) else data[0][0]  # type: ignore[index]
        assert (found, type(found)) == (value, type(value))


RESOLVED: list[tuple[str, Callable[[str], Json]]] = [
    ("null", lambda _: None),
    ("true|false", lambda text: text == "true"),
    ("-?(0|[1-9][0-9]*)", int),
    (r"-?(0|[1-9][0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]+)?", float),
    (".*", str),
]
"""The table of https://yaml.org/spec/1.2.2/#1022-tag-resolution, but that the rest are texts."""


@both_parsers
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text("0123456789+-.eE_:xotrufalsn~", min_size=1, max_size=12))
def test_any_plain_scalar_is_resolved_as_the_specification_has_it(text: str) -> None:
    assume(not re.search(r"^-*$|:$|^[:?-] |^---|^\.\.\.", text))
    resolve = next(to for pattern, to in RESOLVED if re.fullmatch(pattern, text))
    value = resolve(text)
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        assert "too large for a floating-point number" in problem(f"key: {text}").message
    else:
        assert read(f"key: {text}") == {"key": value}


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


class Quoting(yaml.SafeDumper):
    """Writes every string in quotes, and what occurs twice twice."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the writer's own signature
        return True


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')


Quoting.add_representer(str, _quoted)


@both_parsers
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(VALUES, st.booleans(), st.booleans(), st.sampled_from([20, 80, 10**6]))
def test_what_pyyaml_writes_is_read_back(
    value: Json,
    flow: bool,  # noqa: FBT001 - drawn by hypothesis
    unicode: bool,  # noqa: FBT001 - drawn by hypothesis
    width: int,
) -> None:
    text = yaml.dump(
        value, Dumper=Quoting, default_flow_style=flow, allow_unicode=unicode, width=width
    )
    assert read(text) == value


PIECES = [
    "a",
    "b",
    ": ",
    ":",
    "- ",
    "\n",
    "\n  ",
    " ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "? ",
    "# ",
    "'",
    '"',
]
PIECES += [
    "|",
    ">",
    "|-\n",
    "---\n",
    "...\n",
    "&",
    "*",
    "!",
    "%",
    "\t",
    "\r\n",
    "\\",
    "<<",
    "1",
    "é",
]


@pytest.mark.skipif(LIBYAML is None, reason="PyYAML is without libyaml here")
@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300
)
@given(text=st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(max_size=30))
def test_no_text_is_read_in_two_ways(text: str) -> None:
    found = [read_yaml(text, loader).documents for loader in LOADERS]
    assert None in found or found[0] == found[1]
