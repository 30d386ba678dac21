"""What a run means for a gate: the exit code of a report, by its findings and its counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from checker.report import (
    Access,
    CheckedDocument,
    Compared,
    Comparison,
    Exit,
    FileCounts,
    Finding,
    Judged,
    Place,
    Report,
    RuleText,
    Severity,
    Status,
    Waiver,
)
from tests.support.reports import changed, counted, documents


def report(*found: Judged, level: Severity = Severity.LOW, **counts: int) -> Report:
    """Return a report on one document, of which a rule passed one unless it is told otherwise."""
    given = {Status(name): count for name, count in (counts or {"pass": 1}).items()}
    return Report(
        version="1",
        fail_level=level,
        strict=False,
        rules=[counted("a-rule", given)],
        inputs=[],
        config=None,
        checked=documents(1),
        findings=found,
    )


def finding(
    severity: Severity,
    status: Status = Status.FAIL,
    *,
    known: bool = False,
    waiver: Waiver | None = None,
) -> Judged:
    found = Finding("r", severity, status, "d.json", "", "", "", Place(""), (), "m", "f")
    return Judged(found, RuleText("t"), waiver, known)


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
    assert Compared(tuple(Comparison("p.json", each) for each in access)).exit_code is code


@pytest.mark.parametrize(
    "files", [FileCounts(unread=("a.conf",)), FileCounts(idle_globs=("*.jsn",))], ids=str
)
def test_a_strict_comparison_accepts_no_unread_file_and_no_idle_glob(files: FileCounts) -> None:
    same = (Comparison("p.json", Access.SAME_OR_LESS),)
    assert Compared(same, files).exit_code is Exit.OK
    assert Compared(same, files, strict=True).exit_code is Exit.NOT_EVALUATED
    more = (Comparison("p.json", Access.MORE),)
    assert Compared(more, files, strict=True).exit_code is Exit.NOT_EVALUATED
    assert Compared((), files, strict=True).exit_code is Exit.NOTHING_CHECKED


def test_a_strict_comparison_accepts_files_that_were_looked_at() -> None:
    files = FileCounts(9, 3, mentioned=("README.md",), excluded=("a.json",), ignored=("out/",))
    same = (Comparison("p.json", Access.SAME_OR_LESS),)
    assert Compared(same, files, strict=True).exit_code is Exit.OK


@pytest.mark.parametrize(
    "files", [FileCounts(unread=("a.conf",)), FileCounts(idle_globs=("*.jsn",))], ids=str
)
def test_a_strict_run_accepts_no_unread_file_and_no_idle_glob(files: FileCounts) -> None:
    found = replace(report(), files=files)
    assert found.exit_code is Exit.OK
    assert replace(found, strict=True).exit_code is Exit.NOT_EVALUATED
    assert replace(found, strict=True, checked=()).exit_code is Exit.NOTHING_CHECKED


def test_a_strict_run_accepts_files_that_were_looked_at() -> None:
    files = FileCounts(9, 3, mentioned=("README.md",), excluded=("a.json",), ignored=("out/",))
    assert replace(report(), files=files, strict=True).exit_code is Exit.OK


@pytest.mark.parametrize("severity", Severity)
def test_no_waiver_makes_anything_of_what_was_not_evaluated(severity: Severity) -> None:
    waiver = Waiver("r", "o", date(2026, 12, 1))
    undecided = finding(severity, Status.ERROR, waiver=waiver)
    assert (undecided.status, undecided.is_open) == (Status.ERROR, True)
    assert report(undecided).exit_code is Exit.NOT_EVALUATED
    accepted = finding(severity, waiver=waiver)
    assert (accepted.status, accepted.is_open) == (Status.WAIVED, False)
    assert report(accepted).exit_code is Exit.OK


def test_documents_are_told_with_their_findings() -> None:
    first, second, broken = (
        CheckedDocument("a.yaml", "#1", "k", "", ("r",)),
        CheckedDocument("a.yaml", "#2", "k", "", ()),
        CheckedDocument("b.json", "", "", "", (), is_broken=True),
    )
    high, low = (
        changed(finding(each), file="a.yaml", part="#1") for each in (Severity.HIGH, Severity.LOW)
    )
    of_none = finding(Severity.LOW)
    found = replace(report(high, low, of_none), checked=[first, second, broken])
    assert list(found.by_document()) == [(first, (high, low)), (second, ()), (broken, ())]
    assert found.without_rules == (second,), "a broken one is told of as an error"
    assert found.documents == 3


def test_the_codes_are_those_of_the_manual() -> None:
    assert [(code.name, code.value) for code in Exit] == [
        ("OK", 0),
        ("VIOLATIONS", 1),
        ("NOT_EVALUATED", 2),
        ("NOTHING_CHECKED", 3),
        ("INTERRUPTED", 130),
    ]
