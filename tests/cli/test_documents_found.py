"""`policy-check documents`: what is found in files, and what is not read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Run

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


def listed(policy_check: Run, folder: Path, *options: str) -> tuple[int, dict[str, Any]]:
    ran = policy_check("documents", str(folder), "-o", "json", *options)
    return ran.returncode, json.loads(ran.stdout.decode())


def test_each_document_has_its_place_kind_and_form(policy_check: Run, folder: Path) -> None:
    code, found = listed(policy_check, folder)
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
    assert [each["location"]["line"] for each in found["documents"]] == [1, 10, 10]
    assert found["inputs"]["files"]["without"] == 1
    assert [Path(each).name for each in found["inputs"]["files"]["mentioned"]] == ["notes.md"]
    assert code == found["summary"]["exit_code"] == 0


def test_what_a_template_leaves_open_is_told_with_the_cure(policy_check: Run, folder: Path) -> None:
    _, found = listed(policy_check, folder)
    (unknown,) = found["documents"][2]["unknowns"]
    assert unknown["placeholder"] == "${Bucket}"
    assert "the parameter `Bucket` (line 2)" in unknown["is"]
    assert "AllowedPattern" in unknown["is"]
    assert found["documents"][1]["unknowns"] == []


def test_text_shows_the_same(policy_check: Run, folder: Path) -> None:
    ran = policy_check("documents", str(folder))
    assert "stack.yaml:10:9  Resources.P.Properties.PolicyDocument\n" in ran.stdout.decode()
    assert (
        "    aws-identity-policy, a CloudFormation template, when not IsProd\n"
        in ran.stdout.decode()
    )
    assert "    open ${Bucket} is the parameter `Bucket` (line 2)" in ran.stdout.decode()
    assert ran.stdout.decode().endswith("3 documents in 4 files (exit 0)\n")


def test_a_document_that_cannot_be_read_is_not_passed_over(policy_check: Run, folder: Path) -> None:
    (folder / "broken.json").write_text('{"Statement": [')
    ran = policy_check("documents", str(folder))
    assert "NOT READ: 1 of 4 documents (exit 2)" in ran.stdout.decode()
    assert ran.returncode == 2


def test_no_document_is_told(policy_check: Run, folder: Path) -> None:
    for name in ("stack.yaml", "plain.json"):
        (folder / name).unlink()
    ran = policy_check("documents", str(folder))
    assert "no document was found in 2 files (exit 3)" in ran.stdout.decode()
    assert ran.returncode == 3


def test_values_settle_what_is_open(policy_check: Run, folder: Path) -> None:
    values = folder.parent / "values-of.json"
    values.write_text('[{"ParameterKey": "Bucket", "ParameterValue": "logs"}]')
    _, found = listed(policy_check, folder, "--parameters", str(values))
    assert all(each["unknowns"] == [] for each in found["documents"])


def test_assumptions_are_listed(policy_check: Run, folder: Path, tmp_path: Path) -> None:
    config = tmp_path.parent / "assume.yaml"
    config.write_text("assume: {unknowns: literal}\n")
    _, found = listed(policy_check, folder, "--config", str(config))
    assert [each["assumed"] for each in found["documents"]] == [[], [], ["${Bucket}"]]
