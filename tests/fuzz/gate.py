"""Checks a file with rules in memory or by the command itself, and returns the gate's verdict."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from unittest import mock
from zlib import crc32

from checker import cli
from checker.documents import Document, Entry, Selection, document, load_bytes
from checker.problems import InputError
from checker.reader import Limits, parse, read_bytes
from checker.render import FORMATS
from checker.report import (
    CheckedDocument,
    Exit,
    Finding,
    Judged,
    Report,
    RuleCounts,
    RuleText,
    Severity,
    Status,
)
from checker.rules import Rule
from checker.rules.rule_files import builtin_root
from checker.run.evaluate import broken, evaluate
from tests.fuzz.case import Case, hold
from tests.fuzz.seeds import known_kinds

_BY_COMMAND = 64
"""Of so many cases one is decided by the command too."""
_MEMORY = Path("/dev/shm")  # noqa: S108 - where a file is no work for the disk
_TODAY = date(2026, 11, 25)


@contextmanager
def folder() -> Iterator[Path]:
    """Give an empty folder for a while."""
    place = str(_MEMORY) if os.access(_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as name:
        yield Path(name)


def read(case: Case, kind: str = "") -> Document:
    """Return the one document that a case is, of a kind if one is given."""
    try:
        reading = parse(read_bytes(case.name, case.content))
        return document(reading, _selection(), kind)
    except InputError as error:
        return Document(case.name, problems=error.problems)


def decided(case: Case, rules: Sequence[Rule], kind: str = "") -> Report:
    """Return the report on the documents of a case, of a kind if one is given."""
    entry = Entry(case.name, case.name, kind=kind)
    found = list(load_bytes(entry, case.content, _selection(), Limits()).documents)
    statuses: list[list[Status]] = [[] for _ in rules]
    findings: list[Finding] = []
    checked = []
    for each in found:
        outcomes = [evaluate(rule, each) for rule in rules]
        findings += broken(each)
        applied = []
        for rule, ended, outcome in zip(rules, statuses, outcomes, strict=True):
            ended.append(outcome.status)
            findings += outcome.findings
            applied += [rule.id] if outcome.status is not Status.SKIP else []
        name = each.kind.name if each.kind else ""
        is_broken = bool(each.problems)
        shown = () if is_broken else tuple(applied)
        checked.append(CheckedDocument(case.name, each.part, name, "", shown, is_broken))
    for finding in findings:
        hold("internal error" not in finding.message, f"{finding.rule}: {finding.message}")
    return Report(
        version="fuzz",
        fail_level=Severity.LOW,
        strict=False,
        rules=[_row(*each) for each in zip(rules, statuses, strict=True)],
        inputs=[],
        config=None,
        checked=checked,
        findings=[Judged(each, RuleText("")) for each in findings],
        today=_TODAY,
    )


def _selection() -> Selection:
    return Selection((), known_kinds())


def _row(rule: Rule, statuses: Sequence[Status]) -> RuleCounts:
    counts = {each: statuses.count(each) for each in Status}
    return RuleCounts(
        rule.id, rule.file.title, rule.file.severity, rule.file.controls, counts=counts
    )


def exit_code(case: Case, rules: Sequence[Rule], kind: str = "") -> int:
    """Return the exit code of a document; now and then the command has to give the same."""
    report = decided(case, rules, kind)
    if crc32(case.content) % _BY_COMMAND == 0:
        said = by_command(case, rules, kind)
        hold(said == report.exit_code, f"the command exits {said}, not {int(report.exit_code)}")
    return report.exit_code


def by_command(case: Case, rules: Sequence[Rule], kind: str = "") -> int:
    """Return the exit code of the command, which writes its report in every format."""
    with folder() as place:
        (place / "in").mkdir()
        (place / "in" / case.name).write_bytes(case.content)
        mapped = ["--kind", f"*={kind}"] if kind else []
        return run(place, [*sources(rules), str(place / "in"), *mapped])


def sources(rules: Sequence[Rule]) -> list[str]:
    """Return the arguments by which the command loads shipped rules."""
    files = dict.fromkeys(_file(each) for each in rules)
    chosen = [part for each in rules for part in ("--rule", each.id)]
    return [part for file in files for part in ("--rules", file)] + chosen


def _file(rule: Rule) -> str:
    return str(builtin_root() / rule.file.path.removeprefix("builtin/"))


def run(place: Path, arguments: Sequence[str]) -> int:
    """Run the command in this process and return its exit code; each report must be there."""
    outputs = {name: place / f"report.{name}" for name in FORMATS}
    given = [part for name, path in outputs.items() for part in ("-o", f"{name}={path}")]
    try:
        # What CI sets must not lead a report of a random input to its own summary.
        with mock.patch.dict(os.environ, clear=True):
            cli.main(["check", "--no-config", "--today", _TODAY.isoformat(), *arguments, *given])
    except SystemExit as ended:
        code = ended.code
    hold(isinstance(code, int), f"the command ended with {code!r}")
    hold(code in list(Exit), f"the command ended with {code!r}")
    for name, path in outputs.items():
        hold(path.is_file(), f"there is no report in the format {name}")
    summary = json.loads(outputs["json"].read_bytes())["summary"]
    hold(summary["exit_code"] == code, "the report tells another exit code")
    return int(code or 0)


STATUSES = {Status.FAIL.value: Exit.VIOLATIONS, Status.ERROR.value: Exit.NOT_EVALUATED}
"""The exit codes by the verdicts that keep the gate shut."""
