"""Renders the findings of a report as CSV, for spreadsheets.

https://www.rfc-editor.org/rfc/rfc4180

The text is UTF-8 without a byte order mark, because readers other than Excel would take it for
part of the first column's name; Excel opens the file with `Data > From Text/CSV`. A cell that
starts like a formula gets a quote before it, so that it stays text
(https://owasp.org/www-community/attacks/CSV_Injection).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping

from checker.messages import inert, visible
from checker.render.wording import flowing
from checker.report import Judged, Report

COLUMNS = (
    "rule",
    "title",
    "severity",
    "status",
    "known",
    "document",
    "line",
    "column",
    "pointer",
    "kind",
    "message",
    "remediation",
    "controls",
    "fingerprint",
    "waiver_reason",
    "waiver_owner",
    "waiver_expires",
    "part",
)
"""The columns. New ones are added at the end, so that readers find the others where they were."""
_FORMULA = re.compile(r";(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""A `;` before a character that starts a formula, also in its full-width form.

In countries where the decimal sign is a comma, spreadsheets separate cells at `;`.
"""


def render(report: Report) -> Iterator[str]:
    """Yield the header and a row for each finding, including accepted ones."""
    buffer = io.StringIO(newline="")
    write = csv.writer(buffer).writerow  # its line break is CRLF
    controls = {
        row.id: "; ".join(f"{name} {each}" for name, ids in row.controls.items() for each in ids)
        for row in report.rules
    }
    write(COLUMNS)
    for finding in report.findings:
        write(map(_cell, _row(finding, controls)))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _row(finding: Judged, controls: Mapping[str, str]) -> tuple[object, ...]:
    location, waiver = finding.place.location, finding.waiver
    return (
        finding.rule,
        finding.title,
        finding.severity.label,
        finding.status.value,
        "true" if finding.known else "false",
        finding.file,
        *((location.line, location.column) if location else ("", "")),
        finding.place.pointer,
        finding.kind,
        finding.message,
        flowing(finding.remediation),
        controls.get(finding.rule, ""),
        finding.fingerprint,
        *(
            (flowing(waiver.reason), waiver.owner, waiver.expires.isoformat())
            if waiver
            else ("", "", "")
        ),
        finding.part,
    )


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = inert(visible(value.strip()))
    return _FORMULA.sub(";'", f";{text}")[1:]
