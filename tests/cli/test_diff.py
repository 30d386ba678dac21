"""`policy-check diff`: what is new between two reports, and a gate that no undecided run opens."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from checker.problems import Location
from checker.render.difference import render_json, render_text
from checker.render.json import render
from checker.report import (
    Finding,
    Input,
    Judged,
    Place,
    Report,
    RuleText,
    Saved,
    Severity,
    Status,
    Waiver,
)
from checker.report.differences import Difference, difference
from tests.support.command import ROOT, Run
from tests.support.golden import RENDER, compare
from tests.support.reports import HOSTILE, accepted, changed, decided, everything, passed

CASES = ROOT / "tests" / "cases"
WAIVER = Waiver("r", "o", date(2027, 3, 31))
FAIL, WAIVED, ERROR = Status.FAIL, Status.WAIVED, Status.ERROR


def finding(
    name: str, status: Status = FAIL, severity: Severity = Severity.HIGH, rule: str = "a-rule"
) -> Judged:
    place = Place("/Statement/0", Location(4, 5, 9, 6))
    found = Finding(
        rule=rule,
        severity=severity,
        status=FAIL if status is WAIVED else status,
        file=f"{name}.json",
        part="",
        kind="k",
        subject="/S",
        place=place,
        related=(),
        message=f"of {name}",
        fingerprint=name,
    )
    return Judged(found, RuleText("t", "r"), WAIVER if status is WAIVED else None)


def saved(*findings: Judged, is_decided: bool = True, rules: Iterable[str] = ("a-rule",)) -> Saved:
    return Saved(Input("r.json", "1" * 64), frozenset(rules), 3, findings, is_decided)


def names(findings: Iterable[Judged]) -> str:
    return " ".join(each.fingerprint for each in findings)


@pytest.mark.parametrize(
    ("old", "new", "group"),
    [
        (None, FAIL, "added"),
        (WAIVED, FAIL, "added"),
        (ERROR, FAIL, "added"),
        (FAIL, FAIL, "unchanged"),
        (FAIL, None, "fixed"),
        (FAIL, WAIVED, "waived"),
        (FAIL, ERROR, "undecided"),
        (None, ERROR, "undecided"),
        (None, WAIVED, ""),
        (WAIVED, WAIVED, ""),
        (WAIVED, None, ""),
        (ERROR, None, ""),
    ],
)
def test_each_finding_is_in_one_group(old: Status | None, new: Status | None, group: str) -> None:
    before = saved(*([finding("x", old)] if old else []))
    after = saved(*([finding("x", new)] if new else []))
    found = difference(before, after, Severity.LOW)
    for name in ("added", "fixed", "waived", "unknown", "unchanged", "undecided"):
        assert names(getattr(found, name)) == ("x" if name == group else "")
    assert found.exit_code == (1 if group == "added" else 0)


def test_what_a_rule_found_that_is_not_run_any_more_is_not_fixed() -> None:
    old = saved(finding("x"), finding("y", rule="gone"), finding("z", rule="current-waiver"))
    found = difference(old, saved(), Severity.LOW)
    assert (names(found.fixed), names(found.unknown)) == ("x z", "y")


def test_what_is_undecided_now_is_not_fixed() -> None:
    old = saved(*(finding(name) for name in ("x", "y", "z")))
    broken = changed(finding("new", ERROR, rule="valid-document"), file="x.json")
    other = changed(finding("more", ERROR), file="y.json")
    found = difference(old, saved(broken, other, is_decided=False), Severity.LOW)
    assert (names(found.fixed), names(found.unknown)) == ("z", "x y")


def test_a_baseline_makes_nothing_old() -> None:
    found = difference(saved(), saved(finding("x")._replace(known=True)), Severity.LOW)
    assert names(found.added) == "x"


@pytest.mark.parametrize(
    ("level", "code"), [("low", 1), ("medium", 1), ("high", 0), ("critical", 0)]
)
def test_only_what_reaches_the_fail_level_fails(level: str, code: int) -> None:
    new = saved(finding("x", severity=Severity.LOW), finding("y", severity=Severity.MEDIUM))
    assert difference(saved(), new, Severity.of(level)).exit_code == code


def test_a_new_run_that_did_not_decide_all_is_no_pass_and_an_old_one_may_be() -> None:
    broken = saved(is_decided=False)
    assert difference(saved(), broken, Severity.LOW).exit_code == 2
    assert difference(saved(finding("x")), broken, Severity.LOW).exit_code == 2
    assert difference(broken, saved(), Severity.LOW).exit_code == 0
    assert difference(broken, saved(finding("x")), Severity.LOW).exit_code == 1


def variants() -> dict[str, Difference]:
    low = finding("low", severity=Severity.LOW)
    old = saved(
        finding("same"), finding("fixed"), finding("waived"), finding("gone", rule="gone"),
        rules=("a-rule", "gone"),
    )  # fmt: skip
    long = changed(finding("long"), message="push is allowed on everything there is " * 5)
    new = saved(
        finding("new", severity=Severity.CRITICAL), long, finding("same"),
        finding("waived", WAIVED), low,
    )  # fmt: skip
    undecided = saved(finding("x", ERROR), is_decided=False)
    return {
        "new": difference(old, new, Severity.MEDIUM),
        "nothing": difference(old, old, Severity.LOW),
        "below": difference(saved(), saved(low), Severity.HIGH),
        "undecided": difference(old, undecided, Severity.LOW),
    }


SGR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("name", ["new", "nothing", "below", "undecided"])
def test_the_text_is_the_golden_one(name: str) -> None:
    text = "".join(render_text(variants()[name]))
    compare(RENDER / f"diff-{name}.txt", text)
    coloured = "".join(render_text(variants()[name], colour=True))
    assert SGR.sub("", coloured) == text != coloured
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("name", ["new", "undecided"])
def test_the_json_is_the_golden_one(name: str) -> None:
    text = "".join(render_json(variants()[name]))
    compare(RENDER / f"diff-{name}.json", text)
    data = json.loads(text)
    for group, findings in data["findings"].items():
        assert data["summary"][group] == len(findings)


def test_text_of_others_drives_no_terminal_and_no_ci_system() -> None:
    bad = changed(finding("x"), file=HOSTILE, message=HOSTILE, rule=HOSTILE)
    new = saved(bad)._replace(input=Input(HOSTILE, "1" * 64))
    text = "".join(render_text(difference(saved(), new, Severity.LOW)))
    assert not set("\x1b\x00\x07\x85\u2028\u202e\u2066\r") & set(text)
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
    assert "##vso[" not in text
    data = "".join(render_json(difference(saved(), new, Severity.LOW)))
    assert data.isascii()
    assert "##vso[" not in data


def write(folder: Path, name: str, report: Report) -> str:
    (folder / name).write_text("".join(render(report)))
    return name


def test_the_command_says_what_is_new(policy_check: Run, tmp_path: Path) -> None:
    report = decided(everything())
    old = write(tmp_path, "old.json", replace(report, findings=report.findings[1:]))
    new = write(tmp_path, "new.json", report)
    ran = policy_check("diff", old, new, cwd=tmp_path)
    assert ran.returncode == 1
    assert b"NEW       HIGH     a.json:5  push-to-one\n" in ran.stdout
    assert ran.stdout.endswith(b"FAILED: 1 new violation (exit 1)\n")
    assert policy_check("diff", new, old, cwd=tmp_path).returncode == 0
    assert policy_check("diff", new, new, cwd=tmp_path).returncode == 0
    assert policy_check("diff", old, new, "--fail-level=critical", cwd=tmp_path).returncode == 0
    ran = policy_check("diff", old, new, cwd=tmp_path, env={"POLICY_CHECK_FAIL_LEVEL": "critical"})
    assert ran.returncode == 0
    ran = policy_check("diff", old, new, "-o", "json", cwd=tmp_path)
    assert json.loads(ran.stdout)["summary"]["new"] == 1
    ran = policy_check("diff", old, new, "--color=always", cwd=tmp_path)
    assert b"\x1b[" in ran.stdout


def test_a_run_that_was_not_decided_never_becomes_a_pass(policy_check: Run, tmp_path: Path) -> None:
    good = write(tmp_path, "good.json", passed())
    for report in (everything(), replace(passed(), rules=[]), replace(passed(), checked=[])):
        bad = write(tmp_path, "bad.json", report)
        assert policy_check("diff", good, bad, cwd=tmp_path).returncode == 2
        assert policy_check("diff", bad, bad, cwd=tmp_path).returncode == 2
        ran = policy_check("diff", bad, bad, "--fail-level=critical", "-o", "json", cwd=tmp_path)
        assert ran.returncode == json.loads(ran.stdout)["summary"]["exit_code"] == 2


@pytest.mark.parametrize("bad", ["missing.json", "text.json", "."])
def test_what_is_no_report_is_exit_2(policy_check: Run, tmp_path: Path, bad: str) -> None:
    good = write(tmp_path, "good.json", accepted())
    (tmp_path / "text.json").write_text("{}")
    for pair in ((good, bad), (bad, good)):
        ran = policy_check("diff", *pair, cwd=tmp_path)
        assert (ran.returncode, ran.stdout) == (2, b"")
        assert b"nothing was compared" in ran.stderr


def test_two_runs_differ_by_what_changed_between_them(policy_check: Run, tmp_path: Path) -> None:
    shutil.copytree(CASES / "baseline", tmp_path / "here")
    new = policy_check("rules", "policies", "-o", "json", cwd=tmp_path / "here").stdout
    (tmp_path / "new.json").write_bytes(new)
    old = CASES / "baseline" / "baseline.json"
    data: Any = json.loads(policy_check("diff", old, tmp_path / "new.json", "-o", "json").stdout)
    assert data["summary"] == {
        "new": 2,
        "fixed": 1,
        "waived": 0,
        "unknown": 0,
        "unchanged": 2,
        "undecided": 0,
        "fail_level": "low",
        "exit_code": 1,
    }
