"""The limits of the gate: what is large, slow or hungry ends as an error and hides nothing.

A case is `tests/gate_limits/ATTACK/case.json`: its threat, the files it needs (see
`tests.threats`), the arguments, the exit code, what must be found, and patterns of what is printed.
Beside the files of an attack there is a policy with a violation, whose findings must be those of a
run without them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.conftest import ROOT
from tests.threats import Bounds, make, run

CASES = {
    path.parent.name: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "tests" / "gate_limits").glob("*/case.json"))
}
SCHEMA = json.loads((ROOT / "checker" / "report.schema.json").read_text(encoding="utf-8"))
WITNESS = "policies/zz-witness.json"
VIOLATION = "examples/violations/ecr-push-to-one-repository.json"
ARGUMENTS = ["builtin:ecr", "policies"]
USUAL = Bounds(patience=1200)
pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits are those of POSIX")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "run"
    place.mkdir()
    yield place
    # Python's own removal gives up in directories that are deep enough
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session")
def witnessed(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """Return the findings of the witness, alone."""
    place = tmp_path_factory.mktemp("witness") / "run"
    make(place, {WITNESS: {"copy": VIOLATION}})
    ran = run([*ARGUMENTS, "-o", "json"], place, USUAL)
    assert ran.code == 1
    return list(json.loads(ran.stdout)["findings"])


@pytest.mark.parametrize("name", CASES)
def test_case(name: str, place: Path, witnessed: list[Any]) -> None:
    case = CASES[name]
    witness = case.get("witness", True)
    make(place, case.get("files", {}))
    make(place, {WITNESS: {"copy": VIOLATION}} if witness else {})
    code, stdout, stderr = run(
        [*case.get("arguments", ARGUMENTS), "-o", "text", "-o", "json=report.json"],
        place,
        USUAL._replace(**{name: case[name] for name in ("seconds", "megabytes") if name in case}),
        env=case.get("env"),
    )
    assert code == case["exit"], stdout[-2000:] + stderr[-2000:]
    assert "Traceback" not in stderr
    for pattern in case.get("stdout", ()):
        assert re.search(pattern, stdout), pattern
    for pattern in case.get("stderr", ()):
        assert re.search(pattern, stderr), pattern
    report = place / "report.json"
    assert report.exists() is case.get("report", True)
    if report.exists():
        assert stderr == ""
        _hold(json.loads(report.read_bytes()), case, witnessed if witness else None)


def _hold(report: dict[str, Any], case: Mapping[str, Any], witnessed: list[Any] | None) -> None:
    """Hold a report to what a case says must be found, and to what must hold of any."""
    jsonschema.validate(report, SCHEMA)
    findings, summary = report["findings"], report["summary"]
    decided = sum(summary[name] for name in ("pass", "fail", "skip", "waived", "error"))
    assert decided == summary["documents"] * summary["rules"]
    assert summary.items() >= case.get("summary", {}).items()
    if witnessed is not None:
        assert [each for each in findings if each["document"] == WITNESS] == witnessed
        findings = [each for each in findings if each["document"] != WITNESS]
    for wanted in case.get("findings", ()):
        matching = [each for each in findings if _matches(each, wanted)]
        assert matching, (wanted, findings[:5])
        findings = [each for each in findings if each not in matching]
    if "findings" in case:
        assert not findings, findings[:5]


def _matches(finding: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Tell whether a finding is wanted; a place is `line:column`, a message a pattern."""
    location = finding["location"]
    place = f"{location['line']}:{location['column']}" if location else ""
    return (
        finding["document"] == wanted["document"]
        and finding["status"] == wanted.get("status", "error")
        and finding["rule"] == wanted.get("rule", "valid-document")
        and place == wanted.get("at", place)
        and re.search(wanted["message"], finding["message"]) is not None
    )
