"""Renders the overview: findings by folder, frameworks, and changes since an earlier report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from checker.render.html.charts import CLASSES, bar, by_severity, severity
from checker.render.html.markup import EMPTY, Markup, count, fill, join, section
from checker.render.html.tally import Change, Tally, changes, common_folder
from checker.report import Earlier, Report, Severity
from checker.report.controls import NOT_ASSESSED, NOT_SATISFIED, SATISFIED, Assessment, assess

_MOST = 8
"""The most folders (or documents) that have a bar of their own."""

_PANELS = '<div class="panels">\n{panels}</div>\n'
_PANEL = """\
<section class="panel" aria-labelledby="h-{name}">
<h3 id="h-{name}">{title}</h3>
{content}</section>
"""
_BARS = '<ul class="bars">{rows}</ul>\n'
_BAR = '<li>{name}{bar}<span class="number">{number:,}</span></li>'
_FILTER = '<a href="#findings" data-filter="{filter}" data-value="{value}">{words}</a>'
_COMMON = '<p class="common">in <code>{folder}</code></p>\n'
_REST = '<p class="rest">And {number:,} in {others:,} others.</p>\n'
_FRAMEWORK = """\
<div class="framework"><h4>{title}</h4>
<p class="score">{score}</p>
{bar}
<p class="legend">{legend}</p></div>
"""
_SCORE = "<b>{percentage}%</b> of {assessed}"
_KEY = '<span class="key {name}">{number:,} {status}</span>'
_TREND = """\
<table class="trend"><caption>Compared to <code>{path}</code></caption>
<thead><tr><th scope="col">Severity</th><th scope="col">New</th><th scope="col">Fixed</th>\
<th scope="col">Unchanged</th></tr></thead>
<tbody>{rows}</tbody>
<tfoot>{total}</tfoot></table>
"""
_CHANGE = """\
<tr><th scope="row">{name}</th><td class="{more}">{new}</td><td class="{less}">{fixed}</td>\
<td>{unchanged}</td></tr>
"""


def render_overview(report: Report, found: Tally) -> Markup:
    """Return the section; empty without findings, controls and an earlier report."""
    panels = join(_panels(report, found))
    return section("overview", "Overview", fill(_PANELS, panels=panels) if panels else EMPTY)


def _panels(report: Report, found: Tally) -> Iterator[Markup]:
    if found.findings:
        several = len(found.folders) > 1
        places = found.folders if several else found.documents
        yield _panel("places", "By folder" if several else "By document", _places(places))
    frameworks = join(map(_framework, assess(report)))
    if frameworks:
        yield _panel("frameworks", "By framework", frameworks)
    if report.previous:
        yield _panel("trend", "Since the earlier report", _trend(report, report.previous))


def _panel(name: str, title: str, content: Markup) -> Markup:
    return fill(_PANEL, name=name, title=title, content=content)


def severities(found: Tally) -> Markup:
    """Return a bar for each severity, the worst first."""
    levels = sorted(Severity, reverse=True)
    most = max(found.severities.values(), default=0)
    rows = (
        fill(
            _BAR,
            name=_filter("severity", level.label, severity(level)),
            bar=bar([(level.label, found.severities[level])], most),
            number=found.severities[level],
        )
        for level in levels
    )
    return fill(_BARS, rows=join(rows))


def _places(places: Mapping[str, Counter[Severity]]) -> Markup:
    """Return a bar for each of the places with the most findings, and the number of the others."""
    ranked = sorted(places.items(), key=lambda place: (-place[1].total(), place[0]))
    most = ranked[0][1].total()
    common = common_folder(places)
    rows = (
        fill(
            _BAR,
            name=_filter("path", path, path[len(common) :] or path),
            bar=by_severity(counts, most),
            number=counts.total(),
        )
        for path, counts in ranked[:_MOST]
    )
    shown = fill(_BARS, rows=join(rows))
    others = ranked[_MOST:]
    number = sum(counts.total() for _, counts in others)
    rest = fill(_REST, number=number, others=len(others)) if others else EMPTY
    return join((fill(_COMMON, folder=common) if common else EMPTY, shown, rest))


def _filter(name: str, value: str, words: str) -> Markup:
    return fill(_FILTER, filter=name, value=value, words=words)


def _framework(each: Assessment) -> Markup:
    counts = [(status, each.count(status)) for status in (SATISFIED, NOT_SATISFIED, NOT_ASSESSED)]
    legend = join(
        (
            fill(_KEY, name=CLASSES[status], number=number, status=status)
            for status, number in counts
        ),
        " ",
    )
    return fill(
        _FRAMEWORK,
        title=each.framework.title,
        score=_score(each),
        bar=bar(((CLASSES[status], number) for status, number in counts), len(each.controls)),
        legend=legend,
    )


def _score(each: Assessment) -> Markup:
    if each.percentage is None:
        return fill("no control was assessed")
    assessed = len(each.controls) - each.count(NOT_ASSESSED)
    return fill(_SCORE, percentage=each.percentage, assessed=count(assessed, "assessed control"))


def _trend(report: Report, earlier: Earlier) -> Markup:
    found = changes(report, earlier)
    total = Change(*map(sum, zip(*found.values(), strict=True)))
    rows = join(_change(severity(level), change) for level, change in found.items())
    return fill(_TREND, path=earlier.input.path, rows=rows, total=_change("All", total))


def _change(name: str, change: Change) -> Markup:
    return fill(
        _CHANGE,
        name=name,
        more="new" if change.new else "none",
        new=f"+{change.new:,}" if change.new else "0",
        less="fixed" if change.fixed else "none",
        fixed=f"−{change.fixed:,}" if change.fixed else "0",  # noqa: RUF001 - a minus sign
        unchanged=f"{change.unchanged:,}",
    )
