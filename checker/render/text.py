"""Renders a report, or the problems that prevented one, for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from textwrap import wrap
from typing import NamedTuple
from unicodedata import combining, east_asian_width

from checker.messages import inert, visible
from checker.problems import Location, Problem
from checker.render.wording import (
    accepted_notes,
    caveat,
    count,
    document_notes,
    file_notes,
    some,
    verdict,
)
from checker.report import (
    COUNTED,
    Exit,
    Judged,
    Place,
    Report,
    Severity,
    Status,
)
from checker.report.controls import NOT_ASSESSED, NOT_SATISFIED, SATISFIED, assess

WIDTH = 80
_MOST_RELATED = 3
"""The most further places of a finding that are listed; the JSON report lists all of them."""


class Style(NamedTuple):
    """Marks text with ANSI colours, or not at all."""

    colour: bool = False

    def __call__(self, text: str, *codes: int) -> str:
        """Return text with the given SGR codes."""
        if not self.colour or not text:
            return text
        return f"\x1b[{';'.join(map(str, codes))}m{text}\x1b[0m"


BOLD, DIM, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN = 1, 2, 31, 32, 33, 34, 35, 36
SEVERITY_COLOURS = {
    Severity.CRITICAL: (BOLD, MAGENTA),
    Severity.HIGH: (BOLD, RED),
    Severity.MEDIUM: (BOLD, YELLOW),
    Severity.LOW: (BOLD, BLUE),
}


def render(report: Report, *, colour: bool = False) -> Iterator[str]:
    """Yield the report: the findings, the worst first, then a table and a verdict."""
    for line in _lines(report, Style(colour)):
        yield inert(line + "\n")


def _lines(report: Report, style: Style) -> Iterator[str]:
    yield from (_heading(report, style), "")
    shown = [each for each in report.findings if each.is_open and not each.implied_by]
    following: dict[str, list[str]] = {}
    for each in report.findings:
        if each.implied_by:
            following.setdefault(each.implied_by, []).append(each.rule)
    for _, group in groupby(shown, key=lambda finding: (finding.severity, finding.rule)):
        yield from _group(list(group), following, style)
    yield from _accepted(report, style)
    if report.warnings:
        yield from _problems(report.warnings, style, style("warning", BOLD, YELLOW))
        yield ""
    yield from _table(report, style)
    yield from _frameworks(report, style)
    yield from _notes(report, style)
    yield from _closing(report, style)


def render_problems(problems: Iterable[Problem], *, colour: bool = False) -> str:
    """Return problems one after another, each with its source line and carets."""
    style = Style(colour)
    lines = list(_problems(problems, style, style("error", BOLD, RED)))
    return inert("\n".join(lines) + "\n") if lines else ""


def _problems(problems: Iterable[Problem], style: Style, mark: str) -> Iterator[str]:
    for problem in problems:
        where = style(_where(problem.path, problem.location), BOLD)
        yield f"{where}: {mark}: {visible(problem.message)}"
        place = Place("", problem.location, problem.excerpt, problem.skipped)
        yield from _excerpt(place, style)


def _heading(report: Report, style: Style) -> str:
    rules, documents = count(len(report.rules), "rule"), count(report.documents, "document")
    lines = [style(f"policy-check {report.version}", BOLD) + f"  {rules} on {documents}"]
    named = (("config", report.config), ("waivers", report.waivers), ("baseline", report.baseline))
    for name, given in named:
        if given:
            lines.append(style(f"{name} {visible(given.path)} (sha256 {given.sha256[:12]})", DIM))
    lines += [style(visible(fact), DIM) for fact in report.facts]
    return "\n".join(lines)


def _group(
    findings: list[Judged], following: Mapping[str, list[str]], style: Style
) -> Iterator[str]:
    """Yield the findings of one rule: its title, then every place, then the remediation.

    `following` has the rules of what follows from a finding, by its fingerprint.
    """
    first = findings[0]
    label = style(f"{first.severity.label.upper():<9}", *SEVERITY_COLOURS[first.severity])
    yield label + style(first.rule, BOLD)
    yield from _wrapped(visible(first.title), " " * 9)
    for finding in findings:
        yield ""
        yield from _finding(finding, style)
        if rules := following.get(finding.fingerprint):
            yield style(_follows(rules), DIM)
    if first.remediation:
        yield ""
        fix, *more = _wrapped(visible(first.remediation), " " * 9)
        yield style("  to fix ", GREEN) + fix.lstrip()
        yield from more
    yield ""


def _finding(finding: Judged, style: Style) -> Iterator[str]:
    where = style(_where(finding.file, finding.place.location), CYAN)
    pointer = visible(finding.address)
    yield f"  {where}" + (style(f"  {pointer}", DIM) if pointer else "")
    yield from _excerpt(finding.place, style)
    before = caveat(finding)
    first, *more = _wrapped(before + visible(finding.message), "    ")
    yield first.replace(before, style(before, BOLD, YELLOW), 1)
    yield from more
    for place in finding.related[:_MOST_RELATED]:
        yield style(f"    also {_where(finding.file, place.location)}", DIM)
    if len(finding.related) > _MOST_RELATED:
        yield style(f"    and {len(finding.related) - _MOST_RELATED} more places", DIM)


def _follows(rules: Sequence[str]) -> str:
    """Return the line about what follows from a finding, with the rules if they fit in it."""
    verb = "follows" if len(rules) == 1 else "follow"
    line = f"    and {count(len(rules), 'finding')} that {verb} from it"
    named = f"{line}: {', '.join(dict.fromkeys(rules))}"
    return named if len(named) <= WIDTH else line


def _accepted(report: Report, style: Style) -> Iterator[str]:
    """Yield the waived findings, each with its place, reason, owner and last day."""
    waived = [finding for finding in report.findings if finding.waiver]
    if waived:
        yield style(f"WAIVED   {count(len(waived), 'finding')}", BOLD)
    for finding in waived:
        where = style(_where(finding.file, finding.place.location), CYAN)
        part = style(f"  {visible(finding.part)}", DIM) if finding.part else ""
        yield f"  {where}{part}  {finding.rule}"
        if finding.waiver:
            until = f"until {finding.waiver.expires.isoformat()}"
            why = f"{finding.waiver.reason.strip()} ({finding.waiver.owner.strip()}, {until})"
            yield from _wrapped(visible(" ".join(why.split())), "    ")
    if waived:
        yield ""


def _excerpt(place: Place, style: Style) -> Iterator[str]:
    """Yield the source line of a place with carets below it; a long line is cut around them."""
    location = place.location
    if location is None or not place.excerpt.strip():
        return
    gutter = f"{location.line:>6} | "
    room = WIDTH - len(gutter)
    line, skipped = place.excerpt.expandtabs(1), place.skipped
    start = location.column - 1 - skipped
    one_line = location.end_line == location.line
    stop = min(location.end_column - 1 - skipped, len(line)) if one_line else len(line)
    before, marked, after = map(visible, (line[:start], line[start:stop], line[stop:]))
    if _cells(before + marked + after) > room:
        if _cells(before) > room // 2:
            before = _cut(before[::-1], room // 2)[::-1]
        marked = _cut(marked, room - _cells(before))
        after = _cut(after, room - _cells(before + marked))
    yield style(gutter, DIM) + before + marked + after
    carets = style("^" * max(1, _cells(marked)), RED)
    yield style(f"{'|':>{len(gutter) - 1}} ", DIM) + " " * _cells(before) + carets


def _cut(text: str, room: int) -> str:
    """Return as much of a text as fits into a number of cells, with `…` where it is cut."""
    if _cells(text) <= room:
        return text
    while text and _cells(text) >= room:
        text = text[: room - 1 - _cells(text)]
    return text + "…"[:room]


def _cells(text: str) -> int:
    """Return the width of a text in cells of a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1
        for character in text
    )


