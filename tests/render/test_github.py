"""Annotations for GitHub: places, kinds, what is too many, and escapes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from checker.problems import Location, Problem
from checker.render.github import annotate, render
from checker.report import FileCounts, Place, Report, Severity, Status
from tests.support.report_readers import Command, read_github
from tests.support.reports import (
    HOSTILE,
    accepted,
    changed,
    decided,
    everything,
    hostile,
    many,
    passed,
)


def commands(report: Report) -> list[Command]:
    return read_github("".join(render(report)))


def one(**changes: Any) -> Command:
    """Return the annotation of a failed finding with changes."""
    report = decided(everything())
    (command,) = commands(replace(report, findings=[changed(report.findings[0], **changes)]))
    return command


@pytest.mark.parametrize(
    ("severity", "status", "name"),
    [
        (Severity.CRITICAL, Status.FAIL, "error"),
        (Severity.HIGH, Status.FAIL, "error"),
        (Severity.MEDIUM, Status.FAIL, "warning"),
        (Severity.LOW, Status.FAIL, "notice"),
        (Severity.LOW, Status.ERROR, "error"),
    ],
)
def test_the_kind_follows_the_severity(severity: Severity, status: Status, name: str) -> None:
    assert one(severity=severity, status=status).name == name


@pytest.mark.parametrize(
    ("location", "properties"),
    [
        (None, {}),
        (
            Location(5, 25, 5, 40),
            {"line": "5", "endLine": "5", "col": "25", "endColumn": "40"},
        ),
        (Location(5, 25, 7, 2), {"line": "5", "endLine": "7"}),
    ],
)
def test_an_annotation_has_its_place(location: Location | None, properties: object) -> None:
    found = one(place=Place("/x", location), file="policies/a,b: c%.json").properties
    assert found.pop("title") == "push-to-one: What push-to-one holds"
    assert found.pop("file") == "policies/a,b: c%.json"
    assert found == properties


def test_an_annotation_says_what_and_how_to_mend_it() -> None:
    command = one(message="a\nb, 100%", remediation="do c")
    assert command.message == "a\\x0ab, 100%\nto fix: do c"
    assert one(message="a", remediation="").message == "a"
    assert one(message="a", remediation="", status=Status.ERROR).message == "undecided: a"


def test_what_is_accepted_is_not_annotated() -> None:
    assert [each.properties["file"] for each in commands(accepted())] == [
        "a.json",
        "waivers.yaml",
        "a.json",
    ]
    assert commands(passed()) == []


def test_the_worst_are_shown_and_the_others_counted() -> None:
    found = commands(many(100))
    assert Counter(each.name for each in found) == {"error": 10, "warning": 10, "notice": 10}
    titles = [each.properties["title"].partition(":")[0] for each in found]
    assert titles == ["rule-3"] * 10 + ["rule-1"] * 10 + ["rule-0"] * 9 + ["policy-check"]
    assert found[-1].message.startswith(
        "71 more findings without an annotation (40 errors, 15 warnings, 16 notices), "
    )
    assert "see the job summary" in found[-1].message


def test_ten_of_a_kind_are_all_shown() -> None:
    report = many(40)
    assert Counter(each.name for each in commands(report))["error"] == 10
    few = replace(report, findings=report.findings[10:])
    assert [each.name for each in commands(few)] == ["error"] * 10 + ["warning"] * 10 + [
        "notice"
    ] * 10


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"checked": ()}, "NOTHING CHECKED: no document was found (exit 3)"),
        ({"strict": True}, "NOT EVALUATED: 1 file not read (--strict) (exit 2)"),
    ],
)
def test_a_gate_that_is_closed_without_a_finding_says_why(
    changes: dict[str, Any], words: str
) -> None:
    assert commands(replace(passed(), **changes)) == [
        Command("error", {"title": "policy-check"}, words)
    ]


def test_the_reason_takes_one_of_ten_places() -> None:
    found = commands(replace(many(100), strict=True, files=FileCounts(unread=("notes.conf",))))
    assert [each.name for each in found].count("error") == 10
    assert found[0].message.endswith("1 file not read (--strict) (exit 2)")
    assert "41 errors" in found[-1].message


def test_texts_are_cut_so_that_the_runner_sends_them_on() -> None:
    for text in ("\U0001f642" * 10_000, "\x1b" * 10_000, "%" * 10_000):
        command = one(message=text, remediation=text, title=text)
        assert len(command.message.encode("utf-16-le")) // 2 < 4096
        assert len(command.properties["title"].encode("utf-16-le")) // 2 <= 400
        assert "…" in command.message


def test_hostile_text_comes_back_as_text() -> None:
    for command in commands(hostile()):
        assert set(command.properties) == {"file", "line", "endLine", "col", "endColumn", "title"}
        assert command.properties["file"].startswith(r"\x1b[2J\x00\x07\x85")
        assert command.properties["file"].endswith("${{ secrets.X }} %0A %25")
        assert command.message.count("\n") == 1, "before what is to fix, which is ours"
        assert r"\x0a::error::owned\x0a#\#vso[task.complete]" in command.message


def test_problems_that_prevent_a_check_are_annotated() -> None:
    problems = [Problem(HOSTILE, HOSTILE, Location(3, 5, 3, 8)), Problem("a.yaml", "no place")]
    first, second = read_github("".join(annotate(problems)))
    assert first.properties["line"] == "3"
    assert second == Command("error", {"file": "a.yaml", "title": "policy-check"}, "no place")
    assert len(list(annotate(problems * 9))) == 10
