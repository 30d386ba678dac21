"""More findings than there is room for: what is told, and that nothing passes for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from checker import kinds, rules
from checker.documents import Selection, find
from checker.reader import AS_GIVEN, Limits
from checker.report import (
    DOCUMENT_RULE,
    Exit,
    Finding,
    Judged,
    Place,
    Report,
    RuleText,
    Severity,
    Status,
    Waiver,
)
from checker.run import collect, pipeline
from checker.run.decide import Work
from checker.run.together import Decided
from checker.settings import Settings
from tests.gate.threats import make
from tests.support.command import PATIENCE
from tests.support.reports import changed

POLICY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"},
}
DOCUMENTS = 4
FOUND = 10
"""Violations of each of two rules on each document."""


def rule(name: str, found: int = FOUND, message: str = "{{ n }} is one") -> str:
    return json.dumps(
        {
            "id": name,
            "title": f"title of {name}",
            "severity": "low",
            "kind": "aws-iam-policy",
            "description": "d",
            "remediation": f"remedy of {name}",
            "for_each": {"n": f"lists.range({found})"},
            "require": "n < 0",
            "message": message,
        }
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name in ("a-rule", "b-rule"):
        (tmp_path / "rules").mkdir(exist_ok=True)
        (tmp_path / "rules" / f"{name}.yaml").write_text(rule(name), encoding="utf-8")
    (tmp_path / "policies").mkdir()
    for number in range(DOCUMENTS):
        path = tmp_path / "policies" / f"{number}.json"
        path.write_text(json.dumps(POLICY), encoding="utf-8")
    return Settings(rules=[str(tmp_path / "rules")], policies=[str(tmp_path / "policies")])


def told(report: Report, status: Status) -> list[Judged]:
    return [each for each in report.findings if each.status is status]


@pytest.mark.parametrize("room", range(0, 2 * FOUND * DOCUMENTS, 7))
def test_what_a_run_has_no_room_for_is_one_error(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    monkeypatch.setattr(collect, "MOST_FINDINGS", room)
    report = pipeline.check(settings)
    assert report.exit_code is Exit.NOT_EVALUATED
    assert len(told(report, Status.FAIL)) == room
    (error,) = told(report, Status.ERROR)
    assert report.findings[0] is error, "the report begins with it"
    pair = room // FOUND
    assert (error.rule, Path(error.file).name) == (
        ("a-rule", "b-rule")[pair % 2],
        f"{pair // 2}.json",
    )
    assert "check fewer files at once" in error.message
    counts = [(row.counts[Status.FAIL], row.counts[Status.ERROR]) for row in report.rules]
    assert counts == [
        ((pair + 1) // 2, DOCUMENTS - (pair + 1) // 2),
        (pair // 2, DOCUMENTS - pair // 2),
    ]


def test_where_there_is_room_for_all_nothing_is_an_error(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collect, "MOST_FINDINGS", 2 * FOUND * DOCUMENTS)
    report = pipeline.check(settings)
    assert report.exit_code is Exit.VIOLATIONS
    assert len(report.findings) == 2 * FOUND * DOCUMENTS
    assert {(each.title, each.remediation) for each in report.findings} == {
        (f"title of {name}", f"remedy of {name}") for name in ("a-rule", "b-rule")
    }


def test_documents_that_are_broken_take_room_too(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in Path(settings.policies[0]).iterdir():
        path.write_text('{"Statement": ', encoding="utf-8")
    monkeypatch.setattr(collect, "MOST_FINDINGS", 2)
    report = pipeline.check(settings)
    assert [each.rule for each in report.findings] == [DOCUMENT_RULE] * 3
    assert sum("in one run" in each.message for each in report.findings) == 1
    assert {row.counts[Status.ERROR] for row in report.rules} == {DOCUMENTS}


@pytest.mark.parametrize("room", [0, 1, 9, 10, 13, 19])
def test_what_a_document_has_no_room_for_is_an_error_of_the_rule(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    decision = decided(settings, monkeypatch, room)
    failed = [each for each in decision.findings if each.status is Status.FAIL]
    assert len(failed) == room
    first = Status.ERROR if room < FOUND else Status.FAIL
    assert decision.statuses == (first, Status.ERROR)
    (*_, last) = decision.findings
    assert (last.rule, last.status) == ("b-rule", Status.ERROR)
    assert "on one document" in last.message


def test_a_rule_that_finds_nothing_passes_where_there_is_no_room(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(settings.rules[0]) / "b-rule.yaml"
    path.write_text(rule("b-rule").replace("n < 0", "n >= 0"), encoding="utf-8")
    assert decided(settings, monkeypatch, 0).statuses == (Status.ERROR, Status.PASS)


def decided(settings: Settings, monkeypatch: pytest.MonkeyPatch, room: int) -> Decided:
    """Return what is decided on the first document where there is room for some findings."""
    monkeypatch.setattr("checker.run.decide.MOST_FINDINGS", room)
    known = {kind.name: kind for kind in kinds.builtin()}
    loaded = rules.load(settings.rules, known, {}, Limits()).rules
    selection = Selection(settings.policies, known)
    work = Work(loaded, find(selection, AS_GIVEN), selection, Limits())
    (found,) = work.decide(0).documents
    return found


def test_a_long_finding_counts_for_several() -> None:
    place = Place("/Statement/0", None, "x" * 400)
    finding = Finding(
        rule="r",
        severity=Severity.LOW,
        status=Status.FAIL,
        file="d",
        part="",
        kind="k",
        subject="",
        place=place,
        related=(),
        message="m" * 500,
        fingerprint="0" * 32,
    )
    judged = Judged(finding, RuleText("t", "r"))
    assert judged.size == finding.size == 2
    assert changed(judged, message="m" * 2000).size == 3
    assert changed(judged, message="\u4e2d" * 1000).size == 4
    assert changed(judged, related=(place,) * 20).size == 14
    assert changed(judged, subject="s" * 1_000_000).size == 1002
    assert changed(judged, title="t" * 10_000).size == 12
    assert changed(judged, remediation="r" * 10_000).size == 12
    waiver = Waiver("w" * 10_000, "o" * 10_000, date.min)
    assert changed(judged, waiver=waiver).size == 22


def test_controls_take_room_as_they_may_stand_at_each_finding(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(settings.rules[0]) / "a-rule.yaml"
    controls = {"house-rules": ["c" * 9_000 for _ in range(4)]}
    path.write_text(json.dumps({**json.loads(rule("a-rule")), "controls": controls}))
    monkeypatch.setattr(collect, "MOST_FINDINGS", 37 * FOUND - 1)
    report = pipeline.check(settings)
    assert len(told(report, Status.FAIL)) == FOUND - 1


ROOM = 20_000
LOWERED = f"""
import sys
from pathlib import Path
from checker.cli import main
from checker.run import collect
collect.MOST_FINDINGS = {ROOM}
try:
    main(sys.argv[1:])
