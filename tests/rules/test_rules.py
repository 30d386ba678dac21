"""Loading rules: what is taken, what is refused, and where the mistake stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from checker import kinds
from checker.kinds import from_schema
from checker.problems import InputError, Json, Problem
from checker.reader import Limits
from checker.report import Severity
from checker.rules import About, Rule, RuleSet, load

KINDS = {kind.name: kind for kind in (*kinds.builtin(), from_schema("pod", {"type": "object"}))}
MINIMAL = """\
id: {id}
title: Something holds
severity: high
kind: pod
description: Because.
remediation: Do it.
"""
BODY = """\
require: document.a == 1
message: a is {{ document.a }}
"""

Write = Callable[..., Path]
Overrides = Mapping[str, Mapping[str, Json]]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    monkeypatch.chdir(tmp_path)

    def put(text: str, name: str = "a-rule.yaml", head: str = MINIMAL) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head.replace("{id}", path.stem) + text, encoding="utf-8")
        return path

    return put


def loaded(*paths: str, overrides: Overrides | None = None) -> RuleSet:
    return load(paths or ["."], KINDS, overrides or {}, Limits())


def only(*paths: str, overrides: Overrides | None = None) -> Rule:
    (rule,) = loaded(*paths, overrides=overrides).rules
    return rule


def problems(*paths: str, overrides: Overrides | None = None) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        loaded(*paths, overrides=overrides)
    return caught.value.problems


def places(found: tuple[Problem, ...]) -> list[tuple[int, int]]:
    return [(each.location.line, each.location.column) for each in found if each.location]


def marked(found: Problem) -> str:
    """Return the text that a problem's place spans, where it is within one line."""
    assert found.location
    assert found.location.line == found.location.end_line
    return found.excerpt[found.location.column - 1 : found.location.end_column - 1]


def test_a_rule_is_loaded_with_its_documentation(write: Write) -> None:
    write(BODY + "controls: {cis: [1.1, '1.2']}\n".replace("1.1,", "'1.1',"))
    rule = only()
    assert (rule.id, rule.file.title, rule.severity) == ("a-rule", "Something holds", Severity.HIGH)
    assert rule.file.controls == {"cis": ("1.1", "1.2")}
    assert (rule.file.waivable, rule.for_each, rule.when, len(rule.requirements)) == (
        True,
        None,
        None,
        1,
    )


def test_what_a_rule_is_about_may_be_left_out(write: Write) -> None:
    write(BODY, "says-it.yaml", MINIMAL + "about: guards\n")
    write(BODY, "says-nothing.yaml")
    assert [rule.file.about for rule in loaded().rules] == [About.GUARDS, None]


def test_rules_come_in_the_order_of_their_ids_with_their_files(write: Write) -> None:
    for name in ("b/a.yaml", "a/c.yml", "b.yaml"):
        write(BODY, name)
    write("no rule", "b/readme.bak", "")
    found = loaded()
    assert [rule.id for rule in found.rules] == ["a", "b", "c"]
    assert {Path(each.path).as_posix() for each in found.inputs} == {
        "a/c.yml",
        "b.yaml",
        "b/a.yaml",
    }
    assert [Path(other).as_posix() for other in found.unread] == ["b/readme.bak"]
    assert all(len(each.sha256) == 64 for each in found.inputs)


def test_a_file_named_twice_is_read_once(write: Write) -> None:
    path = write(BODY, "dir/a-rule.yaml")
    found = loaded("dir", str(path), "dir/../dir/a-rule.yaml")
    assert len(found.rules) == len(found.inputs) == 1


def test_a_file_beside_is_not_read_when_one_is_named(write: Write) -> None:
    write(BODY)
    write("severity: [", "broken.yaml", "")
    assert only("a-rule.yaml").id == "a-rule"


