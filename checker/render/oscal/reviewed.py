"""Converts assessments of frameworks into OSCAL's reviewed controls and findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from checker.render.oscal.observations import Identified
from checker.render.oscal.small_parts import Object, identifier, markup, own, token
from checker.render.stream import Pieces, dump, filled
from checker.render.uri import is_link
from checker.report import COUNTED, DOCUMENT_RULE, Status
from checker.report.controls import NOT_ASSESSED, SATISFIED, Assessment, Control

_NIST = re.compile(r"([A-Z]{2}-\d+)(?:\((\d+)\))?(?:\(([a-z])\))?")
"""A control of NIST SP 800-53: its number, the number of an enhancement, the letter of a part."""
_UNDECIDED = (
    "Not everything could be decided. A document that is not valid has an observation of "
    f"{DOCUMENT_RULE}, not of the rules of this control."
)


def is_assessed(control: Control) -> bool:
    """Return whether a control was assessed."""
    return control.status != NOT_ASSESSED


def selections(assessments: Sequence[Assessment]) -> list[Object]:
    """Return, for each framework, the assessed controls and those that were not assessed."""
    nothing = {"description": "No rule names a control.", "include-all": {}}
    return [_selection(each) for each in assessments if each.controls] or [nothing]


def findings(controls: Iterable[Control], found: Iterable[Identified]) -> Iterator[Pieces]:
    """Yield the finding of each control, with all observations of its rules, in pieces."""
    observations: dict[str, list[str]] = {}
    risks: dict[str, list[str]] = {}
    for each in found:
        link = dump({"observation-uuid": each.observation})
        observations.setdefault(each.finding.rule, []).append(link)
        if each.risk:
            risks.setdefault(each.finding.rule, []).append(dump({"risk-uuid": each.risk}))
    for control in controls:
        named = {"related-observations": observations, "related-risks": risks}
        lists = {
            name: _of(control, links)
            for name, links in named.items()
            if not links.keys().isdisjoint(control.rules)
        }
        yield filled(_finding(control) | {name: [] for name in lists}, lists)


def _of(control: Control, links: Mapping[str, list[str]]) -> Iterator[Pieces]:
    for rule in control.rules:
        for link in links.get(rule, ()):
            yield (link,)


def _selection(assessment: Assessment) -> Object:
    framework = assessment.framework
    selection: Object = {
        "description": markup(framework.title, assessment.name),
        "props": [own("framework", assessment.name)],
    }
    if is_link(framework.source):
        selection["links"] = [{"href": framework.source}]
    included = [each for each in assessment.controls if is_assessed(each)]
    excluded = [each for each in assessment.controls if not is_assessed(each)]
    if included:
        selection["include-controls"] = _named(included)
    else:  # a selection must include something: all controls, from which the known are excluded
        selection["include-all"] = {}
    if excluded:
        selection["exclude-controls"] = _named(excluded)
    return selection


def _named(controls: Iterable[Control]) -> list[Object]:
    return [{"control-id": control_id(each)} for each in controls]


def _finding(control: Control) -> Object:
    """Return the finding of a control; a waived or undecided rule does not satisfy it."""
    counts = ", ".join(f"{control.counts[status]} {status.value}" for status in COUNTED)
    satisfied = control.status == SATISFIED
    violated = control.counts[Status.FAIL] or control.counts[Status.WAIVED]
    status: Object = {
        "state": "satisfied" if satisfied else "not-satisfied",
        "reason": "pass" if satisfied else "fail" if violated else "other",
    }
    if control.counts[Status.ERROR]:
        status["remarks"] = _UNDECIDED
    return {
        "uuid": identifier("control", control.framework, control.id),
        "title": markup(f"{control.id} {control.title}", control.framework),
        "description": f"Decisions of its rules: {counts}.",
        "props": [
            own("framework", control.framework),
            own("control", control.id),
            *(own("rule", rule) for rule in control.rules),
        ],
        "target": {
            "type": "objective-id",
            "target-id": objective_id(control),
            "status": status,
        },
    }


def control_id(control: Control) -> str:
    """Return the id of a control as a token, as in NIST's catalogue, where AC-6(10) is `ac-6.10`.

    https://github.com/usnistgov/oscal-content/tree/main/nist.gov/SP800-53/rev5
    """
    if nist := _NIST.fullmatch(control.id):
        return ".".join(filter(None, nist.group(1, 2))).lower()
    named = token(control.id)
    return named if named[0] != "_" else token(f"{control.framework}-{control.id}")


def objective_id(control: Control) -> str:
    """Return the id of a control's objective, such as `ac-6.10_obj`.

    Only NIST's catalogue has such ids; for any other control, it is the id of the control.
    """
    nist = _NIST.fullmatch(control.id)
    if nist is None:
        return control_id(control)
    return ".".join(filter(None, (f"{control_id(control)}_obj", nist[3])))
