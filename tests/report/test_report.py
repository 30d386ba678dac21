"""What a run means for a gate: the exit code of a report, by its findings and its counts."""

from __future__ import annotations

import pytest

from checker.report import (
    Access,
    Comparison,
    Exit,
    Finding,
    Place,
    Report,
    RuleCounts,
    Severity,
    Status,
    compared,
)


def report(*found: Finding, level: Severity = Severity.LOW, **counts: int) -> Report:
    """Return a report on one document, of which a rule passed one unless it is told otherwise."""
    rule = RuleCounts("a-rule", "t", Severity.LOW, {})
    rule.counts |= {Status(name): count for name, count in (counts or {"pass": 1}).items()}
    return Report("1", level, False, [rule], [], None, documents=1, findings=list(found))  # noqa: FBT003 - strict


def finding(severity: Severity, status: Status = Status.FAIL, *, known: bool = False) -> Finding:
    place = Place("")
    return Finding(
        "r", "t", severity, status, "d.json", "", "", place, (), "m", "", "f", None, known
    )


@pytest.mark.parametrize("level", Severity)
@pytest.mark.parametrize("severity", Severity)
def test_a_violation_fails_from_the_fail_level_upwards(level: Severity, severity: Severity) -> None:
    code = report(finding(severity), level=level, fail=1).exit_code
    assert code is (Exit.VIOLATIONS if severity.value >= level.value else Exit.OK)


@pytest.mark.parametrize("severity", Severity)
def test_what_was_not_evaluated_has_no_fail_level(severity: Severity) -> None:
    found = finding(severity, Status.ERROR)
    assert report(found, level=Severity.CRITICAL, error=1).exit_code is Exit.NOT_EVALUATED


def test_a_finding_of_what_was_not_evaluated_needs_no_count() -> None:
    found = finding(Severity.LOW, Status.ERROR)
    assert report(found).exit_code is Exit.NOT_EVALUATED


def test_what_was_not_evaluated_wins_over_a_violation() -> None:
    found = (finding(Severity.CRITICAL), finding(Severity.LOW, Status.ERROR))
    assert report(*found, fail=1, error=1).exit_code is Exit.NOT_EVALUATED


def test_what_the_baseline_has_fails_no_longer_but_hides_nothing_new() -> None:
    known, new = finding(Severity.HIGH, known=True), finding(Severity.LOW)
    assert report(known, fail=1).exit_code is Exit.OK
    assert report(known, new, fail=2).exit_code is Exit.VIOLATIONS


def test_what_was_not_evaluated_is_in_no_baseline() -> None:
    found = finding(Severity.LOW, Status.ERROR, known=True)
    assert report(found).exit_code is Exit.NOT_EVALUATED


@pytest.mark.parametrize(
    ("access", "code"),
    [
        ([], Exit.NOTHING_CHECKED),
        ([Access.SAME_OR_LESS], Exit.OK),
        ([Access.GONE], Exit.OK),
        ([Access.GONE, Access.MORE], Exit.VIOLATIONS),
        ([Access.MORE, Access.UNDECIDED, Access.SAME_OR_LESS], Exit.NOT_EVALUATED),
    ],
)
def test_a_comparison_passes_where_nothing_is_new_or_undecided(
    access: list[Access], code: Exit
) -> None:
    assert compared([Comparison("p.json", each) for each in access]) is code


def test_the_codes_are_those_of_the_manual() -> None:
    assert [(code.name, code.value) for code in Exit] == [
        ("OK", 0),
        ("VIOLATIONS", 1),
        ("NOT_EVALUATED", 2),
        ("NOTHING_CHECKED", 3),
        ("INTERRUPTED", 130),
    ]
