"""Renders one finding: a summary line, and all details folded below it."""

from __future__ import annotations

from typing import NamedTuple

from checker.problems import Location
from checker.render.html.markup import EMPTY, Markup, fill, join, paragraphs, prose
from checker.render.html.tally import State, folder_of, state
from checker.report import Judged, Place, RuleCounts

_FINDING = """\
<details class="finding {state}" id="{id}" data-state="{state}"{open}>
<summary><span class="where">{where}</span>{part}{marks} \
<span class="says">{message}</span></summary>
<div class="body">{waiver}{excerpt}{also}{fix}\
<p class="facts">{facts}fingerprint <a href="#{id}">{fingerprint}</a></p></div>
</details>
"""
_PATH = '<span class="folder">{folder}</span>{name}{position}'
_PART = ' <span class="part">{part}</span>'
_MARK = ' <span class="mark {name}">{words}</span>'
_EXCERPT = '<pre class="excerpt" data-line="{line}">{before}<mark>{marked}</mark>{after}</pre>'
_ALSO = '<ul class="also">{items}</ul>'
_PLACE = "<li>also <code>{place}</code>{excerpt}</li>"
_WAIVER = '<p class="waiver">Waived until <time>{expires}</time> by {owner}: {reason}</p>'
_FIX = '<div class="fix"><p class="label">To fix</p>{remediation}</div>'
_FACT = "{name} <code>{value}</code>, "


class Context(NamedTuple):
    """How to show a finding: its rule's row, if there is one, and whether it is opened and new."""

    rule: RuleCounts | None
    opened: bool
    is_new: bool


def render_finding(finding: Judged, anchor: str, context: Context) -> Markup:
    """Return one finding, without the remediation if its rule shows the same one."""
    said = context.rule.remediation if context.rule else ""
    return fill(
        _FINDING,
        id=anchor,
        fingerprint=finding.fingerprint,
        state=state(finding).value,
        open=Markup(" open") if context.opened else EMPTY,
        where=where(finding.file, finding.place.location),
        part=part_of(finding),
        marks=_marks(finding, context),
        message=prose(finding.message),
        waiver=_waiver(finding),
        excerpt=excerpt(finding.place),
        also=_also(finding),
        fix=_fix(finding.remediation) if finding.remediation != said else EMPTY,
        facts=_facts(finding, context),
    )


def where(document: str, location: Location | None) -> Markup:
    """Return a path with line and column; its folder is marked up separately."""
    folder = folder_of(document)
    name = document[len(folder) :]
    return fill(_PATH, folder=folder, name=name, position=_position(location))


def part_of(finding: Judged) -> Markup:
    """Return which document of its file a finding is about; empty if it is the whole file."""
    return fill(_PART, part=finding.part) if finding.part else EMPTY


def excerpt(place: Place) -> Markup:
    """Return the source line of a place, without its indentation and with the place marked.

    The result is empty if there is no line to show.
    """
    location = place.location
    if location is None or not place.excerpt.strip():
        return EMPTY
    line = place.excerpt.replace("\t", " ")
    start = max(0, location.column - 1 - place.skipped)
    one_line = location.end_line == location.line
    stop = max(start, location.end_column - 1 - place.skipped) if one_line else len(line)
    before = line[:start] if place.skipped else line[:start].lstrip(" ")
    return fill(
        _EXCERPT,
        line=location.line,
        before=f"…{before}" if place.skipped else before,
        marked=line[start:stop],
        after=line[stop:],
    )


def _position(location: Location | None) -> str:
    return f":{location.line}:{location.column}" if location else ""


def _marks(finding: Judged, context: Context) -> Markup:
    kind = state(finding)
    marks = EMPTY if kind is State.FAIL else fill(_MARK, name=kind.value, words=kind.label)
    return join((marks, fill(_MARK, name="new", words="New"))) if context.is_new else marks


def _waiver(finding: Judged) -> Markup:
    waiver = finding.waiver
    if waiver is None:
        return EMPTY
    expires = waiver.expires.isoformat()
    return fill(_WAIVER, expires=expires, owner=waiver.owner, reason=prose(waiver.reason))


def _also(finding: Judged) -> Markup:
    if not finding.related:
        return EMPTY
    items = join(
        fill(
            _PLACE,
            place=f"{_position(each.location)[1:]} {finding.part}{each.pointer}".strip(),
            excerpt=excerpt(each),
        )
        for each in finding.related
    )
    return fill(_ALSO, items=items)


def _fix(remediation: str) -> Markup:
    return fill(_FIX, remediation=paragraphs(remediation)) if remediation.strip() else EMPTY


def _facts(finding: Judged, context: Context) -> Markup:
    """Return the address, the subject, and the kind if no rule is shown that tells it."""
    address, subject = finding.address, finding.subject
    facts = fill(_FACT, name="at", value=address) if address else EMPTY
    if subject and subject != finding.place.pointer:
        facts = join((facts, fill(_FACT, name="of", value=finding.part + subject)))
    if finding.kind and context.rule is None:
        facts = join((facts, fill(_FACT, name="in a document of kind", value=finding.kind)))
    return facts
