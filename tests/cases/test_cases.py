"""End to end: the installed command on the folders of tests/cases, as a user would run it.

A case is a folder with `case.json`, its inputs, and under `expected/` what the command writes:
stdout.txt, stderr.txt and report.json. `case.json` has the arguments, the exit code and,
optionally, `stdin`, `env` and the folders of this project that the case needs (`project`). The
command runs in a copy of the folder outside of any repository, so that names are relative to the
folder.
UPDATE_GOLDEN=1 writes the expected files anew; read the difference before you commit it.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import jsonschema
import pytest

from checker import __version__
from checker.iam import catalogue
from tests.support.command import ROOT, Run

CASES = sorted(path.parent for path in (ROOT / "tests" / "cases").glob("*/case.json"))
UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))
SCHEMA = json.loads((ROOT / "checker/report/report.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Path, policy_check: Run, tmp_path: Path) -> None:
    given = json.loads((case / "case.json").read_text(encoding="utf-8"))
    target = tmp_path / "report.json"
    folder = tmp_path / "case"
    shutil.copytree(case, folder, symlinks=True, ignore=shutil.ignore_patterns("expected"))
    for name in given.get("project", ()):
        shutil.copytree(ROOT / name, folder / name)
    ran = policy_check(
        *given["arguments"],
        *(() if "--help" in given["arguments"] else ("-o", "text", "-o", f"json={target}")),
        cwd=folder,
        env=given.get("env", {}),
        stdin=given.get("stdin", "").encode(),
    )
    report = target.read_text(encoding="ascii") if target.exists() else ""
    _compare(case / "expected" / "stdout.txt", ran.stdout.decode("utf-8"))
    _compare(case / "expected" / "stderr.txt", ran.stderr.decode("utf-8"))
    _compare(case / "expected" / "report.json", report)
    assert ran.returncode == given["exit"]
    if report:
        data = json.loads(report)
        jsonschema.validate(data, SCHEMA)
        summary = data["summary"]
        decided = sum(summary[name] for name in ("pass", "fail", "skip", "waived", "error"))
        assert decided == summary["documents"] * summary["rules"]
        assert summary["exit_code"] == ran.returncode


def _compare(golden: Path, text: str) -> None:
    text = text.replace(__version__, "VERSION").replace(catalogue.updated(), "YYYY-MM-DD")
    if UPDATE and text:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    elif UPDATE:
        golden.unlink(missing_ok=True)
    assert text == (golden.read_text(encoding="utf-8") if golden.exists() else "")
