"""Which violations follow from another one: `implied_by`, and when they stand by themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Run
from tests.support.suites import DATA

ALL: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
MANAGED = DATA / "policies" / "aws-managed"
NO_FULL_ADMIN, S3 = "no-full-admin", "s3-bucket-exposure"
BUCKET = "s3:PutBucketPolicy"


class Checked:
    """A JSON report on one policy, with findings by rule and pointer."""

    def __init__(self, report: dict[str, Any]) -> None:
        self.summary = report["summary"]
        self.findings = report["findings"]
        self._rules = {each["fingerprint"]: each["rule"] for each in self.findings}

    def causes(self) -> dict[str, str]:
        """Return the rule of the cause by the rule of each violation; empty for no cause."""
        return {
            each["rule"]: self._rules[each["implied_by"]] if each["implied_by"] else ""
            for each in self.findings
        }

    def fingerprint(self, rule: str) -> str:
        return next(str(each["fingerprint"]) for each in self.findings if each["rule"] == rule)


class Gate:
    """A folder with one policy, and the command in it."""

    def __init__(self, run: Run, folder: Path) -> None:
        self.run = run
        self.folder = folder

    def write(self, *statements: dict[str, Any]) -> None:
        policy = {"Version": "2012-10-17", "Statement": list(statements)}
        (self.folder / "policies").mkdir(exist_ok=True)
        (self.folder / "policies" / "a.json").write_text(json.dumps(policy, indent=1))

    def text(self, *more: object, rules: object = "builtin") -> str:
        return self.run(rules, "policies", "--no-config", *more, cwd=self.folder).stdout.decode()

    def check(
        self, *statements: dict[str, Any], more: tuple[object, ...] = (), rules: object = "builtin"
    ) -> Checked:
        if statements:
            self.write(*statements)
        return Checked(json.loads(self.text("-o", "json", *more, rules=rules)))

    def rule(self, name: str, severity: str = "low", **elements: object) -> None:
        """Write a rule of the user's own."""
        (self.folder / "rules").mkdir(exist_ok=True)
        written = {
            "id": name, "title": "t", "severity": severity, "kind": "aws-iam-policy",
            "about": "grants", "description": "d", "remediation": "r", "message": "m", **elements,
        }  # fmt: skip
        (self.folder / "rules" / f"{name}.yaml").write_text(json.dumps(written))


@pytest.fixture
def gate(policy_check: Run, tmp_path: Path) -> Gate:
    return Gate(policy_check, tmp_path)


def allow(*actions: str, resource: object = "*", **more: object) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def test_a_statement_that_allows_everything_has_one_cause(gate: Gate) -> None:
    found = gate.check(ALL)
    causes = found.causes()
    assert causes.pop(NO_FULL_ADMIN) == ""
    assert len(causes) > 60
    assert set(causes.values()) == {NO_FULL_ADMIN}
    assert (found.summary["causes"], found.summary["implied"]) == (1, len(causes))
    assert found.summary["fail"] == 1 + len(causes)
    assert found.summary["exit_code"] == 1


def test_a_service_wildcard_is_the_cause_of_what_is_no_graver(gate: Gate) -> None:
    found = gate.check(allow("iam:*"), more=("--profile", "strict"))
    causes, wildcard = found.causes(), "no-service-wildcard-on-all"
    severities = {each["rule"]: each["severity"] for each in found.findings}
    assert causes.pop(wildcard) == ""
    graver = {name for name, severity in severities.items() if severity == "critical"}
    assert {name for name, cause in causes.items() if cause != wildcard} == graver != set()


def test_a_rule_about_the_form_of_a_policy_stands_by_itself(gate: Gate) -> None:
    found = gate.check({**ALL, "Action": ["*", "s3:*"]}).causes()
    form = {name: cause for name, cause in found.items() if name.startswith("validity")}
    assert form
    assert set(form.values()) == {""}


def test_another_statement_is_another_cause(gate: Gate) -> None:
    some = {**ALL, "Action": "lambda:*"}
    assert gate.check(some, allow(BUCKET, resource="arn:aws:s3:::*")).causes()[S3] == ""
    assert gate.check(ALL, allow(BUCKET, resource="arn:aws:s3:::one")).causes()[S3] == NO_FULL_ADMIN


def test_what_two_statements_grant_on_the_same_resource_has_no_single_cause(gate: Gate) -> None:
    found = gate.check(ALL, allow(BUCKET)).causes()
    assert found[S3] == ""
    assert found["escalation-lambda-code"] == NO_FULL_ADMIN


def test_who_may_do_something_does_not_follow_from_what_may_be_done(gate: Gate) -> None:
    found = gate.check({**ALL, "Principal": "*"}).causes()
    assert found["no-public-principal"] == ""
    assert NO_FULL_ADMIN in found.values()


