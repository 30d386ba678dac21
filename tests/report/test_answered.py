"""The exit code of a question about policies: 0 only if it was answered, and by no."""

from __future__ import annotations

import pytest

from checker.report import Answer, Answered, Answers, Asked, FileCounts

QUESTION = Asked("grants", ("iam:PassRole",))
YES, NO, SKIPPED, UNDECIDED = (Answered(f"{each}.json", "", each) for each in Answer)
UNREAD = FileCounts(2, unread=("notes.conf",))
IDLE = FileCounts(1, idle_globs=("*.jsn",))


@pytest.mark.parametrize(
    ("every", "code"),
    [
        ((), 3),
        ((NO,), 0),
        ((NO, SKIPPED), 0),
        ((SKIPPED, SKIPPED), 3),
        ((NO, YES, SKIPPED), 1),
        ((YES, UNDECIDED), 2),
        ((NO, UNDECIDED), 2),
    ],
)
def test_the_exit_code(every: tuple[Answered, ...], code: int) -> None:
    assert Answers(QUESTION, every).exit_code == code
    assert Answers(QUESTION, every, strict=True).exit_code == code


@pytest.mark.parametrize("files", [UNREAD, IDLE])
def test_a_strict_question_accepts_no_gap(files: FileCounts) -> None:
    for every, code in (((NO,), 0), ((YES,), 1), ((), 3)):
        assert Answers(QUESTION, every, files).exit_code == code
        strict = Answers(QUESTION, every, files, strict=True).exit_code
        assert strict == (2 if every else 3)


def test_what_is_skipped_is_told_by_reason() -> None:
    others = [SKIPPED._replace(file=each, reason=each[0]) for each in ("a1", "b1", "a2")]
    parts = [SKIPPED._replace(file="c", part="#2", reason="c")]
    found = Answers(QUESTION, (*others, NO, *parts))
    assert list(found.skipped) == [("a", ["a1", "a2"]), ("b", ["b1"]), ("c", ["c#2"])]
