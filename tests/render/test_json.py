"""The JSON report: what its schema says, counts that add up, and nothing but ASCII."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from checker.render import renderer
from checker.render.json import render
from checker.report import Report, RuleCounts, Severity, Status
from tests.support.command import ROOT
from tests.support.reports import accepted, changed, counted, decided, documents, hostile

SCHEMA = ROOT / "checker" / "report" / "report.schema.json"
STATUSES = ("pass", "fail", "skip", "waived", "error")


def render_json(report: Report) -> str:
    return "".join(render(report))


def rendered(report: Report) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(render_json(report))
    jsonschema.validate(data, json.loads(SCHEMA.read_text(encoding="utf-8")))
    return data


def empty(*rules: RuleCounts) -> Report:
    return Report("1", Severity.LOW, False, list(rules), [], None, documents_sha256="0" * 64)  # noqa: FBT003 - not strict


def test_it_is_valid_by_its_schema(report: Report) -> None:
    assert rendered(report)["version"] == 1
    assert rendered(empty())["findings"] == []


def test_the_schema_itself_is_sound() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"version": 1}, schema)


def test_it_is_ascii_with_a_final_line_break(report: Report) -> None:
    text = render_json(report)
    assert text.isascii()
    assert "\x1b" not in text
    assert text.endswith("}\n")
    assert text == render_json(report) == "".join(renderer("json")(report))


def test_what_was_written_is_kept_to_the_letter(report: Report) -> None:
    found = rendered(report)["findings"]
    assert found[0]["document"] == "b\u202e.json"
    assert [each["message"] for each in found] == [each.message for each in report.findings]


def test_a_lone_surrogate_is_no_failure(report: Report) -> None:
    first, *others = report.findings
    report = replace(report, findings=[changed(first, message="\ud800"), *others])
    assert rendered(report)["findings"][0]["message"] == "\ud800"


@pytest.mark.parametrize("text", ["##vso[task.complete]x", "###[error]x", "a ##[group]##"])
def test_no_text_is_a_command_to_a_ci_system(text: str) -> None:
    written = render_json(hostile(text))
    assert "##" not in written
    assert text in {finding["message"] for finding in json.loads(written)["findings"]}


def test_the_counts_add_up(report: Report) -> None:
    data = rendered(report)
    summary = data["summary"]
    assert summary["documents"] * summary["rules"] == sum(summary[name] for name in STATUSES)
    for name in STATUSES:
        assert summary[name] == sum(rule[name] for rule in data["rules"])
    for rule in data["rules"]:
        assert sum(rule[name] for name in STATUSES) == data["inputs"]["documents"]["count"]
    assert Counter(each["status"] for each in data["findings"]) == {"error": 2, "fail": 2}


def test_what_is_accepted_says_why() -> None:
    data = rendered(accepted())
    waived = [each for each in data["findings"] if each["status"] == "waived"]
    assert waived[0]["waiver"] == {
        "reason": "the split of the release role is under way",
        "owner": "platform",
        "expires": "2027-03-31",
    }
    assert [each["rule"] for each in data["findings"] if each["known"]] == ["no-public"]
    assert data["summary"]["known"] == 1
    assert data["inputs"]["waivers"] == {"path": "waivers.yaml", "sha256": "5" * 64}
    assert data["inputs"]["today"] == "2026-11-25"
    assert [each["id"] for each in data["controls"] if each["status"] == "not assessed"] == [
        "AC-3",
        "AU-9",
    ]


def test_a_finding_has_its_places(report: Report) -> None:
    broken, _, failed, _ = rendered(report)["findings"]
    assert broken["location"] is None
    assert failed["location"] == {
        "line": 5,
        "column": 25,
        "end_line": 5,
        "end_column": 40,
        "pointer": "/Statement/0",
        "file_pointer": "/Statement/0",
    }
    assert [place["line"] for place in failed["related"]] == [6, 7, 8, 9, 10]
    assert (failed["subject"], failed["severity"], failed["status"]) == (
        "/Statement/0",
        "high",
        "fail",
    )


def test_the_inputs_are_named(report: Report) -> None:
    inputs = rendered(report)["inputs"]
    assert inputs["config"] == {"path": "policy-check.yaml", "sha256": "3" * 64}
    assert [each["path"] for each in inputs["rules"]] == [
        "rules/push-to-one.yaml",
        "rules/no-public.yaml",
    ]
    assert (inputs["disabled"], inputs["excluded"], inputs["unread"]) == (
        ["old-rule"],
        ["policies/old/a.json"],
        ["policies/notes.txt"],
    )
    assert rendered(empty())["inputs"]["config"] is None


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        ({Status.PASS: 2}, "satisfied"),
        ({Status.PASS: 1, Status.SKIP: 1}, "satisfied"),
        ({Status.PASS: 9, Status.WAIVED: 1}, "not satisfied"),
        ({Status.PASS: 9, Status.FAIL: 1}, "not satisfied"),
        ({Status.PASS: 9, Status.ERROR: 1}, "not satisfied"),
        ({Status.SKIP: 2}, "not assessed"),
        ({}, "not assessed"),
    ],
)
def test_a_control_is_satisfied_by_passing_alone(counts: dict[Status, int], status: str) -> None:
    rule = counted("a-rule", counts, {"cis": ("1.1",)})
    (control,) = rendered(empty(rule))["controls"]
    assert control["status"] == status
    assert (control["framework"], control["id"], control["rules"]) == ("cis", "1.1", ["a-rule"])


def test_a_control_of_several_rules_needs_all_of_them(report: Report) -> None:
    controls = {control["id"]: control for control in rendered(report)["controls"]}
    assert list(controls) == ["1.1", "1.3", "AC-6"]
    assert controls["AC-6"]["rules"] == ["push-to-one", "no-public"]
    assert (controls["AC-6"]["pass"], controls["AC-6"]["fail"]) == (1, 2)
    assert {control["status"] for control in controls.values()} == {"not satisfied"}


@pytest.mark.parametrize(
    ("counts", "strict", "code"),
    [
        ({Status.PASS: 1}, False, 0),
        ({Status.WAIVED: 1}, False, 0),
        ({Status.SKIP: 1}, False, 3),
        ({Status.SKIP: 1}, True, 2),
        ({Status.PASS: 1}, True, 0),
    ],
)
def test_the_exit_code_is_in_the_summary(
    counts: dict[Status, int], code: int, *, strict: bool
) -> None:
    report = replace(empty(counted("a-rule", counts)), checked=documents(1), strict=strict)
    assert rendered(report)["summary"]["exit_code"] == code


def test_what_was_not_evaluated_wins_over_violations(report: Report) -> None:
    assert rendered(report)["summary"]["exit_code"] == 2
    failed = decided(report)
    assert rendered(failed)["summary"]["exit_code"] == 1
    assert rendered(replace(failed, findings=failed.findings[1:]))["summary"]["exit_code"] == 0


def test_what_was_counted_as_undecided_needs_no_finding(report: Report) -> None:
    assert rendered(replace(report, findings=[]))["summary"]["exit_code"] == 2
