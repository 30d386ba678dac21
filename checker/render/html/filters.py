"""Renders the form that filters findings, which is hidden until the script runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from checker.render.html.charts import severity
from checker.render.html.groups import controls_of
from checker.render.html.markup import EMPTY, Markup, fill, join
from checker.render.html.tally import State, Tally
from checker.report import Report, Severity

_FORM = """\
<form id="filters" role="search" aria-label="Filter the findings" hidden>
<div class="field"><label for="by-text">Search</label>
<input type="search" id="by-text" name="q" autocomplete="off" spellcheck="false"></div>
<details class="more" open><summary>Filters</summary>
<fieldset><legend>Severity</legend>{severities}</fieldset>
<fieldset><legend>Status</legend>{states}</fieldset>
<div class="field"><label for="by-rule">Rule</label>
<select id="by-rule" name="rule"><option value="">All rules</option>{rules}</select></div>
<div class="field"><label for="by-control">Control</label>
<select id="by-control" name="control"><option value="">All controls</option>\
{controls}</select></div>
<div class="field"><label for="by-path">Path</label>
<input id="by-path" name="path" list="folders" autocomplete="off" spellcheck="false"></div>
<datalist id="folders">{folders}</datalist>
</details>
<button type="reset" disabled>Clear filters</button>
</form>
"""
_CHOICE = """\
<label class="choice"><input type="checkbox" name="{name}" value="{value}"{disabled}> {words} \
<span class="number">{number:,}</span></label>"""
_OPTION = '<option value="{value}">{words} ({number:,})</option>'
_GROUP = '<optgroup label="{title}">{options}</optgroup>'
_FOLDER = '<option value="{folder}"></option>'


def render_filters(report: Report, found: Tally) -> Markup:
    """Return the form; each choice shows its number of findings."""
    return fill(
        _FORM,
        severities=join(
            _choice("severity", level.label, severity(level), found.severities[level])
            for level in sorted(Severity, reverse=True)
        ),
        states=join(
            _choice("status", each.value, each.label, found.states[each]) for each in State
        ),
        rules=join(
            fill(_OPTION, value=rule, words=rule, number=number)
            for rule, number in sorted(found.rules.items())
        ),
        controls=join(_controls(report, found)),
        folders=join(fill(_FOLDER, folder=each) for each in sorted(found.folders) if each),
    )


def _choice(name: str, value: str, words: str, number: int) -> Markup:
    disabled = EMPTY if number else Markup(" disabled")
    return fill(_CHOICE, name=name, value=value, disabled=disabled, words=words, number=number)


def _controls(report: Report, found: Tally) -> Iterator[Markup]:
    """Yield the controls whose rules have findings, by framework."""
    by_framework: dict[str, Counter[tuple[Markup, str]]] = {}
    for row in report.rules:
        named = [(name, each) for name, ids in row.controls.items() for each in ids]
        for value, (name, control) in zip(controls_of(row), named, strict=True):
            by_framework.setdefault(name, Counter())[value, control] += found.rules[row.id]
    for name, controls in sorted(by_framework.items()):
        known = report.frameworks.get(name)
        options = join(
            fill(_OPTION, value=value, words=control, number=number)
            for (value, control), number in controls.items()
            if number
        )
        if options:
            yield fill(_GROUP, title=known.title if known else name, options=options)
