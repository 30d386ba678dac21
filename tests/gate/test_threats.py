"""Each attack of SECURITY.md on the installed command: nothing passes, hangs, crashes or is hidden.

A case is a folder under tests/gate/attacks with its inputs and `case.json`; see `Case` for what
that says. It runs in a copy, beside the rule and the policy of tests/gate/attacks/common: their one
violation must be reported whatever else there is, unless the whole check is refused; so must those
that the shipped rules find in that policy, in the cases that ask for these. A run is bounded in
time and memory by `tests.gate.threats.Bounds`.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.gate.threats import Bounds, make, run
from tests.support.command import COMMAND, ROOT

GATE = ROOT / "tests" / "gate" / "attacks"
CASES = sorted(path.parent.name for path in GATE.glob("*/case.json"))
SCHEMA = json.loads((ROOT / "checker/report/report.schema.json").read_text(encoding="utf-8"))
KNOWN = {"fail known policies/known.json:3:47 everything is allowed"}
"""What must be found in the common policy by the common rule."""
SHIPPED = {
    (
        "fail ecr-access-to-all-is-read-only policies/known.json:3:64 "
        "ecr:BatchDeleteImage, ecr:BatchImportUpstreamImage and others can be used on *"
    ),
    "fail ecr-push-to-one-repository policies/known.json:3:64 push is allowed on *",
    (
        "fail ecr-repository-policies policies/known.json:3:64 "
        "ecr:SetRepositoryPolicy, ecr:DeleteRepositoryPolicy can be used on *"
    ),
}
"""What must be found there by `builtin:ecr`, in the cases that name it."""
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""Characters that no terminal may be sent, as they act and are not seen."""


@dataclass(frozen=True, slots=True)
class Case:
    """One attack, and what must come of it. Patterns are regular expressions.

    `findings` are all findings of the JSON report but the known ones, each as `STATUS RULE
    PATH:LINE:COLUMN MESSAGE` and matched as a whole; `summary` is a part of the report's. `stdout`
    and `stderr` must be found there, `never` in neither, `inside` in the file that an argument
    writes.
    """

    threat: str
    exit: int
    arguments: Sequence[str] = ("rules", "policies")
    findings: Sequence[str] = ()
    summary: Mapping[str, int] = field(default_factory=dict)
    stdout: Sequence[str] = ()
    stderr: Sequence[str] = ()
    never: Sequence[str] = ()
    inside: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, Any] = field(default_factory=dict)
    """Inputs that are no plain files of the folder, as `tests.gate.threats` makes them."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables, beside PATH and LC_ALL."""
    output: str = "text"
    """The format on standard output."""
    refused: bool = False
    """No check is performed, and no report made."""
    stale: bool = False
    """It is refused before the targets of reports are looked at, so that an older one is left."""
    bare: bool = False
    """The common rule and policy are not there."""
    to: str = ""
    """Where standard output goes: a device, or `closed`."""
    bounds: Mapping[str, Any] = field(default_factory=dict)
    """What the command may, where that is not the usual; see `tests.gate.threats.Bounds`."""


def load(name: str) -> Case:
    return Case(**json.loads((GATE / name / "case.json").read_text(encoding="utf-8")))


def lay_out(name: str, case: Case, root: Path) -> None:
    """Copy a case, and what is common to all, to where it is run."""
    shutil.copytree(GATE / name, root, dirs_exist_ok=True, symlinks=True)
    if not case.bare:
        shutil.copytree(GATE / "common", root, dirs_exist_ok=True)
    make(root, case.files)


def told(finding: Mapping[str, Any]) -> str:
    """Return a finding of a JSON report as one line."""
    place = finding["location"]
    where = f":{place['line']}:{place['column']}" if place else ""
    return (
        f"{finding['status']} {finding['rule']} {finding['document']}{where} {finding['message']}"
    )


