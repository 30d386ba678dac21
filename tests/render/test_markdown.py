"""The Markdown report: short when all is well, bounded, and nothing of others is markup."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from checker.render.markdown import COMMENT, MARKER, bounded, render
from checker.report import Exit, FileCounts, Place, Report, Status
from tests.support.report_readers import Page, read_markdown
from tests.support.reports import HOSTILE, accepted, changed, everything, hostile, many, passed

OURS = {"h3", "h4", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "code"}
DETAILS = {"details", "summary"}


def text(report: Report) -> str:
    return "".join(render(report))


def page(report: Report) -> Page:
    return read_markdown(text(report))


def of(**changes: Any) -> Report:
    report = everything()
    return replace(report, findings=[changed(report.findings[2], **changes)], rules=[])


def test_it_is_short_when_all_is_well() -> None:
    quiet = replace(passed(), files=FileCounts(1))
    assert text(quiet).splitlines() == [
        MARKER,
        "### policy-check PASSED: no violations (exit 0)",
        "",
        "1 rule on 1 document: 1 pass, 0 fail, 0 skip, 0 waived, 0 error",
    ]


def test_what_was_not_looked_at_is_told_even_then() -> None:
    assert (
        text(replace(passed(), disabled=("a", "b")))
        .splitlines()[3]
        .endswith(
            "; 2 rules disabled; 1 file without a document; "
            "1 file not read because of its extension; "
            "1 file left out by a glob"
        )
    )


def test_controls_that_were_asked_for_are_told_even_then() -> None:
    assert text(replace(passed(), assessed=("nist-800-53-r5",))).endswith(
        "#### Controls\n\n"
        "- NIST SP 800-53 Rev. 5: 1 of 1 assessed controls satisfied, 2 not assessed\n"
    )


def test_a_bot_finds_its_own_comment() -> None:
    for report in (everything(), passed(), hostile()):
        assert text(report).startswith(f"{MARKER}\n")
        assert page(report).comments == [" policy-check "]


def test_the_table_counts_by_severity() -> None:
    assert "| high | 1 | 0 | 1 | 0 |\n" in text(accepted())
    assert "| low | 2 | 0 | 0 | 1 |\n" in text(accepted())
    assert "| critical | 0 | 1 | 0 | 0 |\n" in text(everything())


def test_a_finding_has_its_rule_its_place_and_what_to_do() -> None:
    shown = text(of(message="a `b c` is d:e, not `f`", remediation="Name one.", related=()))
    assert shown.endswith(
        "\n#### high: `push-to-one`\n\nWhat push-to-one holds\n\n"
        "<details><summary>to fix</summary>\n\nName one.\n\n</details>\n\n"
        "- `a.json:5:25` `/Statement/0`: a `b c` is `d:e,` not `f`\n"
    )
    undecided = text(of(status=Status.ERROR, remediation="", place=Place(""), message="x"))
    assert undecided.endswith("holds\n\n- `a.json`: undecided: x (and 5 more places)\n")


@pytest.mark.parametrize(
    ("message", "written"),
    [
        ("plain words, (in brackets) don't change: at all!", None),
        ("Zürich 中文 — 12 or 800-53, 4", None),
        ("1. a list", "`1.` a list"),
        ("- a * list", "`-` a `*` list"),
        ("@me @org/team", "`@me @org/team`"),
        ("#1 GH-1 a/b#1 0123abc 1234567", "`#1 GH-1 a/b#1 0123abc 1234567`"),
        ("see https://evil.com www.evil.com a@evil.com", None),
        ("<b>x</b> &lt; :smile:", "`<b>x</b> &lt; :smile:`"),
        ("[x](y) ![x](y) | a | *b* _c_ ~~d~~", "`[x](y) ![x](y) |` a `| *b* _c_ ~~d~~`"),
        ("`a` ``b` `c", "`a` `\\x60\\x60b\\x60 \\x60c`"),
        ("a`b`c", "`` a`b`c ``"),
        ("```", "`\\x60\\x60\\x60`"),
        ("/approve", "`/approve`"),
        ("", ""),
    ],
)
def test_plain_words_stay_and_all_else_is_code(message: str, written: str | None) -> None:
    shown = text(of(message=message, related=())).splitlines()[-1].partition(": ")[2]
    if written is not None:
        assert shown == written
    seen = page(of(message=message, related=()))
    assert set(seen.tags) <= OURS | DETAILS
    assert not re.search(r"[@#<&]|www|http|\d{5}", seen.prose.partition("holds")[2])


@pytest.mark.parametrize(
    "given", [HOSTILE, "`" * 3000, "<details>\n</details>", "| a |\n|---|", "$x$ `$`", " ", "\\"]
)
def test_text_of_others_is_no_markup(given: str) -> None:
    seen = page(hostile(given))
    assert set(seen.tags) <= OURS | DETAILS
    assert all(name == "style" for name, _ in seen.attributes), "the columns of our table"
    assert seen.tags["table"] == 1
    assert seen.tags["details"] == seen.tags["summary"] <= 3
    assert not re.search(r"[@#<>|\[\]]|::|www|http", seen.prose.partition("exit")[2])


def test_what_hides_is_seen() -> None:
    assert any(r"\x1b[2J\x00\x07\x85\u2028\u202e" in code for code in page(hostile()).code)


def shown_and_left(report: Report, limit: int) -> tuple[int, int]:
    written = "".join(bounded(report, limit))
    assert len(written.encode()) <= limit
    left = re.search(r"\*\*([\d,]+) more findings? not shown here\*\*", written)
    items = sum(line.startswith("- `") for line in written.splitlines())
    return items, int(left[1].replace(",", "")) if left else 0


@pytest.mark.parametrize("limit", [2_000, 10_000, COMMENT, 1_048_576])
def test_what_does_not_fit_is_counted(limit: int) -> None:
    report = replace(many(25_000), files=FileCounts(25_000))
    shown, left = shown_and_left(report, limit)
    assert shown + left == 25_000
    assert left > 0
    assert shown > limit // 400, "the bound is made use of"
    written = "".join(bounded(report, limit))
    assert "#### critical: `rule-3`" in written
    assert "#### Controls" in written, "what follows the findings is there"
    assert read_markdown(written).tags["details"] >= 1


def test_a_comment_is_cut_and_the_exit_code_unchanged() -> None:
    assert len(text(many(25_000))) <= COMMENT
    assert "FAILED" in text(many(25_000))
    assert many(25_000).exit_code is Exit.VIOLATIONS


@pytest.mark.parametrize("letter", ["x", "中", "\x1b", "`", "🙂 "])
def test_the_bound_is_one_of_bytes_and_long_texts_are_cut(letter: str) -> None:
    report = hostile(letter * 100_000)
    for limit in (3_000, 20_000, COMMENT):
        written = "".join(bounded(report, limit))
        assert len(written.encode()) <= limit
        assert read_markdown(written)
    assert "…" in text(report)


def test_there_is_no_report_without_room_for_the_verdict() -> None:
    with pytest.raises(ValueError, match="300 bytes are too few"):
        list(bounded(everything(), 300))


def test_many_frameworks_and_many_findings_leave_room_for_each_other() -> None:
    report = many(25_000)
    named = {f"framework-{number}": ("1",) for number in range(9999)}
    first, *others = report.rules
    written = text(replace(report, rules=[replace(first, controls=named), *others]))
    assert len(written.encode()) <= COMMENT
    assert written.endswith("- more frameworks are not shown here: see another report\n")
    assert "- `policies/team-0/0.json:1:25`" in written
    assert " more findings not shown here**" in written
