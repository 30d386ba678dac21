"""Renders a report as SARIF 2.1.0 in ASCII, for code scanning.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html

Where the standard leaves a choice, the output follows GitHub
(https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning):

- All rules are described, even those without a result, because GitHub's tool status page lists them
  as what was checked. A hundred rules take some 15 KB of the compressed file.
- GitHub rejects a run with more than 25,000 results, so the worst are kept and a notification
  counts the rest; it shows 5,000 of them. It also rejects a file of more than 10 MB after
  compression with gzip; 25,000 results take some 2 MB.
- GitHub shows suppressed results as open; the action advanced-security/dismiss-alerts closes them.
- GitHub recognises an alert by `primaryLocationLineHash`, a hash of lines of the checked out file,
  which its upload action adds. This module has no access to files, and a better fingerprint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from checker.messages import visible
from checker.render.markdown_text import markdown
from checker.render.stream import Pieces, dump, filled
from checker.render.uri import is_link, reference
from checker.render.wording import caveat, count, unexplained, verdict
from checker.report import (
    DOCUMENT_RULE,
    FINGERPRINTS,
    WAIVER_RULE,
    Exit,
    Judged,
    Place,
    Report,
    RuleCounts,
    Severity,
    Status,
    Waiver,
)

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "%SRCROOT%"
_FINGERPRINT = f"policyCheck/v{FINGERPRINTS}"
_MOST = 25_000
"""The most results of a run, and the most rules, that GitHub accepts."""
_MOST_PLACES, _MOST_TAGS, _MOST_TEXT = 1_000, 20, 1_024
"""The most locations of a result, tags of a rule, and characters of a description on GitHub."""

_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
}
"""Scores by which GitHub shows the severity: over 9.0 is critical, from 7.0 high, from 4.0 medium,
and from 0.1 low."""
_OWN = {
    DOCUMENT_RULE: (
        "No rule can be decided on a document that cannot be read or is not valid.",
        "Fix the document, name its kind with --kind, or leave it out with --exclude.",
    ),
    WAIVER_RULE: (
        "A waiver that is not valid, has expired or is not used accepts nothing.",
        "Fix, renew or remove the waiver.",
    ),
}
"""The description and remediation of findings that belong to no rule."""
_PLACEHOLDER = re.compile(r"\{(\d+)\}")


def render(report: Report) -> Iterator[str]:
    """Yield the log, with one rule, result or notification per line."""
    rules = _rules(report)
    index = {rule.id: number for number, rule in enumerate(rules)}
    results = (_result(each, index[each.rule], report) for each in _worst(report.findings))
    lists: dict[str, Iterator[Pieces]] = {
        "rules": ((dump(_rule(rule)),) for rule in rules),
        "toolExecutionNotifications": ((dump(each),) for each in _notifications(report)),
        "results": ((dump(result),) for result in results),
    }
    yield from filled(_log(report), lists, indent=1)
    yield "\n"


def _rules(report: Report) -> list[RuleCounts]:
    """Return all rules, and a rule for each other id that findings have."""
    rules = {rule.id: rule for rule in report.rules}
    for each in report.findings:
        if each.rule not in rules:
            why, fix = _OWN.get(each.rule, ("", each.remediation))
            rules[each.rule] = RuleCounts(each.rule, each.title, each.severity, {}, why, fix)
    if len(rules) <= _MOST:
        return list(rules.values())
    used = {each.rule for each in _worst(report.findings)}
    return [rule for rule in rules.values() if rule.id in used]


def _worst(findings: Sequence[Judged]) -> Sequence[Judged]:
    """Return the findings that a run may have; if there are too many, open ones have priority."""
    if len(findings) <= _MOST:
        return findings
    return sorted(findings, key=lambda each: not each.is_open)[:_MOST]


def _log(report: Report) -> dict[str, Any]:
    code = report.exit_code
    run = {
        "tool": {
            "driver": {
                "name": "policy-check",
                "version": report.version,
                "rules": [],
            }
        },
        "invocations": [
            {
                # A run that checked nothing is not successful: without results, it would look so.
                "executionSuccessful": code in {Exit.OK, Exit.VIOLATIONS},
                "exitCode": int(code),
                "exitCodeDescription": verdict(report),
                "toolConfigurationNotifications": _warnings(report),
                "toolExecutionNotifications": [],
            }
        ],
        "originalUriBaseIds": {
            _ROOT: {"description": {"text": "The directory that policy-check was run in."}}
        },
        "artifacts": _inputs(report),
        "columnKind": "unicodeCodePoints",
        "results": [],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _inputs(report: Report) -> list[dict[str, Any]]:
    """Return the files that determined the results, as a change may be in them too."""
    settings = (report.config, report.waivers, report.baseline)
    return [
        {
            "location": _artifact(given.path),
            "roles": ["userSpecifiedConfiguration"],
            "hashes": {"sha-256": given.sha256},
        }
        for given in (*report.inputs, *filter(None, settings))
    ]


def _rule(rule: RuleCounts) -> dict[str, Any]:
    title = _line(rule.title) or rule.id
    controls = [f"{name}/{control}" for name, ids in rule.controls.items() for control in ids]
    described: dict[str, Any] = {
        "id": rule.id,
        "shortDescription": {"text": _cut(title)},
        "fullDescription": {"text": _cut(_line(rule.description) or title)},
        "help": {"text": _help(rule), "markdown": _help_markdown(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": list(map(visible, ("security", *controls)))[:_MOST_TAGS],
            "security-severity": _SCORES[rule.severity],
        },
    }
    if rule.references and is_link(rule.references[0]):
        described["helpUri"] = rule.references[0]
    return described


def _help(rule: RuleCounts) -> str:
    """Return the description, the remediation, the controls and the references of a rule."""
    parts = [
        _line(rule.description) or _line(rule.title) or rule.id,
        rule.remediation and f"To fix: {_line(rule.remediation)}",
        *(f"{_line(name)}: {_line(', '.join(its))}" for name, its in rule.controls.items()),
        *map(_line, rule.references),
    ]
    return "\n\n".join(filter(None, parts))


def _help_markdown(rule: RuleCounts) -> str:
    controls = rule.controls.items()
    parts = [
        markdown(rule.description or rule.title or rule.id),
        rule.remediation and f"**To fix:** {markdown(rule.remediation)}",
        *(f"**{markdown(name)}:** {markdown(', '.join(its))}" for name, its in controls),
        *(f"<{url}>" if is_link(url) else markdown(url) for url in rule.references),
    ]
    return "\n\n".join(filter(None, parts))


def _result(finding: Judged, index: int, report: Report) -> dict[str, Any]:
    undecided = finding.status is Status.ERROR
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        # SARIF has the kind `open` for what is undecided, but viewers do not warn about it.
        "level": "error" if undecided else _LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [_location(finding.file, finding.place, finding.part)],
        "partialFingerprints": {_FINGERPRINT: finding.fingerprint},
    }
    places = dict.fromkeys(finding.related)
    related = [_location(finding.file, place, finding.part) for place in places]
    if related:
        result["relatedLocations"] = related[: _MOST_PLACES - 1]
    if report.baseline:
        result["baselineState"] = _state(finding)
    if report.waivers or finding.waiver:
        result["suppressions"] = [_suppression(finding.waiver)] if finding.waiver else []
    return result


def _state(finding: Judged) -> str:
    if not finding.known:
        return "new"
    return "updated" if finding.narrows or finding.moved_from else "unchanged"


def _suppression(waiver: Waiver) -> dict[str, Any]:
    expires = waiver.expires.isoformat()
    return {
        "kind": "external",
        "status": "accepted",
        "justification": _plain(f"{waiver.reason} ({waiver.owner}, until {expires})"),
        "properties": {"owner": visible(waiver.owner), "expires": expires},
    }


def _notifications(report: Report) -> Iterator[dict[str, Any]]:
    """Yield a notification for everything that made the run incomplete."""
    if unexplained(report):
        yield _notification("not-evaluated", "error", verdict(report))
    findings = len(report.findings)
    if findings > _MOST:
        left_out = f"{findings - _MOST:,} of {count(findings, 'finding')} are left out, because"
        text = f"{left_out} code scanning accepts only {_MOST:,}: see all of them with -o json"
        yield _notification("results-left-out", "warning", text)
    undecided = (each for each in report.findings if each.status is Status.ERROR)
    for each in islice(undecided, _MOST):
        told = _notification("not-evaluated", "error", _message(each))
        told["associatedRule"] = {"id": each.rule}
        told["locations"] = [_location(each.file, each.place, each.part)]
        yield told


def _warnings(report: Report) -> list[dict[str, Any]]:
    """Return the warnings about rules as notifications."""
    return [
        _notification("rule-warning", "warning", _plain(each.message))
        | {"locations": [_location(each.path, Place(each.pointer, each.location))]}
        for each in report.warnings
    ]


def _notification(name: str, level: str, text: str) -> dict[str, Any]:
    return {
        "descriptor": {"id": name},
        "level": level,
        "message": {"text": text},
    }


def _location(file: str, place: Place, part: str = "") -> dict[str, Any]:
    """Return a place; its logical location names the document in the file and the node in it."""
    physical: dict[str, Any] = {"artifactLocation": _artifact(file)}
    if place.location:
        names = ("startLine", "startColumn", "endLine", "endColumn")
        physical["region"] = dict(zip(names, place.location, strict=True))
    location: dict[str, Any] = {"physicalLocation": physical}
    if address := part + place.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": visible(address)}]
    return location


def _artifact(path: str) -> dict[str, str]:
    """Return the location of a file, relative to the root if it is inside the root."""
    uri = reference(path)
    outside = uri.startswith(("file:", "../")) or uri == ".."
    return {"uri": uri} if outside else {"uri": uri, "uriBaseId": _ROOT}


def _message(finding: Judged) -> str:
    text = finding.message.strip() or finding.title.strip() or finding.rule
    return caveat(finding) + _plain(text)


def _plain(text: str) -> str:
    """Return foreign text for a message, in which it is neither a link nor a placeholder.

    Viewers recognise a link by `](`, even after an escape. Only the braces of a placeholder are
    doubled (§3.11.5), because few consumers undo that, and `${aws:username}` must stay readable.
    """
    return _PLACEHOLDER.sub(r"{{\1}}", visible(text)).replace("](", "] (")


def _line(text: str) -> str:
    return _plain(" ".join(text.split()))


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT - 1]}…"