def test_every_problem_of_every_file_is_told_at_once(write: Write) -> None:
    write(BODY.replace("document.a ==", "document.a =="), "good.yaml")
    write(
        "require: 1 +* 2\nwhen: a b\nmessage: '{{ 1 = 1 }} {{ document.fine }} {{ ] }}'\n",
        "one.yaml",
    )
    write("requires: x\n", "two.yaml")
    write("a: [\n", "three.yaml", "")
    write(BODY + "for_each: {x: 1 1}\nlet: {y: 2 2}\n", "four.yaml")
    found = problems()
    by_file = Counter(Path(each.path).name for each in found)
    assert by_file == {"one.yaml": 4, "two.yaml": 2, "three.yaml": 1, "four.yaml": 2}
    assert all(each.location for each in found)


SYNTAX = {
    "+": "expected a value, not `+`",
    "=": "`=` is not an operator: did you mean `==`?",
    "\U0001f642": "`\U0001f642` is not part of the language",
}


@pytest.mark.parametrize(
    ("text", "line", "column", "excerpt"),
    [
        ("require: 1 + + 2\nmessage: m\n", 7, 14, "require: 1 + + 2"),
        ("require: '1 + + 2'\nmessage: m\n", 7, 15, "require: '1 + + 2'"),
        ('require: "1 +\\x20+ 2"\nmessage: m\n', 7, 18, 'require: "1 +\\x20+ 2"'),
        ("require: '''a'' == + 1'\nmessage: m\n", 7, 20, "require: '''a'' == + 1'"),
        ("message: m\nrequire: |\n  1 +\n    + 2\n", 10, 5, "    + 2"),
        ("message: m\nrequire: >\n  1 +\n  + 2\n", 10, 3, "  + 2"),
        ("message: m\nrequire: >-\n\n  1\n\n  + + 2\n", 12, 5, "  + + 2"),
        ("message: m\nrequire: 1 +\n  + 2\n", 9, 3, "  + 2"),
        ("message: m\nrequire:\n- that: 1 = 1\n", 9, 11, "- that: 1 = 1"),
        ("message: m\nrequire:\n- {that: document.a, at: 1 = 1}\n", 9, 28,
            "- {that: document.a, at: 1 = 1}"),
        ("message: m\nrequire: document.a\nat: 1 = 1\n", 9, 7, "at: 1 = 1"),
        ("message: m\nrequire: document.a\nwhen: 1 = 1\n", 9, 9, "when: 1 = 1"),
        ("message: m\nrequire: document.a\nlet:\n  x: 1 = 1\n", 10, 8, "  x: 1 = 1"),
        ("message: m\nrequire: document.a\nfor_each: {x: 1 = 1}\n", 9, 17, "for_each: {x: 1 = 1}"),
        ("require: document.a\nmessage: a {{ 1 = 1 }}\n", 8, 17, "message: a {{ 1 = 1 }}"),
        ("require: document.a\nmessage: 'it''s {{ 1 = 1 }}'\n", 8, 22,
            "message: 'it''s {{ 1 = 1 }}'"),
        ("require: document.a\nmessage: |\n  {{ document.a }}\n  {{ 1 = 1 }}\n", 10, 8,
            "  {{ 1 = 1 }}"),
        ("require: document.a\nmessage: |\n  a {{ 1 ==\n  1 = 1 }}\n", 10, 5, "  1 = 1 }}"),
        ("require: document.a\nmessage: >\n  word\n  {{ 1 = 1 }}\n", 10, 8, "  {{ 1 = 1 }}"),
        ("message: m\nrequire: a + 'é' + \U0001f642\n", 8, 20, "require: a + 'é' + \U0001f642"),
    ],
)  # fmt: skip
def test_a_mistake_in_an_expression_has_its_place_in_the_file(
    write: Write, text: str, line: int, column: int, excerpt: str
) -> None:
    write(text)
    (found,) = problems()
    assert places((found,)) == [(line, column)]
    assert found.excerpt == excerpt
    assert found.message == SYNTAX[marked(found)]


POLICY = MINIMAL.replace("kind: pod", "kind: aws-iam-policy")
LEAST = "params: {least: {description: d, type: int, default: 1}}\n"


