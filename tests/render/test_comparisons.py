"""The text of a comparison: its notes, and a verdict with the true reason."""

from __future__ import annotations

import pytest

from checker.render.comparisons import render_comparison
from checker.report import Access, Compared, Comparison, FileCounts

SAME = Comparison("a.json", Access.SAME_OR_LESS)
MORE = Comparison("b.json", Access.MORE, (("may", "s3:GetObject"),))
UNDECIDED = Comparison("c.json", Access.UNDECIDED)
ALL_READ = FileCounts(1)
UNREAD = FileCounts(2, unread=("notes.conf",))
IDLE = FileCounts(1, idle_globs=("*.jsn", "*.yml"))


def lines(*found: Comparison, files: FileCounts = ALL_READ, strict: bool = False) -> list[str]:
    return render_comparison(Compared(found, files, strict=strict)).splitlines()


@pytest.mark.parametrize(
    ("found", "files", "words"),
    [
        ((SAME,), UNREAD, "1 file not read (--strict)"),
        ((SAME,), IDLE, "2 globs without a file (--strict)"),
        ((MORE,), UNREAD, "1 file not read (--strict)"),
        (
            (SAME,),
            UNREAD._replace(idle_globs=("x",)),
            "1 file not read (--strict), 1 glob without a file (--strict)",
        ),
        ((SAME, UNDECIDED), FileCounts(1), "not all policies could be compared"),
        (
            (UNDECIDED,),
            UNREAD,
            "not all policies could be compared, 1 file not read (--strict)",
        ),
    ],
)
def test_a_strict_verdict_says_why_it_is_not_evaluated(
    found: tuple[Comparison, ...], files: FileCounts, words: str
) -> None:
    assert lines(*found, files=files, strict=True)[-1] == f"NOT EVALUATED: {words} (exit 2)"


def test_without_strict_files_are_no_reason() -> None:
    assert lines(SAME, files=UNREAD)[-1] == "PASSED: no new access (exit 0)"
    assert lines(MORE, files=IDLE)[-1] == "FAILED: new access (exit 1)"
    assert lines(UNDECIDED, files=UNREAD)[-1] == (
        "NOT EVALUATED: not all policies could be compared (exit 2)"
    )


def test_a_strict_verdict_without_a_gap_is_as_without_strict() -> None:
    for found in ((SAME,), (MORE, SAME), (UNDECIDED,), ()):
        assert lines(*found, strict=True) == lines(*found)


def test_a_note_without_names_is_not_printed() -> None:
    assert not [line for line in lines(SAME) if "note" in line]
    notes = [line for line in lines(SAME, files=UNREAD) if line.startswith("note: ")]
    assert notes == ["note: files not read because of their extension: notes.conf"]


def test_a_comparison_of_nothing_has_notes_and_its_own_verdict() -> None:
    shown = lines(files=IDLE, strict=True)
    assert shown == [
        "note: globs that match no file: *.jsn, *.yml",
        "0 compared: 0 new access, 0 no new access, 0 gone, 0 undecided",
        "NOTHING COMPARED: no policy was found (exit 3)",
    ]


def test_hostile_names_stay_on_their_line() -> None:
    shown = lines(SAME, files=FileCounts(1, unread=("x\n::error::y\x1b[2J",)))
    assert not [line for line in shown if line.lstrip().startswith("::") or "\x1b" in line]
