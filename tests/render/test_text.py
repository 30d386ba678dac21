"""The text report: golden files, the width of a terminal, carets, and text that means harm."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from unicodedata import combining, east_asian_width

import pytest

from checker.problems import Location, Problem
from checker.render.text import WIDTH, render, render_problems
from checker.report import FileCounts, Place, Report, Status
from tests.support.golden import RENDER, compare
from tests.support.reports import accepted, changed, counted, decided, documents, hostile

SGR = re.compile(r"\x1b\[[0-9;]*m")


def render_text(report: Report, *, colour: bool = False) -> str:
    return "".join(render(report, colour=colour))


def passing(report: Report) -> Report:
    rule = counted("a-rule", {Status.PASS: 1})
    return replace(
        report, rules=[rule], checked=documents(1), findings=[], config=None, disabled=()
    )


def variants(report: Report) -> dict[str, Report]:
    failed = decided(report)
    good = passing(report)
    never = counted("a-rule", {Status.SKIP: 1})
    without = [each._replace(rules=()) for each in documents(1)]
    return {
        "everything": report,
        "violations": failed,
        "accepted": accepted(),
        "below-the-level": replace(failed, findings=failed.findings[1:]),
        "passed": replace(good, files=FileCounts(1)),
        "strict": replace(
            good,
            strict=True,
            files=good.files._replace(excluded=tuple(f"{number}.json" for number in range(9))),
        ),
        "no-rules": replace(good, rules=[]),
        "no-documents": replace(good, checked=[], files=good.files._replace(unread=())),
        "never-applied": replace(good, rules=[never], checked=without, files=FileCounts(1)),
    }


NAMES = ["everything", "violations", "accepted", "below-the-level", "passed", "strict", "no-rules",
         "no-documents", "never-applied"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_report_is_the_golden_one(report: Report, name: str) -> None:
    compare(RENDER / f"{name}.txt", render_text(variants(report)[name]))


def cells(text: str) -> int:
    widths = (0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
    return sum(widths)


@pytest.mark.parametrize("name", NAMES)
def test_an_ordinary_report_fits_a_terminal(report: Report, name: str) -> None:
    for line in render_text(variants(report)[name]).splitlines():
        assert cells(line) <= WIDTH or "arn:aws:" in line


@pytest.mark.parametrize("name", NAMES)
def test_colours_come_when_asked_for_and_change_no_word(report: Report, name: str) -> None:
    plain = render_text(variants(report)[name])
    coloured = render_text(variants(report)[name], colour=True)
    assert "\x1b" not in plain
    assert SGR.search(coloured)
    assert SGR.sub("", coloured) == plain


HOSTILE = "\x1b[2J\x07\u202e\u200b\u2066\r\x9b31m"
ACTING = set("\x1b\x07\u202e\u200b\u2066\r\x9b")
SHOWN = r"\x1b[2J\x07\u202e\u200b\u2066\x0d\x9b31m"


@pytest.mark.parametrize("field", ["title", "file", "part", "message", "remediation"])
def test_text_of_others_drives_no_terminal(report: Report, field: str) -> None:
    changes: dict[str, Any] = {field: HOSTILE}
    findings = [changed(each, **changes) for each in report.findings]
    text = render_text(replace(report, findings=findings))
    assert not ACTING & set(text)
    assert r"\x1b[2J\x07\u202e\u200b\u2066" in text


@pytest.mark.parametrize("field", ["mentioned", "unread", "excluded", "ignored", "idle_globs"])
def test_names_of_files_drive_no_terminal(report: Report, field: str) -> None:
    changes: dict[str, Any] = {field: (HOSTILE,)}
    text = render_text(replace(report, files=report.files._replace(**changes)))
    assert SHOWN in text
    assert "\x1b" not in text


def test_names_of_rules_and_documents_drive_no_terminal(report: Report) -> None:
    without = [each._replace(part=HOSTILE, rules=()) for each in documents(1)]
    for changes in ({"disabled": (HOSTILE,)}, {"checked": without}):
        text = render_text(replace(report, **changes))
        assert SHOWN in text
        assert "\x1b" not in text


def test_a_finding_says_which_document_of_its_file_it_is_about(report: Report) -> None:
    plain, part = (
        render_text(replace(report, findings=[changed(report.findings[2], part=part)]))
        for part in ("", "#2")
    )
    assert "  a.json:5:25  /Statement/0\n" in plain
    assert "  a.json:5:25  #2/Statement/0\n" in part


def test_a_place_drives_no_terminal(report: Report) -> None:
    place = Place(f"/{HOSTILE}", Location(1, 1, 1, 2), HOSTILE)
    findings = [changed(each, place=place) for each in report.findings]
    text = render_text(replace(report, findings=findings))
    assert not ACTING & set(text)


def test_no_text_of_others_drives_a_terminal() -> None:
    text = render_text(hostile())
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e\u2066]", text)


def test_a_problem_drives_no_terminal() -> None:
    text = render_problems([Problem(HOSTILE, HOSTILE, Location(1, 1, 1, 2), HOSTILE)])
    assert not ACTING & set(text)
    assert text.count("\n") == 3


def test_problems_are_the_golden_ones() -> None:
    problems = [
        Problem("a.yaml", "no place", None),
        Problem("a.yaml", "a place", Location(3, 5, 3, 8), "id: one"),
        Problem("a.yaml", "several lines", Location(3, 5, 9, 1), "id: one"),
        Problem("a.yaml", "the end of a line", Location(3, 8, 3, 8), "id: one"),
        Problem("a.yaml", "an empty line", Location(4, 1, 4, 1), ""),
        Problem("a.yaml", "escapes", Location(5, 3, 5, 4), "a \x1b b"),
    ]
    compare(RENDER / "problems.txt", render_problems(problems))
    assert render_problems([]) == ""


def excerpt(line: str, start: int, stop: int, number: int = 7) -> tuple[str, str]:
    """Return the shown line and the text above its carets, of 0-based columns of a line."""
    location = Location(number, start + 1, number, stop + 1)
    _, shown, carets = render_problems([Problem("a", "m", location, line)]).splitlines()
    gutter, bar = shown.index("|") + 2, carets.index("|") + 2
    assert gutter == bar
    assert set(carets[bar:]) <= {" ", "^"}
    first = cells(carets[bar:].rstrip("^"))
    above, column = "", 0
    for character in shown[gutter:]:
        column -= not cells(character)  # it stands on the one before
        if first <= column < first + carets.count("^"):
            above += character
        column += max(1, cells(character))
    return shown[gutter:], above


@pytest.mark.parametrize(
    ("line", "start", "stop", "above"),
    [
        ("id: one", 4, 7, "one"),
        ("id: one", 0, 2, "id"),
        ("\t\tid: one", 6, 9, "one"),
        ("id:\tone\t", 4, 7, "one"),
        ("a\tb", 1, 2, " "),
        ("中文: 中文字 x", 4, 7, "中文字"),
        ("中文: one", 4, 7, "one"),
        ("e\u0301: one", 4, 7, "one"),
        ("\x1b[1m: one", 6, 9, "one"),
        ("\u202e: \u202e", 3, 4, r"\u202e"),
        ("🙂🙂 one", 3, 6, "one"),
        ("  one  ", 2, 5, "one"),
    ],
)
def test_carets_stand_under_what_is_meant(line: str, start: int, stop: int, above: str) -> None:
    assert excerpt(line, start, stop)[1] == above


@pytest.mark.parametrize("number", [1, 999_999, 1_000_000, 12_345_678])
def test_carets_stand_right_at_every_line_number(number: int) -> None:
    assert excerpt("id: one", 4, 7, number)[1] == "one"


@pytest.mark.parametrize("filler", ["x", "中", "\t", "\x1b", "e\u0301"])
@pytest.mark.parametrize("before", [0, 34, 75, 5000])
@pytest.mark.parametrize("after", [0, 35, 5000])
def test_a_long_line_is_cut_around_what_is_meant(filler: str, before: int, after: int) -> None:
    line = filler * before + "<one>" + filler * after
    start = line.index("<")
    shown, above = excerpt(line, start, start + 5)
    assert above == "<one>"
    assert cells(shown) <= WIDTH - 9


def test_a_long_place_is_cut_and_stays_marked() -> None:
    shown, above = excerpt("a: " + "x" * 500, 3, 503)
    assert shown.startswith("a: xxx")
    assert len(above) > 50
    assert cells(shown) <= WIDTH - 9


def test_a_very_long_line_takes_no_time(report: Report) -> None:
    place = Place("", Location(1, 8_000_000, 1, 8_000_005), "x" * 16_000_000)
    findings = [changed(report.findings[0], place=place)]
    text = render_text(replace(report, findings=findings))
    assert len(text) < 5000