def _where(path: str, location: Location | None) -> str:
    place = f":{location.line}:{location.column}" if location else ""
    return visible(path) + place


def _wrapped(text: str, indent: str) -> list[str]:
    lines = wrap(
        " ".join(text.split()),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return lines or [indent]


def _table(report: Report, style: Style) -> Iterator[str]:
    """Yield the counts of the rules that applied to a document or failed to be decided on one."""
    broken = sum(each.is_broken for each in report.checked)
    rules = [
        rule
        for rule in report.rules
        if any(rule.counts[each] for each in (Status.PASS, Status.FAIL, Status.WAIVED))
        or rule.counts[Status.ERROR] > broken
    ]
    if not rules:
        return
    width = min(44, max(len(rule.id) for rule in rules))
    titles = "".join(f"{status.value.upper():>{_column(status)}}" for status in COUNTED)
    yield style(f"{'RULE':<{width}}  {'SEVERITY':<8}{titles}", BOLD)
    for rule in rules:
        name = rule.id if len(rule.id) <= width else rule.id[: width - 1] + "…"
        severity = f"{rule.severity.label:<8}"
        counts = "".join(_cell(rule.counts[status], status, style) for status in COUNTED)
        yield f"{name:<{width}}  {severity}{counts}"
    yield ""


def _column(status: Status) -> int:
    return max(5, len(status.value)) + 1


def _cell(count: int, status: Status, style: Style) -> str:
    text = f"{count:>{_column(status)}}"
    if count and status in {Status.FAIL, Status.ERROR}:
        return style(text, BOLD, RED if status is Status.FAIL else YELLOW)
    return style(text, DIM) if not count else text


def _frameworks(report: Report, style: Style) -> Iterator[str]:
    """Yield the requested frameworks, with their controls that are not satisfied."""
    for found in assess(report) if report.assessed else ():
        met, missed, rest = map(found.count, (SATISFIED, NOT_SATISFIED, NOT_ASSESSED))
        share = "" if found.percentage is None else f" ({found.percentage} %)"
        yield style(visible(found.framework.title), BOLD)
        summary = f"{met} of {met + missed} assessed controls satisfied{share}, {rest} not assessed"
        yield from _wrapped(summary, "  ")
        for control in found.controls:
            if control.status == NOT_SATISFIED:
                rules = some(control.unmet)
                name = f"{visible(control.id)} {visible(control.title)}".rstrip()
                first, *more = _wrapped(f"not satisfied: {name}: {rules}", "  ")
                yield first.replace("not satisfied", style("not satisfied", BOLD, RED), 1)
                yield from more
        yield ""


def _notes(report: Report, style: Style) -> Iterator[str]:
    notes = [
        ("rules disabled by the configuration", report.disabled),
        ("rules not in the profile", report.left_out),
        *((note.many, note.names) for note in file_notes(report.files)),
        *((note.many, note.names) for note in document_notes(report)),
        (
            "waivers for what this run did not decide",
            [" on ".join(each) for each in report.idle_waivers],
        ),
        *((note.many, note.names) for note in accepted_notes(report)),
        ("rules that applied to no document", report.never_applied if report.documents else ()),
    ]
    if report.files.without:
        yield style("note: ", YELLOW) + f"{count(report.files.without, 'file')} without a document"
    for title, names in notes:
        if names:
            first, *rest = _wrapped(f"note: {title}: {some(names)}", "")
            yield first.replace("note: ", style("note: ", YELLOW), 1)
            yield from rest


def _closing(report: Report, style: Style) -> Iterator[str]:
    totals = ", ".join(f"{report.total(status)} {status.value}" for status in COUNTED)
    pairs = report.documents * len(report.rules)
    yield f"{count(pairs, 'decision')}: {totals}"
    if report.implied:
        open_ = sum(each.status is Status.FAIL and each.is_open for each in report.findings)
        causes = count(open_ - report.implied, "cause")
        yield f"{count(open_, 'open finding')}: {causes}, {report.implied:,} implied"
    colour = {Exit.OK: GREEN, Exit.VIOLATIONS: RED}.get(report.exit_code, YELLOW)
    for line in _wrapped(verdict(report), ""):
        yield style(line, BOLD, colour)
