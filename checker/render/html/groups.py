"""Renders findings in groups, one for each rule, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from checker.render.html.anchors import Anchors
from checker.render.html.charts import severity
from checker.render.html.entry import Context, render_finding
from checker.render.html.markup import EMPTY, Markup, count, fill, join, link, paragraphs, text
from checker.report import Framework, Judged, Report, RuleCounts, Severity

GROUPS_OPEN, FINDINGS_OPEN = 50, 25
"""The most findings of a report whose groups, and whose findings, are open at first."""
BATCH = 50
"""The findings that a browser lays out together, when the reader scrolls near them."""

_GROUP = """\
<details class="group" id="{id}" data-severity="{level}" data-rule="{rule}"\
 data-controls="{controls}"{open}>
<summary><h3>{severity} <span class="title">{title}</span></h3>
<span class="by"><code>{rule}</code> <span>{kind}</span>{below} \
<span class="tally">{count}</span></span></summary>
{about}"""
_END = "</details>\n"
_BATCH, _BATCH_FULL, _BATCH_END = '<div class="batch">\n', '<div class="batch full">\n', "</div>\n"
_BELOW = ' <span class="mark below">Below the fail level</span>'
_ABOUT = '<dl class="about">{parts}</dl>\n'
_PART = '<div class="{name}"><dt>{words}</dt><dd>{content}</dd></div>'
_LIST = "<ul>{items}</ul>"
_CONTROL = "<li>{framework}, <b>{control}</b> {title}</li>"
_ITEM = "<li>{item}</li>"


def render_groups(report: Report, anchor: Anchors) -> Iterator[str]:
    """Yield the groups, one finding at a time."""
    rows = {row.id: row for row in report.rules}
    total = len(report.findings)
    before = report.previous.findings if report.previous else None
    for (_, rule), found in groupby(report.findings, key=_group_of):
        findings = list(found)
        row = rows.get(rule)
        yield _heading(findings, row, report, anchor("g", rule), is_open=total <= GROUPS_OPEN)
        for start in range(0, len(findings), BATCH):
            batch = findings[start : start + BATCH]
            yield _BATCH_FULL if len(batch) == BATCH else _BATCH
            for finding in batch:
                is_new = before is not None and finding.fingerprint not in before
                context = Context(row, total <= FINDINGS_OPEN, is_new)
                yield render_finding(finding, anchor("f", finding.fingerprint), context)
            yield _BATCH_END
        yield _END


def _group_of(finding: Judged) -> tuple[Severity, str]:
    return finding.severity, finding.rule


def _heading(
    findings: list[Judged], row: RuleCounts | None, report: Report, anchor: str, *, is_open: bool
) -> Markup:
    first = findings[0]
    return fill(
        _GROUP,
        id=anchor,
        level=first.severity.label,
        rule=first.rule,
        controls=join(controls_of(row), "\n") if row else EMPTY,
        open=Markup(" open") if is_open else EMPTY,
        severity=severity(first.severity),
        title=first.title,
        kind=first.kind if row else "",
        count=count(len(findings), "finding"),
        below=Markup(_BELOW) if first.severity < report.fail_level else EMPTY,
        about=about(row, report) if row else EMPTY,
    )


def controls_of(row: RuleCounts) -> Iterator[Markup]:
    """Yield the controls of a rule as the filter names them, without line breaks."""
    return (text(f"{name}/{each}") for name, ids in row.controls.items() for each in ids)


def about(row: RuleCounts, report: Report) -> Markup:
    """Return the description, remediation, controls and references of a rule."""
    references = join(fill(_ITEM, item=link(each)) for each in row.references)
    parts = (
        ("why", "Why it matters", paragraphs(row.description)),
        ("fix", "To fix", paragraphs(row.remediation)),
        ("controls", "Controls", _listed(_controls(row, report.frameworks))),
        ("references", "References", _listed(references)),
    )
    return fill(
        _ABOUT,
        parts=join(
            fill(_PART, name=name, words=words, content=content)
            for name, words, content in parts
            if content
        ),
    )


def _listed(items: Markup) -> Markup:
    return fill(_LIST, items=items) if items else EMPTY


def _controls(row: RuleCounts, frameworks: Mapping[str, Framework]) -> Markup:
    return join(
        fill(
            _CONTROL,
            framework=framework.title,
            control=control,
            title=framework.controls.get(control, ""),
        )
        for name, ids in row.controls.items()
        for framework in [frameworks.get(name, Framework(name, "", {}))]
        for control in ids
    )