def test_what_everyone_may_do_as_the_owner_follows_from_letting_everyone_in(gate: Gate) -> None:
    topic = "arn:aws:sns:eu-west-1:123456789012:app"
    open_ = {"Effect": "Allow", "Principal": "*", "Action": "sns:DeleteTopic", "Resource": topic}
    owner = "sns-topic-policy-owner-actions"
    assert gate.check(open_).causes()[owner] == "no-public-principal"
    stranger = {**open_, "Principal": {"AWS": ["*", "arn:aws:iam::111122223333:root"]}}
    assert not gate.check(stranger).causes()[owner]


def test_a_service_beside_a_whole_one_does_not_follow_from_it(gate: Gate) -> None:
    found = gate.check(allow("s3:*", "lambda:UpdateFunctionCode")).causes()
    assert found["escalation-lambda-code"] == ""
    assert found["s3-bucket-exposure"] == "no-service-wildcard-on-all"


CONDITION = {
    "Bool": {"aws:SecureTransport": "true"},
    "StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"},
}
"""Conditions on keys without which no question about these keys would be another one."""


def own(gate: Gate, narrow: str, wide: str, resource: object = "*") -> str:
    """Return the cause of a rule that asks `narrow`, beside a graver one that asks `wide`."""
    gate.rule("narrow", require=f"!{narrow}.granted", at="policy.statements[0].resources")
    gate.rule("wide", "high", require=f"!{wide}.granted", at="policy.statements[0]")
    limited = allow("s3:*", resource=resource, Condition=CONDITION)
    return gate.check(limited, rules="rules").causes()["narrow"]


READ, WRITE = 'policy.access(["s3:GetObject"])', 'policy.access(["s3:PutObject"])'
ANY = 'policy.access(["s3:*"])'
TLS = '.given("aws:SecureTransport", ["true"])'


@pytest.mark.parametrize(
    ("narrow", "wide", "cause"),
    [
        (READ, ANY, "wide"),
        (READ, WRITE, ""),
        (ANY, READ, ""),
        ('policy.access(["s3:GetObject", "ec2:RunInstances"])', ANY, "wide"),
        (READ + TLS, ANY, "wide"),
        (READ, ANY + TLS, ""),
        (READ + TLS, ANY + TLS, "wide"),
        (READ + '.unconfined(["aws:SourceVpc"])', ANY + '.unconfined(["aws:SourceVpc"])', "wide"),
        (READ, ANY + '.unconfined(["aws:SourceVpc"])', ""),
        ('policy.access(["s3:Get*"])', 'policy.access(["S3:G*"])', "wide"),
    ],
)
def test_what_follows_is_within_what_was_asked(
    gate: Gate, narrow: str, wide: str, cause: str
) -> None:
    assert own(gate, narrow, wide) == cause


def test_nothing_follows_from_several_questions_together(gate: Gate) -> None:
    gate.rule("narrow", require=f"!{READ}.granted", at="policy.statements[0]")
    both = f"!({READ}.granted && {WRITE}.granted)"
    gate.rule("wide", "high", require=both, at="policy.statements[0]")
    assert gate.check(allow("s3:*"), rules="rules").causes()["narrow"] == ""


@pytest.mark.parametrize(("pointed", "cause"), [(0, ""), (1, "wide")])
def test_what_follows_is_on_a_resource_that_the_cause_is_about(
    gate: Gate, pointed: int, cause: str
) -> None:
    gate.rule("narrow", require=f"!{READ}.granted", at="policy.statements[0].resources[0]")
    at = f"policy.statements[0].resources[{1 - pointed}]"
    gate.rule("wide", "high", require=f"!{ANY}.granted", at=at)
    statement = allow("s3:*", resource=["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"])
    assert gate.check(statement, rules="rules").causes()["narrow"] == cause


@pytest.mark.parametrize(
    ("element", "value"), [("severity", "medium"), ("about", "form"), ("about", "guards")]
)
def test_only_a_rule_about_grants_that_is_as_grave_is_a_cause(
    gate: Gate, element: str, value: str
) -> None:
    gate.rule("narrow", "high", require=f"!{READ}.granted", at="policy.statements[0]")
    wide = {"severity": "high", element: value}
    gate.rule("wide", require=f"!{ANY}.granted", at="policy.statements[0]", **wide)
    assert gate.check(allow("s3:*"), rules="rules").causes()["narrow"] == ""


def test_what_is_undecided_neither_follows_nor_has_consequences(gate: Gate) -> None:
    gate.rule("narrow", require=f"!{READ}.granted", at="policy.statements[0]")
    undecided = f"!{ANY}.granted || 1 / policy.statements[0].sid.size() > 0"
    gate.rule("wide", "high", require=undecided, at="policy.statements[0]")
    found = gate.check(allow("s3:*"), rules="rules")
    assert found.causes()["narrow"] == ""


