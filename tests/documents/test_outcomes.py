"""What becomes of a file, by its name and content, and the exit code that the command gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from checker import cli
from checker.report import DOCUMENT_RULE
from tests.support.command import ROOT

POLICY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}'
)
RULE = json.dumps(
    {
        "id": "always",
        "title": "Every document passes",
        "severity": "low",
        "kind": "aws-iam-policy",
        "description": "d",
        "remediation": "r",
        "require": "true",
        "message": "m",
    }
)
BLOCK = """\
data "aws_iam_policy_document" "p" {
  statement {
    actions   = ["*"]
    resources = ["*"]
  }
}
"""
STACK = "new PolicyStatement({ actions: ['s3:*'], resources: ['*'] })\n"
CLOUDFORMATION = f"""\
Resources:
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: {POLICY}
"""
CHANGE = {"address": "a", "type": "aws_iam_policy", "change": {"actions": ["create"]}}
UNKNOWN = json.dumps(
    {
        "format_version": "1.2",
        "resource_changes": [
            {**CHANGE, "change": {"after": {}, "after_unknown": {"policy": True}}},
        ],
    }
)
"""A plan in which no policy is known yet."""
PLAN = UNKNOWN.replace('{}, "after_unknown"', json.dumps({"policy": POLICY}) + ', "x"')
NO_PLAN = UNKNOWN.replace("aws_iam_policy", "aws_s3_object")
DUMP = f"""{{"RoleDetailList": [{{
    "RoleName": "r", "RolePolicyList": [{{"PolicyName": "p", "PolicyDocument": {POLICY}}}]
}}]}}"""
OBJECT = f"""\
apiVersion: iam.services.k8s.aws/v1alpha1
kind: Policy
metadata: &name {{name: a}}
spec: {{policyDocument: '{POLICY}', tags: *name}}
---
apiVersion: v1
kind: Namespace
"""
ATTACHED = """\
Resources:
  G:
    Type: AWS::IAM::Group
    Properties: {ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess']}
"""
ESCAPED = """\
{"Resources": {"G": {"Type": "\\u0041WS::IAM::Group", "Properties":
  {"Managed\\u0050olicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}}}}
"""
WAIVERS = """\
waivers:
- {rule: always, document: a.json, reason: r, owner: o, expires: 2027-01-01}
"""


class File(NamedTuple):
    """A file, what becomes of it, and the exit codes of two checks of this file alone."""

    name: str
    content: str | bytes
    outcome: str = "none"
    folder: int = 3
    """The exit code where the command line names its folder."""
    named: int = 3
    """The exit code where the command line names the file."""


NONE = [
    File("package.json", '{"name": "x", "version": "1.0.0"}'),
    File("list.json", "[1, 2]"),
    File("null.json", "null"),
    File("broken.json", "{", named=2),
    File("empty.json", "", named=2),
    File("latin.json", b'"\xe9"', named=2),
    File("workflow.yaml", "on: push\njobs: {a: {steps: []}}\n"),
    File("empty.yaml", ""),
    File("comment.yml", "# nothing\n"),
    File("several.yaml", "a: 1\n---\nb: 2\n"),
    File("tags.yaml", "Resources:\n  B: {Type: AWS::S3::Bucket, Name: !Ref N}\n"),
    File("effect.yaml", "tolerations: [{effect: NoSchedule}]\n"),
    File("half.json", '{"Effect": "Allow"}'),
    File("rbac.yaml", "kind: Role\nrules: [{verbs: [get], resources: [pods]}]\n"),
    File("events.jsonl", '{"a": 1}\n{"b": 2}\n'),
    File("broken.ndjson", '{"a": 1}\n{\n', named=2),
    File("empty.jsonl", ""),
    File("main.tf", 'resource "aws_iam_policy" "p" { policy = var.policy }\n'),
    File("module.tf", 'module "p" {\n  source = "a/b/c"\n  policy = var.policy\n}\n'),
    File("commented.tf", '# a = { Effect = "Allow", Action = "*", Resource = "*" }\n'),
    File("values.yaml.tpl", "a: {{ .Values.a }}\n"),
    File("Makefile", "all:\n\techo Allow\n"),
    File("LICENSE", "Licensor grants; no Effect, no Action.\n"),
    File(".gitattributes", "* text=auto\n"),
    File("README.md", "Allow nothing.\n"),
    File("notes.txt", ""),
    File("app.py", "print('Effect')\n"),
    File("logo.png", b"\x89PNG\r\n\x1a\n\0\0"),
    File("a.conf", "effect = none\n"),
    File("plan.json", NO_PLAN),
    File("deleted.json", UNKNOWN.replace('{}, "after_unknown": {"policy": true}', "null")),
    File("dump.json", '{"UserDetailList": [], "RoleDetailList": []}'),
    File("config.yaml", "apiVersion: v1\nkind: ConfigMap\ndata: {a: Effect, b: '{}'}\n"),
    File("objects.yaml", "apiVersion: v1\nkind: Namespace\n---\napiVersion: v1\nkind: Pod\n"),
    File("queue.json", '{"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {}}}}'),
    File("serverless.yml", "service: shop\nprovider: {name: aws}\n"),
    File("outputs.tf", 'output "a" { value = aws_sqs_queue.a.arn }\n'),
    File("terraform.tfvars", 'name = "a"\n'),
    File("compose.yaml", "services: {a: &a {image: a}, b: *a}\n", named=2),
    File("always.yaml", RULE),
    File("waivers.yaml", WAIVERS),
]
OTHERS = [
    File("a.json", POLICY, "documents", 0, 0),
    File("a.JSON", POLICY, "documents", 0, 0),
    File("a.yaml", "Statement: {Effect: Deny, Action: '*', Resource: '*'}\n", "documents", 0, 0),
    File("mark.json", b"\xef\xbb\xbf" + POLICY.encode(), "documents", 0, 0),
    File("escaped.json", POLICY.replace("Statement", r"St\u0061tement"), "documents", 0, 0),
    File("several.yml", f"a: 1\n---\n{POLICY}\n", "documents", 0, 0),
    File("a.jsonl", f"{{}}\n{POLICY}\n", "documents", 0, 0),
    File("got.json", f'{{"PolicyVersion": {{"Document": {POLICY}}}}}', "documents", 0, 0),
    File("list.json", f"[{POLICY}]", "documents", 0, 0),
    File("text.json", json.dumps(POLICY), "documents", 0, 0),
    File("template.yaml", CLOUDFORMATION, "documents", 0, 0),
    File("tags.yaml", CLOUDFORMATION + "      Name: !Ref Name\n", "documents", 0, 0),
    File("plan.json", PLAN, "documents", 0, 0),
    File("dump.json", DUMP, "documents", 0, 0),
    File("object.yaml", OBJECT, "documents", 0, 0),
    File("unknown.json", UNKNOWN, "broken", 2, 2),
    File("unknown.jsonl", UNKNOWN, "broken", 2, 2),
    File("attached.yaml", ATTACHED, "documents", 3, 3),
    File("attached.template", ATTACHED, "documents", 3, 3),
    File("attached", ATTACHED, "documents", 3, 3),
    File("attached.json", ESCAPED, "documents", 3, 3),
    File("attached-twice.yaml", ATTACHED + "    Properties: {}\n", "broken", 2, 2),
    File("cut.json", POLICY[:-1], "broken", 2, 2),
    File("twice.json", POLICY.replace("{", '{"Version": "2012-10-17",', 1), "broken", 2, 2),
    File("wide.json", POLICY.encode("utf-16"), "broken", 2, 2),
    File("wide.ndjson", POLICY.encode("utf-16"), "broken", 2, 2),
    File("latin.json", POLICY.encode() + b"\xe9", "broken", 2, 2),
    File("invalid.json", POLICY.replace("Action", "Acton"), "broken", 2, 2),
    File("empty.json", '{"Statement": []}', "broken", 2, 2),
    File("second.yaml", f"{POLICY}\n---\n{{Statement: 5}}\n", "broken", 2, 2),
    File("second.jsonl", f"{POLICY}\n{POLICY[:-1]}\n", "broken", 2, 2),
    File("other.json", json.dumps({"Resources": {"P": json.loads(POLICY)}}), "documents", 0, 0),
    File("main.tf", BLOCK, "documents", 0, 0),
    File("cut.tf", BLOCK[:-2], "broken", 2, 2),
    File(
        "left.tf",
        f"locals {{\n  a = {POLICY[:-1].replace('Statement', 'statements')}}}\n}}\n",
        "broken",
        2,
        2,
    ),
    File("wide.tf", BLOCK.encode("utf-16"), "broken", 2, 2),
    File("main.tf.json", POLICY, "broken", 2, 2),
    File("policy.json.tftpl", POLICY, "broken", 2, 2),
    File("policy", POLICY, "broken", 2, 2),
    File("README.md", f"```json\n{POLICY}\n```\n", "mentioned", 3, 2),
    File("stack.ts", STACK, "mentioned", 3, 2),
    File("app.py", f"POLICY = {POLICY}\n", "mentioned", 3, 2),
    File("wide.conf", POLICY.encode("utf-16"), "unread", 3, 2),
    File("policy.conf", POLICY, "unread", 3, 2),
    File("policy.json.bak", POLICY, "unread", 3, 2),
]
BESIDE = {"documents": 0, "none": 0, "mentioned": 0, "unread": 2, "broken": 2}
"""The exit codes of a strict run that reads a good policy, too."""

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    (tmp_path / "always.yaml").write_text(RULE, encoding="utf-8")
    (tmp_path / "p").mkdir()
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, Any]:
        with pytest.raises(SystemExit) as caught:
            cli.main(["always.yaml", *arguments, "--no-config", "-o", "json"])
        assert isinstance(caught.value.code, int)
        return caught.value.code, json.loads(capsys.readouterr().out)

    return run


def outcome(report: Any, name: str) -> str:
    """Return what became of a file, by a JSON report on its folder."""
    inputs = report["inputs"]
    if any(each["rule"] == DOCUMENT_RULE for each in report["findings"]):
        return "broken"
    places = {
        "documents": [each["path"] for each in report["documents"]],
        "mentioned": inputs["mentioned"],
        "unread": inputs["unread"],
    }
    found = [each for each, paths in places.items() if f"p/{name}" in paths]
    assert len(found) + inputs["files"]["without_documents"] == 1
    return found[0] if found else "none"


@pytest.mark.parametrize("file", [*NONE, *OTHERS], ids=lambda file: f"{file.name}-{file.outcome}")
def test_what_becomes_of_a_file(command: Run, file: File) -> None:
    data = file.content.encode() if isinstance(file.content, str) else file.content
    Path("p", file.name).write_bytes(data)
    code, report = command("p")
    assert (outcome(report, file.name), code) == (file.outcome, file.folder)
    assert command(f"p/{file.name}")[0] == file.named
    Path("good.json").write_text(POLICY, encoding="utf-8")
    assert command("p", "good.json", "--strict")[0] == BESIDE[file.outcome]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.yaml", ATTACHED, "documents"),
        ("a.template", ATTACHED, "documents"),
        ("a", ATTACHED, "documents"),
        ("a.json", ESCAPED, "documents"),
        ("a.yaml", ATTACHED + "    Properties: {}\n", "broken"),
        ("a.template", ATTACHED + "    Properties: {}\n", "broken"),
    ],
)
def test_a_template_that_only_attaches_policies_is_read(
    command: Run, name: str, content: str, expected: str
) -> None:
    Path("p", name).write_text(content, encoding="utf-8")
    assert outcome(command("p")[1], name) == expected


def test_half_of_the_files_hold_nothing() -> None:
    assert abs(len(NONE) - len(OTHERS)) <= 5


def test_a_report_and_a_configuration_are_no_documents(command: Run) -> None:
    Path("good.json").write_text(POLICY, encoding="utf-8")
    _, report = command("good.json")
    Path("p", "report.json").write_text(json.dumps(report), encoding="utf-8")
    Path("p", "policy-check.yaml").write_text("rules: [builtin]\n", encoding="utf-8")
    code, again = command("p")
    assert (code, again["inputs"]["files"]) == (3, {"read": 2, "without_documents": 2})


@pytest.mark.parametrize("folder", ["examples", "rules"])
def test_no_example_is_lost(command: Run, folder: str) -> None:
    """Every file below a folder of this project is a document, holds none, or is listed."""
    _, report = command(str(ROOT / folder))
    inputs = report["inputs"]
    listed = {*inputs["mentioned"], *inputs["unread"]}
    paths = {each["path"] for each in report["documents"]}
    files = inputs["files"]
    assert files["read"] == files["without_documents"] + len(listed) + len(paths)
