"""`policy-check documents`: what is found in files, and what is not read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.gate import Gate

TEMPLATE = """\
Parameters:
  Bucket: {Type: String}
Conditions:
  IsProd: !Equals [!Ref AWS::StackName, prod]
Resources:
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement:
          Effect: Allow
          Action: s3:GetObject
          Resource: !If [IsProd, 'arn:aws:s3:::prod/*', !Sub 'arn:aws:s3:::${Bucket}/*']
"""
POLICY = '{"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "stack.yaml").write_text(TEMPLATE)
    (tmp_path / "plain.json").write_text(POLICY)
    (tmp_path / "values.yaml").write_text("a: 1\n")
    (tmp_path / "notes.md").write_text(f"```\n{POLICY}\n```\n")
    return tmp_path


def listed(gate: Gate, folder: Path, *options: str) -> tuple[int, dict[str, Any]]:
    ran = gate("documents", str(folder), "-o", "json", *options)
    return ran.code, json.loads(ran.out)


def test_each_document_has_its_place_kind_and_form(gate: Gate, folder: Path) -> None:
    code, found = listed(gate, folder)
    shown = [
        (Path(each["document"]).name, each["part"], each["kind"], each["when"], each["source"])
        for each in found["documents"]
    ]
    template = "Resources.P.Properties.PolicyDocument", "aws-identity-policy"
    assert shown == [
        ("plain.json", "", "aws-iam-policy", [], "a file of its own"),
        ("stack.yaml", *template, ["IsProd"], "a CloudFormation template"),
        ("stack.yaml", *template, ["not IsProd"], "a CloudFormation template"),
    ]
    assert [each["location"]["line"] for each in found["documents"]] == [1, 9, 9]
    assert found["inputs"]["files"]["without"] == 1
    assert [Path(each).name for each in found["inputs"]["files"]["mentioned"]] == ["notes.md"]
    assert code == found["summary"]["exit_code"] == 0


def test_what_a_template_leaves_open_is_told_with_the_cure(gate: Gate, folder: Path) -> None:
    _, found = listed(gate, folder)
    (unknown,) = found["documents"][2]["unknowns"]
    assert unknown["placeholder"] == "${Bucket}"
    assert "the parameter `Bucket` (line 2)" in unknown["is"]
    assert "AllowedPattern" in unknown["is"]
    assert found["documents"][1]["unknowns"] == []


def test_text_shows_the_same(gate: Gate, folder: Path) -> None:
    ran = gate("documents", str(folder))
    assert "stack.yaml:9:9  Resources.P.Properties.PolicyDocument\n" in ran.out
    assert "    aws-identity-policy, a CloudFormation template, when not IsProd\n" in ran.out
    assert "    open ${Bucket} is the parameter `Bucket` (line 2)" in ran.out
    assert ran.out.endswith("3 documents in 4 files (exit 0)\n")


def test_a_document_that_cannot_be_read_is_not_passed_over(gate: Gate, folder: Path) -> None:
    (folder / "broken.json").write_text('{"Statement": [')
    ran = gate("documents", str(folder))
    assert "NOT READ: 1 of 4 documents (exit 2)" in ran.out
    assert ran.code == 2


def test_no_document_is_told(gate: Gate, folder: Path) -> None:
    for name in ("stack.yaml", "plain.json"):
        (folder / name).unlink()
    ran = gate("documents", str(folder))
    assert "no document was found in 2 files (exit 3)" in ran.out
    assert ran.code == 3


def test_values_settle_what_is_open(gate: Gate, folder: Path) -> None:
    values = folder.parent / "values-of.json"
    values.write_text('[{"ParameterKey": "Bucket", "ParameterValue": "logs"}]')
    _, found = listed(gate, folder, "--parameters", str(values))
    assert all(each["unknowns"] == [] for each in found["documents"])


def test_assumptions_are_listed(gate: Gate, folder: Path, tmp_path: Path) -> None:
    config = tmp_path.parent / "assume.yaml"
    config.write_text("assume: {unknowns: literal}\n")
    _, found = listed(gate, folder, "--config", str(config))
    assert [each["assumed"] for each in found["documents"]] == [[], [], ["${Bucket}"]]
