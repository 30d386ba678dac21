"""Two documents of one file: every format tells them apart, and a whole file has no part."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from checker.render import FORMATS, renderer
from checker.render.difference import render_text
from checker.report import CheckedDocument, Input, Place, Report, Saved, Severity, Status
from checker.report.differences import difference
from tests.support.report_readers import (
    read_azure,
    read_csv,
    read_github,
    read_gitlab,
    read_jsonl,
    read_tap,
)
from tests.support.reports import HOSTILE, accepted, changed, decided, everything

PARTS = ("#1", "#2")


def of_parts(*parts: str, **changes: Any) -> Report:
    """Return a report whose findings differ by nothing but the parts of one file."""
    report = decided(everything())
    changes = {"file": "all.yaml", "message": "a is b", "related": (), **changes}
    findings = [
        changed(report.findings[0], part=part, fingerprint=f"{number:032x}", **changes)
        for number, part in enumerate(parts)
    ]
    checked = [
        CheckedDocument("all.yaml", part, "aws-iam-policy", "6" * 64, ("push-to-one",))
        for part in parts
    ]
    return replace(report, findings=findings, checked=checked)


def text(name: str, report: Report) -> str:
    return "".join(renderer(name)(report))


def sarif(report: Report) -> list[Any]:
    (run,) = json.loads(text("sarif", report))["runs"]
    results: list[Any] = run["results"]
    return results


def oscal(report: Report) -> dict[str, Any]:
    (result,) = json.loads(text("oscal", report))["assessment-results"]["results"]
    assert isinstance(result, dict)
    return result


def junit(report: Report) -> list[str]:
    tests = ET.fromstring(text("junit", report).encode()).iter("testcase")  # noqa: S314 - our own
    return [each.attrib["name"] for each in tests if each.get("file")]


def addresses_of_sarif(report: Report) -> list[str]:
    return [
        each["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] for each in sarif(report)
    ]


TOLD: dict[str, Callable[[Report], list[str]]] = {
    "json": lambda report: [each["part"] for each in json.loads(text("json", report))["findings"]],
    "jsonl": lambda report: [
        each["part"] for each in read_jsonl(text("jsonl", report)) if each["type"] == "finding"
    ],
    "junit": junit,
    "oscal": lambda report: [
        each["description"] for each in oscal(report)["local-definitions"]["inventory-items"]
    ],
    "sarif": addresses_of_sarif,
    "github": lambda report: [each.message for each in read_github(text("github", report))],
    "gitlab": lambda report: [each["description"] for each in read_gitlab(text("gitlab", report))],
    "azure": lambda report: [each.message for each in read_azure(text("azure", report))[:-1]],
    "tap": lambda report: [each.data["part"] for each in read_tap(text("tap", report))[:-1]],
    "markdown": lambda report: [
        line for line in text("markdown", report).splitlines() if line.startswith("- `all.yaml")
    ],
    "csv": lambda report: [row["part"] for row in read_csv(text("csv", report))],
    "html": lambda report: text("html", report).split('<details class="finding')[1:],
    "text": lambda report: [
        line for line in text("text", report).splitlines() if line.startswith("  all.yaml:5:25")
    ],
}


@pytest.mark.parametrize("name", FORMATS)
def test_two_documents_of_a_file_are_told_apart(name: str) -> None:
    first, second = TOLD[name](of_parts(*PARTS))
    assert first != second
    assert "#1" in first.replace("\\", "")
    assert "#2" in second.replace("\\", "")


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"json", "jsonl", "csv", "tap"}))
def test_a_whole_file_has_no_part(name: str) -> None:
    """The other four formats have a field for the part, which is empty or missing."""
    (told,) = TOLD[name](of_parts(""))
    assert "#1" not in told.replace("\\", "")
    assert 'class="part"' not in told


def test_the_fields_for_the_part_of_a_whole_file_are_empty_or_missing() -> None:
    whole = of_parts("")
    for name in ("json", "jsonl", "csv"):
        assert TOLD[name](whole) == [""]
    assert "part" not in read_tap(text("tap", whole))[0].data


def test_a_test_of_junit_has_the_address_and_no_number() -> None:
    assert junit(of_parts(*PARTS)) == ["all.yaml #1/Statement/0", "all.yaml #2/Statement/0"]
    assert junit(of_parts("", "")) == ["all.yaml /Statement/0", "all.yaml /Statement/0 (2)"]


def test_junits_details_have_the_address() -> None:
    assert "all.yaml:5:25 #2/Statement/0\na is b\n" in text("junit", of_parts("#2"))
    assert "all.yaml:5:25 /Statement/0\na is b\n" in text("junit", of_parts(""))


def test_a_line_of_markdown_has_the_address() -> None:
    assert "- `all.yaml:5:25` `:12/Statement/0`: a is b\n" in text("markdown", of_parts(":12"))
    assert "- `all.yaml:5:25` `/Statement/0`: a is b\n" in text("markdown", of_parts(""))
    assert "- `all.yaml` `#2`: a is b\n" in text("markdown", of_parts("#2", place=Place("")))


def test_a_block_of_tap_has_part_and_pointer() -> None:
    first = read_tap(text("tap", of_parts("#2")))[0]
    assert first.description == "push-to-one: all.yaml:5:25"
    assert (first.data["part"], first.data["pointer"]) == ("#2", "/Statement/0")


def test_the_part_is_the_last_column_of_a_table() -> None:
    header, row, _ = text("csv", of_parts("#2")).split("\r\n")
    assert header.endswith(",fingerprint,waiver_reason,waiver_owner,waiver_expires,part")
    assert row.endswith(",,,,#2")


def test_all_places_of_a_result_in_sarif_have_their_addresses() -> None:
    related = everything().findings[2].related
    (result,) = sarif(of_parts("#2", related=related))
    for place in (*result["locations"], *result["relatedLocations"]):
        (logical,) = place["logicalLocations"]
        assert logical["fullyQualifiedName"].startswith("#2/Statement/")
        assert place["physicalLocation"]["artifactLocation"]["uri"] == "all.yaml"
    (whole,) = sarif(of_parts("#2", place=Place("")))
    assert whole["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "#2"}]
    assert "logicalLocations" not in sarif(of_parts("", place=Place("")))[0]["locations"][0]


def test_oscal_has_an_item_for_each_document_with_a_link_to_the_file() -> None:
    found = oscal(of_parts("#1", "#2", "#2"))
    items = found["local-definitions"]["inventory-items"]
    assert [each["description"] for each in items] == [r"all.yaml \#1", r"all.yaml \#2"]
    assert [each["links"] for each in items] == [[{"href": "all.yaml"}]] * 2
    subjects = [each["subjects"][0]["subject-uuid"] for each in found["observations"]]
    assert subjects == [items[0]["uuid"], items[1]["uuid"], items[1]["uuid"]]
    first = found["observations"][0]
    assert first["description"] == r"\#1: a is b"
    assert first["relevant-evidence"][0]["description"] == r"line 5, column 25, \#1/Statement/0"


def test_oscals_item_of_a_whole_file_is_not_that_of_a_part() -> None:
    whole, part = oscal(of_parts("", "#1"))["local-definitions"]["inventory-items"]
    assert (whole["description"], part["description"]) == ("all.yaml", r"all.yaml \#1")
    assert whole["uuid"] != part["uuid"]
    assert [each["name"] for each in whole["props"]] == ["kind"]
    assert [each["name"] for each in part["props"]] == ["kind", "part"]


@pytest.mark.parametrize("name", ["github", "gitlab", "azure"])
def test_a_message_starts_with_the_part_after_what_it_is_for_the_gate(name: str) -> None:
    (failed,) = TOLD[name](of_parts("/PolicyVersion/Document"))
    assert failed.startswith("/PolicyVersion/Document: a is b")
    (undecided,) = TOLD[name](of_parts("#2", status=Status.ERROR))
    assert undecided.startswith("undecided: #2: a is b")
    (whole,) = TOLD[name](of_parts(""))
    assert whole.startswith("a is b")


def test_a_long_part_leaves_room_for_the_message_and_keeps_the_bound() -> None:
    (command,) = read_github(text("github", of_parts("\U0001f642" * 10_000)))
    assert "…: a is b\nto fix: " in command.message
    (command,) = read_github(
        text("github", of_parts("\U0001f642" * 10_000, message="\U0001f642" * 10_000))
    )
    assert len(command.message.encode("utf-16-le")) // 2 < 4096


def test_the_page_shows_the_part_beside_the_place_and_in_the_details() -> None:
    report = of_parts("#2", subject="/Statement/1", related=(Place("/Statement/3"),))
    page = text("html", report)
    assert 'all.yaml:5:25</span> <span class="part">#2</span>' in page
    assert "at <code>#2/Statement/0</code>, of <code>#2/Statement/1</code>" in page
    assert "<li>also <code>#2/Statement/3</code></li>" in page
    whole = text("html", of_parts(""))
    assert "all.yaml:5:25</span> <span" in whole
    assert 'class="part"' not in whole


def test_the_page_counts_documents_and_not_files() -> None:
    assert "2 violations in 2 of 2 documents" in text("html", of_parts(*PARTS))
    assert "2 violations in 1 of 2 documents" in text("html", of_parts("#1", "#1"))


def test_what_is_waived_or_undecided_has_its_part_too() -> None:
    waived = accepted().findings[1]
    report = replace(everything(), findings=[changed(waived, part="#2")])
    assert "d.json:50:25  #2  push-to-one" in text("text", report)
    assert "d.json:50:25</span></a> " not in text("html", report).partition('class="waivers"')[2]
    assert '<span class="part">#2</span></a>' in text("html", report)
    undecided = text("html", of_parts("#2", status=Status.ERROR))
    assert '<span class="part">#2</span></a> <code>push-to-one</code>' in undecided
    whole = replace(everything(), findings=[waived])
    assert "d.json:50:25  push-to-one" in text("text", whole)


def test_a_difference_names_the_part() -> None:
    old = Saved(Input("old.json", "1" * 64), frozenset({"push-to-one"}), 2, (), decided=True)

    def lines(part: str) -> str:
        new = old._replace(findings=tuple(of_parts(part).findings))
        return "".join(render_text(difference(old, new, Severity.LOW)))

    assert "all.yaml:5  #2  push-to-one\n" in lines("#2")
    assert "all.yaml:5  push-to-one\n" in lines("")


@pytest.mark.parametrize("name", FORMATS)
def test_a_part_that_means_harm_is_text(name: str) -> None:
    """The reports of test_hostile.py have such parts everywhere; this one has nothing else."""
    written = text(name, of_parts(HOSTILE, "::error::owned", "##vso[task.complete]"))
    assert "\x1b" not in written
    assert "\u202e" not in written
    assert "<script>alert" not in written or name not in {"html", "junit"}
    for line in written.splitlines():
        ours = line.startswith(("##vso[task.logissue ", "##vso[task.complete result=Failed"))
        assert "##vso[" not in line or (name == "azure" and ours and line.count("##") == 1)
        assert not line.lstrip().startswith("::") or name == "github"
        assert not line.startswith("::error::owned")
