"""Renders a report as JSON in ASCII (version 1, see report.schema.json).

Within version 1, fields may be added, but are never removed or changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from checker.problems import Problem
from checker.render.stream import dump
from checker.report import (
    COUNTED,
    FINGERPRINTS,
    Basis,
    CheckedDocument,
    Input,
    Judged,
    Place,
    Report,
    RuleCounts,
    Status,
    Waiver,
)
from checker.report.controls import Control, assess

VERSION = 1


def render(report: Report) -> Iterator[str]:
    """Yield the report as indented JSON, one finding or document at a time."""
    rest = dump(_without_lists(report), indent=2)
    findings, documents = map(finding, report.findings), map(document, report.checked)
    for name, elements in (("findings", findings), ("documents", documents)):
        # No text within JSON looks like this mark, because its quotes are escaped.
        head, mark, rest = rest.partition(f'"{name}": []')
        yield head + mark[:-1]
        yield from _listed(elements)
    head, mark, rest = rest.partition('"parts": {}')
    yield head + mark[:-1]
    yield from _parts(report)
    yield rest + "\n"


def _parts(report: Report) -> Iterator[str]:
    """Yield the parts that violations rest on, one on a line, and the end of the object."""
    separator, end = "\n    ", "}"
    for name, content in sorted(report.units.items()):
        yield f'{separator}"{name}": {dump(content)}'
        separator, end = ",\n    ", "\n  }"
    yield end


def _listed(elements: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield the elements of a list of the report, and the end of the list."""
    separator, end = "\n    ", "]"
    for each in elements:
        yield separator
        yield dump(each, indent=2).replace("\n", "\n    ")
        separator, end = ",\n    ", "\n  ]"
    yield end


def _without_lists(report: Report) -> dict[str, Any]:
    return {
        **header(report),
        "summary": summary(report),
        "findings": [],
        "documents": [],
        "parts": {},
        "warnings": [warning(each) for each in report.warnings],
        "rules": [rule(each) for each in report.rules],
        "controls": [control(each) for found in assess(report) for each in found.controls],
    }


def header(report: Report) -> dict[str, Any]:
    """Return the version, the tool and the inputs of a report as plain data."""
    return {
        "version": VERSION,
        "fingerprints": FINGERPRINTS,
        "tool": {"name": "policy-check", "version": report.version},
        "inputs": {
            "rules": [_input(given) for given in report.inputs],
            "config": _optional(report.config),
            "waivers": _optional(report.waivers),
            "idle_waivers": [each._asdict() for each in report.idle_waivers],
            "baseline": _optional(report.baseline),
            "moved": [each._asdict() for each in report.moved],
            "today": report.today.isoformat() if report.waivers else None,
            "documents": {"count": report.documents, "sha256": report.documents_sha256},
            "files": {"read": report.files.read, "without_documents": report.files.without},
            "disabled": list(report.disabled),
            "left_out": list(report.left_out),
            "excluded": list(report.files.excluded),
            "unread": list(report.files.unread),
            "mentioned": list(report.files.mentioned),
            "ignored": list(report.files.ignored),
            "idle_globs": list(report.files.idle_globs),
            "boundaries": list(report.files.boundaries),
            "assumed": list(report.files.assumed),
            "facts": list(report.facts),
        },
    }


def summary(report: Report) -> dict[str, Any]:
    """Return the counts of a report and its exit code, as plain data."""
    return {
        "documents": report.documents,
        "documents_without_rules": len(report.without_rules),
        "rules": len(report.rules),
        **{status.value: report.total(status) for status in COUNTED},
        "never_applied": report.never_applied,
        "fail_level": report.fail_level.label,
        "strict": report.strict,
        "known": sum(each.known for each in report.findings),
        "causes": report.causes,
        "implied": report.implied,
        "exit_code": int(report.exit_code),
    }


def _input(given: Input) -> dict[str, str]:
    return {"path": given.path, "sha256": given.sha256}


def _optional(given: Input | None) -> dict[str, str] | None:
    return _input(given) if given else None


def finding(finding: Judged) -> dict[str, Any]:
    """Return one finding as plain data."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.label,
        "status": finding.status.value,
        "document": finding.file,
        "part": finding.part,
        "kind": finding.kind,
        "subject": finding.subject,
        "location": placed(finding.place),
        "related": [placed(each) for each in finding.related],
        "message": finding.message,
        "remediation": finding.remediation,
        "fingerprint": finding.fingerprint,
        "basis": _basis(finding.finding.basis),
        "known": finding.known,
        "narrows": finding.narrows or None,
        "moved_from": finding.moved_from or None,
        "implied_by": finding.implied_by or None,
        "waiver": _waiver(finding.waiver) if finding.waiver else None,
    }


def _basis(basis: Basis | None) -> dict[str, Any] | None:
    if basis is None:
        return None
    return {
        "requirement": basis.requirement,
        "points": basis.points,
        "parts": list(basis.units),
        "again": basis.again,
    }


def _waiver(waiver: Waiver) -> dict[str, str]:
    return {
        "reason": waiver.reason,
        "owner": waiver.owner,
        "expires": waiver.expires.isoformat(),
    }


def document(checked: CheckedDocument) -> dict[str, Any]:
    """Return a document that was checked as plain data."""
    return {
        "path": checked.file,
        "part": checked.part,
        "kind": checked.kind,
        "sha256": checked.sha256,
        "rules": list(checked.rules),
    }


def placed(place: Place) -> dict[str, Any] | None:
    """Return where something stands in its file as plain data; None if that is not known."""
    if place.location is None:
        return None
    return {
        "line": place.location.line,
        "column": place.location.column,
        "end_line": place.location.end_line,
        "end_column": place.location.end_column,
        "pointer": place.pointer,
        "file_pointer": place.file_pointer or place.pointer,
    }


def warning(warning: Problem) -> dict[str, Any]:
    """Return one warning as plain data."""
    return {
        "path": warning.path,
        "location": placed(Place(warning.pointer, warning.location)),
        "message": warning.message,
    }


def rule(rule: RuleCounts) -> dict[str, Any]:
    """Return one rule and its counts as plain data."""
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity.label,
        "controls": {name: list(ids) for name, ids in rule.controls.items()},
        **{status.value: rule.counts[status] for status in COUNTED},
    }


def control(control: Control) -> dict[str, Any]:
    """Return the state of one control as plain data."""
    return {
        "framework": control.framework,
        "id": control.id,
        "status": control.status,
        "rules": list(control.rules),
        "pass": control.counts[Status.PASS],
        "fail": control.counts[Status.FAIL],
    }
