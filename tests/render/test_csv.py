"""The table of findings: its columns, and cells that no spreadsheet takes for formulas."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from checker.render.csv import COLUMNS, render
from checker.report import Report
from tests.support.report_readers import read_csv
from tests.support.reports import FORMULAS, accepted, changed, everything, hostile, passed


def text(report: Report) -> str:
    return "".join(render(report))


def one(**changes: Any) -> dict[str, str]:
    report = everything()
    (row,) = read_csv(text(replace(report, findings=[changed(report.findings[2], **changes)])))
    return row


def test_a_row_has_all_of_a_finding() -> None:
    failed, waived, unused, _, known = read_csv(text(accepted()))
    assert tuple(failed) == COLUMNS
    assert failed == {
        "rule": "push-to-one",
        "title": "What push-to-one holds",
        "severity": "high",
        "status": "fail",
        "known": "false",
        "document": "a.json",
        "line": "5",
        "column": "25",
        "pointer": "/Statement/0",
        "kind": "aws-iam-policy",
        "message": (
            r"push is allowed on arn:aws:ecr:us-east-1:123456789012:repository/\x1b]0;x\x07, *"
        ),
        "remediation": ("Name one repository. " * 6).strip(),
        "controls": "nist-800-53-r5 AC-6; cis 1.3",
        "fingerprint": accepted().findings[0].fingerprint,
        "waiver_reason": "",
        "waiver_owner": "",
        "waiver_expires": "",
        "part": "",
    }
    assert (waived["status"], waived["waiver_reason"], waived["waiver_owner"]) == (
        "waived",
        "the split of the release role is under way",
        "platform",
    )
    assert waived["waiver_expires"] == "2027-03-31"
    assert (unused["line"], unused["column"], unused["controls"]) == ("", "", "")
    assert (known["status"], known["known"]) == ("fail", "true")


def test_without_findings_there_is_a_header() -> None:
    assert text(passed()) == ",".join(COLUMNS) + "\r\n"


def test_there_is_no_byte_order_mark() -> None:
    assert text(passed()).startswith("rule,")


@pytest.mark.parametrize("formula", [*FORMULAS, " =1", "\n=1", "\uff1d1", "\uff20x", "-"])
def test_no_cell_begins_like_a_formula(formula: str) -> None:
    for row in read_csv(text(hostile(formula))):
        for cell in row.values():
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))
            assert not cell.startswith(("\uff1d", "\uff20"))
    assert one(message=formula)["message"] == "'" + formula.strip()


def test_no_cell_does_where_semicolons_separate_them() -> None:
    assert one(message="a;=cmd; +1;b;c-d")["message"] == "a;'=cmd;' +1;b;c-d"


@pytest.mark.parametrize("cell", ["a,b", 'a"b', '"', "'", "é中🙂", "arn:aws:s3:::a-b=c+d@e"])
def test_other_text_stays_as_it_is(cell: str) -> None:
    assert one(message=cell)["message"] == cell
