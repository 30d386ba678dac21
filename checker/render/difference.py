"""Renders the difference between two reports, for a terminal of 80 columns or as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from checker.messages import inert, visible
from checker.render.json import finding
from checker.render.stream import dump
from checker.render.text import BOLD, DIM, GREEN, RED, WIDTH, YELLOW, Style
from checker.render.wording import count
from checker.report import Exit, Judged, Saved
from checker.report.differences import Difference

_INDENT = " " * 19
_LONGEST = 1000
"""The most characters of a message that are shown, as a report may come from anywhere."""
VERSION = 1
"""The version of the JSON form: within it, fields may be added, but not removed or changed."""


def render_text(found: Difference, *, colour: bool = False) -> Iterator[str]:
    """Yield the findings of each group (new, fixed and others), the counts, and a verdict."""
    for line in _lines(found, Style(colour)):
        yield inert(line + "\n")


def _lines(found: Difference, style: Style) -> Iterator[str]:
    for side, report in (("old", found.old), ("new", found.new)):
        yield f"{side}  {visible(report.input.path)}{style(_about(report), DIM)}"
    yield ""
    for title, findings, code in (
        ("UNDECIDED", found.undecided, YELLOW),
        ("NEW", found.added, RED),
        ("UNKNOWN", found.unknown, YELLOW),
        ("WAIVED", found.waived, BOLD),
        ("FIXED", found.fixed, GREEN),
    ):
        yield from _listed(title, findings, style, code)
    yield ", ".join(f"{number:,} {name}" for name, number in _counts(found))
    yield _verdict(found, style)


def _about(report: Saved) -> str:
    rules, documents = len(report.rules), report.documents
    return f"  {count(rules, 'rule')} on {count(documents, 'document')}"


def _listed(title: str, findings: Sequence[Judged], style: Style, code: int) -> Iterator[str]:
    for index, each in enumerate(findings):
        label = style(f"{'' if index else title:<10}", BOLD, code)
        place = f":{each.place.location.line}" if each.place.location else ""
        document = style(f"{visible(each.file)}{place}", BOLD)
        if each.part:
            document += f"  {visible(each.part)}"
        yield f"{label}{each.severity.label.upper():<9}{document}  {visible(each.rule)}"
        message = visible(" ".join(each.message[:_LONGEST].split()))
        for line in wrap(message, WIDTH - len(_INDENT), break_on_hyphens=False):
            yield _INDENT + line
    if findings:
        yield ""


def _counts(found: Difference) -> Iterator[tuple[str, int]]:
    yield "new", len(found.added)
    yield "fixed", len(found.fixed)
    yield "waived", len(found.waived)
    yield "unknown", len(found.unknown)
    yield "unchanged", len(found.unchanged)
    yield "undecided", len(found.undecided)


def _verdict(found: Difference, style: Style) -> str:
    code = found.exit_code
    failing, below = len(found.failing), len(found.added) - len(found.failing)
    more = f", {below:,} below the fail level ({found.fail_level.label})" if below else ""
    match code:
        case Exit.OK:
            return style(f"PASSED: nothing new{more} (exit 0)", BOLD, GREEN)
        case Exit.VIOLATIONS:
            new = f"{count(failing, 'new violation')}{more}"
            return style(f"FAILED: {new} (exit 1)", BOLD, RED)
    return style("NOT EVALUATED: the new run did not decide everything (exit 2)", BOLD, YELLOW)


def render_json(found: Difference) -> Iterator[str]:
    """Yield the difference as indented JSON, in ASCII, with findings as in JSON reports."""
    data = {
        "version": VERSION,
        "old": found.old.input._asdict(),
        "new": found.new.input._asdict(),
        "summary": {
            **dict(_counts(found)),
            "fail_level": found.fail_level.label,
            "exit_code": int(found.exit_code),
        },
        "findings": {
            name: [finding(each) for each in findings]
            for name, findings in (
                ("new", found.added),
                ("fixed", found.fixed),
                ("waived", found.waived),
                ("unknown", found.unknown),
                ("unchanged", found.unchanged),
                ("undecided", found.undecided),
            )
        },
    }
    yield dump(data, indent=2) + "\n"
