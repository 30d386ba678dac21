"""Draws bars as SVG, in which patterns convey the same as colours."""

from __future__ import annotations

from collections.abc import Iterable

from checker.render.html.markup import Markup, fill, join
from checker.report import Severity
from checker.report.controls import NOT_ASSESSED, NOT_SATISFIED, SATISFIED

CLASSES = {SATISFIED: "satisfied", NOT_SATISFIED: "unsatisfied", NOT_ASSESSED: "unassessed"}
"""The class that gives each status of a control its shape and colour."""

_BAR = '<svg class="bar" width="100%" height="{height}" aria-hidden="true">{parts}</svg>'
_PART = '<rect class="{name}" x="{left}%" width="{width}%" height="100%"></rect>'
_SEVERITY = '<span class="severity {label}">{words}</span>'

PATTERNS = Markup(
    '<svg class="patterns" width="0" height="0" aria-hidden="true"><defs>'
    '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><rect class="ground" width="6" height="6"></rect>'
    '<rect class="stroke" width="2.5" height="6"></rect></pattern></defs></svg>'
)
"""The patterns that fill parts of bars; a page contains them once."""


def bar(parts: Iterable[tuple[str, int]], whole: int, height: int = 10) -> Markup:
    """Return a bar of adjacent parts, each a class and a number, within a whole.

    Even the smallest part is wide enough to be seen. The bar is hidden from screen readers, because
    the text beside it says everything that it shows.
    """
    widths = [(name, max(100 * number / whole, _LEAST)) for name, number in parts if number]
    scale = min(1.0, 100 / sum((width for _, width in widths), start=1e-9))
    shown, left = [], 0.0
    for index, (name, width) in enumerate(widths, 1):
        seen = width * scale - (_GAP if index < len(widths) else 0)
        shown.append(fill(_PART, name=name, left=f"{left:.2f}", width=f"{seen:.2f}"))
        left += width * scale
    return fill(_BAR, height=height, parts=join(shown))


def severity(level: Severity) -> Markup:
    """Return the name of a severity with its shape and colour."""
    return fill(_SEVERITY, label=level.label, words=level.label.capitalize())


def by_severity(counts: dict[Severity, int], whole: int) -> Markup:
    """Return a bar of findings by severity, the worst first."""
    levels = sorted(Severity, reverse=True)
    return bar(((level.label, counts.get(level, 0)) for level in levels), whole)


_GAP, _LEAST = 0.4, 1.0
"""The gap between two parts, and the smallest width of a part, in percent of the whole width."""