def test_a_waived_cause_lets_what_follows_stand_by_itself(gate: Gate) -> None:
    cause = gate.check(ALL).fingerprint(NO_FULL_ADMIN)
    waiver = {
        "rule": NO_FULL_ADMIN, "document": "policies/a.json", "fingerprint": cause,
        "reason": "r", "owner": "o", "expires": "2027-03-31",
    }  # fmt: skip
    (gate.folder / "w.yaml").write_text(json.dumps({"fingerprints": 2, "waivers": [waiver]}))
    found = gate.check(more=("--waivers", "w.yaml", "--today", "2027-01-01"))
    assert found.causes()[S3] == ""
    assert (found.summary["implied"], found.summary["waived"]) == (0, 1)


def test_what_the_baseline_knows_is_no_cause(gate: Gate) -> None:
    (gate.folder / "old").mkdir()
    gate.write(ALL)
    only = ("--rule", NO_FULL_ADMIN)
    (gate.folder / "old" / "base.json").write_text(gate.text("-o", "json", *only))
    found = gate.check(more=("--baseline", "old/base.json"))
    assert found.causes()[S3] == ""
    assert found.summary["implied"] == 0
    assert found.summary["exit_code"] == 1


def test_a_cause_below_the_fail_level_lets_what_follows_stand_by_itself(gate: Gate) -> None:
    found = gate.check(allow("s3:*"), more=("--fail-level", "critical"))
    assert found.causes()[S3] == ""
    assert (found.summary["implied"], found.summary["exit_code"]) == (0, 0)


def test_a_baseline_that_is_brought_up_to_date_has_the_causes_of_its_own_findings(
    gate: Gate,
) -> None:
    gate.write(ALL)
    (gate.folder / "base.json").write_text(gate.text("-o", "json"))
    words = ("baseline", "update", "base.json", "builtin", "policies", "--no-config")
    assert gate.run(*words, cwd=gate.folder).returncode == 0
    updated = Checked(json.loads((gate.folder / "base.json").read_text()))
    assert (updated.summary["causes"], updated.summary["implied"]) == (1, 110)


def test_a_new_cause_beside_what_the_baseline_knows(gate: Gate) -> None:
    gate.write(ALL)
    (gate.folder / "base.json").write_text(gate.text("-o", "json", "--rule", S3))
    found = gate.check(more=("--baseline", "base.json"))
    causes = found.causes()
    assert causes[S3] == ""  # it is known, and nothing that needs attention
    assert causes["escalation-lambda-code"] == NO_FULL_ADMIN


def test_the_text_tells_how_many_follow(gate: Gate) -> None:
    gate.write(ALL)
    shown = gate.text()
    assert "\n    and 110 findings that follow from it\n" in shown
    assert "111 open findings: 1 cause, 110 implied\n" in shown
    assert "FAILED: 111 violations (exit 1)" in shown
    assert shown.count("to fix") == 1


def test_the_text_names_the_rules_that_fit(gate: Gate) -> None:
    gate.rule("narrow", require=f"!{READ}.granted", at="policy.statements[0]")
    gate.rule("wide", "high", require=f"!{ANY}.granted", at="policy.statements[0]")
    gate.write(allow("s3:*"))
    assert "\n    and 1 finding that follows from it: narrow\n" in gate.text(rules="rules")


def test_other_formats_show_every_finding(gate: Gate) -> None:
    gate.write(ALL)
    found = json.loads(gate.text("-o", "sarif"))
    assert len(found["runs"][0]["results"]) == 111


def test_a_saved_report_keeps_its_causes(gate: Gate) -> None:
    gate.write(ALL)
    (gate.folder / "r.json").write_text(gate.text("-o", "json"))
    ran = gate.run("diff", "r.json", "r.json", cwd=gate.folder)
    assert ran.returncode == 0


@pytest.mark.skipif(not MANAGED.is_dir(), reason="POLICY_CHECK_DATA names no data")
def test_causes_on_managed_policies_are_as_grave_and_of_the_same_document(gate: Gate) -> None:
    gate.write(ALL)
    for path in sorted(MANAGED.iterdir())[::20]:
        (gate.folder / "policies" / path.name).write_bytes(path.read_bytes())
    jobs = [gate.text("-o", "json", "--profile", "strict", "--jobs", each) for each in "12"]
    assert jobs[0] == jobs[1]
    found = json.loads(jobs[0])["findings"]
    known = {each["fingerprint"]: each for each in found}
    assert len(known) == len(found) > 150
    levels = ["low", "medium", "high", "critical"]
    implied = [each for each in found if each["implied_by"]]
    assert len(implied) > 110
    for each in implied:
        cause = known[each["implied_by"]]
        assert cause["implied_by"] is None
        assert (cause["document"], cause["part"]) == (each["document"], each["part"])
        assert levels.index(cause["severity"]) >= levels.index(each["severity"])
