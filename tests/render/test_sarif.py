"""The SARIF log: the standard's schema, what GitHub takes of it, what other tools read in it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from sarif.loader import load_sarif_file

from checker.problems import Location, Problem
from checker.render.sarif import render
from checker.report import (
    DOCUMENT_RULE,
    WAIVER_RULE,
    Place,
    Report,
    RuleCounts,
    Severity,
    Status,
)
from tests.support.command import PATIENCE, Run
from tests.support.golden import RENDER, compare
from tests.support.reports import (
    CUT_OFF,
    FORMULAS,
    accepted,
    changed,
    everything,
    hostile,
    many,
    passed,
)

MULTITOOL = shutil.which("sarif-multitool")
REPORTS: dict[str, Callable[[], Report]] = {
    "everything": everything,
    "accepted": accepted,
    "passed": passed,
    "hostile": hostile,
    **{f"hostile {text!r}": partial(hostile, text) for text in ("", " ", *FORMULAS)},
    "no rules": lambda: replace(passed(), rules=[]),
    "strict": lambda: replace(passed(), strict=True),
    "many": lambda: many(400),
}


def rendered(report: Report) -> dict[str, Any]:
    """Return the one run of a log."""
    log = json.loads("".join(render(report)))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def rules(run: dict[str, Any]) -> dict[str, Any]:
    return {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}


def messages(value: object) -> list[str]:
    """Return every text of some plain data that is there to be read."""
    if isinstance(value, list):
        return [text for each in value for text in messages(each)]
    if not isinstance(value, dict):
        return []
    own = [value[key] for key in ("text", "justification") if key in value]
    return own + [text for each in value.values() for text in messages(each)]


@pytest.mark.parametrize("name", ["everything", "accepted"])
def test_the_log_is_the_golden_one(name: str) -> None:
    compare(RENDER / f"sarif-{name}.sarif", "".join(render(REPORTS[name]())))


@pytest.mark.parametrize("name", REPORTS)
def test_it_is_valid_by_the_standards_schema(name: str, data: Path) -> None:
    schema = json.loads((data / "report-schemas" / "sarif-2.1.0.schema.json").read_text("utf-8"))
    log = json.loads("".join(render(REPORTS[name]())))
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    assert [error.message for error in validator.iter_errors(log)] == []


@pytest.mark.parametrize("name", REPORTS)
def test_another_reader_finds_every_result_where_it_is(name: str, tmp_path: Path) -> None:
    report = REPORTS[name]()
    path = tmp_path / "report.sarif"
    path.write_text("".join(render(report)), encoding="ascii")
    records = load_sarif_file(str(path)).get_records()
    assert [(record["Code"], int(record["Line"])) for record in records] == [
        (each.rule, each.place.location.line if each.place.location else 1)
        for each in report.findings
    ]
    assert {record["Tool"] for record in records} <= {"policy-check"}


@pytest.mark.skipif(not MULTITOOL, reason="sarif-multitool is not on the PATH")
@pytest.mark.parametrize("name", REPORTS)
def test_microsofts_multitool_finds_no_error_and_nothing_that_github_refuses(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / "report.sarif"
    path.write_text("".join(render(REPORTS[name]())), encoding="ascii")
    arguments = ["validate", path, "--rule-kind", "'Sarif;Ghas'", "--level", "Error"]
    ran = subprocess.run(
        [str(MULTITOOL), *map(str, arguments)],
        capture_output=True,
        check=True,
        timeout=PATIENCE,
        env=os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
    )
    assert b"1 files scanned" in ran.stdout
    assert b": error " not in ran.stdout


@pytest.mark.parametrize("name", REPORTS)
def test_it_is_the_same_each_time_in_ascii_and_in_pieces(name: str) -> None:
    report = REPORTS[name]()
    pieces = list(render(report))
    assert pieces == list(render(REPORTS[name]()))
    assert "".join(pieces).isascii()
    assert len(pieces) > len(report.findings)


def test_every_result_names_the_rule_that_it_points_to() -> None:
    for make in REPORTS.values():
        run = rendered(make())
        described = run["tool"]["driver"]["rules"]
        for result in run["results"]:
            assert described[result["ruleIndex"]]["id"] == result["ruleId"]


def test_rules_without_a_result_are_described_too() -> None:
    assert list(rules(rendered(passed()))) == ["a-rule"]
    assert list(rules(rendered(everything()))) == ["push-to-one", "no-public", DOCUMENT_RULE]
    assert list(rules(rendered(accepted()))) == ["push-to-one", "no-public", WAIVER_RULE]


@pytest.mark.parametrize(
    ("severity", "level", "least", "most"),
    [
        (Severity.CRITICAL, "error", 9.1, 10.0),
        (Severity.HIGH, "error", 7.0, 8.9),
        (Severity.MEDIUM, "warning", 4.0, 6.9),
        (Severity.LOW, "note", 0.1, 3.9),
    ],
)
def test_a_severity_is_a_level_and_a_score_of_github(
    severity: Severity, level: str, least: float, most: float
) -> None:
    rule = RuleCounts("a-rule", "t", severity, {})
    finding = changed(everything().findings[2], rule="a-rule", severity=severity)
    run = rendered(replace(everything(), rules=[rule], findings=[finding]))
    described = rules(run)["a-rule"]
    assert described["defaultConfiguration"]["level"] == run["results"][0]["level"] == level
    assert least <= float(described["properties"]["security-severity"]) <= most


def test_a_rule_says_why_what_to_do_and_where_to_read_more() -> None:
    described = rules(rendered(everything()))["push-to-one"]
    url = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/"
    assert described["shortDescription"]["text"] == "What push-to-one holds"
    assert described["fullDescription"]["text"] == "Whoever may push an image decides what runs."
    for text in described["help"].values():
        for part in ("Whoever may push", "Name one repository.", "AC-6", url):
            assert part in text
    assert described["helpUri"] == url
    assert described["properties"]["tags"] == ["security", "nist-800-53-r5/AC-6", "cis/1.3"]


def test_what_github_requires_of_a_rule_is_never_empty() -> None:
    bare = RuleCounts("bare", "", Severity.LOW, {})
    foreign = changed(everything().findings[0], rule="foreign", title="", remediation="")
    own = rendered(accepted()), rendered(everything())
    run = rendered(replace(passed(), rules=[bare], findings=[foreign]))
    for described in (
        *rules(run).values(),
        *(rule for each in own for rule in rules(each).values()),
    ):
        for name in ("shortDescription", "fullDescription", "help"):
            assert described[name]["text"].strip()
        assert described["help"]["markdown"].strip()
    for rule in (DOCUMENT_RULE, WAIVER_RULE):
        (found,) = (rules(each)[rule] for each in own if rule in rules(each))
        assert "To fix: " in found["help"]["text"]


@pytest.mark.parametrize(
    "reference", ["no url", "javascript:alert(1)", "https://x/ y", 'https://x/"', "https://x/<b>"]
)
def test_what_is_no_link_becomes_none(reference: str) -> None:
    rule = replace(passed().rules[0], references=(reference,))
    described = rules(rendered(replace(passed(), rules=[rule])))["a-rule"]
    assert "helpUri" not in described
    assert f"<{reference}>" not in described["help"]["markdown"]


def test_tags_and_descriptions_keep_to_githubs_limits() -> None:
    controls = {"cis": tuple(map(str, range(30)))}
    rule = replace(passed().rules[0], controls=controls, title="t" * 2000, description="d" * 2000)
    described = rules(rendered(replace(passed(), rules=[rule])))["a-rule"]
    assert len(described["properties"]["tags"]) == 20
    assert described["properties"]["tags"][0] == "security"
    assert ", 29" in described["help"]["text"]
    for name in ("shortDescription", "fullDescription"):
        assert len(described[name]["text"]) == 1024
        assert described[name]["text"].endswith("…")


def test_a_result_has_its_places() -> None:
    result = rendered(everything())["results"][2]
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "a.json", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 5, "startColumn": 25, "endLine": 5, "endColumn": 40},
    }
    assert location["logicalLocations"] == [{"fullyQualifiedName": "/Statement/0"}]
    lines = [each["physicalLocation"]["region"]["startLine"] for each in result["relatedLocations"]]
    assert lines == [6, 7, 8, 9, 10]
    assert result["partialFingerprints"] == {"policyCheck/v2": everything().findings[2].fingerprint}
    assert rendered(everything())["columnKind"] == "unicodeCodePoints"


def test_a_finding_without_a_place_is_about_the_whole_file() -> None:
    (location,) = rendered(everything())["results"][0]["locations"]
    assert location == {
        "physicalLocation": {
            "artifactLocation": {"uri": "b%E2%80%AE.json", "uriBaseId": "%SRCROOT%"}
        }
    }


def test_related_places_are_told_once_and_within_githubs_limit() -> None:
    def related(places: tuple[Place, ...]) -> list[Any]:
        finding = changed(everything().findings[2], related=places)
        (result,) = rendered(replace(everything(), findings=[finding]))["results"]
        return list(result.get("relatedLocations", []))

    places = tuple(Place(f"/{line}", Location(line, 1, line, 2)) for line in range(1, 2000))
    assert len(related(places)) == 999
    assert len(related((places[0], places[0], places[1]))) == 2
    assert related(()) == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("policies/a b.json", {"uri": "policies/a%20b.json", "uriBaseId": "%SRCROOT%"}),
        (r"\xff.json", {"uri": "%FF.json", "uriBaseId": "%SRCROOT%"}),
        ("../a.json", {"uri": "../a.json"}),
        ("..", {"uri": ".."}),
        ("x/../../a.json", {"uri": "../a.json"}),
        ("..a.json", {"uri": "..a.json", "uriBaseId": "%SRCROOT%"}),
        ("/srv/a.json", {"uri": "file:///srv/a.json"}),
    ],
)
def test_only_what_is_under_the_root_is_told_by_it(path: str, expected: dict[str, str]) -> None:
    finding = changed(everything().findings[2], file=path)
    (result,) = rendered(replace(everything(), findings=[finding]))["results"]
    for each in (*result["locations"], *result["relatedLocations"]):
        assert each["physicalLocation"]["artifactLocation"] == expected


def nothing() -> Report:
    return replace(passed(), rules=[], checked=())


@pytest.mark.parametrize(
    ("report", "code", "successful"),
    [
        (passed(), 0, True),
        (accepted(), 1, True),
        (everything(), 2, False),
        (replace(passed(), strict=True), 2, False),
        (nothing(), 3, False),
    ],
    ids=str,
)
def test_the_invocation_tells_what_the_gate_did(
    report: Report, code: int, *, successful: bool
) -> None:
    (invocation,) = rendered(report)["invocations"]
    assert (invocation["exitCode"], invocation["executionSuccessful"]) == (code, successful)
    assert f"(exit {code})" in invocation["exitCodeDescription"]
    told = [each["level"] for each in invocation["toolExecutionNotifications"]]
    assert ("error" in told) == (code >= 2)


def test_what_was_not_evaluated_is_a_result_and_a_notification() -> None:
    run = rendered(everything())
    told = run["invocations"][0]["toolExecutionNotifications"]
    results = run["results"][:2]
    assert [each["message"]["text"].partition(":")[0] for each in results] == ["error", "undecided"]
    for result, notification in zip(results, told, strict=True):
        assert result["level"] == notification["level"] == "error"
        assert result["message"] == notification["message"]
        assert notification["associatedRule"] == {"id": result["ruleId"]}
        assert notification["locations"] == result["locations"]


def test_what_was_not_evaluated_is_an_error_however_low_its_rule() -> None:
    undecided = changed(everything().findings[3], status=Status.ERROR)
    (result,) = rendered(replace(everything(), findings=[undecided]))["results"]
    assert (undecided.severity, result["level"]) == (Severity.LOW, "error")


def test_warnings_about_rules_are_told_where_they_are() -> None:
    warning = Problem("rules/a.yaml", "may be absent", Location(3, 5, 3, 9), pointer="/when")
    (invocation,) = rendered(replace(passed(), warnings=[warning]))["invocations"]
    (told,) = invocation["toolConfigurationNotifications"]
    assert (told["level"], told["message"]["text"]) == ("warning", "may be absent")
    place = told["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "rules/a.yaml"
    assert place["region"]["startLine"] == 3


def test_files_that_decided_the_result_are_told_with_their_hash() -> None:
    told = {
        each["location"]["uri"]: each["hashes"]["sha-256"][0]
        for each in rendered(accepted())["artifacts"]
    }
    assert told == {
        "rules/push-to-one.yaml": "1",
        "rules/no-public.yaml": "2",
        "policy-check.yaml": "3",
        "waivers.yaml": "5",
        "old.json": "6",
    }


def test_what_is_accepted_says_so() -> None:
    results = rendered(accepted())["results"]
    assert [len(each["suppressions"]) for each in results] == [0, 1, 0, 0, 0]
    assert results[1]["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": (
                "the split of the release role is under way (platform, until 2027-03-31)"
            ),
            "properties": {"owner": "platform", "expires": "2027-03-31"},
        }
    ]
    states = [each["baselineState"] for each in results]
    assert states == ["new", "new", "new", "new", "unchanged"]


def test_without_waivers_or_a_baseline_nothing_is_said_of_them() -> None:
    for result in rendered(everything())["results"]:
        assert not {"suppressions", "baselineState"} & result.keys()


def test_the_worst_results_are_kept_and_the_rest_is_counted() -> None:
    report = many(25_004)
    run = rendered(report)
    (invocation,) = run["invocations"]
    results = run["results"]
    assert len(report.findings) == 25_004
    assert len(results) == 25_000
    (told,) = invocation["toolExecutionNotifications"]
    assert told["message"]["text"].startswith("4 of 25,004 findings are left out")
    assert invocation["exitCode"] == report.exit_code == 1
    ranks = [["error", "warning", "note"].index(each["level"]) for each in results]
    assert all(before <= after for before, after in pairwise(ranks))
    kept = [each["partialFingerprints"]["policyCheck/v2"] for each in results]
    assert kept == [each.fingerprint for each in report.findings[:25_000]]


def test_as_many_results_as_github_takes_are_all_there() -> None:
    run = rendered(many(25_000))
    assert len(run["results"]) == 25_000
    assert run["invocations"][0]["toolExecutionNotifications"] == []


def test_what_is_accepted_is_left_out_before_what_is_open() -> None:
    report = many(25_004)
    *most, last = report.findings
    undecided = changed(last, status=Status.ERROR)
    findings = [*(changed(each, known=True) for each in most), undecided]
    run = rendered(replace(report, findings=findings))
    assert run["results"][0]["partialFingerprints"]["policyCheck/v2"] == undecided.fingerprint
    told = run["invocations"][0]["toolExecutionNotifications"]
    assert [each["descriptor"]["id"] for each in told] == ["results-left-out", "not-evaluated"]


def test_no_more_rules_are_described_than_github_takes() -> None:
    bare = [RuleCounts(f"rule-{number}", "t", Severity.LOW, {}) for number in range(25_001)]
    finding = changed(everything().findings[2], rule="rule-25000")
    run = rendered(replace(everything(), rules=bare, findings=[finding]))
    assert list(rules(run)) == ["rule-25000"]
    assert run["results"][0]["ruleIndex"] == 0


def test_text_of_others_is_no_link_no_placeholder_and_no_command() -> None:
    text = "".join(render(hostile()))
    assert "##" not in text
    assert not re.search(r"^\s*::", text, re.MULTILINE)
    run = rendered(hostile())
    for described in rules(run).values():
        assert not re.search(r"<script|(?<!\\)\[", described["help"]["markdown"])
    found = messages(run)
    assert len(found) > 15
    for each in found:
        assert "](" not in each
        assert not {"\x1b", "\u202e", "\ud800", "\x00", "\u2028"} & set(each)


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("on arn:aws:s3:::b/${aws:username}", "on arn:aws:s3:::b/${aws:username}"),
        ("see {0} and {12}", "see {{0}} and {{12}}"),
        ("[x](1)", "[x] (1)"),
        ("a\nb\x1b", r"a\x0ab\x1b"),
        ("##vso[x]", "##vso[x]"),
        ("", "What push-to-one holds"),
    ],
)
def test_a_message_is_kept_as_far_as_it_does_no_harm(message: str, shown: str) -> None:
    finding = changed(everything().findings[2], message=message)
    (result,) = rendered(replace(everything(), findings=[finding]))["results"]
    assert result["message"] == {"text": shown}


def test_the_command_tells_files_by_their_bytes(policy_check: Run, tmp_path: Path) -> None:
    policies = tmp_path / "policies"
    policies.mkdir()
    (policies / os.fsdecode(b"caf\xe9.json")).write_text(CUT_OFF, encoding="ascii")
    (tmp_path / "out.json").write_text(CUT_OFF, encoding="ascii")
    inner = tmp_path / "inner"
    inner.mkdir()
    paths = ("../policies", "../out.json", tmp_path / "out.json")
    ran = policy_check("builtin:ecr", *paths[:2], "-o", "sarif", cwd=inner)
    assert ran.returncode == 2
    (run,) = json.loads(ran.stdout)["runs"]
    found = {
        each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for each in run["results"]
    }
    assert found == {"../out.json", "../policies/caf%E9.json"}
    ran = policy_check("builtin:ecr", policies, "-o", "sarif", cwd=tmp_path)
    (run,) = json.loads(ran.stdout)["runs"]
    (location,) = run["results"][0]["locations"]
    assert location["physicalLocation"]["artifactLocation"] == {
        "uri": "policies/caf%E9.json",
        "uriBaseId": "%SRCROOT%",
    }
    ran = policy_check("builtin:ecr", policies, "-o", "sarif", cwd=inner)
    (run,) = json.loads(ran.stdout)["runs"]
    (location,) = run["results"][0]["locations"]
    assert location["physicalLocation"]["artifactLocation"] == {
        "uri": f"file://{policies}/caf%E9.json"
    }
