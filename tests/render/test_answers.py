"""The text of answers: one line where all is well, and a verdict with the true reason."""

from __future__ import annotations

import pytest

from checker.render.answers import render_text
from checker.report import Answer, Answered, Answers, Asked, FileCounts, Proof

GRANTS = Asked("grants", ("iam:PassRole",))
YES, NO, SKIPPED, UNDECIDED = (Answered(f"{each}.json", "", each) for each in Answer)
UNREAD = FileCounts(2, unread=("notes.conf",))


def lines(asked: Asked, *every: Answered, **more: FileCounts | bool) -> list[str]:
    found = Answers(asked, every)._replace(**more)  # type: ignore[arg-type]
    return "".join(render_text(found)).splitlines()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (GRANTS, "do not grant iam:PassRole"),
        (Asked("grants", ("a:b", "a:c")), "do not grant any of 2 actions"),
        (Asked("grants", ("a:b",), ("arn:x",)), "do not grant a:b on arn:x"),
        (Asked("grants", (), ("arn:x", "arn:y")), "do not grant any action on any of 2 resources"),
        (Asked("public"), "are not public"),
        (Asked("public", resource_type="AWS::S3::Bucket"), "are not public as of AWS::S3::Bucket"),
    ],
)
def test_one_line_says_that_all_is_well(asked: Asked, words: str) -> None:
    assert lines(asked, NO, NO) == [f"PASSED: 2 policies {words} (exit 0)"]


@pytest.mark.parametrize(
    ("every", "verdict"),
    [
        ((NO,), "PASSED: 1 policy does not grant iam:PassRole (exit 0)"),
        ((YES, NO, SKIPPED), "FAILED: 1 of 2 policies grants iam:PassRole (exit 1)"),
        ((YES, YES), "FAILED: 2 of 2 policies grant iam:PassRole (exit 1)"),
        ((YES, UNDECIDED), "NOT EVALUATED: not all policies could be decided (exit 2)"),
        ((SKIPPED,), "NOTHING ASKED: no policy is of a kind that can answer (exit 3)"),
        ((), "NOTHING ASKED: no policy was found (exit 3)"),
    ],
)
def test_the_verdict(every: tuple[Answered, ...], verdict: str) -> None:
    assert lines(GRANTS, *every)[-1] == verdict


def test_a_strict_verdict_says_why_it_is_not_evaluated() -> None:
    told = lines(GRANTS, NO, files=UNREAD, strict=True)
    assert told == [
        "note: files not read because of their extension: notes.conf",
        "NOT EVALUATED: 1 file not read (--strict) (exit 2)",
    ]
    told = lines(GRANTS, UNDECIDED, files=UNREAD, strict=True)
    assert told[-1] == (
        "NOT EVALUATED: not all policies could be decided, 1 file not read (--strict) (exit 2)"
    )


def test_actions_are_listed_where_several_are_asked_about_and_it_is_sure() -> None:
    several = Asked("grants", ("a:b", "a:c"))
    granted = YES._replace(actions=("a:c",))
    assert lines(several, granted)[:2] == ["granted    yes.json", "   grants  a:c"]
    assert lines(several, YES)[:2] == ["granted    yes.json", ""]
    assert lines(GRANTS, granted)[:2] == ["granted    yes.json", ""]


def test_many_names_are_cut() -> None:
    many = [SKIPPED._replace(file=f"{each}.json", reason="others") for each in range(9)]
    note = lines(GRANTS, NO, *many)[0]
    assert note == "note: skipped others: 0.json, 1.json, 2.json, 3.json, 4.json and 4 more"


def test_texts_of_others_stay_on_their_line() -> None:
    nasty = "x\n::error::y\x1b[2J"
    proof = Proof(nasty, nasty, f"AWS:{nasty}", ((nasty, (nasty,)),))
    found = Answered(nasty, nasty, Answer.YES, proof, (nasty,), nasty)
    told = lines(Asked("grants", (nasty, "a:b")), found, SKIPPED._replace(file=nasty))
    assert not [each for each in told if each.lstrip().startswith("::") or "\x1b" in each]
    assert len(told) == 10
