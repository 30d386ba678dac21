"""Rules of templates behave as if they were written in full, and their mistakes have places."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker import kinds
from checker.problems import InputError
from checker.reader import Limits
from checker.rules import Rule, load

KINDS = {kind.name: kind for kind in kinds.builtin()}
TEMPLATE = """\
defines: on-all
kind: aws-iam-policy
severity: medium
title: Any of the {{ words.things }} can be used
description: d
remediation: Name the {{ words.things }}.
references: ["https://example.com/{{words.things}}"]
words:
  things: what the resources are
params:
  actions:
    description: which actions
    type: list(string)
  covered:
    description: what must not be covered
    type: string
    default: "*"
let:
  access: policy.access(params.actions)
when: access.granted
require: access.resources.all(r, !r.covers(params.covered))
message: '{{ access.actions.join(", ") }} on all'
examples:
  - name: "{{ action }} on all"
    for_each: {action: params.actions}
    expect: fail
    message: "{{ action }}"
    document:
      Version: 2012-10-17
      Statement: {Effect: Allow, Action: "{{ action }}", Resource: "*"}
  - name: every action on one
    expect: pass
    document:
      Version: 2012-10-17
      Statement: {Effect: Allow, Action: "{{ params.actions }}", Resource: "arn:aws:s3:::one"}
