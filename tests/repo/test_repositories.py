"""The independent count of policies, and what it says of the product's report."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tools import presence, repositories
from tools.presence import Found, present
from tools.presence.matching import matched

STATEMENT = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
POLICY = {"Version": "2012-10-17", "Statement": [STATEMENT]}
TEXT = json.dumps(POLICY)

TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Sender:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          Effect: Allow
          Principal: {Service: !Sub "lambda.${AWS::URLSuffix}"}
          Action: sts:AssumeRole
      Policies:
        - PolicyName: send
          PolicyDocument:
            Statement: !If
              - Wide
              - - {Effect: Allow, Action: "sqs:*", Resource: "*"}
              - - {Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt Queue.Arn}
  Secret:
    Type: AWS::SecretsManager::ResourcePolicy
    Properties:
      ResourcePolicy: !Sub |
        {"Statement": [{"Effect": "Deny", "Action": "*", "Principal": "*", "Resource": "*"}]}
  Wall:
    Type: AWS::WAFv2::WebACL
    Properties:
      Rules: [{Statement: {GeoMatchStatement: {CountryCodes: [NL]}}}]
  Inner:
    Type: AWS::CloudFormation::StackSet
    Properties:
      TemplateBody: |
        Resources:
          Topic:
            Type: AWS::SNS::TopicPolicy
            Properties:
              PolicyDocument:
                Statement: [{Effect: Allow, Action: "sns:Publish", Principal: "*", Resource: "*"}]
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - AWSLambdaBasicExecutionRole
        - SQSPollerPolicy: {QueueName: !GetAtt Queue.QueueName}
        - Statement: [{Effect: Allow, Action: "sqs:*", Resource: "*"}]
"""

TERRAFORM = """\
# data "aws_iam_policy_document" "old" { statement { } }
data "aws_iam_policy_document" "send" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = ["arn:aws:sqs:*:*:${var.prefix}-{a,b}"]
  }
}
data "aws_iam_policy_document" "merged" {
  source_policy_documents = [data.aws_iam_policy_document.send.json]
}
resource "aws_sqs_queue" "jobs" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sqs:*", Principal = "*", Resource = "*" }]
  })
}
resource "aws_iam_policy" "read" {
  policy = <<-EOT
    {"Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "${var.bucket}/*"}]}
  EOT
}
"""

DUMP = {
    "UserDetailList": [],
    "RoleDetailList": [
        {
            "RoleName": "ci",
            "AssumeRolePolicyDocument": "%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22"
            "%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D",
            "RolePolicyList": [{"PolicyName": "send", "PolicyDocument": POLICY}],
        }
    ],
    "Policies": [
        {
            "PolicyVersionList": [
                {"Document": POLICY, "IsDefaultVersion": True},
                {"Document": POLICY, "IsDefaultVersion": False},
            ]
        }
    ],
}

PLAN = {
    "format_version": "1.2",
    "planned_values": {"root_module": {"resources": [{"values": {"policy": TEXT}}]}},
    "resource_changes": [
        {"address": "aws_iam_policy.a", "change": {"before": None, "after": {"policy": TEXT}}},
        {"address": "aws_iam_policy.b", "change": {"before": {"policy": TEXT}, "after": None}},
    ],
}

WORKFLOW = "on: push\njobs:\n  test:\n    steps:\n      - run: echo Statement Effect Allow\n"
CONFIG_MAP = f"apiVersion: v1\nkind: ConfigMap\ndata:\n  policy.json: |\n    {TEXT}\n"
SERVERLESS = "provider:\n  iam:\n    role:\n      statements:\n        - Effect: Allow\n          Action: 's3:*'\n"  # noqa: E501
PROGRAM = """new PolicyStatement({ effect: Effect.ALLOW, actions: ["sqs:*"] })\n"""
GUARDED = (
    '{"Statement": [{% if x %} {"Effect": "Allow", "Action": "*", "Resource": "*"} {% endif %}]}'
)


def write(folder: Path, **files: object) -> Path:
    """Write files whose names have `__` for the dot."""
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content, indent=1)
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


def lines(folder: Path) -> list[tuple[int, int, str]]:
    return [(each.line, each.end, each.form) for each in present(folder)]


def test_a_template_is_counted_property_by_property(tmp_path: Path) -> None:
    assert lines(write(tmp_path, stack__yaml=TEMPLATE)) == [
        (7, 10, "CloudFormation property"),
        (14, 17, "CloudFormation property"),
        (21, 22, "CloudFormation text"),
        (36, 36, "CloudFormation text"),
        (42, 42, "SAM"),
        (43, 43, "SAM"),
    ]


def test_terraform_is_counted_by_block_and_by_expression(tmp_path: Path) -> None:
    assert lines(write(tmp_path, main__tf=TERRAFORM)) == [
        (2, 7, "Terraform data block"),
        (12, 15, "Terraform jsonencode, heredoc, file"),
        (18, 20, "Terraform jsonencode, heredoc, file"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "forms"),
    [
        ("dump.json", DUMP, {"account dump": 3, "account dump, old version": 1}),
        ("plan.json", PLAN, {"Terraform plan": 1, "Terraform plan, said elsewhere in it": 2}),
        ("policy.json", POLICY, {"plain JSON or YAML": 1}),
        ("version.json", {"PolicyVersion": {"Document": POLICY}}, {"wrapped": 1}),
        ("all.jsonl", f"{TEXT}\n\n{TEXT}\n", {"JSON lines": 2}),
        ("map.yaml", CONFIG_MAP, {"Kubernetes": 1}),
        ("serverless.yml", SERVERLESS, {"wrapped": 1}),
        ("policy.json.tftpl", GUARDED, {"Terraform jsonencode, heredoc, file": 1}),
        ("broken.json", GUARDED, {"file that does not parse": 1}),
        ("stack.ts", PROGRAM, {"mentioned": 1}),
        ("README.md", f"# Use\n```\n{TEXT}\n```\n", {"mentioned": 1}),
        ("ci.yml", WORKFLOW, {}),
        ("package.json", {"name": "x"}, {}),
    ],
)
def test_each_form_is_counted(
    tmp_path: Path, name: str, content: object, forms: dict[str, int]
) -> None:
    write(tmp_path, **{name: content})
    assert Counter(each.form for each in present(tmp_path)) == forms