@pytest.mark.parametrize(
    ("text", "place", "span", "message"),
    [
        ("require: policy.statments == []\n", (7, 17), "statments",
            "policy has no field `statments`; did you mean `statements`?"),
        ("for_each: {s: policy.statements}\nrequire: s.efect == 'Deny'\n", (8, 12), "efect",
            "statement has no field `efect`; did you mean `effect`?"),
        ("require: policy.statements.all(t, t.efect == '')\n", (7, 37), "efect",
            "statement has no field `efect`; did you mean `effect`?"),
        ("require: has(document.Verson)\n", (7, 23), "Verson",
            "document has no field `Verson`; did you mean `Version`?"),
        ("require: |\n  true ||\n    document.Verson == ''\n", (9, 14), "Verson",
            "document has no field `Verson`; did you mean `Version`?"),
        (LEAST + "require: params.leats > 0\n", (8, 17), "leats",
            "params has no field `leats`; did you mean `least`?"),
        ("require: dcument == 1\n", (7, 10), "dcument",
            "undeclared name `dcument`; did you mean `document`?"),
        ("require: lenght(document) == 1\n", (7, 10), "lenght", "unknown function `lenght`"),
        ("require: '''a''.startWith(''a'')'\n", (7, 17), "startWith",
            "unknown function `startWith`; did you mean `startsWith`?"),
        ("require: 1 + 1\n", (7, 10), "1 + 1", "expected an expression of type bool, not int"),
        ("require: [{that: 1 == 1}, {that: size('a')}]\n", (7, 34), "size('a')",
            "expected an expression of type bool, not int"),
        ("require: 1 == 1\nwhen: size('a')\n", (8, 7), "size('a')",
            "expected an expression of type bool, not int"),
        ("require: 1 == 1\nfor_each: {s: policy.statements.size()}\n", (8, 15),
            "policy.statements.size()", "for_each expects a list, not int"),
        ("require: 1 == 1\nfor_each: {s: policy}\n", (8, 15), "policy",
            "for_each expects a list, not policy"),
        ("require: \"'a'.matches('^(a$')\"\n", (7, 23), "'^(a$'",
            "`^(a$` is not a regular expression: missing ): ^(a$"),
        ("require: 1 + 'a' == 2\n", (7, 12), "+",
            "`+` does not take int and string: convert the other operand with string(…)"),
        ("require: a\nlet: {a: b, b: 1 == 1}\n", (8, 10), "b", "undeclared name `b`"),
        ("require: a\nlet: {a: a}\n", (8, 10), "a", "undeclared name `a`"),
        ("require: 1 == 1\nfor_each: {s: a}\nlet: {a: policy.statements}\n", (8, 15), "a",
            "undeclared name `a`"),
        ("require: document.in == 1\n", (7, 19), "in", "`in` is a keyword: write ['in']"),
    ],
)  # fmt: skip
def test_a_mistake_of_type_or_name_is_told_once_with_its_place(
    write: Write, text: str, place: tuple[int, int], span: str, message: str
) -> None:
    write(text + "message: m\n", head=POLICY)
    (found,) = problems()
    assert (places((found,)), marked(found)) == ([place], span)
    assert found.message == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("require: document.a\nmessage: '{{ nope }}'\n", "undeclared name `nope`"),
        ("require: s.a\nfor_each: {s: nope}\nmessage: m\n", "undeclared name `nope`"),
        ("require: s.a\nlet: {s: nope}\nmessage: m\n", "undeclared name `nope`"),
        ("require: s.a\nfor_each: {s: '1'}\nmessage: m\n", "for_each expects a list, not int"),
    ],
)
def test_a_mistake_does_not_draw_another(write: Write, text: str, message: str) -> None:
    write(text)
    assert [each.message for each in problems()] == [message]


