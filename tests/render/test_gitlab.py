"""The Code Quality report for GitLab: severities, paths, and what it leaves out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from checker.render.gitlab import render
from checker.report import Place, Report, Severity, Status
from tests.support.report_readers import read_gitlab
from tests.support.reports import accepted, changed, everything, many, passed


def issues(report: Report) -> list[dict[str, Any]]:
    return read_gitlab("".join(render(report)))


def one(**changes: Any) -> dict[str, Any]:
    report = everything()
    (issue,) = issues(replace(report, findings=[changed(report.findings[2], **changes)]))
    return issue


@pytest.mark.parametrize(
    ("severity", "status", "word"),
    [
        (Severity.CRITICAL, Status.FAIL, "blocker"),
        (Severity.HIGH, Status.FAIL, "critical"),
        (Severity.MEDIUM, Status.FAIL, "major"),
        (Severity.LOW, Status.FAIL, "minor"),
        (Severity.LOW, Status.ERROR, "blocker"),
    ],
)
def test_severities_are_gitlabs(severity: Severity, status: Status, word: str) -> None:
    assert one(severity=severity, status=status)["severity"] == word


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("policies/a.json", "policies/a.json"),
        ("./policies/a.json", "policies/a.json"),
        ("./././a.json", "a.json"),
        ("policies//b/../a.json", "policies/a.json"),
        ("a\nb.json", r"a\x0ab.json"),
        (r"caf\xe9.json", r"caf\xe9.json"),
    ],
)
def test_paths_are_relative(path: str, shown: str) -> None:
    assert one(file=path)["location"]["path"] == shown


def test_an_issue_has_its_line_or_the_first() -> None:
    assert one()["location"]["lines"] == {"begin": 5}
    assert one(place=Place("/x"))["location"]["lines"] == {"begin": 1}


def test_an_undecided_issue_says_so() -> None:
    assert one(message="a\x1bb")["description"] == r"a\x1bb"
    assert one(message="a", status=Status.ERROR)["description"] == "undecided: a"


def test_what_is_accepted_is_left_out() -> None:
    found = [(each["check_name"], each["location"]["path"]) for each in issues(accepted())]
    assert found == [
        ("push-to-one", "a.json"),
        ("current-waiver", "waivers.yaml"),
        ("no-public", "a.json"),
    ]


def test_there_is_an_array_whatever_was_found() -> None:
    assert "".join(render(passed())) == "[]\n"
    assert len(issues(many(40))) == 40