"""
TABLE = """\
template: on-all
severity: high
rules:
  - id: gets
    words: {things: objects}
    params: {actions: [s3:GetObject, s3:GetObjectVersion]}
    references: [https://example.com/own]
  - id: puts
    severity: low
    title: Anything can be written
    words: {things: objects}
    params: {actions: [s3:PutObject], covered: "arn:aws:s3:::secret"}
    examples:
      - name: the secret
        expect: fail
        document:
          Version: 2012-10-17
          Statement: {Effect: Allow, Action: "s3:PutObject", Resource: "arn:aws:s3:::s*"}
"""


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def loaded(*, template: str = TEMPLATE, table: str = TABLE, **overrides: object) -> dict[str, Rule]:
    Path("rules/templates").mkdir(parents=True, exist_ok=True)
    Path("rules/templates/on-all.yaml").write_text(template, encoding="utf-8")
    Path("rules/s3.yaml").write_text(table, encoding="utf-8")
    found = load(["rules"], KINDS, overrides, Limits())  # type: ignore[arg-type]
    return {rule.id: rule for rule in found.rules}


def refused(template: str = TEMPLATE, table: str = TABLE) -> list[str]:
    with pytest.raises(InputError) as caught:
        loaded(template=template, table=table)
    return [
        f"{each.path}:{each.location.line if each.location else 0}: {each.message}"
        for each in caught.value.problems
    ]


def test_what_is_nearest_to_a_rule_counts() -> None:
    rules = loaded()
    assert [(rule.severity.label, rule.file.title) for rule in rules.values()] == [
        ("high", "Any of the objects can be used"),
        ("low", "Anything can be written"),
    ]
    assert rules["gets"].file.remediation == "Name the objects."
    shared, own = "https://example.com/objects", "https://example.com/own"
    assert rules["gets"].file.references == (shared, own)
    assert rules["gets"].params == {
        "actions": ["s3:GetObject", "s3:GetObjectVersion"],
        "covered": "*",
    }


def test_examples_are_made_for_each_value_and_a_rule_adds_its_own() -> None:
    rules = loaded()
    names = [example.name for example in rules["gets"].examples]
    assert names == ["s3:GetObject on all", "s3:GetObjectVersion on all", "every action on one"]
    first, _, every = rules["gets"].examples
    assert isinstance(first.document, dict)
    assert first.document["Statement"] == {
        "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*",
    }  # fmt: skip
    assert isinstance(every.document, dict)
    assert every.document["Statement"] == {
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:GetObjectVersion"],
        "Resource": "arn:aws:s3:::one",
    }
    assert rules["puts"].examples[-1].name == "the secret"


def test_a_run_may_leave_the_examples_out() -> None:
    loaded()
    found = load(["rules"], KINDS, {}, Limits(), examples=False)
    assert [len(rule.examples) for rule in found.rules] == [0, 1]


def test_an_organisation_sets_parameters_of_one_rule() -> None:
    rules = loaded(gets={"actions": ["s3:List*"]})
    assert rules["gets"].params["actions"] == ["s3:List*"]
    assert rules["puts"].params["actions"] == ["s3:PutObject"]


def test_one_rule_in_a_file_is_named_like_the_file() -> None:
    single = "template: on-all\nid: s3\nwords: {things: x}\nparams: {actions: [s3:GetObject]}\n"
    assert list(loaded(table=single)) == ["s3"]
    assert refused(table=single.replace("id: s3", "id: other")) == [
        "rules/s3.yaml:2: the rule `other` is in s3.yaml: its file must be named `other.yaml`"
    ]


def test_a_rule_of_ones_own_uses_a_shipped_template() -> None:
    Path("buckets.yaml").write_text(
        "template: actions-on-all\nid: buckets\ntitle: t\ndescription: d\n"
        "words: {resource: 'arn:aws:s3:::one', things: buckets}\n"
        "params: {actions: [s3:PutBucketTagging]}\n",
        encoding="utf-8",
    )
    found = load(["buckets.yaml"], KINDS, {}, Limits())
    assert [rule.id for rule in found.rules] == ["buckets"]
    assert [each.path for each in found.inputs] == [
        "buckets.yaml",
        "builtin/templates/actions-on-all.yaml",
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "template: on-all",
            "template: on-al",
            "rules/s3.yaml:1: unknown template `on-al`: give the file that defines it too",
        ),
        (
            "    words: {things: objects}\n    params: {actions: [s3:GetObject,",
            "    params: {actions: [s3:GetObject,",
            "rules/s3.yaml:4: the template `on-all` needs `things` in words",
        ),
        (
            "covered: ",
            "coverd: ",
            "rules/s3.yaml:12: the template `on-all` has no `coverd` in params",
        ),
        (
            "[s3:PutObject]",
            "s3:PutObject",
            "rules/s3.yaml:12: the value of `actions` is not of type list(string)",
        ),
        (
            "    severity: low",
            "    require: 'true'",
            "rules/s3.yaml:9: unknown element `require`",
        ),
        (
            "id: puts",
            "id: gets",
            "rules/s3.yaml:8: the rule `gets` is also in rules/s3.yaml: remove one",
        ),
    ],
)
def test_a_mistake_in_a_table_is_told_in_its_line(old: str, new: str, problem: str) -> None:
    assert any(told.startswith(problem) for told in refused(table=TABLE.replace(old, new, 1))), (
        refused(table=TABLE.replace(old, new, 1))
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "access.granted",
            "acces.granted",
            "rules/templates/on-all.yaml:20: undeclared name",
        ),
        (
            '"{{ action }} on all"',
            '"{{ acton }} on all"',
            "rules/templates/on-all.yaml:24: undeclared name `acton`",
        ),
        (
            "{action: params.actions}",
            "{action: params.covered}",
            "rules/templates/on-all.yaml:25: for_each expects a list, not string",
        ),
        (
            "Name the {{ words.things }}",
            "Name the {{ params.actions }}",
            "rules/templates/on-all.yaml:6: `{{ params.actions }}` stands in a text",
        ),
        (
            "defines: on-all",
            "defines: others",
            "rules/templates/on-all.yaml:1: the template `others` is in on-all.yaml",
        ),
        (
            "kind: aws-iam-policy\n",
            "",
            "rules/templates/on-all.yaml:1: the element",
        ),
    ],
)
def test_a_mistake_in_a_template_is_told_once_in_the_template(
    old: str, new: str, problem: str
) -> None:
    told = refused(template=TEMPLATE.replace(old, new, 1))
    assert sum(each.startswith(problem) for each in told) >= 1, told
    assert len(told) == len(set(told))


def test_a_template_has_one_definition() -> None:
    loaded()
    Path("rules/again.yaml").write_text(f"{TEMPLATE}---\n{TEMPLATE}", encoding="utf-8")
    with pytest.raises(InputError, match=r"the template `on-all` is also in rules/again.yaml"):
        load(["rules"], KINDS, {}, Limits())


def test_a_template_of_ones_own_hides_a_shipped_one_from_own_rules_alone() -> None:
    Path("rules").mkdir()
    for name, text in (("pass-role", TEMPLATE), ("s3", TABLE)):
        own = text.replace("on-all", "pass-role")
        Path(f"rules/{name}.yaml").write_text(own, encoding="utf-8")
    found = load(["rules", "builtin:escalation"], KINDS, {}, Limits())
    files = {
        rule.id: rule.file.template.reading.source.path
        for rule in found.rules
        if rule.file.template
    }
    assert files["gets"] == "rules/pass-role.yaml"
    assert files["escalation-pass-role-to-lambda-functions"] == "builtin/templates/pass-role.yaml"
