"""Files, globs and documents that were not checked: every format counts or lists them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from checker.render import renderer
from checker.render.wording import document_notes, file_notes, strict_reasons
from checker.report import CheckedDocument, FileCounts, Report
from tests.support.reports import passed

FILES = FileCounts(
    read=9,
    without=3,
    mentioned=("README.md",),
    unread=("a.conf", "b.bak"),
    excluded=("old/a.json", "old/b.json"),
    ignored=("build/",),
    idle_globs=("policies/*.jsn",),
)
COUNTED = (
    "2 files not read because of their extension",
    "1 file of prose or program text that shows a policy",
    "2 files left out by a glob",
    "1 glob that matches no file",
    "1 path ignored by git",
)
WITHOUT = "1 document that no rule applies to"


def left_out() -> Report:
    """Return a report with files of every outcome, and a document without a rule."""
    apart = CheckedDocument("c.yaml", "#2", "aws-iam-policy", "7" * 64, ())
    return replace(passed(), files=FILES, checked=[*passed().checked, apart])


def quiet() -> Report:
    return replace(passed(), files=FileCounts(1))


def text(name: str, report: Report) -> str:
    return "".join(renderer(name)(report))


def oscal(report: Report) -> dict[str, Any]:
    results = json.loads(text("oscal", report))["assessment-results"]
    assert isinstance(results, dict)
    return results


def values(props: list[dict[str, str]], name: str) -> list[str]:
    return [each["value"] for each in props if each["name"] == name]


def test_notes_count_what_was_not_checked() -> None:
    assert tuple(note.counted for note in file_notes(FILES)) == COUNTED
    assert [note.counted for note in document_notes(left_out())] == [WITHOUT]
    assert next(document_notes(left_out())).names == ["c.yaml#2"]


def test_there_is_no_note_without_names() -> None:
    assert not list(file_notes(FileCounts(5, 2)))
    assert not list(document_notes(passed()))


def test_a_document_that_could_not_be_read_is_none_without_a_rule() -> None:
    broken = CheckedDocument("b.json", "", "", "", (), is_broken=True)
    assert not list(document_notes(replace(passed(), checked=[broken])))


def test_only_what_fails_with_strict_is_a_reason() -> None:
    assert list(strict_reasons(FILES)) == [
        "2 files not read (--strict)",
        "1 glob without a file (--strict)",
    ]
    assert not list(strict_reasons(FILES._replace(unread=(), idle_globs=())))


def test_text_lists_them() -> None:
    written = " ".join(text("text", left_out()).split())
    assert "note: 3 files without a document" in written
    assert "note: files of prose or program text that show a policy: README.md" in written
    assert "note: paths ignored by git: build/" in written
    assert "note: documents that no rule applies to: c.yaml#2" in written
    assert "note:" not in text("text", quiet())


def test_markdown_counts_them() -> None:
    line = text("markdown", left_out()).splitlines()[3]
    for words in (*COUNTED, WITHOUT, "3 files without a document"):
        assert f"; {words}" in line
    assert "README.md" not in line, "a comment has no room for lists"
    assert ";" not in text("markdown", quiet()).splitlines()[3]


def test_the_page_lists_them_folded() -> None:
    page = text("html", left_out())
    _, provenance = page.split('id="provenance"')
    for words in COUNTED:
        assert f'<details class="names"><summary>{words}</summary>' in provenance
    for name in ("README.md", "build/", "old/b.json", "policies/*.jsn"):
        assert f"<li><code>{name}</code></li>" in provenance
    assert "<dt>Files without a document</dt><dd>3</dd>" in provenance


def test_the_page_names_what_a_strict_run_does_not_accept_as_not_evaluated() -> None:
    gaps = text("html", left_out()).split('<section id="not-evaluated"')[1].split("</section>")[0]
    for words in (COUNTED[0], COUNTED[3], WITHOUT):
        assert f"<summary>{words}</summary>" in gaps
    for words in (COUNTED[1], COUNTED[2], COUNTED[4]):
        assert words not in gaps, "these were left out on purpose or are no input"


def test_a_page_without_them_has_no_such_list() -> None:
    page = text("html", quiet())
    assert 'id="not-evaluated"' not in page
    for words in ("without a document", "left out", "matches no file", "ignored by git", "shows a"):
        assert words not in page


def test_oscal_has_the_names_as_properties_and_the_counts_as_remarks() -> None:
    results = oscal(left_out())
    (result,) = results["results"]
    (plan,) = results["back-matter"]["resources"]
    assert values(plan["props"], "mentioned-file") == ["README.md"]
    assert values(plan["props"], "ignored-path") == ["build/"]
    assert values(plan["props"], "idle-glob") == ["policies/*.jsn"]
    assert values(result["props"], "document-without-rules") == ["c.yaml#2"]
    assert values(result["props"], "files-without-documents") == ["3"]
    assert result["remarks"] == "; ".join((*COUNTED, WITHOUT))


def test_oscal_has_no_such_property_without_a_name() -> None:
    results = oscal(quiet())
    (result,) = results["results"]
    (plan,) = results["back-matter"]["resources"]
    assert {each["name"] for each in plan["props"]} == {"fail-level", "strict"}
    assert not values(result["props"], "document-without-rules")
    assert values(result["props"], "files-without-documents") == ["0"]
    assert "remarks" not in result


@pytest.mark.parametrize("name", ["markdown", "html", "oscal", "text"])
def test_a_hostile_name_of_a_file_is_text(name: str) -> None:
    hostile = "</script><script>x\n::error::y\x1b"
    files = FileCounts(1, 1, *[(hostile,)] * 5)
    written = text(name, replace(passed(), files=files))
    assert "\x1b" not in written
    assert not any(line.lstrip().startswith("::") for line in written.splitlines())
    assert name not in {"html", "markdown"} or "<script>x" not in written
