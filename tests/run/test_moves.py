"""A file that moved keeps its findings in the baseline; a copy of it, and a waiver, do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.problems import InputError
from checker.reader import Root
from checker.render.text import render
from checker.report import CheckedDocument, Exit, Move
from checker.run.moves import Moves
from checker.run.renames import renames
from tests.support.accepting import Accepting, allow


@pytest.fixture
def gate(tmp_path: Path) -> Accepting:
    gate = Accepting(tmp_path)
    gate.write(allow())
    gate.accept()
    return gate


def test_a_file_that_moved_keeps_what_the_baseline_knows_and_is_told(gate: Accepting) -> None:
    (gate.folder / "p" / "a.json").rename(gate.folder / "p" / "b.json")
    report = gate.check(baseline=gate.baseline)
    assert [(each.known, each.moved_from) for each in report.findings] == [(True, "p/a.json")]
    assert report.moved == (Move("p/a.json", "p/b.json"),)
    assert report.exit_code is Exit.OK
    assert "note: files moved since the baseline: p/a.json -> p/b.json\n" in "".join(render(report))


def test_a_copy_is_new_as_long_as_the_file_is_there(gate: Accepting) -> None:
    gate.write(allow(), name="b.json")
    report = gate.check(baseline=gate.baseline)
    assert {each.file: each.known for each in report.findings} == {
        "p/a.json": True,
        "p/b.json": False,
    }
    (gate.folder / "p" / "a.json").rename(gate.folder / "elsewhere.json")
    assert [each.known for each in gate.check(baseline=gate.baseline).findings] == [True]


def test_a_file_that_this_run_does_not_check_has_not_moved(gate: Accepting) -> None:
    gate.write(allow(), name="b.json")
    (gate.folder / "p" / "a.json").rename(gate.folder / "a.json")
    gate.baseline.write_text(gate.baseline.read_text().replace("p/a.json", "a.json"))
    with pytest.raises(InputError, match="was changed"):  # a fingerprint holds the name
        gate.check(baseline=gate.baseline)


def test_one_file_moves_to_one_place(gate: Accepting) -> None:
    (gate.folder / "p" / "a.json").unlink()
    for name in ("d.json", "b.json", "c.json"):
        gate.write(allow(), name=name)
    found = gate.check(baseline=gate.baseline).findings
    assert {each.file: each.moved_from for each in found} == {
        "p/b.json": "p/a.json",
        "p/c.json": "",
        "p/d.json": "",
    }


def test_a_file_with_other_content_has_not_moved(gate: Accepting) -> None:
    (gate.folder / "p" / "a.json").unlink()
    gate.write(allow(), name="b.json", Id="x")
    assert [each.known for each in gate.check(baseline=gate.baseline).findings] == [False]


def test_a_waiver_does_not_follow_its_file_but_says_where_it_is(gate: Accepting) -> None:
    (gate.folder / "p" / "a.json").rename(gate.folder / "p" / "b.json")
    about, found = sorted(gate.check(waivers=gate.waivers).findings, key=lambda each: each.rule)
    assert found.waiver is None
    assert about.message.startswith("not needed: the file moved to p/b.json; ")
    gate.write(allow())
    report = gate.check(waivers=gate.waivers)
    assert {each.file: bool(each.waiver) for each in report.findings} == {
        "p/a.json": True,
        "p/b.json": False,
    }


def test_a_waiver_of_a_file_that_is_gone_for_good_is_idle_as_before(gate: Accepting) -> None:
    (gate.folder / "p" / "a.json").unlink()
    gate.write(allow("s3:PutObject"), name="b.json")
    report = gate.check(waivers=gate.waivers)
    assert [(each.rule, each.document) for each in report.idle_waivers] == [("put", "p/a.json")]


def moves(folder: Path, *names: str, sha256: str = "1" * 64) -> Moves:
    return Moves([CheckedDocument(each, "", "k", sha256, ()) for each in names], Root(str(folder)))


@pytest.mark.parametrize(
    "name", ["<stdin>", "-", "", "/a.json", "../a.json", "git:HEAD:a", r"\xff.json", "a\0b"]
)
def test_what_need_not_be_a_file_has_not_moved(tmp_path: Path, name: str) -> None:
    assert moves(tmp_path, name).origin("b.json", "", "1" * 64) == ""


def test_a_broken_link_in_the_place_of_a_file_is_still_there(tmp_path: Path) -> None:
    assert moves(tmp_path, "a.json").origin("b.json", "", "1" * 64) == "a.json"
    (tmp_path / "a.json").symlink_to("nowhere")
    assert moves(tmp_path, "a.json").origin("b.json", "", "1" * 64) == ""


def test_what_was_not_read_has_not_moved(tmp_path: Path) -> None:
    assert moves(tmp_path, "a.json", sha256="").origin("b.json", "", "") == ""


def test_another_part_has_not_moved(tmp_path: Path) -> None:
    assert moves(tmp_path, "a.yaml").origin("b.yaml", "#2", "1" * 64) == ""


def test_files_of_the_same_content_are_paired_in_order() -> None:
    gone = {"a": lambda: "1", "b": lambda: "1", "c": lambda: "", "d": lambda: "2"}
    fresh = {"k": lambda: "1", "l": lambda: "", "m": lambda: "3", "n": lambda: "1"}
    assert renames(gone, {**fresh, "o": lambda: "1"}) == {"k": "a", "n": "b"}
    assert renames({}, fresh) == renames(gone, {}) == {}
