"""In which cases of a template a finding is said to be there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker import cli

TEMPLATE = """\
Parameters: {Access: {Type: String}}
Conditions:
  IsRead: !Equals [!Ref Access, read]
  IsWritten: !Equals [!Ref Access, write]
  IsListed: !Equals [!Ref Access, list]
Resources:
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - {Effect: Deny, Action: 's3:*', Resource: '*'}
          - !If [IsRead, {Effect: Deny, Action: 's3:Get*', Resource: '*'}, !Ref AWS::NoValue]
          - !If [IsWritten, {Effect: Deny, Action: 's3:Put*', Resource: '*'}, !Ref AWS::NoValue]
          - !If [IsListed, {Effect: Allow, Action: 's3:*', Resource: '*'}, !Ref AWS::NoValue]
"""
RULE = {
    "id": "only-deny",
    "title": "Only denies",
    "severity": "low",
    "kind": "aws-iam-policy",
    "description": "d",
    "remediation": "r",
    "require": "document.Statement.all(s, s.Effect == 'Deny')",
    "message": "allows",
}


def test_a_case_is_told_by_what_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("only-deny.yaml").write_text(json.dumps(RULE), encoding="utf-8")
    Path("p").mkdir()
    Path("p/t.yaml").write_text(TEMPLATE, encoding="utf-8")
    with pytest.raises(SystemExit):
        cli.main(["only-deny.yaml", "p", "--no-config", "-o", "json"])
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert finding["message"] == "allows (when IsListed)"
