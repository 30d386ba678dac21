"""What is wrong with a policy, held against a table of codes and against IAM Access Analyzer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from checker.documents import Selection, document
from checker.iam.statement import PolicyType, policy
from checker.iam.validation import CODES, OWN, findings
from checker.kinds.kind import Kind
from checker.reader import Limits, parse, read_bytes
from checker.report import Status
from checker.rules import Rule, shipped
from checker.run.evaluate import evaluate
from tests.oracles import access_analyzer

ROWS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
)
_DEFAULTS: dict[str, Any] = {
    "Effect": "Allow",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::b/*",
}


def document_of(row: dict[str, Any], which: str) -> dict[str, Any]:
    """Return a row's policy; `~` takes an element away."""
    given = row[which]
    statements = given if isinstance(given, list) else [given]
    made = [
        {name: value for name, value in {**_DEFAULTS, **each}.items() if value is not None}
        for each in statements
    ]
    version = {"Version": row["version"]} if row.get("version", "") else {}
    if "version" not in row:
        version = {"Version": "2012-10-17"}
    return {**version, "Statement": made}


def codes(row: dict[str, Any], which: str) -> list[str]:
    """Return the codes of what is wrong with a row's policy."""
    kind = PolicyType(row["type"]) if "type" in row else None
    return [each.code for each in findings(policy(document_of(row, which), kind))]


@pytest.mark.parametrize("row", ROWS, ids=[row["code"] for row in ROWS])
def test_a_finding_is_made_where_it_is_due_and_nowhere_else(row: dict[str, Any]) -> None:
    assert row["code"] in codes(row, "wrong")
    assert row["code"] not in codes(row, "right")


def test_every_code_is_in_the_table() -> None:
    decided = {name for name, code in CODES.items() if code.decided == "finding"}
    assert decided - {row["code"] for row in ROWS} == set(UNTESTED)
    assert all(code.decided or code.why_not for code in CODES.values())


UNTESTED = {
    "MISSING_VERSION",
    *(name for name in CODES if name.startswith("POLICY_SIZE_EXCEEDS_")),
}
"""What a statement does not show: see below."""


def test_a_policy_has_a_version() -> None:
    def found(**more: str) -> list[str]:
        return [each.code for each in findings(policy({**more, "Statement": [_DEFAULTS]}))]

    assert found() == ["MISSING_VERSION"]
    assert found(Version="2008-10-17") == []


@pytest.mark.parametrize(
    ("kind", "most"),
    [("identity", 10_240), ("resource", 20_480), ("trust", 2_048), ("scp", 10_240), ("rcp", 5_120)],
)
def test_a_policy_is_too_long_one_character_past_the_quota(kind: str, most: int) -> None:
    def found(length: int) -> bool:
        text = {"Version": "2012-10-17", "Id": "", "Statement": [_DEFAULTS]}
        size = len(json.dumps(text, separators=(",", ":")))
        text["Id"] = "x" * (length - size)
        known = findings(policy(json.loads(json.dumps(text)), PolicyType(kind)))
        return any("POLICY_SIZE_EXCEEDS" in each.code for each in known)

    assert (found(most), found(most + 1)) == (False, True)


@pytest.mark.parametrize(
    ("actions", "most"),
    [
        (["ecr:BatchGetImage"], 10_240),
        (["elasticfilesystem:ClientMount"], 20_000),
        (["events:PutEvents"], 10_240),
        (["glue:GetTable"], 10_240),
        (["kms:Decrypt"], 32_768),
        (["ecr:BatchGetImage", "s3:GetObject"], 20_480),
        (["*"], 20_480),
    ],
)
def test_a_resource_policy_has_the_quota_of_its_service(actions: list[str], most: int) -> None:
    def found(length: int) -> list[str]:
        statement = {"Effect": "Allow", "Principal": "*", "Action": actions, "Resource": "*"}
        text = {"Version": "2012-10-17", "Id": "", "Statement": [statement]}
        text["Id"] = "x" * (length - len(json.dumps(text, separators=(",", ":"))))
        known = findings(policy(json.loads(json.dumps(text))))
        return [each.code for each in known if "SIZE" in each.code]

    assert found(most) == []
    assert found(most + 1) == ["POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA"]


def test_findings_are_those_of_access_analyzer(data: Path) -> None:
    theirs, ours = access_analyzer.theirs(data), access_analyzer.ours(data)
    assert ours == theirs


def test_codes_are_those_of_access_analyzer(data: Path) -> None:
    known = json.loads((data / "access-analyzer" / "codes.json").read_text())
    types = ("ERROR", "WARNING", "SECURITY_WARNING", "SUGGESTION")
    assert {(name, str(code.type)) for name, code in CODES.items() if name not in OWN} == {
        (name, kind) for kind in types for name in known[kind]
    }


def test_every_code_is_reported_by_a_shipped_rule() -> None:
    ids = shipped()
    found = {name: code.rule for name, code in CODES.items() if code.decided == "finding"}
    assert {name: rule for name, rule in found.items() if rule not in ids} == {}


@pytest.mark.parametrize("row", ROWS, ids=[row["code"] for row in ROWS])
def test_the_rule_of_a_code_reports_it(
    shipped_rules: dict[str, Rule], known_kinds: dict[str, Kind], row: dict[str, Any]
) -> None:
    rule = shipped_rules[CODES[row["code"]].rule]
    kind = KINDS.get(row.get("type", ""), "aws-iam-policy")
    source = read_bytes("policy.json", json.dumps(document_of(row, "wrong")).encode(), Limits())
    found = document(parse(source, Limits()), Selection((), known_kinds), kind)
    # what the schema refuses is an error of every rule
    assert found.problems or evaluate(rule, found).status is Status.FAIL


KINDS = {
    "identity": "aws-identity-policy",
    "resource": "aws-resource-policy",
    "trust": "aws-trust-policy",
    "scp": "aws-scp",
    "rcp": "aws-rcp",
}
"""By type of a policy: the kind to which its path is mapped."""