def test_all_mistakes_of_one_rule_are_told_in_one_go(write: Write) -> None:
    write(
        LEAST + "let: {x: document.Verson}\nwhen: 1 + 1\n"
        "require:\n- that: policy.statments == []\n  at: nope\n- that: nada && lenght(1) == 2\n"
        "- that: params.leats > '1'\nmessage: m {{ document.Sttement }} {{ 1 = 1 }}\n",
        head=POLICY,
    )
    assert sorted(places(problems())) == [
        (8, 19), (9, 7), (11, 16), (12, 7), (13, 9), (13, 17), (14, 16), (15, 24), (15, 41),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("require: document.Version == 'a'\n", [(7, 19)]),
        ("require: document.Version == '' || document.Id == ''\n", [(7, 19), (7, 45)]),
        ("require: has(document.Id) && document.Version == 'a'\n", [(7, 39)]),
        ("require: has(document.Version) || document.Version == 'a'\n", [(7, 44)]),
        ("require: has(document.Version) && document.Version == 'a'\n", []),
        ("require: '!has(document.Version) || document.Version == ''a'''\n", []),
        ("require: document.?Version.orValue('a') == 'a'\n", []),
        ("require: document.Statement != []\n", []),
        ("when: has(document.Version)\nrequire: document.Version == 'a'\n", []),
        ("when: has(document.Id) && limit\nrequire: document.Id == ''\nlet: {limit: 'true'}\n", []),
        ("when: has(document.Id)\nrequire: document.Version == 'a'\n", [(8, 19)]),
        ("when: '!has(document.Id)'\nrequire: document.Id == 'a'\n", [(8, 19)]),
        ("when: document.Id == ''\nrequire: has(document.Id)\n", [(7, 16)]),
    ],
)
def test_an_optional_field_that_is_read_unguarded_is_warned_of(
    write: Write, text: str, expected: list[tuple[int, int]]
) -> None:
    write(text + "message: m\n", head=POLICY)
    warnings = only().warnings
    assert places(warnings) == expected
    for each in warnings:
        assert marked(each) in {"Version", "Id"}
        assert f"guard it with `has(document.{marked(each)}) && …`" in each.message


def test_a_field_of_an_untyped_document_is_not_warned_of(write: Write) -> None:
    write(BODY)
    assert only().warnings == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("severity: high", "severity: hgih", "not `hgih`; did you mean `high`?"),
        ("severity: high\n", "", "the element `severity` is missing"),
        ("id: a-rule", "id: A_Rule", "`A_Rule` is not a rule id: expected kebab-case"),
        ("id: a-rule", "id: 'a-rule\n\n  '", "is not a rule id"),
        ("id: a-rule", "id: other", "a-rule.yaml: its file must be named `other.yaml`"),
        ("kind: pod", "kind: pdo", "unknown kind `pdo`: expected one of `aws-iam-policy`, "),
        ("title: Something holds", "title: 5", "a text of 1 to 10,000 characters, not `5`"),
        ("title: Something holds", "title: ''", "a text of 1 to 10,000 characters, not ``"),
        ("title: Something holds", f"title: {'t' * 10_001}", "expected a text of 1 to 10,000"),
        ("require: document.a == 1", "require: true", "expected a CEL expression (a text of"),
        ("require: document.a == 1", "require: []", "expected at least 1, not an empty list"),
        ("require: document.a == 1", "requires: x", "unknown element `requires`; did you mean"),
        ("require: document.a == 1", "require: [{this: x}]", "unknown element `this`"),
        ("message: a is {{ document.a }}\n", "", "no message: add a `message` here or to the rule"),
        ("kind: pod", "kind: pod\nreferences: [ftp://x]", "`ftp://x` is not a link"),
        ("kind: pod", "kind: pod\nabout: grant", "not `grant`; did you mean `grants`?"),
        ("kind: pod", "kind: pod\nwaivable: 'no'", "expected true or false, not `no`"),
        ("kind: pod", "kind: pod\nfor_each: {}", "expected one name with one CEL list"),
        ("kind: pod", "kind: pod\nfor_each: {a: x, b: x}", "expected one name with one CEL list"),
        ("kind: pod", "kind: pod\nexamples: [{name: a, expect: fial, document: {}}]", "`fial`"),
        ("kind: pod", "kind: pod\nkind: pod", "duplicate key `kind`"),
        ("kind: pod", "kind: &a pod", "anchor"),
    ],
)  # fmt: skip
def test_a_rule_that_is_not_sound_is_refused(
    write: Write, old: str, new: str, message: str
) -> None:
    text = MINIMAL.replace("{id}", "a-rule") + BODY
    assert old in text
    write(text.replace(old, new), head="")
    found = problems()
    assert any(message in each.message for each in found), found
    assert all(each.location for each in found)


