"""The words that formats share: what the gate says, and text of others on a line of ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.render.wording import count, flowing, shown, unexplained, verdict
from checker.report import FileCounts, Report, RuleCounts, Status
from tests.support.reports import accepted, changed, counted, decided, everything, passed


def quiet() -> Report:
    return replace(passed(), files=FileCounts(1))


def never() -> RuleCounts:
    return counted("never", {Status.SKIP: 1})


VERDICTS = {
    "passed": (quiet(), "PASSED: no violations (exit 0)", False),
    "violated": (
        accepted(),
        "FAILED: 1 violation, 1 in the baseline, 2 below the fail level (medium) (exit 1)",
        False,
    ),
    "below the level": (
        replace(decided(everything()), findings=decided(everything()).findings[1:]),
        "PASSED: 1 below the fail level (medium) (exit 0)",
        False,
    ),
    "undecided": (
        everything(),
        (
            "NOT EVALUATED: 1 violation, 1 below the fail level (medium), 2 things not evaluated "
            "(exit 2)"
        ),
        False,
    ),
    "strict": (
        replace(passed(), strict=True, rules=[*passed().rules, never()]),
        (
            "NOT EVALUATED: 1 file not read (--strict), 1 rule of your own never applied "
            "(--strict) (exit 2)"
        ),
        True,
    ),
    "strict, with a shipped rule that never applied": (
        replace(quiet(), strict=True, rules=[*passed().rules, replace(never(), shipped=True)]),
        "PASSED: no violations (exit 0)",
        False,
    ),
    "strict, with a baseline": (
        replace(accepted(), strict=True),
        (
            "NOT EVALUATED: 1 violation, 1 in the baseline, 2 below the fail level (medium), "
            "1 file not read (--strict) (exit 2)"
        ),
        True,
    ),
    "no rule": (replace(quiet(), rules=[]), "NOTHING CHECKED: no rule was found (exit 3)", True),
    "no document": (
        replace(quiet(), checked=[]),
        "NOTHING CHECKED: no document was found (exit 3)",
        True,
    ),
    "none applied": (
        replace(quiet(), rules=[never()]),
        "NOTHING CHECKED: no rule applied to any document (exit 3)",
        True,
    ),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_the_verdict_says_why_the_gate_is_open_or_closed(name: str) -> None:
    report, words, alone = VERDICTS[name]
    assert verdict(report) == words
    assert unexplained(report) is alone


def test_an_undecided_finding_is_open_whatever_the_baseline_has() -> None:
    for finding in everything().findings:
        known = changed(finding, known=True)
        assert known.is_open is (finding.status is Status.ERROR)
    assert [finding.is_open for finding in accepted().findings] == [True, False, True, True, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" plain \n", "plain"),
        ("a\nb\x1b\u202e", r"a\x0ab\x1b\u202e"),
        ("::error::x", r"\::error::x"),
        ("##vso[task.debug]", r"#\#vso[task.debug]"),
        ("x" * 20, "x" * 20),
        ("x" * 21, "x" * 19 + "…"),
        ("\x1b" * 6, r"\x1b\x1b\x1b\x1b\x1…"),
    ],
)
def test_text_of_others_fits_a_line_of_ours(text: str, expected: str) -> None:
    assert shown(text, 20) == expected


def test_running_text_loses_its_breaks() -> None:
    assert (
        flowing(" name one\n  repository,\r\n\tby its ARN.\n") == "name one repository, by its ARN."
    )


def test_counts_have_their_nouns() -> None:
    assert [count(number, "rule") for number in (0, 1, 2500)] == [
        "0 rules",
        "1 rule",
        "2,500 rules",
    ]
