"""Renders the section of rules: a table with the number of documents for each status."""

from __future__ import annotations

from checker.problems import Problem
from checker.render.html import anchors
from checker.render.html.anchors import Anchors
from checker.render.html.charts import severity
from checker.render.html.entry import excerpt, where
from checker.render.html.groups import about
from checker.render.html.markup import EMPTY, Markup, fill, join, prose, section
from checker.render.html.tally import Tally
from checker.report import COUNTED, Place, Report, RuleCounts, Status

_TABLE = """\
<div class="wide" role="region" aria-label="Table of rules" tabindex="0">
<table class="rules"><thead><tr><th scope="col">Rule</th><th scope="col">Severity</th>\
{columns}</tr></thead>
<tbody>{rows}</tbody>
<tfoot><tr><th scope="row">All decisions</th><td></td>{totals}</tr></tfoot></table></div>
"""
_COLUMN = '<th scope="col" class="number">{words}</th>'
_ROW = """\
<tr id="{id}"><th scope="row"><details><summary>{title}</summary>{about}\
<p class="source"><code>{path}</code></p></details><code>{rule}</code></th>\
<td>{severity}</td>{numbers}</tr>
"""
_NUMBER = '<td class="number {name}">{number:,}</td>'
_LINKED = """\
<td class="number {name}">\
<a href="#{id}" data-filter="rule" data-value="{rule}">{number:,}</a></td>"""
_WARNINGS = '<h3>Warnings</h3><ul class="things">{items}</ul>\n'
_WARNING = "<li>{where}<br>{message}{excerpt}</li>"
_WORDS = {
    Status.PASS: "Passed",
    Status.FAIL: "Failed",
    Status.SKIP: "Did not apply",
    Status.WAIVED: "Waived",
    Status.ERROR: "Not evaluated",
}


def render_rules(report: Report, found: Tally, anchor: Anchors) -> Markup:
    """Return the section, whose numbers count documents, not findings; empty without rules."""
    if not report.rules:
        return EMPTY
    table = fill(
        _TABLE,
        columns=join(fill(_COLUMN, words=_WORDS[status]) for status in COUNTED),
        rows=join(_row(row, report, found, anchor("r", row.id)) for row in report.rules),
        totals=join(_number(status, report.total(status)) for status in COUNTED),
    )
    return section("rules", "Rules", join((table, _warnings(report))))


def _row(row: RuleCounts, report: Report, found: Tally, anchor: str) -> Markup:
    numbers = (
        _number(each, row.counts[each], row.id if found.rules[row.id] else "") for each in COUNTED
    )
    return fill(
        _ROW,
        id=anchor,
        title=row.title,
        rule=row.id,
        about=about(row, report),
        path=row.path,
        severity=severity(row.severity),
        numbers=join(numbers),
    )


def _number(status: Status, number: int, rule: str = "") -> Markup:
    """Return a cell; if its number stands for findings, it links to them."""
    name = status.value if number else "none"
    linked = number and rule and status not in {Status.PASS, Status.SKIP}
    if not linked:
        return fill(_NUMBER, name=name, number=number)
    return fill(_LINKED, name=name, number=number, rule=rule, id=anchors.of("g", rule))


def _warnings(report: Report) -> Markup:
    items = join(map(_warning, report.warnings))
    return fill(_WARNINGS, items=items) if items else EMPTY


def _warning(warning: Problem) -> Markup:
    place = Place(warning.pointer, warning.location, warning.excerpt, warning.skipped)
    return fill(
        _WARNING,
        where=where(warning.path, warning.location),
        message=prose(warning.message),
        excerpt=excerpt(place),
    )