@pytest.mark.parametrize(
    "name",
    [
        "document", "params", "policy", "in", "true", "false", "null", "1a", "a-b", "A", "é", "a b",
        "", "a\\n", "for", "if",
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", ["let: {%s: '1'}", "for_each: {%s: '[]'}"])
def test_a_name_that_is_taken_or_no_name_is_refused(write: Write, name: str, where: str) -> None:
    write(BODY + where % f'"{name}"' + "\n")
    (found,) = problems()
    assert places((found,))
    assert "cannot be a name" in found.message or "expected one name" in found.message


@pytest.mark.parametrize("name", ["a", "_", "aB", "a_1", "document2", "size"])
def test_another_name_is_taken(write: Write, name: str) -> None:
    write(BODY + f"let: {{{name}: '1'}}\n")
    assert list(only().let) == [name]


def test_two_values_under_one_name_are_refused(write: Write) -> None:
    write(BODY + "let: {x: '1'}\nfor_each: {x: '[1]'}\n")
    (found,) = problems()
    assert "`x`" in found.message


def test_a_later_requirement_takes_the_rules_message_and_place(write: Write) -> None:
    write(
        "require: [{that: document.a}, {that: document.b, message: own, at: document.c}]\n"
        "message: shared\nat: document.d\n"
    )
    first, second = only().requirements
    assert (first.message, second.message) == (("shared",), ("own",))
    assert first.at is not None
    assert second.at is not None


def test_a_text_without_a_whole_hole_is_a_text(write: Write) -> None:
    write("require: document.a\nmessage: 'a { b } }} {{ c'\n")
    assert only().requirements[0].message == ("a { b } }} {{ c",)


PARAM = "params: {least: {description: d, type: '%s', default: %s}}\n"


@pytest.mark.parametrize(
    ("wanted", "default", "value"),
    [
        ("int", "3", 3),
        ("double", "3", 3.0),
        ("double", "3.5", 3.5),
        ("bool", "true", True),
        ("string", "'3'", "3"),
        ("list(int)", "[]", []),
        ("list(string)", "[a, b]", ["a", "b"]),
        ("list(double)", "[1, 2.5]", [1.0, 2.5]),
        ("map(string, list(int))", "{a: [1]}", {"a": [1]}),
    ],
)
def test_a_parameter_has_its_type(write: Write, wanted: str, default: str, value: Json) -> None:
    write(BODY + PARAM % (wanted, default))
    found = only().params["least"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("wanted", "default", "message"),
    [
        ("int", "'3'", "the default of the parameter `least` is not of type int"),
        ("int", "true", "the default of the parameter `least` is not of type int"),
        ("int", "3.5", "the default of the parameter `least` is not of type int"),
        ("bool", "1", "the default of the parameter `least` is not of type bool"),
        ("list(int)", "[1, a]", "the default of the parameter `least` is not of type list(int)"),
        ("string", "null", "the default of the parameter `least` is not of type string"),
        ("integer", "3", "`integer` is not a type: expected one of bool"),
    ],
)
def test_a_parameter_of_another_type_is_refused_once(
    write: Write, wanted: str, default: str, message: str
) -> None:
    write(BODY + PARAM % (wanted, default))
    (found,) = problems()
    assert message in found.message
    assert places((found,))[0][0] == 9


def test_a_parameter_is_overridden_by_the_configuration(write: Write) -> None:
    write(BODY + PARAM % ("double", "3"))
    assert only(overrides={"a-rule": {"least": 7}}).params == {"least": 7.0}
    assert only(overrides={"another": {"least": 7}}).params == {"least": 3.0}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"least": "7"},
            "the configured value of the parameter `least` is not of type int",
        ),
        (
            {"least": None},
            "the configured value of the parameter `least` is not of type int",
        ),
        (
            {"leats": 7},
            "`leats`, which is not a parameter of this rule; did you mean `least`?",
        ),
    ],
)
def test_a_wrong_override_is_refused(
    write: Write, values: Mapping[str, Json], message: str
) -> None:
    write(BODY + PARAM % ("int", "3"))
    (found,) = problems(overrides={"a-rule": values})
    assert message in found.message