def check_report(case: Case, path: Path, code: int) -> None:
    """Compare a JSON report with what the case expects, and with itself."""
    report = json.loads(path.read_text(encoding="ascii"))
    jsonschema.validate(report, SCHEMA)
    summary = report["summary"]
    assert summary["exit_code"] == code
    statuses = ("pass", "fail", "skip", "waived", "error")
    assert sum(summary[each] for each in statuses) == summary["documents"] * summary["rules"]
    for row in report["rules"]:
        assert sum(row[each] for each in statuses) == summary["documents"]
    assert {name: summary[name] for name in case.summary} == case.summary
    check_findings(case, set(map(told, report["findings"])))


def check_findings(case: Case, found: set[str]) -> None:
    """Compare findings with the known ones and those that the case expects."""
    assert found >= known(case)
    others = found - known(case)
    matched = {
        pattern: {line for line in others if re.fullmatch(pattern, line, re.DOTALL)}
        for pattern in case.findings
    }
    missing = [pattern for pattern, lines in matched.items() if not lines]
    assert not missing, (missing, sorted(others)[:5])
    unexpected = others.difference(*matched.values())
    assert not unexpected, sorted(unexpected)[:5]


def known(case: Case) -> set[str]:
    """Return what must be found in the common policy."""
    if case.bare:
        return set()
    return KNOWN | SHIPPED if "builtin:ecr" in case.arguments else KNOWN


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """Give a folder for files that are too large, or too deep, for pytest to keep."""
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.mark.parametrize("name", CASES)
def test_attack(name: str, place: Path) -> None:
    case = load(name)
    root = place / "run"
    lay_out(name, case, root)
    report = place / "report.json"
    report.write_text("an older report", encoding="utf-8")
    code, stdout, stderr = run(
        ["check", *case.arguments, "-o", case.output, "-o", "json=../report.json"],
        root,
        Bounds(**case.bounds),
        env=case.env,
        to=case.to,
    )

    assert code == case.exit, stdout[-2000:] + stderr[-2000:]
    for stream, patterns in ((stdout, case.stdout), (stderr, case.stderr)):
        for pattern in patterns:
            assert re.search(pattern, stream), pattern
    for pattern in ("Traceback", "internal error", *case.never):
        assert not re.search(pattern, stdout + stderr), pattern
    for target, patterns in case.inside.items():
        content = (root / target).read_text(encoding="utf-8")
        for pattern in patterns:
            assert re.search(pattern, content), pattern
    assert not RAW.search(stdout + stderr)
    if case.output == "text":
        assert not re.search(r"^\s*(::|##)|##(vso)?\[", stdout + stderr, re.MULTILINE)

    assert report.exists() is (case.stale or not case.refused)
    if not case.refused:
        assert stderr == ""
        check_report(case, report, code)


def test_a_killed_run_leaves_no_older_report(tmp_path: Path) -> None:
    """Killed while it waits for a document on standard input."""
    report = tmp_path / "report.json"
    report.write_text("an older report", encoding="utf-8")
    with subprocess.Popen(
        [COMMAND, "check", GATE / "common" / "rules", "-", "-o", f"json={report}"],
        stdin=subprocess.PIPE,
    ) as process:
        for _ in range(Bounds().patience * 10):
            if not report.exists():
                break
            time.sleep(0.1)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("delay", [0, 0.001, 0.003, 0.01, 0.03, 0.1])
def test_a_killed_run_leaves_a_whole_report_or_none(tmp_path: Path, delay: float) -> None:
    """Killed when writing starts, or a little later; what holds does so at any moment."""
    documents = tmp_path / "documents"
    documents.mkdir()
    policy = (GATE / "common" / "policies" / "known.json").read_bytes()
    for number in range(400):
        (documents / f"{number}.json").write_bytes(policy)
    place = tmp_path / "reports"
    place.mkdir()
    report = place / "report.json"
    with subprocess.Popen(
        [COMMAND, "check", GATE / "common" / "rules", documents, "-o", f"json={report}"]
    ) as process:
        while process.poll() is None and not list(place.iterdir()):
            pass
        time.sleep(delay)
        process.kill()
    if report.exists():
        assert len(json.loads(report.read_text(encoding="ascii"))["findings"]) == 400