def test_what_is_no_part_of_the_repository_is_not_counted(tmp_path: Path) -> None:
    for folder in (".git", "node_modules", ".terraform"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, policy__json=POLICY)
    (tmp_path / "image.json").write_bytes(b"\0" + TEXT.encode())
    assert present(tmp_path) == []


def test_the_counter_shares_no_code_with_the_product() -> None:
    for file in Path(presence.__file__).parent.glob("*.py"):
        source = file.read_text(encoding="utf-8")
        assert "import checker" not in source
        assert "from checker" not in source


def report(
    documents: list[dict[str, Any]], findings: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    return {
        "documents": [{"kind": "aws-iam-policy", "part": "", **each} for each in documents],
        "findings": [
            {"status": "error", "kind": "aws-iam-policy", "part": "", "location": None, **each}
            for each in findings or []
        ],
        "inputs": {"unread": [], "mentioned": []},
    }


A, B = Found("a.yaml", 5, 9, "SAM"), Found("a.yaml", 12, 20, "SAM")


def outcomes(found: list[Found], said: dict[str, Any]) -> list[str]:
    return [outcome for _, outcome in matched(found, said).outcomes]


def test_policies_are_matched_by_line_whatever_their_order() -> None:
    at = {"path": "a.yaml", "part": "B", "place": {"line": 12, "end_line": 20}}
    assert outcomes([A, B], report([at])) == ["unseen", "decided"]
    undecided = {"document": "a.yaml", "part": "B", "rule": "no-full-admin"}
    assert outcomes([A, B], report([at], [undecided])) == ["unseen", "undecided"]
    around = {"path": "a.yaml", "part": "R", "place": {"line": 10, "end_line": 25}}
    assert outcomes([A, B], report([around])) == ["unseen", "decided"]


def test_documents_without_a_place_are_matched_by_count() -> None:
    documents = [{"path": "a.yaml", "part": part} for part in ("A", "B", "C")]
    assert outcomes([A, B], report(documents[:1])) == ["decided", "unseen"]
    assert outcomes([A, A], report(documents[:2])) == ["decided", "decided"]
    trust = {"path": "a.yaml", "kind": "aws-trust-policy"}
    assert outcomes([A], report([trust])) == ["decided"]
    assert matched([A, B], report(documents)).extra == ["a.yaml:0 C"]
    other = {"path": "a.yaml", "part": "role/ci", "kind": "aws-principal"}
    assert matched([], report([other])).extra == []


def test_the_worst_of_several_documents_counts() -> None:
    uses = [{"path": "a.yaml", "part": part, "place": {"line": 5}} for part in "AB"]
    error = {"document": "a.yaml", "part": "B", "rule": "valid-document"}
    assert outcomes([A], report(uses, [error])) == ["errors"]


def test_an_error_is_about_its_part_or_else_about_the_file() -> None:
    error = {"document": "a.yaml", "kind": "", "rule": "valid-document", "location": {"line": 7}}
    assert outcomes([A, B], report([], [error])) == ["errors", "errors"]
    assert outcomes([A, B], report([], [{**error, "part": "A"}])) == ["errors", "unseen"]
    read = {"path": "a.yaml", "part": "C", "place": {"line": 30}}
    assert outcomes([A, B], report([read], [error])) == ["errors", "unseen"]
    assert matched([], report([], [error])).baseless == ["a.yaml:7"]


def test_nothing_is_expected_of_what_is_not_in_force_or_mentioned() -> None:
    old = Found("d.json", 1, 2, "account dump, old version")
    mention = Found("a.py", 3, 3, "mentioned")
    result = matched([old, mention], report([]))
    assert [outcome for _, outcome in result.outcomes] == ["not in force"]
    assert result.unmentioned == ["a.py:3"]


def test_the_figures_of_a_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, policy__json=POLICY, ci__yml=WORKFLOW, stack__ts=PROGRAM)
    assert repositories.main(["--json", str(tmp_path)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["total"]["plain JSON or YAML"] == {"present": 1, "decided": 1}
    assert told["repositories"][0]["forms"]["mentioned"] == {"present": 1, "mentioned": 1}
    assert told["repositories"][0]["unseen"] == []


def test_an_unseen_policy_is_listed_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, policy__json=POLICY)
    monkeypatch.setattr(repositories, "_report", lambda *_: report([]))
    assert repositories.main([str(tmp_path), str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "policy.json:1 plain JSON or YAML" in said
    assert "all repositories" in said


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("tools.presence")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "yaml", None)
    monkeypatch.setattr(repositories, "_report", lambda *_: report([]))
    with pytest.raises(SystemExit, match="not installed: yaml"):
        repositories.main([str(tmp_path)])


def test_a_run_without_a_report_is_no_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repositories, "_report", lambda *_: None)
    assert repositories.main([str(tmp_path)]) == 2
    assert "wrote no report" in capsys.readouterr().err
