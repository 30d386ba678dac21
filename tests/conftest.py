"""What tests share: the installed command, and the data that a machine may have."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from checker.report import (
    DOCUMENT_RULE,
    Finding,
    Input,
    Place,
    Report,
    RuleCounts,
    Severity,
    Status,
)
from checker.source import Location

ROOT = Path(__file__).parents[1]
COMMAND = Path(sys.executable).with_name("policy-check")

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture(scope="session")
def data() -> Path:
    """Return the folder of the larger test data; skips where the machine has none."""
    place = os.environ.get("POLICY_CHECK_DATA")
    if not place:
        pytest.skip("POLICY_CHECK_DATA names no folder of test data")
    return Path(place).resolve()


@pytest.fixture
def policy_check() -> Run:
    """Return a function that runs the installed command in a clean environment."""

    def run(
        *arguments: str | Path,
        cwd: Path = ROOT,
        env: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        timeout: float = 120,
    ) -> subprocess.CompletedProcess[bytes]:
        clean = {"PATH": os.environ["PATH"], "LC_ALL": "C", **(env or {})}
        return subprocess.run(
            [COMMAND, *map(str, arguments)],
            cwd=cwd,
            env=clean,
            input=stdin,
            capture_output=True,
            timeout=timeout,
            check=False,
        )

    return run


@pytest.fixture
def report() -> Report:
    """Return one report with everything a renderer has to show."""
    push, public = _row("push-to-one", Severity.HIGH), _row("no-public", Severity.LOW)
    push.counts |= {Status.FAIL: 1, Status.ERROR: 2}
    public.counts |= {Status.PASS: 1, Status.FAIL: 1, Status.ERROR: 1}
    places = [_place(f"/Statement/{number}", 5 + number) for number in range(6)]
    return Report(
        version="1.2.3",
        fail_level=Severity.MEDIUM,
        strict=False,
        rules=[push, public],
        inputs=[Input("rules/push-to-one.yaml", "1" * 64), Input("rules/no-public.yaml", "2" * 64)],
        config=Input("policy-check.yaml", "3" * 64),
        disabled=("old-rule",),
        documents=3,
        documents_sha256="4" * 64,
        unread=["policies/notes.txt"],
        excluded=["policies/old/a.json"],
        findings=[
            _finding(DOCUMENT_RULE, Severity.CRITICAL, Status.ERROR, "b\u202e.json", Place("")),
            _finding("push-to-one", Severity.HIGH, Status.ERROR, "c.json", places[0]),
            _finding("push-to-one", Severity.HIGH, Status.FAIL, "a.json", *places),
            _finding("no-public", Severity.LOW, Status.FAIL, "a.json", places[3]),
        ],
    )


def decided(report: Report) -> Report:
    """Return a report without what could not be decided, in its findings and its counts."""
    rules = [
        replace(rule, counts=rule.counts | {Status.ERROR: 0, Status.PASS: 2})
        for rule in report.rules
    ]
    failed = [finding for finding in report.findings if finding.status is Status.FAIL]
    return replace(report, rules=rules, findings=failed)


def _row(name: str, severity: Severity) -> RuleCounts:
    controls = {"nist-800-53-r5": ("AC-6",), "cis": (f"1.{severity.value}",)}
    return RuleCounts(name, f"What {name} holds", severity, controls)


def _place(pointer: str, line: int) -> Place:
    text = '    {"Effect": "Allow", "Resource": "*", "Sid": "\x1b[31m\u202e\u4e2d"},'
    return Place(pointer, Location(line, 25, line, 40), text)


def _finding(
    rule: str, severity: Severity, status: Status, document: str, place: Place, *related: Place
) -> Finding:
    return Finding(
        rule=rule,
        title=f"What {rule} holds",
        severity=severity,
        status=status,
        document=document,
        kind="" if rule == DOCUMENT_RULE else "aws-iam-policy",
        subject=place.pointer,
        place=place,
        related=related,
        message="push is allowed on arn:aws:ecr:us-east-1:123456789012:repository/\x1b]0;x\x07, *",
        remediation="" if rule == DOCUMENT_RULE else "Name one repository. " * 6,
        fingerprint=f"{severity.value}{status.value}".encode().hex().ljust(32, "0")[:32],
    )
