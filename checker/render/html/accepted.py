"""Renders the section of accepted findings: by whom, why, and until when they are accepted."""

from __future__ import annotations

from checker.render.html import anchors
from checker.render.html.entry import part_of, where
from checker.render.html.markup import EMPTY, Markup, count, fill, join, prose, section
from checker.render.html.tally import State, Tally
from checker.report import Input, Judged, Report, Waiver

_TABLE = """\
<table class="waivers"><caption>Waivers as of <time>{today}</time>, the first to expire first\
</caption>
<thead><tr><th scope="col">Finding</th><th scope="col">Reason</th><th scope="col">Owner</th>\
<th scope="col">Expires</th></tr></thead>
<tbody>{rows}</tbody></table>
"""
_ROW = """\
<tr><th scope="row"><a href="#{id}">{where}{part}</a> <code>{rule}</code></th><td>{reason}</td>\
<td>{owner}</td><td><time>{expires}</time></td></tr>
"""
_KNOWN = """\
<p><a href="#findings" data-filter="status" data-value="known">{count}</a> in the baseline \
<code>{path}</code>: already known, so the gate does not fail.</p>
"""


def render_accepted(report: Report, found: Tally) -> Markup:
    """Return the section; empty if nothing is accepted."""
    waived = [(each.waiver, each) for each in report.findings if each.waiver]
    waived.sort(key=lambda pair: pair[0].expires)
    table = fill(_TABLE, today=report.today.isoformat(), rows=join(map(_row, waived)))
    known = found.states[State.KNOWN]
    parts = (table if waived else EMPTY, _known(known, report.baseline) if known else EMPTY)
    return section("accepted", "Accepted", join(parts))


def _row(pair: tuple[Waiver, Judged]) -> Markup:
    waiver, finding = pair
    return fill(
        _ROW,
        id=anchors.of("f", finding.fingerprint),
        where=where(finding.file, finding.place.location),
        part=part_of(finding),
        rule=finding.rule,
        reason=prose(waiver.reason),
        owner=waiver.owner,
        expires=waiver.expires.isoformat(),
    )


def _known(number: int, baseline: Input | None) -> Markup:
    path = baseline.path if baseline else ""
    return fill(_KNOWN, count=count(number, "finding"), path=path)
