"""The stream of JSON objects: those of the JSON report, and an end that is seen."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from checker.problems import Location, Problem
from checker.render.json import render as render_json
from checker.render.jsonl import render
from checker.render.stream import dump
from checker.report import Report
from tests.support.command import ROOT
from tests.support.report_readers import read_jsonl
from tests.support.reports import accepted, hostile, passed

SCHEMA = json.loads((ROOT / "checker/report/report.schema.json").read_text(encoding="utf-8"))


def lines(report: Report) -> list[dict[str, Any]]:
    return read_jsonl("".join(render(report)))


def test_it_says_what_the_json_report_says() -> None:
    warning = Problem("rules/a.yaml", "take care", Location(3, 5, 3, 8))
    for made in (accepted(), hostile(), passed()):
        report = replace(made, warnings=[warning])
        whole = json.loads("".join(render_json(report)))
        head, *parts, summary = lines(report)
        plural = {
            "finding": "findings",
            "document": "documents",
            "warning": "warnings",
            "rule": "rules",
        }
        for kind, name in plural.items():
            mine = [{k: v for k, v in each.items() if k != "type"} for each in parts]
            of_kind = [each for each, part in zip(mine, parts, strict=True) if part["type"] == kind]
            assert of_kind == whole[name]
        assert summary == {"type": "summary", **whole["summary"]}
        assert head == {
            "type": "report",
            "version": whole["version"],
            "fingerprints": whole["fingerprints"],
            "tool": whole["tool"],
            "inputs": whole["inputs"],
        }


def test_findings_are_as_the_schema_says() -> None:
    schema = {**SCHEMA["properties"]["findings"]["items"], "$defs": SCHEMA["$defs"]}
    found = [each for each in lines(accepted()) if each["type"] == "finding"]
    assert len(found) == 5
    for each in found:
        jsonschema.validate(each, schema)


def test_a_stream_that_was_cut_off_has_no_summary() -> None:
    whole = list(render(accepted()))
    assert json.loads(whole[-1])["exit_code"] == 1
    for index in range(len(whole)):
        assert '"summary"' not in "".join(whole[:index])


def test_every_piece_is_one_line() -> None:
    for piece in render(hostile()):
        assert piece.count("\n") == 1
        assert piece.endswith("}\n")


@pytest.mark.parametrize(
    "text", ["##vso[task.complete]", "##[error]x", "###[x", "\\##[", "#" * 9 + "[", "\\#\n#", "#"]
)
def test_json_is_no_command_and_means_the_same(text: str) -> None:
    written = dump({text: [text, 1]})
    assert "##" not in written
    assert json.loads(written) == {text: [text, 1]}
