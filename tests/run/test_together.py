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


SWAPPED = TEMPLATE.replace("IsListed: !Equals [!Ref Access, list]", "IsListed: !Equals [a, a]")
OTHER = TEMPLATE.replace("!If [IsListed, {E", "!If [IsRead, {E")


@pytest.mark.parametrize(
    ("later", "known"), [(TEMPLATE, 1), (OTHER, 0), (SWAPPED, 0)], ids=["same", "other", "always"]
)
def test_a_baseline_accepts_a_finding_in_its_case_only(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    later: str,
    known: int,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("only-deny.yaml").write_text(json.dumps(RULE), encoding="utf-8")
    Path("p").mkdir()
    Path("p/t.yaml").write_text(TEMPLATE, encoding="utf-8")
    with pytest.raises(SystemExit):
        cli.main(["only-deny.yaml", "p", "--no-config", "-o", "json=old.json"])
    Path("p/t.yaml").write_text(later, encoding="utf-8")
    capsys.readouterr()
    with pytest.raises(SystemExit):
        cli.main(["only-deny.yaml", "p", "--no-config", "--baseline", "old.json", "-o", "json"])
    assert json.loads(capsys.readouterr().out)["summary"]["known"] == known
