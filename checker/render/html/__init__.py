"""Renders a report as one self-contained HTML page, which can be read without scripts."""

from __future__ import annotations

from collections.abc import Iterator

from checker.render.html.accepted import render_accepted
from checker.render.html.anchors import Anchors
from checker.render.html.control_states import render_controls
from checker.render.html.findings import render_findings
from checker.render.html.gaps import render_gaps
from checker.render.html.overview import render_overview
from checker.render.html.page import head, tail
from checker.render.html.provenance import render_provenance
from checker.render.html.rule_table import render_rules
from checker.render.html.tally import tally
from checker.render.html.verdict import name_of, render_verdict, title_of
from checker.report import Report


def render(report: Report) -> Iterator[str]:
    """Yield the page, one finding at a time."""
    found, anchor = tally(report), Anchors()
    gaps, overview = render_gaps(report), render_overview(report, found)
    accepted = render_accepted(report, found)
    controls, rules = render_controls(report, found), render_rules(report, found, anchor)
    links = (
        ("not-evaluated", "Not evaluated", gaps),
        ("overview", "Overview", overview),
        ("findings", "Findings", True),
        ("accepted", "Accepted", accepted),
        ("controls", "Controls", controls),
        ("rules", "Rules", rules),
        ("provenance", "Provenance", True),
    )
    shown = [(name, words) for name, words, content in links if content]
    yield head(name_of(report), title_of(report, found), shown)
    yield from (render_verdict(report, found), gaps, overview)
    yield from render_findings(report, found, anchor)
    yield from (accepted, controls, rules, render_provenance(report), tail(report.version))
