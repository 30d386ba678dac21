"""Renders a report as OSCAL 1.2.1 Assessment Results in JSON, in ASCII.

https://pages.nist.gov/OSCAL/learn/concepts/layer/assessment/assessment-results/

Every finding of the report is an observation. Every assessed control has one finding in the sense
of OSCAL, which names the observations that decided it. A control that was not assessed has no
finding and is excluded from the reviewed controls. A waived finding is also a risk, whose deviation
is approved until the last day of its waiver. The inventory consists of the documents with findings.
A document that is only a part of its file has a property that names the part.

No clock is read: all times are the start of the report's day. Identifiers are derived from the data
that they identify, so that the same inputs give the same file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checker.render.oscal import reviewed
from checker.render.oscal.observations import identified, inventory, observation, risk
from checker.render.oscal.small_parts import TOOL, Object, identifier, markup, own, start
from checker.render.stream import Pieces, dump, filled
from checker.render.uri import reference
from checker.render.wording import document_notes, file_notes, verdict
from checker.report import COUNTED, Report
from checker.report.controls import assess

_VERSION = "1.2.1"


def render(report: Report) -> Iterator[str]:
    """Yield the assessment results, with one item of each long list per line."""
    frameworks = list(assess(report))
    assessed = [each for one in frameworks for each in one.controls if reviewed.is_assessed(each)]
    found = list(identified(report.findings))
    waived = [(each, waiver) for each in found if (waiver := each.finding.waiver)]
    inventoried: dict[str, Iterable[Pieces]] = {}  # empty lists are not valid, so they are left out
    lists: dict[str, Iterable[Pieces]] = {}
    if found:
        inventoried["inventory-items"] = ((dump(each),) for each in inventory(found))
        lists["observations"] = ((dump(observation(each, report)),) for each in found)
    if waived:
        lists["risks"] = ((dump(risk(*each)),) for each in waived)
    if assessed:
        lists["findings"] = reviewed.findings(assessed, found)
    result = {
        **_result(report),
        "local-definitions": {
            **{name: [] for name in inventoried},
            "assessment-assets": _tool(report),
        },
        "reviewed-controls": {"control-selections": reviewed.selections(frameworks)},
        **{name: [] for name in lists},
    }
    yield from filled(_results(report, result), inventoried | lists, indent=1)
    yield "\n"


def _results(report: Report, result: Object) -> Object:
    plan = _plan(report)
    return {
        "assessment-results": {
            "uuid": identifier("results", plan, report.version, report.documents_sha256),
            "metadata": {
                "title": "What policy-check found",
                "last-modified": start(report),
                "version": report.today.isoformat(),
                "oscal-version": _VERSION,
            },
            "import-ap": {
                "href": f"#{plan['uuid']}",
                "remarks": "The rules and settings take the place of an assessment plan.",
            },
            "results": [result],
            "back-matter": {"resources": [plan]},
        }
    }


def _plan(report: Report) -> Object:
    """Return the rules and settings, and what they leave out, as a resource."""
    settings = (report.config, report.waivers, report.baseline)
    plan: Object = {
        "title": "Rules and settings",
        "description": "The rules that were decided, and the settings of the run.",
        "props": [
            own("fail-level", report.fail_level.label),
            own("strict", str(report.strict).lower()),
            *(own("disabled-rule", name) for name in report.disabled),
            *(own("left-out-rule", name) for name in report.left_out),
            *(own("excluded-document", name) for name in report.files.excluded),
            *(own("unread-file", name) for name in report.files.unread),
            *(own("mentioned-file", name) for name in report.files.mentioned),
            *(own("ignored-path", name) for name in report.files.ignored),
            *(own("idle-glob", name) for name in report.files.idle_globs),
        ],
    }
    links = [
        {"href": reference(given.path), "hashes": [{"algorithm": "SHA-256", "value": given.sha256}]}
        for given in (*report.inputs, *filter(None, settings))
    ]
    if links:
        plan["rlinks"] = links
    return {"uuid": identifier("plan", plan), **plan}


def _result(report: Report) -> Object:
    notes = (*file_notes(report.files), *document_notes(report))
    result: Object = {
        "uuid": identifier("result", report.version, report.documents_sha256),
        "title": "Rules decided on policies",
        "description": markup(verdict(report)),
        "start": start(report),
        "end": start(report),
        "props": [
            own("documents", report.documents),
            own("rules", len(report.rules)),
            *(own(status.value, report.total(status)) for status in COUNTED),
            own("exit-code", int(report.exit_code)),
            own("files-without-documents", report.files.without),
            *(
                own("document-without-rules", name)
                for note in document_notes(report)
                for name in note.names
            ),
            *(own("fact", fact) for fact in report.facts),
        ],
    }
    if notes:
        result["remarks"] = markup("; ".join(note.counted for note in notes))
    return result


def _tool(report: Report) -> Object:
    """Return this program, which made the observations, as an asset of the assessment."""
    component = {
        "uuid": TOOL,
        "type": "software",
        "title": "policy-check",
        "description": "Decides rules on policies.",
        "props": [own("version", report.version)],
        "status": {"state": "operational"},
    }
    platform = {
        "uuid": identifier("platform"),
        "uses-components": [{"component-uuid": TOOL}],
    }
    return {"components": [component], "assessment-platforms": [platform]}
