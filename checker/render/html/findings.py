"""Renders the section of findings: the filters, and a group for each rule."""

from __future__ import annotations

from collections.abc import Iterator

from checker.render.html.anchors import Anchors
from checker.render.html.filters import render_filters
from checker.render.html.groups import render_groups
from checker.render.html.markup import count, fill
from checker.render.html.tally import Tally
from checker.report import Report

_START = """\
<section id="findings" aria-labelledby="h-findings">
<h2 id="h-findings">Findings</h2>
<div class="browse">
{filters}<div class="results">
<div class="bar"><p id="shown" role="status" data-all="{all}">{shown}</p>\
<button type="button" id="unfold" hidden>Open all</button></div>
"""
_END = """\
<p id="none" hidden>No finding matches. Clear the filters to see all findings.</p>
</div></div></section>
"""
_NONE = """\
<section id="findings" aria-labelledby="h-findings">
<h2 id="h-findings">Findings</h2>
<p>There are no findings.</p></section>
"""


def render_findings(report: Report, found: Tally, anchor: Anchors) -> Iterator[str]:
    """Yield the section, one finding at a time."""
    if not report.findings:
        yield _NONE
        return
    filters, shown = render_filters(report, found), count(found.findings, "finding")
    yield fill(_START, filters=filters, all=found.findings, shown=shown)
    yield from render_groups(report, anchor)
    yield _END
