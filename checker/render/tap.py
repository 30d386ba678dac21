"""Renders a report in the Test Anything Protocol, version 14.

https://testanything.org/tap-version-14-specification.html

A test point is a finding (`not ok`), a rule that only passed (`ok`), or a rule that applied to no
document (`ok`, skipped). A finding that is waived, in the baseline or below the fail level is a
TODO, which does not fail a harness. The last test point is the gate itself, so that a harness
passes if and only if the exit code is 0.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from checker.messages import inert, visible
from checker.render.wording import caveat, count, flowing, shown, verdict
from checker.report import Exit, Judged, Report, RuleCounts, Status

_NOT_PASSED = (Status.FAIL, Status.WAIVED, Status.ERROR)


def render(report: Report) -> Iterator[str]:
    """Yield the version, the plan, and the test points, with diagnostics for findings."""
    rules = [row for row in report.rules if not any(row.counts[each] for each in _NOT_PASSED)]
    total = len(report.findings) + len(rules) + 1
    yield f"TAP version 14\n1..{total}\n"
    for number, finding in enumerate(report.findings, 1):
        yield _failed(number, finding, report) + _diagnostics(finding)
    for number, row in enumerate(rules, len(report.findings) + 1):
        yield _passed(number, row)
    word = "ok" if report.exit_code is Exit.OK else "not ok"
    yield f"{word} {total} - the gate: {_escaped(verdict(report))}\n"


def _failed(number: int, finding: Judged, report: Report) -> str:
    location = finding.place.location
    place = f":{location.line}:{location.column}" if location else ""
    reason = _accepted(finding, report)
    directive = f" # TODO {_escaped(reason)}" if reason else ""
    return f"not ok {number} - {finding.rule}: {_escaped(finding.file)}{place}{directive}\n"


def _accepted(finding: Judged, report: Report) -> str:
    """Return why a finding does not fail the gate; empty if it does."""
    if finding.status is Status.ERROR:
        return ""
    if finding.waiver:
        until = finding.waiver.expires.isoformat()
        return f"waived until {until} by {finding.waiver.owner}: {flowing(finding.waiver.reason)}"
    if finding.known:
        return "in the baseline"
    return "" if finding.severity >= report.fail_level else "below the fail level"


def _passed(number: int, row: RuleCounts) -> str:
    if not row.counts[Status.PASS]:
        return f"ok {number} - {row.id} # SKIP it applied to no document\n"
    return f"ok {number} - {row.id}: {count(row.counts[Status.PASS], 'document')} passed\n"


def _diagnostics(finding: Judged) -> str:
    """Return the block below a test point: YAML whose scalars are written as in JSON."""
    fields: list[tuple[str, str | int]] = [
        ("message", caveat(finding) + finding.message),
        ("severity", finding.severity.label),
        ("status", finding.status.value),
        ("document", finding.file),
        ("part", finding.part),
        ("pointer", finding.place.pointer),
        ("remediation", flowing(finding.remediation)),
        ("fingerprint", finding.fingerprint),
    ]
    if location := finding.place.location:
        fields[4:4] = [("line", location.line), ("column", location.column)]
    lines = (f"  {name}: {_scalar(value)}\n" for name, value in fields if value != "")
    return "".join(["  ---\n", *lines, "  ...\n"])


def _scalar(value: str | int) -> str:
    return _JSON.encode(inert(visible(value))) if isinstance(value, str) else str(value)


def _escaped(text: str) -> str:
    r"""Return foreign text for the line of a test point.

    A harness of version 13 knows no escapes and would read `\# SKIP` as a directive, so such a `#`
    is written as `\x23`.
    """
    plain = _DIRECTIVE.sub(r"\\x23", shown(text))
    return plain.replace("\\", "\\\\").replace("#", "\\#")


_JSON = json.JSONEncoder(ensure_ascii=False)
_DIRECTIVE = re.compile(r"#(?=\s*(?:skip|todo))", re.IGNORECASE)
