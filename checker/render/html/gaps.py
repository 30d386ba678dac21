"""Renders the section of what was not evaluated: undecided findings, unread files, idle rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.render.html import anchors
from checker.render.html.entry import part_of, where
from checker.render.html.markup import EMPTY, Markup, count, each, fill, join, prose, section
from checker.render.wording import document_notes, file_notes
from checker.report import Exit, FileCounts, Judged, Report, Status

_MOST = 20
"""The most undecided findings that are listed; a link leads to all of them."""

_PARTS = '<div class="{name}">{parts}</div>\n'
_THINGS = """\
<p><strong>{count} could not be decided.</strong> What is not decided never counts as passed.</p>
<ul class="things">{items}</ul>
{more}"""
_THING = '<li><a href="#{id}">{where}{part}</a> <code>{rule}</code><br>{message}</li>'
_MORE = (
    '<p><a href="#findings" data-filter="status" data-value="error">And {more:,} more</a>.</p>\n'
)
_PAIRS = "<p><strong>{count} could not be made</strong>: see the table of rules.</p>\n"
_NAMES = '<details class="names"><summary>{title}</summary><ul>{items}</ul></details>\n'
_NAME = "<li><code>{item}</code></li>"


def render_gaps(report: Report) -> Markup:
    """Return the section; empty if everything was decided, all files read and all rules applied."""
    undecided = [each for each in report.findings if each.status is Status.ERROR]
    parts = join(_parts(report, undecided))
    pressing = report.exit_code is Exit.NOT_EVALUATED
    content = fill(_PARTS, name="doubt" if pressing else "quiet", parts=parts) if parts else EMPTY
    return section("not-evaluated", "Not evaluated", content)


def _parts(report: Report, undecided: Sequence[Judged]) -> Iterator[Markup]:
    pairs = report.total(Status.ERROR)
    if undecided:
        yield _things(undecided)
    elif pairs:
        yield fill(_PAIRS, count=count(pairs, "decision"))
    failing = FileCounts(unread=report.files.unread, idle_globs=report.files.idle_globs)
    for note in (*file_notes(failing), *document_notes(report)):
        yield names(note.counted, note.names)
    if report.documents and report.never_applied:
        title = f"{count(len(report.never_applied), 'rule')} applied to no document"
        yield names(title, report.never_applied)


def _things(undecided: Sequence[Judged]) -> Markup:
    items = join(
        fill(
            _THING,
            id=anchors.of("f", finding.fingerprint),
            where=where(finding.file, finding.place.location),
            part=part_of(finding),
            rule=finding.rule,
            message=prose(finding.message),
        )
        for finding in undecided[:_MOST]
    )
    more = len(undecided) - _MOST
    return fill(
        _THINGS,
        count=count(len(undecided), "thing"),
        items=items,
        more=fill(_MORE, more=more) if more > 0 else EMPTY,
    )


def names(title: str, listed: Sequence[str]) -> Markup:
    """Return a list of names, folded below its title."""
    return fill(_NAMES, title=title, items=each(_NAME, listed))
