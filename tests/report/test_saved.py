"""A JSON report is read back to what was written; anything else is no report."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from checker.problems import InputError
from checker.reader import Limits
from checker.render.json import render
from checker.report import FileCounts, Input, Place, Report, Severity, Status
from checker.report.saved import LIMITS, load
from checker.run.pipeline import check
from checker.settings import Settings
from tests.support.command import ROOT
from tests.support.git import commit
from tests.support.reports import (
    HOSTILE,
    accepted,
    changed,
    decided,
    everything,
    hostile,
    many,
    passed,
)


def saved(folder: Path, report: Report | str) -> Path:
    path = folder / "report.json"
    path.write_text(report if isinstance(report, str) else "".join(render(report)))
    return path


def refused(folder: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(str(saved(folder, text)))
    return [problem.message for problem in caught.value.problems]


SOUND = HOSTILE.replace("\ud800", "").replace("\ufffe", "")
"""Without half a character, which no document can hold and no strict reader takes."""


@pytest.mark.parametrize(
    "report", [everything(), accepted(), passed(), hostile(SOUND), many(40)], ids=range(5)
)
def test_a_report_is_read_as_it_was_written(tmp_path: Path, report: Report) -> None:
    found = load(str(saved(tmp_path, report)))
    rules = {rule.id: rule.title for rule in report.rules}
    assert found.rules == rules.keys()
    assert found.documents == report.documents
    assert len(found.input.sha256) == 64
    for mine, theirs in zip(found.findings, report.findings, strict=True):
        pointer = theirs.place.pointer if theirs.place.location else ""
        place = theirs.place._replace(pointer=pointer)
        assert mine == changed(
            theirs,
            title=rules.get(theirs.rule, ""),
            place=_as_written(place),
            related=tuple(map(_as_written, theirs.related)),
        )


def _as_written(place: Place) -> Place:
    """Return what a JSON report says of a place."""
    return place._replace(excerpt="", skipped=0, file_pointer=place.pointer)


def test_a_part_and_its_places_in_the_file_are_kept(tmp_path: Path) -> None:
    report = everything()
    place = report.findings[2].place._replace(file_pointer="/PolicyVersion/Document/Statement/0")
    part = "#2/PolicyVersion/Document"
    finding = changed(report.findings[2], part=part, place=place, related=())
    (found,) = load(str(saved(tmp_path, replace(report, findings=[finding])))).findings
    assert (found.part, found.place.file_pointer) == (part, place.file_pointer)
    assert found.address == f"{part}/Statement/0"


def test_a_report_of_before_documents_had_parts_is_read(tmp_path: Path) -> None:
    data = json.loads("".join(render(everything())))
    for each in data["findings"]:
        del each["part"]
        for place in filter(None, (each["location"], *each["related"])):
            del place["file_pointer"]
    del data["documents"], data["inputs"]["files"], data["summary"]["documents_without_rules"]
    for name in ("mentioned", "ignored", "idle_globs"):
        del data["inputs"][name]
    found = load(str(saved(tmp_path, json.dumps(data)))).findings
    assert [each.part for each in found] == [""] * 4
    assert [each.fingerprint for each in found] == [
        each.fingerprint for each in everything().findings
    ]


def test_what_was_undecided_stays_so_whatever_waiver_a_report_claims(tmp_path: Path) -> None:
    data = json.loads("".join(render(everything())))
    waiver = {"reason": "r", "owner": "o", "expires": "2027-01-01"}
    data["findings"] = [{**data["findings"][1], "waiver": waiver}]
    data["summary"]["error"] = 0
    data["summary"]["exit_code"] = 0
    found = load(str(saved(tmp_path, json.dumps(data))))
    assert [each.status for each in found.findings] == [Status.ERROR]
    assert not found.decided


def test_what_was_violated_is_known_and_nothing_else(tmp_path: Path) -> None:
    report = accepted()
    found = load(str(saved(tmp_path, report))).earlier
    failed = [each for each in report.findings if each.status is Status.FAIL]
    assert {each.status for each in report.findings} > {Status.FAIL}
    assert found.findings == {each.fingerprint: each.severity for each in failed}
    assert found.input.path.endswith("report.json")


@pytest.mark.parametrize(
    ("report", "is_decided"),
    [
        (everything(), False),
        (decided(everything()), True),
        (passed(), True),
        (replace(passed(), rules=[]), False),
        (replace(everything(), findings=[]), False),
        (replace(passed(), strict=True, files=FileCounts(unread=("a.conf",))), False),
    ],
    ids=range(6),
)
def test_a_run_that_did_not_decide_all_is_told(
    tmp_path: Path, report: Report, is_decided: object
) -> None:
    assert load(str(saved(tmp_path, report))).decided is is_decided


def test_a_pair_that_was_not_decided_is_told_whatever_the_exit_code_says(tmp_path: Path) -> None:
    data = json.loads("".join(render(passed())))
    data["summary"].update(error=1)
    assert not load(str(saved(tmp_path, json.dumps(data)))).decided


def test_a_check_shows_its_trend_against_an_earlier_report() -> None:
    case = ROOT / "tests" / "cases" / "baseline"
    options = Settings(rules=[str(case / "rules")], policies=[str(case / "policies")])
    report = check(replace(options, previous=str(case / "baseline.json")))
    assert report.previous is not None
    assert len(report.previous.findings) == 3
    assert not any(each.known for each in report.findings)
    assert check(options).previous is None


@pytest.mark.parametrize(
    "text",
    ["[]", "5", "{}", '{"version": 1}', '{"findings": []}', '{"Statement": []}'],
)
def test_another_document_is_no_report(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, text) == [
        "not a JSON report of policy-check: create one with `-o json=FILE`"
    ]


@pytest.mark.parametrize("text", ["", "{", "null null", '{"version": 1, "version": 1}', "\ufeff["])
def test_a_file_that_is_no_json_is_refused(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, text)


@pytest.mark.parametrize("version", [0, 2, "1", 1.5, [1]])
def test_another_version_is_refused(tmp_path: Path, version: object) -> None:
    data = json.loads("".join(render(everything())))
    messages = refused(tmp_path, json.dumps({**data, "version": version}))
    assert messages == ["the version of the report is not 1: create the report again"]


Change = Callable[[Any], object]


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.pop("summary"),
        lambda data: data.pop("rules"),
        lambda data: data["findings"].append("text"),
        lambda data: data["findings"][0].pop("fingerprint"),
        lambda data: data["findings"][0].update(fingerprint="x"),
        lambda data: data["findings"][0].update(status="pass"),
        lambda data: data["findings"][0].update(severity="none"),
        lambda data: data["findings"][0].update(location={"line": 0}),
        lambda data: data["findings"][0].update(known="yes"),
        lambda data: data["findings"][0].update(waiver={"reason": "r"}),
        lambda data: data["findings"][1].update(
            waiver={"reason": "r", "owner": "o", "expires": "soon"}
        ),
        lambda data: data["summary"].update(exit_code=130),
        lambda data: data.update(findings={}),
        lambda data: data.update(version=True),
    ],
    ids=range(14),
)
def test_a_report_with_a_fault_is_refused(tmp_path: Path, change: Change) -> None:
    data = json.loads("".join(render(accepted())))
    load(str(saved(tmp_path, json.dumps(data))))
    changed = copy.deepcopy(data)
    change(changed)
    assert json.dumps(changed) != json.dumps(data)
    assert refused(tmp_path, json.dumps(changed))


def test_fields_may_be_added_within_a_version(tmp_path: Path) -> None:
    data = json.loads("".join(render(everything())))
    data["new"] = data["findings"][0]["new"] = {"a": 1}
    assert len(load(str(saved(tmp_path, json.dumps(data)))).findings) == 4


def test_a_report_may_be_larger_than_other_inputs_and_not_endless(tmp_path: Path) -> None:
    path = saved(tmp_path, many(10))
    assert LIMITS.max_bytes > Limits().max_bytes
    with pytest.raises(InputError, match="larger than the limit"):
        load(str(path), limits=Limits(max_bytes=1000))


@pytest.mark.parametrize("name", ["missing.json", ".", "", "a\0b"])
def test_a_report_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError):
        load(name)


def test_a_report_may_be_at_a_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(tmp_path, accepted())
    commit(tmp_path)
    here = load(str(tmp_path / "report.json"))
    (tmp_path / "report.json").unlink()
    monkeypatch.chdir(tmp_path)
    there = load("git:HEAD:report.json")
    assert there == here._replace(input=Input("git:HEAD:report.json", here.input.sha256))


def test_severities_are_kept(tmp_path: Path) -> None:
    found = load(str(saved(tmp_path, many(4)))).earlier
    assert sorted(found.findings.values()) == list(Severity)


def test_dates_of_waivers_are_days(tmp_path: Path) -> None:
    found = load(str(saved(tmp_path, accepted())))
    waivers = [each.waiver for each in found.findings if each.waiver]
    assert [each.expires for each in waivers] == [date(2027, 3, 31)]
