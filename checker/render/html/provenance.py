"""Renders the section of what a report is based on: files with their SHA-256, facts, exclusions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.render.html.gaps import names
from checker.render.html.markup import Markup, count, each, fill, join, section
from checker.render.wording import file_notes
from checker.report import Input, Report

_LIST = '<dl class="provenance">{parts}</dl>\n'
_PART = "<div><dt>{words}</dt><dd>{content}</dd></div>\n"
_INPUT = '<code>{path}</code> <code class="digest">{sha256}</code>'
_RULES = """\
<details class="names"><summary>{count}</summary><ul>{items}</ul></details>"""
_ITEM = "<li>{item}</li>"
_DIGEST = '{count}, <code class="digest">{sha256}</code>'


def render_provenance(report: Report) -> Markup:
    """Return the section."""
    parts = join(fill(_PART, words=words, content=content) for words, content in _parts(report))
    left = (
        ("disabled by the configuration", report.disabled),
        ("not in the profile", report.left_out),
    )
    rules = join(
        names(f"{count(len(listed), 'rule')} {words}", listed) for words, listed in left if listed
    )
    files = join(names(note.counted, note.names) for note in file_notes(report.files))
    return section("provenance", "Provenance", join((fill(_LIST, parts=parts), rules, files)))


def _parts(report: Report) -> Iterator[tuple[str, Markup]]:
    yield "Made by", fill("policy-check {version}", version=report.version)
    named = (
        ("Configuration", report.config),
        ("Waivers", report.waivers),
        ("Baseline", report.baseline),
        ("Earlier report", report.previous.input if report.previous else None),
    )
    for words, given in named:
        yield words, _input(given) if given else fill("none")
    if report.waivers:
        yield "Waivers evaluated on", fill("<time>{day}</time>", day=report.today.isoformat())
    yield "Rules", _rules(report.inputs)
    documents = count(report.documents, "document")
    yield "Documents", fill(_DIGEST, count=documents, sha256=report.documents_sha256)
    if report.files.without:
        yield "Files without a document", fill("{number:,}", number=report.files.without)
    for fact in report.facts:
        yield "Facts", fill("{fact}", fact=fact)


def _input(given: Input) -> Markup:
    return fill(_INPUT, path=given.path, sha256=given.sha256)


def _rules(inputs: Sequence[Input]) -> Markup:
    if not inputs:
        return fill("none")
    items = each(_ITEM, map(_input, inputs))
    return fill(_RULES, count=count(len(inputs), "file"), items=items)
