"""Logging commands for Azure Pipelines: issues, the result of the task, and escapes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from checker.render.azure import render
from checker.report import Place, Report, Severity, Status
from tests.support.report_readers import Command, read_azure
from tests.support.reports import accepted, changed, decided, everything, hostile, many, passed


def commands(report: Report) -> list[Command]:
    return read_azure("".join(render(report)))


def one(**changes: Any) -> Command:
    report = decided(everything())
    return commands(replace(report, findings=[changed(report.findings[0], **changes)]))[0]


@pytest.mark.parametrize(
    ("severity", "status", "kind"),
    [
        (Severity.CRITICAL, Status.FAIL, "error"),
        (Severity.HIGH, Status.FAIL, "error"),
        (Severity.MEDIUM, Status.FAIL, "warning"),
        (Severity.LOW, Status.FAIL, "warning"),
        (Severity.LOW, Status.ERROR, "error"),
    ],
)
def test_the_kind_follows_the_severity(severity: Severity, status: Status, kind: str) -> None:
    assert one(severity=severity, status=status).properties["type"] == kind


def test_an_issue_has_its_place_its_rule_and_its_message() -> None:
    assert one(message="50%, a]b;c\nd", file="policies/a;b]c%3B.json") == Command(
        "task.logissue",
        {
            "type": "error",
            "sourcepath": "policies/a;b]c%3B.json",
            "linenumber": "5",
            "columnnumber": "25",
            "code": "push-to-one",
        },
        r"50%, a]b;c\x0ad",
    )
    assert set(one(place=Place("/x")).properties) == {"type", "sourcepath", "code"}


def test_what_is_accepted_is_no_issue() -> None:
    found = [each.properties.get("sourcepath") for each in commands(accepted())]
    assert found == ["a.json", "waivers.yaml", "a.json", None]


def test_all_issues_are_written_worst_first() -> None:
    found = [each.properties.get("code") for each in commands(many(100))]
    assert found == ["rule-3"] * 25 + ["rule-2"] * 25 + ["rule-1"] * 25 + ["rule-0"] * 25 + [None]


def test_the_task_fails_exactly_if_the_gate_is_closed() -> None:
    words = "FAILED: 1 violation, 1 in the baseline, 2 below the fail level (medium) (exit 1)"
    assert commands(accepted())[-1] == Command("task.complete", {"result": "Failed"}, words)
    assert commands(passed()) == []
    failed = decided(everything())
    below = replace(failed, findings=failed.findings[1:])
    assert [each.name for each in commands(below)] == ["task.logissue"]


@pytest.mark.parametrize("changes", [{"checked": ()}, {"rules": []}, {"strict": True}])
def test_a_gate_that_is_closed_without_a_finding_says_why(changes: dict[str, Any]) -> None:
    issue, result = commands(replace(passed(), **changes))
    assert issue.properties == {"type": "error"}
    assert issue.message == result.message
    assert issue.message.startswith(("NOTHING CHECKED: ", "NOT EVALUATED: 1 file not read"))


def test_hostile_text_comes_back_as_text() -> None:
    for command in commands(hostile())[:-1]:
        assert set(command.properties) == {
            "type",
            "sourcepath",
            "linenumber",
            "columnnumber",
            "code",
        }
        for text in (command.properties["sourcepath"], command.message):
            assert r"\x0a::error::owned\x0a#\#vso[task.complete]\x0a</script>" in text
            assert text.endswith("%0A %25")
