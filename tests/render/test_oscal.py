"""OSCAL Assessment Results: NIST's schema, references that lead somewhere, controls as assessed."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from checker.render.oscal import render
from checker.report import Framework, Report, RuleCounts, Status, Waiver
from tests.support.command import ROOT, Run
from tests.support.golden import RENDER, compare
from tests.support.reports import (
    FORMULAS,
    accepted,
    changed,
    counted,
    everything,
    hostile,
    many,
    passed,
)

REPORTS: dict[str, Callable[[], Report]] = {
    "everything": everything,
    "accepted": accepted,
    "passed": passed,
    "hostile": hostile,
    **{f"hostile {text!r}": partial(hostile, text) for text in ("", " ", "1", "()", *FORMULAS)},
    "nothing": lambda: replace(passed(), rules=[], checked=(), inputs=[]),
    "many": lambda: many(400),
}


def rendered(report: Report) -> dict[str, Any]:
    """Return the assessment results."""
    (results,) = json.loads("".join(render(report))).values()
    assert isinstance(results, dict)
    return results


def result(report: Report) -> dict[str, Any]:
    (only,) = rendered(report)["results"]
    assert isinstance(only, dict)
    return only


def own(value: dict[str, Any], name: str) -> list[str]:
    """Return the values of a property of ours."""
    found = [each for each in value["props"] if each["name"] == name]
    assert {each["ns"] for each in found} <= {"urn:policy-check:oscal"}
    return [each["value"] for each in found]


def pairs(value: object) -> Iterator[tuple[str, Any]]:
    """Yield every key with its value, however deep."""
    for each in value if isinstance(value, list) else ():
        yield from pairs(each)
    for key, each in value.items() if isinstance(value, dict) else ():
        yield key, each
        yield from pairs(each)


def assessed(*rules: RuleCounts, frameworks: dict[str, Framework] | None = None) -> dict[str, Any]:
    return result(replace(passed(), rules=list(rules), frameworks=frameworks or {}))


def serving(controls: dict[str, tuple[str, ...]], **counts: int) -> RuleCounts:
    return counted("a-rule", {Status(name): number for name, number in counts.items()}, controls)


@pytest.mark.parametrize("name", ["everything", "accepted"])
def test_the_results_are_the_golden_ones(name: str) -> None:
    compare(RENDER / f"oscal-{name}.json", "".join(render(REPORTS[name]())))


@pytest.mark.parametrize("name", REPORTS)
def test_they_are_valid_by_nists_schema(name: str, data: Path) -> None:
    path = data / "report-schemas" / "oscal-assessment-results.schema.json"
    validator = jsonschema_rs.validator_for(
        json.loads(path.read_text("utf-8")), validate_formats=True
    )
    results = json.loads("".join(render(REPORTS[name]())))
    assert [error.message for error in validator.iter_errors(results)] == []


@pytest.mark.parametrize("name", REPORTS)
def test_they_are_the_same_each_time_in_ascii_and_in_pieces(name: str) -> None:
    report = REPORTS[name]()
    pieces = list(render(report))
    assert pieces == list(render(REPORTS[name]()))
    assert "".join(pieces).isascii()
    assert len(pieces) > len(report.findings)


@pytest.mark.parametrize("name", REPORTS)
def test_every_reference_leads_to_what_is_there_once(name: str) -> None:
    found = list(pairs(rendered(REPORTS[name]())))
    made = Counter(value for key, value in found if key == "uuid")
    assert set(made.values()) == {1}
    named = {value for key, value in found if key.endswith("-uuid")}
    plan = next(value["href"] for key, value in found if key == "import-ap")
    assert named | {plan.removeprefix("#")} <= made.keys()


def test_two_findings_of_one_fingerprint_are_two_observations() -> None:
    twice = [everything().findings[2]] * 2
    first, second = result(replace(everything(), findings=twice))["observations"]
    assert first.pop("uuid") != second.pop("uuid")
    assert first == second


def test_other_inputs_are_another_document() -> None:
    reports = (
        everything(),
        replace(everything(), documents_sha256="5" * 64),
        replace(everything(), version="2"),
        replace(everything(), strict=True),
        replace(everything(), inputs=[]),
        accepted(),
    )
    assert len({rendered(report)["uuid"] for report in reports}) == len(reports)


def test_the_only_time_is_the_reports_day() -> None:
    results = rendered(everything())
    times = {results["metadata"]["last-modified"]}
    times |= {value for key, value in pairs(results) if key in {"start", "end", "collected"}}
    assert times == {"2026-11-25T00:00:00Z"}


def test_every_finding_is_an_observation_of_its_document() -> None:
    found = result(everything())
    documents = {
        each["uuid"]: each["description"] for each in found["local-definitions"]["inventory-items"]
    }
    assert list(documents.values()) == [r"b\\u202e.json", "c.json", "a.json"]
    observations = found["observations"]
    assert [own(each, "status") for each in observations] == [
        ["error"],
        ["error"],
        ["fail"],
        ["fail"],
    ]
    assert [each["description"].partition(":")[0] for each in observations[:2]] == [
        "error",
        "undecided",
    ]
    for each, finding in zip(observations, everything().findings, strict=True):
        (subject,) = each["subjects"]
        assert documents[subject["subject-uuid"]] == finding.file.replace("\u202e", r"\\u202e")
        assert own(each, "rule") == [finding.rule]
        assert own(each, "fingerprint") == [finding.fingerprint]
        assert each["methods"] == ["TEST"]


def test_every_place_is_evidence() -> None:
    broken, _, failed, _ = result(everything())["observations"]
    assert broken["relevant-evidence"] == [
        {"href": "b%E2%80%AE.json", "description": "the whole document"}
    ]
    assert failed["relevant-evidence"][0] == {
        "href": "a.json",
        "description": "line 5, column 25, /Statement/0",
    }
    assert len(failed["relevant-evidence"]) == 6
    assert "Name one repository." in failed["remarks"]


def test_a_control_has_one_finding_with_all_observations_of_its_rules() -> None:
    found = result(everything())
    controls = {own(each, "control")[0]: each for each in found["findings"]}
    assert list(controls) == ["1.1", "1.3", "AC-6"]
    observed = {each["uuid"]: own(each, "rule")[0] for each in found["observations"]}
    for control, rules in (
        ("AC-6", ["push-to-one", "push-to-one", "no-public"]),
        ("1.1", ["no-public"]),
        ("1.3", ["push-to-one", "push-to-one"]),
    ):
        related = controls[control]["related-observations"]
        assert [observed[each["observation-uuid"]] for each in related] == rules
        assert own(controls[control], "rule") == list(dict.fromkeys(rules))


@pytest.mark.parametrize(
    ("counts", "state", "reason"),
    [
        ({"pass": 2}, "satisfied", "pass"),
        ({"pass": 1, "skip": 1}, "satisfied", "pass"),
        ({"pass": 9, "waived": 1}, "not-satisfied", "fail"),
        ({"pass": 9, "fail": 1}, "not-satisfied", "fail"),
        ({"pass": 9, "error": 1}, "not-satisfied", "other"),
        ({"fail": 1, "error": 1}, "not-satisfied", "fail"),
    ],
)
def test_a_control_is_satisfied_by_passing_alone(
    counts: dict[str, int], state: str, reason: str
) -> None:
    (finding,) = assessed(serving({"cis": ("1.1",)}, **counts))["findings"]
    status = finding["target"]["status"]
    assert (status["state"], status["reason"]) == (state, reason)
    assert ("valid-document" in status.get("remarks", "")) == ("error" in counts)
    for status, number in counts.items():
        assert f"{number} {status}" in finding["description"]


@pytest.mark.parametrize("counts", [{}, {"skip": 2}])
def test_a_control_that_is_not_assessed_is_excluded(counts: dict[str, int]) -> None:
    found = assessed(serving({"cis": ("1.1",)}, **counts))
    assert "findings" not in found
    (selection,) = found["reviewed-controls"]["control-selections"]
    assert selection["exclude-controls"] == [{"control-id": "cis-1.1"}]
    assert "include-controls" not in selection


def test_all_controls_of_a_framework_that_was_asked_for_are_reviewed_or_excluded() -> None:
    nist, cis = result(accepted())["reviewed-controls"]["control-selections"]
    assert nist["description"] == "NIST SP 800-53 Rev. 5"
    assert nist["links"] == [{"href": "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final"}]
    assert nist["include-controls"] == [{"control-id": "ac-6"}]
    assert nist["exclude-controls"] == [{"control-id": "ac-3"}, {"control-id": "au-9"}]
    assert cis["include-controls"] == [{"control-id": "cis-1.1"}, {"control-id": "cis-1.3"}]


def test_without_a_control_there_is_still_a_selection() -> None:
    (selection,) = assessed(serving({}, **{"pass": 1}))["reviewed-controls"]["control-selections"]
    assert selection["description"] == "No rule names a control."


@pytest.mark.parametrize(
    ("framework", "control", "token", "objective"),
    [
        ("nist-800-53-r5", "AC-6", "ac-6", "ac-6_obj"),
        ("nist-800-53-r5", "AC-6(10)", "ac-6.10", "ac-6.10_obj"),
        ("nist-800-53-r5", "AU-9(a)", "au-9", "au-9_obj.a"),
        ("nist-800-53-r5", "AC-2(3)(b)", "ac-2.3", "ac-2.3_obj.b"),
        ("iso-27001-2022", "A.8.3", "a.8.3", "a.8.3"),
        ("aws-fsbp", "CloudTrail.1", "cloudtrail.1", "cloudtrail.1"),
        ("pci-dss-4", "7.2", "pci-dss-4-7.2", "pci-dss-4-7.2"),
        ("own", "§ 4 (b)", "own-4-.b", "own-4-.b"),
        ("own", "", "own", "own"),
        ("", "", "_", "_"),
    ],
)
def test_a_control_is_a_token(framework: str, control: str, token: str, objective: str) -> None:
    found = assessed(serving({framework: (control,)}, **{"pass": 1}))
    (selection,) = found["reviewed-controls"]["control-selections"]
    assert selection["include-controls"] == [{"control-id": token}]
    (finding,) = found["findings"]
    assert finding["target"]["type"] == "objective-id"
    assert finding["target"]["target-id"] == objective
    assert own(finding, "control") == [control or "-"]


def test_every_shipped_control_is_a_token_of_its_own(policy_check: Run) -> None:
    ran = policy_check("builtin", ROOT / "examples" / "violations", "-o", "oscal")
    (only,) = json.loads(ran.stdout)["assessment-results"]["results"]
    targets = [each["target"]["target-id"] for each in only["findings"]]
    assert len(targets) == len(set(targets)) > 40
    assert all(re.fullmatch(r"[a-z_][a-z0-9._-]*", target) for target in targets)


def test_what_is_waived_is_a_risk_until_the_waiver_expires() -> None:
    found = result(accepted())
    (risk,) = found["risks"]
    assert (risk["status"], risk["deadline"]) == ("deviation-approved", "2027-03-31T23:59:59Z")
    assert "the split of the release role is under way" in risk["statement"]
    assert own(risk, "owner") == ["platform"]
    (observation,) = (each for each in found["observations"] if own(each, "status") == ["waived"])
    assert risk["related-observations"] == [{"observation-uuid": observation["uuid"]}]
    assert risk["statement"] in observation["remarks"]
    related = {own(each, "control")[0]: each.get("related-risks") for each in found["findings"]}
    assert related == {
        "AC-6": [{"risk-uuid": risk["uuid"]}],
        "1.1": None,
        "1.3": [{"risk-uuid": risk["uuid"]}],
    }


def test_a_waiver_in_the_distant_future_has_a_deadline() -> None:
    waiver = Waiver("r", "o", date(2099, 2, 28))
    finding = changed(accepted().findings[1], waiver=waiver)
    (risk,) = result(replace(accepted(), findings=[finding]))["risks"]
    assert risk["deadline"] == "2099-02-28T23:59:59Z"


def test_what_the_baseline_has_says_so() -> None:
    remarks = [each["remarks"] for each in result(accepted())["observations"]]
    assert ["It is in the baseline." in each for each in remarks] == [False] * 4 + [True]


def test_the_plan_is_the_rules_and_settings_with_their_hashes() -> None:
    (plan,) = rendered(accepted())["back-matter"]["resources"]
    hashes = {each["href"]: each["hashes"][0]["value"][0] for each in plan["rlinks"]}
    assert hashes == {
        "rules/push-to-one.yaml": "1",
        "rules/no-public.yaml": "2",
        "policy-check.yaml": "3",
        "waivers.yaml": "5",
        "old.json": "6",
    }
    assert own(plan, "disabled-rule") == ["old-rule"]
    assert own(plan, "excluded-document") == ["policies/old/a.json"]
    assert own(plan, "unread-file") == ["policies/notes.txt"]


@pytest.mark.parametrize("name", ["everything", "accepted", "passed", "nothing"])
def test_the_result_tells_what_the_gate_did(name: str) -> None:
    report = REPORTS[name]()
    found = result(report)
    assert own(found, "exit-code") == [str(int(report.exit_code))]
    assert rf"(exit {int(report.exit_code)})" in found["description"]
    for status in ("pass", "fail", "skip", "waived", "error"):
        assert own(found, status) == [str(report.total(Status(status)))]


def test_every_one_of_many_findings_is_there() -> None:
    found = result(many(4_000))
    assert len(found["observations"]) == 4_000
    (control,) = (each for each in found["findings"] if own(each, "control") == ["AC-6"])
    assert len(control["related-observations"]) == 4_000


def test_text_of_others_does_no_harm() -> None:
    text = "".join(render(hostile()))
    assert "##" not in text
    assert not re.search(r"^\s*::", text, re.MULTILINE)
    for key, value in pairs(rendered(hostile())):
        if isinstance(value, str):
            assert not {"\x1b", "\u202e", "\ud800", "\x00", "\u2028"} & set(value)
        if key in {"title", "description", "remarks", "statement"}:
            assert not re.search(r"<|\{\{|(?<!\\)[\[\]`*_|]", value)
