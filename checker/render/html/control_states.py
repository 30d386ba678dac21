"""Renders the section of controls: the status of each, with its rules and findings."""

from __future__ import annotations

from collections.abc import Sequence

from checker.render.html import anchors
from checker.render.html.charts import CLASSES
from checker.render.html.markup import EMPTY, Markup, count, fill, join, link, section
from checker.render.html.tally import Tally
from checker.report import Report
from checker.report.controls import NOT_ASSESSED, Assessment, Control, assess

_FRAMEWORK = """\
<section aria-labelledby="{id}"><h3 id="{id}">{title}</h3>
{table}{rest}{source}</section>
"""
_TABLE = """\
<table class="controls"><thead><tr><th scope="col">Control</th><th scope="col">Status</th>\
<th scope="col" class="number">Findings</th></tr></thead>
<tbody>{rows}</tbody></table>
"""
_ROW = """\
<tr><th scope="row"><b>{control}</b> {title}{rules}</th>\
<td><span class="key {name}">{status}</span></td><td class="number">{findings}</td></tr>
"""
_FEW = 3
"""The most rules of a control that are shown at once; longer lists are folded."""
_RULES = '<details class="names"><summary>{count}</summary><ul>{items}</ul></details>'
_FEW_RULES = '<ul class="few-rules">{items}</ul>'
_RULE = '<li><a href="#{id}">{rule}</a></li>'
_FINDINGS = '<a href="#findings" data-filter="control" data-value="{value}">{number:,}</a>'
_REST = """\
<details class="names rest"><summary>{count} not assessed</summary>
<ul>{items}</ul></details>
"""
_UNASSESSED = '<li><span class="key unassessed"><b>{control}</b> {title}</span></li>'
_SOURCE = '<p class="source">{link}</p>\n'


def render_controls(report: Report, found: Tally) -> Markup:
    """Return the section, with a table for each framework; empty if no rule names a control."""
    frameworks = enumerate(assess(report))
    content = join(_framework(number, each, found) for number, each in frameworks)
    return section("controls", "Controls", content)


def _framework(number: int, each: Assessment, found: Tally) -> Markup:
    assessed = [control for control in each.controls if control.status != NOT_ASSESSED]
    rest = [control for control in each.controls if control.status == NOT_ASSESSED]
    rows = join(_row(control, found) for control in assessed)
    return fill(
        _FRAMEWORK,
        id=f"h-controls-{number}",
        title=each.framework.title,
        table=fill(_TABLE, rows=rows) if rows else EMPTY,
        rest=_rest(rest) if rest else EMPTY,
        source=fill(_SOURCE, link=link(each.framework.source)) if each.framework.source else EMPTY,
    )


def _row(control: Control, found: Tally) -> Markup:
    findings = sum(found.rules[rule] for rule in control.rules)
    value = f"{control.framework}/{control.id}"
    return fill(
        _ROW,
        control=control.id,
        title=control.title,
        rules=_rules(control.rules),
        name=CLASSES[control.status],
        status=control.status.capitalize(),
        findings=fill(_FINDINGS, value=value, number=findings) if findings else "0",
    )


def _rules(rules: Sequence[str]) -> Markup:
    items = join(fill(_RULE, id=anchors.of("r", rule), rule=rule) for rule in rules)
    if len(rules) <= _FEW:
        return fill(_FEW_RULES, items=items)
    return fill(_RULES, count=count(len(rules), "rule"), items=items)


def _rest(rest: Sequence[Control]) -> Markup:
    """Return the list of controls that no rule assessed; rules for them applied to no document."""
    items = join(fill(_UNASSESSED, control=each.id, title=each.title) for each in rest)
    return fill(_REST, count=count(len(rest), "control"), items=items)
