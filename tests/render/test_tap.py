"""The TAP report: a harness passes exactly when the gate is open, whatever text says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tap.parser import Parser

from checker.render.tap import render
from checker.report import Report, Severity, Status, Waiver
from tests.support.report_readers import Point, read_tap
from tests.support.reports import (
    TODAY,
    accepted,
    changed,
    counted,
    decided,
    everything,
    hostile,
    many,
    passed,
)


def text(report: Report) -> str:
    return "".join(render(report))


def points(report: Report) -> list[Point]:
    return read_tap(text(report))


def below() -> Report:
    report = decided(everything())
    return replace(report, findings=report.findings[1:])


REPORTS: dict[str, Callable[[], Report]] = {
    "everything": everything,
    "accepted": accepted,
    "accepted alone": lambda: replace(
        accepted(), findings=[each for each in accepted().findings if not each.is_open]
    ),
    "below the level": below,
    "passed": passed,
    "hostile": hostile,
    "many": lambda: many(400),
    "no rules": lambda: replace(passed(), rules=[]),
    "no documents": lambda: replace(passed(), checked=()),
    "strict": lambda: replace(passed(), strict=True),
    "skip": lambda: hostile("# SKIP x"),
    "todo": lambda: hostile("a\\# todo: #TODO #\tSkip"),
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_harness_passes_exactly_if_the_gate_is_open(name: str) -> None:
    report = REPORTS[name]()
    found = points(report)
    assert any(point.fails for point in found) is bool(report.exit_code)
    assert found[-1].description.startswith("the gate: ")


@pytest.mark.parametrize("name", REPORTS)
def test_a_harness_of_version_13_passes_no_more_than_that(name: str) -> None:
    """tap.py knows no escapes: what it takes for accepted must have been accepted."""
    report = REPORTS[name]()
    found = points(report)
    lines = [each for each in Parser().parse_text(text(report)) if each.category == "test"]
    assert [line.ok for line in lines] == [point.passed for point in found]
    for line, point in zip(lines, found, strict=True):
        assert not (line.skip or line.todo) or point.directive
        assert line.yaml_block == (point.data or None)


def test_a_point_says_which_rule_and_where_and_its_block_the_rest() -> None:
    broken, undecided, failed, low, _ = points(everything())
    assert broken.description == r"valid-document: b\u202e.json"
    assert undecided.description == "push-to-one: c.json:5:25"
    assert undecided.data["message"].startswith("undecided: push is allowed on ")
    assert failed.data == {
        "message": (
            r"push is allowed on arn:aws:ecr:us-east-1:123456789012:repository/\x1b]0;x\x07, *"
        ),
        "severity": "high",
        "status": "fail",
        "document": "a.json",
        "line": 5,
        "column": 25,
        "pointer": "/Statement/0",
        "remediation": ("Name one repository. " * 6).strip(),
        "fingerprint": everything().findings[2].fingerprint,
    }
    assert (low.directive, low.reason) == ("TODO", "below the fail level")


def test_what_is_accepted_is_to_do() -> None:
    found = {point.number: (point.directive, point.reason) for point in points(accepted())}
    assert found == {
        1: ("", ""),
        2: (
            "TODO",
            "waived until 2027-03-31 by platform: the split of the release role is under way",
        ),
        3: ("TODO", "below the fail level"),
        4: ("TODO", "below the fail level"),
        5: ("TODO", "in the baseline"),
        6: ("", ""),
    }


def test_an_undecided_finding_is_never_to_do() -> None:
    report = everything()
    waiver = Waiver("r", "o", TODAY)
    findings = [
        changed(each, status=Status.ERROR, known=True, waiver=waiver, severity=Severity.LOW)
        for each in report.findings
    ]
    assert all(point.fails for point in points(replace(report, findings=findings)))


def test_rules_have_points_of_their_own_where_nothing_failed() -> None:
    report = everything()
    more = [counted("held", {Status.PASS: 3}), counted("apart", {Status.SKIP: 3})]
    *_, held, apart, _ = points(replace(report, rules=[*report.rules, *more]))
    assert (held.passed, held.description, held.directive) == (True, "held: 3 documents passed", "")
    assert (apart.passed, apart.description) == (True, "apart")
    assert (apart.directive, apart.reason) == ("SKIP", "it applied to no document")


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ("a#b", r"a\#b"),
        ("a\\b", r"a\\b"),
        ("a\\#b", r"a\\\#b"),
        ("a # SKIP b", r"a \\x23 SKIP b"),
        ("a #todo", r"a \\x23todo"),
        ("a\n1..0", r"a\\x0a1..0"),
    ],
)
def test_descriptions_are_escaped(document: str, line: str) -> None:
    report = replace(everything(), findings=[changed(everything().findings[2], file=document)])
    assert f"not ok 1 - push-to-one: {line}:5:25\n" in text(report)


@pytest.mark.parametrize(
    "value", ["...", "---", "a\n  ...\nok 2", "é🙂", "'\"\\", ": #", "%x", "@"]
)
def test_blocks_hold_any_text(value: str) -> None:
    changes: dict[str, Any] = {"message": value, "file": value}
    report = replace(everything(), findings=[changed(everything().findings[2], **changes)])
    assert points(report)[0].data["message"] == value.replace("\n", "\\x0a")
