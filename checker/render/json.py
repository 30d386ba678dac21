"""A report in, its JSON form (version 1, see report.schema.json) out, in ASCII.

Within version 1 a field is never removed or changed; fields may be added.
"""

from __future__ import annotations

import json
from typing import Any

from checker.report import COUNTED, Finding, Input, Place, Report, RuleCounts, Status
from checker.source import Problem

VERSION = 1


def render_json(report: Report) -> str:
    """Return the report as indented JSON with a final line break."""
    return json.dumps(as_data(report), indent=2) + "\n"


def as_data(report: Report) -> dict[str, Any]:
    """Return the report as plain data."""
    return {
        "version": VERSION,
        "tool": {"name": "policy-check", "version": report.version},
        "inputs": {
            "rules": [_input(given) for given in report.inputs],
            "config": _input(report.config) if report.config else None,
            "documents": {"count": report.documents, "sha256": report.documents_sha256},
            "disabled": list(report.disabled),
            "left_out": list(report.left_out),
            "excluded": report.excluded,
            "unread": report.unread,
            "facts": list(report.facts),
        },
        "summary": {
            "documents": report.documents,
            "rules": len(report.rules),
            **{status.value: report.total(status) for status in COUNTED},
            "never_applied": report.never_applied,
            "fail_level": report.fail_level.label,
            "strict": report.strict,
            "exit_code": int(report.exit_code),
        },
        "findings": [_finding(finding) for finding in report.findings],
        "warnings": [_warning(warning) for warning in report.warnings],
        "rules": [_rule(rule) for rule in report.rules],
        "controls": list(_controls(report)),
    }


def _input(given: Input) -> dict[str, str]:
    return {"path": given.path, "sha256": given.sha256}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.label,
        "status": finding.status.value,
        "document": finding.document,
        "kind": finding.kind,
        "subject": finding.subject,
        "location": _place(finding.place),
        "related": [_place(place) for place in finding.related],
        "message": finding.message,
        "remediation": finding.remediation,
        "fingerprint": finding.fingerprint,
    }


def _place(place: Place) -> dict[str, Any] | None:
    if place.location is None:
        return None
    return {
        "line": place.location.line,
        "column": place.location.column,
        "end_line": place.location.end_line,
        "end_column": place.location.end_column,
        "pointer": place.pointer,
    }


def _warning(warning: Problem) -> dict[str, Any]:
    return {
        "path": warning.path,
        "location": _place(Place(warning.pointer, warning.location)),
        "message": warning.message,
    }


def _rule(rule: RuleCounts) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity.label,
        "controls": {name: list(ids) for name, ids in rule.controls.items()},
        **{status.value: rule.counts[status] for status in COUNTED},
    }


def _controls(report: Report) -> list[dict[str, Any]]:
    """Return every control that a rule names, with what its rules decided together.

    A control is satisfied only when something passed, and nothing failed, was waived or stayed
    undecided.
    """
    by_control: dict[tuple[str, str], list[RuleCounts]] = {}
    for rule in report.rules:
        for framework, ids in rule.controls.items():
            for control in ids:
                by_control.setdefault((framework, control), []).append(rule)
    return [
        {
            "framework": framework,
            "id": control,
            "status": _control_status(rules),
            "rules": [rule.id for rule in rules],
            "pass": sum(rule.counts[Status.PASS] for rule in rules),
            "fail": sum(rule.counts[Status.FAIL] for rule in rules),
        }
        for (framework, control), rules in sorted(by_control.items())
    ]


def _control_status(rules: list[RuleCounts]) -> str:
    met = {status for rule in rules for status in Status if rule.counts[status]}
    if met & {Status.FAIL, Status.WAIVED, Status.ERROR}:
        return "not satisfied"
    return "satisfied" if Status.PASS in met else "not assessed"
