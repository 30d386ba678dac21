"""Converts findings of a report into OSCAL's inventory, observations and risks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from checker.render.oscal.small_parts import TOOL, Object, identifier, markup, own, start
from checker.render.uri import reference
from checker.render.wording import caveat
from checker.report import Judged, Place, Report, Waiver

_ORIGINS = [{"actors": [{"type": "tool", "actor-uuid": TOOL}]}]


class Identified(NamedTuple):
    """A finding with the identifiers of its observation, its document and (if waived) its risk."""

    finding: Judged
    observation: str
    document: str
    risk: str


def identified(findings: Iterable[Judged]) -> Iterator[Identified]:
    """Yield findings with their identifiers, which differ even if fingerprints are equal."""
    seen: Counter[str] = Counter()
    documents: dict[tuple[str, ...], str] = {}
    for each in findings:
        seen[each.fingerprint] += 1
        names = (each.fingerprint, seen[each.fingerprint])
        place = (each.file, each.part) if each.part else (each.file,)
        document = documents.get(place) or identifier("document", *place)
        documents[place] = document
        risk = identifier("risk", *names) if each.waiver else ""
        yield Identified(each, identifier("observation", *names), document, risk)


def inventory(found: Iterable[Identified]) -> Iterator[Object]:
    """Yield each document with findings once, as an inventory item with a link to its file."""
    for each in {each.document: each for each in found}.values():
        finding = each.finding
        yield {
            "uuid": each.document,
            "description": markup(f"{finding.file} {finding.part}"),
            "props": [own("kind", finding.kind), *_part(finding)],
            "links": [{"href": reference(finding.file)}],
        }


def observation(found: Identified, report: Report) -> Object:
    """Return the observation of a finding, with all its places as evidence."""
    finding = found.finding
    href = reference(finding.file)
    observed: Object = {
        "uuid": found.observation,
        "title": markup(finding.title, finding.rule),
        "description": _message(finding),
        "props": [
            own("rule", finding.rule),
            own("severity", finding.severity.label),
            own("status", finding.status.value),
            own("fingerprint", finding.fingerprint),
            *_part(finding),
        ],
        "methods": ["TEST"],
        "types": ["finding"],
        "origins": _ORIGINS,
        "subjects": [{"subject-uuid": found.document, "type": "inventory-item"}],
        "relevant-evidence": [
            {"href": href, "description": _where(place, finding.part)}
            for place in (finding.place, *finding.related)
        ],
        "collected": start(report),
    }
    if remarks := _remarks(finding):
        observed["remarks"] = remarks
    return observed


def risk(found: Identified, waiver: Waiver) -> Object:
    """Return a waived finding as a risk that is accepted until the last day of its waiver."""
    finding = found.finding
    return {
        "uuid": found.risk,
        "title": markup(finding.title, finding.rule),
        "description": _message(finding),
        "statement": _accepted(waiver),
        "props": [own("owner", waiver.owner), own("severity", finding.severity.label)],
        "status": "deviation-approved",
        "deadline": f"{waiver.expires.isoformat()}T23:59:59Z",
        "related-observations": [{"observation-uuid": found.observation}],
    }


def _part(finding: Judged) -> list[Object]:
    """Return a property that names the document in its file; none if it is the whole file."""
    return [own("part", finding.part)] if finding.part else []


def _message(finding: Judged) -> str:
    part = f"{markup(finding.part)}: " if finding.part else ""
    return caveat(finding) + part + markup(finding.message, finding.title, finding.rule)


def _accepted(waiver: Waiver) -> str:
    until = waiver.expires.isoformat()
    return f"Waived until {until} by {markup(waiver.owner)}: {markup(waiver.reason)}"


def _remarks(finding: Judged) -> str:
    remarks = (
        _accepted(finding.waiver) if finding.waiver else "",
        "It is in the baseline." if finding.known else "",
        f"To fix: {markup(finding.remediation)}" if finding.remediation.strip() else "",
    )
    return "\n\n".join(filter(None, remarks))


def _where(place: Place, part: str) -> str:
    address = part + place.pointer
    parts = (
        place.location and f"line {place.location.line}, column {place.location.column}",
        address and markup(address),
    )
    return ", ".join(filter(None, parts)) or "the whole document"