finally:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    Path("peak").write_text(status.split("VmPeak:")[1].split()[0], encoding="ascii")
"""
"""The command with room for a tenth of the usual; it tells how much memory it took, in KiB."""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
def test_a_run_that_finds_without_end_is_bounded(tmp_path: Path) -> None:
    """More findings than there is room for take no more memory, and fail the run."""
    few, many = (_peak(tmp_path / str(documents), documents) for documents in (3, 8))
    assert many < few * 1.15


def _peak(root: Path, documents: int) -> int:
    """Return how much memory the command takes where each document has 9,900 findings."""
    policy = {"text": json.dumps(POLICY), "times": documents}
    make(root, {"rules/all.yaml": rule("all", 9_900, "as it is"), "policies/{i}.json": policy})
    arguments = ["rules", "policies", "-o", "jsonl=report.jsonl", "-o", "text"]
    ran = subprocess.run(
        [sys.executable, "-c", LOWERED, *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ran.returncode == Exit.NOT_EVALUATED, ran.stderr
    assert b"in one run" in ran.stdout[:2000]
    lines = (root / "report.jsonl").read_text(encoding="ascii").splitlines()
    assert sum('"type": "finding"' in line for line in lines) == ROOM + 1
    assert json.loads(lines[-1])["exit_code"] == Exit.NOT_EVALUATED
    return int((root / "peak").read_text(encoding="ascii"))
