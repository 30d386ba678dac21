"""The documents of JSON and YAML files, and what a file is by its name."""

from __future__ import annotations

import pytest

from checker.problems import InputError, Location, Source
from checker.reader import Limits, parse_yaml_documents
from checker.sources.plain import readings
from checker.sources.suffixes import Role, role


def read(name: str, text: str) -> list[object]:
    return [each.data for each in readings(Source(name, text, ""), Limits())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\n", [{"a": 1}]),
        ("a: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("---\na: 1\n---\n", [{"a": 1}]),
        ("---\n# nothing\n---\na: 1\n---\n# nothing\n---\nnull\n---\n''\n", [{"a": 1}, None, ""]),
        ("", []),
        ("# nothing\n", []),
        ("---\n", []),
        ("---\n---\n...\n", []),
        ("a: 1\n...\n---\n[]\n...\n", [{"a": 1}, []]),
        ("%YAML 1.2\n---\na\n", ["a"]),
    ],
)
def test_yaml_has_any_number_of_documents(text: str, expected: list[object]) -> None:
    assert read("x.yaml", text) == expected
    assert read("x.yml", text.replace("\n", "\r\n")) == expected


def test_places_are_those_of_the_file_beside_empty_documents() -> None:
    text = "---\n---\na: 1\n---\n---\nb: [2]\n---\n"
    first, second = readings(Source("x.yaml", text, ""), Limits())
    assert first.locate(("a",)) == Location(3, 4, 3, 5)
    assert second.locate(("b", 0)) == Location(6, 5, 6, 6)


@pytest.mark.parametrize("text", ["a: 1\n---\n", "---\n---\na: 1\n", "--- # nothing\n"])
def test_rule_files_may_not_have_empty_documents(text: str) -> None:
    with pytest.raises(InputError, match="the document is empty"):
        parse_yaml_documents(Source("x.yaml", text, ""))


@pytest.mark.parametrize(
    "text", ["a: 1\n---\na: 1\na: 2\n", "a: *b\n", "--- !!null\n", "--- &a\n", "a: {\n"]
)
def test_what_is_no_yaml_is_an_error(text: str) -> None:
    with pytest.raises(InputError):
        read("x.yaml", text)


def test_json_has_one_document() -> None:
    assert read("x.json", '{"a": 1}') == [{"a": 1}]
    assert read("<stdin>", '{"a": 1}') == [{"a": 1}]
    assert read("<stdin>", "a: 1\n---\nb: 2") == [{"a": 1}, {"b": 2}]
    for text in ("", "{}\n{}", "a: 1"):
        with pytest.raises(InputError):
            read("x.json", text)


ROLES = {
    Role.PLAIN: "x.json x.yaml x.yml x.template.json a.b/x.JSON x.Yml x.md.yaml",
    Role.LINES: "x.jsonl x.ndjson x.NDJSON x.json.jsonl",
    Role.TEMPLATE: (
        "x.jsonc x.json5 x.tf x.tofu x.hcl x.tf.json x.TF.JSON x.tofu.json x.policy x.template "
        "x.tpl x.tftpl x.tmpl x.j2 x.jinja x.jsonnet x.erb policy.json.tpl policy.json.j2 "
        "README.md.j2 x Dockerfile a.json/x .gitignore .json .yaml a/.env x."
    ),
    Role.PROSE: (
        "x.md x.rst x.adoc x.txt x.html x.ts x.tsx x.js x.py x.go x.java x.kt x.cs x.rb x.php x.rs "
        "x.sh x.rego x.cel x.guard x.cedar x.snap x.json.md .x.py"
    ),
    Role.OTHER: "x.json.bak x.yaml~ x.toml x.png x.lock .a.b x.json\N{NO-BREAK SPACE} x.jsonx",
}


@pytest.mark.parametrize("expected", ROLES)
def test_a_name_tells_the_role_of_a_file(expected: Role) -> None:
    for name in ROLES[expected].split(" "):
        assert role(name) is expected, name
