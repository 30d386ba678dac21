"""Renders the verdict of a report in one sentence, with its figures."""

from __future__ import annotations

from collections.abc import Iterator

from checker.render.html.markup import EMPTY, Markup, count, fill, join
from checker.render.html.overview import severities
from checker.render.html.page import mark
from checker.render.html.tally import State, Tally
from checker.report import Exit, Report, Status

_VERDICT = """\
<div class="hero"><div>{mark}
<h1><span class="word">{word}.</span> {sentence}</h1>
<p class="lead">{lead}</p></div>
{severities}<dl class="figures">{figures}</dl></div>
"""
_SEVERITIES = """\
<section class="severities" aria-labelledby="h-severity">
<h2 id="h-severity">By severity</h2>
{bars}</section>
"""
_FIGURE = '<div class="{name}"><dt>{words}</dt><dd>{number:,}</dd></div>'
_NAMES = {Exit.OK: "passed", Exit.VIOLATIONS: "failed", Exit.NOTHING_CHECKED: "nothing"}
_WORDS = {
    "passed": "Passed",
    "failed": "Failed",
    "nothing": "Nothing checked",
    "undecided": "Not evaluated",
}


def name_of(report: Report) -> str:
    """Return the class that gives the verdict its colour."""
    return _NAMES.get(report.exit_code, "undecided")


def word_of(report: Report) -> str:
    """Return the verdict in one or two words."""
    return _WORDS[name_of(report)]


def sentence_of(report: Report, found: Tally) -> str:
    """Return the sentence that explains the verdict."""
    violations = (
        f"{count(found.violations, 'violation')} in {len(found.violated):,}"
        f" of {count(report.documents, 'document')}"
    )
    match report.exit_code:
        case Exit.NOTHING_CHECKED:
            return _nothing(report)
        case Exit.VIOLATIONS:
            return f"{violations}."
        case Exit.OK:
            return f"No violations in {count(report.documents, 'document')}."
    tail = f" In addition, {violations}." if found.violations else ""
    return f"{_missing(report, found)}.{tail}"


def title_of(report: Report, found: Tally) -> str:
    """Return the title of the page, for a tab or a bookmark."""
    return f"{word_of(report)}: {sentence_of(report, found)}"


def _missing(report: Report, found: Tally) -> str:
    if things := found.states[State.ERROR]:
        return f"{count(things, 'thing')} could not be decided"
    if pairs := report.total(Status.ERROR):
        return f"{count(pairs, 'decision')} could not be made"
    return (
        "With strict checking, an unread file, a glob that matches no file or a rule of your own "
        "that never applied is an error"
    )


def _nothing(report: Report) -> str:
    if not report.rules:
        return "No rule was found."
    if not report.documents:
        return "No document was found."
    return "No rule applied to any document."


def render_verdict(report: Report, found: Tally) -> Markup:
    """Return the verdict, the findings by severity, and the figures."""
    figures = (
        fill(_FIGURE, name=name if number else "zero", words=words, number=number)
        for name, words, number in _figures(report, found)
    )
    return fill(
        _VERDICT,
        mark=mark(name_of(report)),
        word=word_of(report),
        sentence=sentence_of(report, found),
        lead=join(_lead(report), " "),
        severities=fill(_SEVERITIES, bars=severities(found)) if found.findings else EMPTY,
        figures=join(figures),
    )


def _lead(report: Report) -> Iterator[Markup]:
    rules, documents = count(len(report.rules), "rule"), count(report.documents, "document")
    yield fill("{rules} on {documents}.", rules=rules, documents=documents)
    level = report.fail_level.label
    yield fill("Violations of severity <b>{level}</b> and above fail.", level=level)
    if report.strict:
        yield fill("Checking is <b>strict</b>.")
    yield fill("Exit code <b>{code}</b>.", code=int(report.exit_code))
    for fact in report.facts:
        yield fill("{fact}.", fact=fact)


def _figures(report: Report, found: Tally) -> Iterator[tuple[str, str, int]]:
    yield "bad", "Violations", found.violations
    yield "doubt", "Not evaluated", found.states[State.ERROR]
    if found.below:
        yield "", "Below the fail level", found.below
    yield "", "Waived", found.states[State.WAIVED]
    yield "", "In the baseline", found.states[State.KNOWN]
    yield "", "Documents", report.documents
    yield "", "Rules", len(report.rules)
    yield "", "Decisions", report.documents * len(report.rules)
