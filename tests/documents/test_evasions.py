"""Ways to keep a policy from being decided, each of which ends in a decision or an error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.documents import Selection, find, load
from checker.kinds import builtin, from_schema
from checker.reader import DEFAULT_LIMITS, Root
from checker.report import Exit
from checker.run.pipeline import check
from checker.settings import Settings

STATEMENT = {"Effect": "Allow", "Action": "*", "Resource": "*"}
POLICY = {"Version": "2012-10-17", "Statement": [STATEMENT]}
TEXT = json.dumps(POLICY)
PADDED = TEXT.replace('"Action"', " " * 40_000 + '"Action"')
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n"


def found(folder: Path) -> list[tuple[str, str, bool]]:
    """Return the file, the part and the brokenness of every document below a folder."""
    selection = Selection([str(folder)], {kind.name: kind for kind in builtin()})
    listing = find(selection, Root(str(folder)))
    return [
        (each.file, each.part, bool(each.problems))
        for index in range(listing.size)
        for each in load(index, listing, selection, DEFAULT_LIMITS).documents
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("far.json", json.dumps({"InlinePolicy": PADDED})),
        ("far-in-text-in-text.json", json.dumps({"a": json.dumps({"b": PADDED})})),
        ("aliases.yaml", "x: [&e Effect, &a Action]\ny: {s: [{*e : Allow, *a : '*'}]}\n"),
        ("merge.yaml", "x: &x {Effect: Allow}\ny: {s: [{<<: *x, Action: '*'}]}\n"),
        ("binary.yaml", "s: [{Effect: !!binary QWxsb3c=, Action: '*'}]\n"),
        ("crossplane.json", '{"statements": [{"effect": "Allow", "action": ["s3:*"]}]}'),
        ("pulumi.yaml", "statements: [{actions: ['*'], resources: ['*']}]\n"),
        ("placeholder.json", '{"s": [{"Effect": "$EFFECT", "Action": "*", "Resource": "*"}]}'),
        ("plural.json", '{"s": [{"Effect": "Allow", "Actions": ["*"]}]}'),
        ("bare.tf", 'data aws_iam_policy_document x { statement { actions = ["*"] } }\n'),
        ("try.tf", 'x = { Effect = try("Allow", "Deny"), Action = "*", Resource = "*" }\n'),
        ("module.tf", 'x = { Effect = module.m.effect, Action = "*", Resource = "*" }\n'),
        ("pointer.json", POINTER),
        ("pointer.jsonl", POINTER),
        ("pointer.tf", POINTER),
        ("report.json", json.dumps({"waivers": [], "policy": POLICY})),
    ],
)
def test_what_may_be_a_policy_is_never_nothing(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert [file for file, _, _ in found(tmp_path)] == [name]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("taint.yaml", "taints: [{key: a, effect: NoSchedule}]\nx: &x 1\ny: *x\n"),
        ("waf.yaml", "Rules: [{Name: !Ref N, Action: {Block: {}}}]\n# Statement: of a comment\n"),
        ("waf-nested.yaml", "R:\n  Rules:\n    - Name: !Ref N\n      Statement: {Geo: 1}\n"),
        ("chart.yaml", "Statement: {{ .Values.statement }}\n".replace("Statement", "  statement")),
        ("azure.json", '{"then": {"effect": "Deny"}, "if": {"field": "type"}}'),
        ("rbac.yaml", "rules: [{verbs: ['*'], resources: ['*']}]\n"),
        ("menu.json", '{"actions": ["open"], "resources": ["icon.png"]}'),
        ("plain.tf", 'x = { effect = "dark", action = "toggle" }\n'),
        ("pointer.md", POINTER),
        ("text.json", json.dumps({"help": "Effect is Allow or Deny."})),
    ],
)
def test_what_is_no_policy_is_no_document(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert found(tmp_path) == []


def test_a_link_of_another_role_is_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "admin.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "admin.json").symlink_to("admin.txt")
    assert found(tmp_path) == [("admin.json", "", False)]


def test_a_link_of_another_kind_is_a_file_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("scp", "policies"):
        (tmp_path / folder).mkdir()
    (tmp_path / "scp" / "full.json").write_text(TEXT, encoding="utf-8")
    (tmp_path / "policies" / "ci.json").symlink_to("../scp/full.json")
    report = check(Settings(["builtin"], ["."], kinds=[("scp/*", "aws-scp")]))
    assert [each.file for each in report.checked] == ["policies/ci.json", "scp/full.json"]
    assert report.exit_code is Exit.VIOLATIONS


def test_a_link_of_the_same_role_and_kind_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.json").symlink_to("a.json")
    assert found(tmp_path) == [("a.json", "", False)]


def of_kind_any(folder: Path, wrapper: object) -> list[tuple[str, bool]]:
    """Return the kind and the brokenness of each document in a file of a kind of one's own."""
    (folder / "a.json").write_text(json.dumps(wrapper), encoding="utf-8")
    known = {kind.name: kind for kind in (*builtin(), from_schema("any", {}))}
    selection = Selection([str(folder)], known, [("*", "any")])
    listing = find(selection, Root(str(folder)))
    documents = load(0, listing, selection, DEFAULT_LIMITS).documents
    return [(each.kind.name if each.kind else "", bool(each.problems)) for each in documents]


def test_a_kind_of_ones_own_hides_no_wrapped_policy(tmp_path: Path) -> None:
    assert of_kind_any(tmp_path, {"PolicyDocument": POLICY}) == [
        ("any", False),
        ("aws-iam-policy", False),
    ]


def test_a_kind_of_ones_own_hides_no_broken_wrapper(tmp_path: Path) -> None:
    broken = TEXT.removesuffix("}")
    assert of_kind_any(tmp_path, {"PolicyDocument": broken}) == [("any", False), ("", True)]


def test_a_text_beside_in_a_kind_of_ones_own_is_no_error(tmp_path: Path) -> None:
    wrapper = {"PolicyDocument": "see the wiki", "Policy": "default"}
    assert of_kind_any(tmp_path, wrapper) == [("any", False)]
