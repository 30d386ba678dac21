"""Renders a report as JUnit XML, which CI systems show as test results.

JUnit XML has no standard. The output follows the schema of Jenkins, except for the attributes
`file` and `line` of a test, which GitLab uses for links and GitHub actions for annotations:
https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd

A suite is a rule. A suite for each document would omit the documents that pass, because a report
counts them for each rule, but does not name them. The tests of a suite are the findings of the
rule, and one test that stands for all passing documents. The class of a test is also the rule,
because GitLab and Jenkins list tests by class, and would split a path into packages at its dots.
Within a class, all names differ, because GitLab keeps only one test of a name. Names contain no
line, because otherwise every change above a finding would make its test look new.

A test fails only if its finding fails the gate. A finding that is waived, known or below the fail
level is a skipped test, with the reason. A further test, of the check itself, has an error if not
everything was checked. So there is a failure or an error if and only if the exit code is not 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from posixpath import normpath
from typing import NamedTuple

from checker.messages import inert, visible
from checker.render.wording import caveat, count, verdict
from checker.report import COUNTED, Exit, Judged, Place, Report, RuleCounts, Status

_SELF = "policy-check"
_REST = "documents that pass"
_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}
"""The attributes that count the tests which do not pass, and the elements that these contain."""


class _Ending(NamedTuple):
    """The result of a test that does not pass: element, message in one line, type, and details."""

    element: str
    message: str
    type: str = ""
    text: str = ""


class _Test(NamedTuple):
    """A test: its name, its place, and its result if it does not pass."""

    name: str
    ending: _Ending | None = None
    file: str = ""
    line: int | None = None


class _Suite(NamedTuple):
    """A rule, or the check itself: its findings, and a test (`rest`) for everything else."""

    name: str
    properties: Iterable[tuple[str, object]]
    findings: Sequence[Judged] = ()
    rest: _Test | None = None
    file: str = ""


def render(report: Report) -> Iterator[str]:
    """Yield the suites, one test per piece."""
    return map(inert, _pieces(report))


def _pieces(report: Report) -> Iterator[str]:
    suites = list(_suites(report))
    counts = [_counts(suite, report) for suite in suites]
    totals = {name: sum(own[name] for own in counts) for name in ("tests", "failures", "errors")}
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f"<testsuites{_attributes(name=_SELF, **totals)}>\n"
    for suite, own in zip(suites, counts, strict=True):
        yield f" <testsuite{_attributes(name=suite.name, file=suite.file, **own)}>\n"
        yield "  <properties>\n"
        for name, value in suite.properties:
            yield f"   <property{_attributes(name=name, value=value)}/>\n"
        yield "  </properties>\n"
        for test in _tests(suite, report):
            yield _written(test, suite.name)
        yield " </testsuite>\n"
    yield "</testsuites>\n"


def _suites(report: Report) -> Iterator[_Suite]:
    """Yield the suites of the check itself, of findings without a rule, and of the rules."""
    findings: dict[str, list[Judged]] = {}
    for each in report.findings:
        findings.setdefault(each.rule, []).append(each)
    rules = {rule.id for rule in report.rules}
    yield _check(report)
    for name, its in findings.items():
        if name not in rules:
            yield _Suite(name, (("title", its[0].title),), its)
    for rule in report.rules:
        its = findings.get(rule.id, [])
        yield _Suite(rule.id, _described(rule), its, _rest(rule, its), rule.path)


def _check(report: Report) -> _Suite:
    said = verdict(report)
    complete = report.exit_code in {Exit.OK, Exit.VIOLATIONS}
    ending = None if complete else _Ending("error", said, "incomplete", said)
    used = {"config": report.config, "waivers": report.waivers, "baseline": report.baseline}
    properties = (
        ("version", report.version),
        ("verdict", said),
        ("documents", report.documents),
        ("rules", len(report.rules)),
        *((status.value, report.total(status)) for status in COUNTED),
        *((name, f"{given.path} (sha256 {given.sha256})") for name, given in used.items() if given),
        *(("disabled", name) for name in report.disabled),
    )
    return _Suite(_SELF, properties, rest=_Test("everything is checked", ending))


def _described(rule: RuleCounts) -> Iterator[tuple[str, object]]:
    """Yield the properties of a rule, and the number of documents with each status."""
    yield from (("title", rule.title), ("severity", rule.severity.label))
    yield from (
        ("control", f"{name} {each}") for name, ids in rule.controls.items() for each in ids
    )
    yield from ((status.value, rule.counts[status]) for status in COUNTED)


def _rest(rule: RuleCounts, findings: Sequence[Judged]) -> _Test | None:
    """Return the test for the documents without a finding of a rule, if there is one to report."""
    if rule.counts[Status.PASS]:
        return _Test(_REST)
    if findings:
        return None
    # A document that is not valid leaves every rule undecided. Its own test and that of the check
    # have an error, so this test is only skipped.
    said = "it applied to no document"
    if rule.counts[Status.ERROR]:
        said = (
            f"{said} that could be read; {count(rule.counts[Status.ERROR], 'document')} could not"
        )
    return _Test(_REST, _Ending("skipped", said, text=said))


def _counts(suite: _Suite, report: Report) -> dict[str, int]:
    ended = Counter(_element(each, report) for each in suite.findings)
    if suite.rest and suite.rest.ending:
        ended[suite.rest.ending.element] += 1
    tests = len(suite.findings) + bool(suite.rest)
    return {"tests": tests, **{name: ended[element] for name, element in _COUNTED.items()}}


def _element(finding: Judged, report: Report) -> str:
    if finding.status is Status.ERROR:
        return "error"
    return "failure" if report.counts_as_violation(finding) else "skipped"


def _tests(suite: _Suite, report: Report) -> Iterator[_Test]:
    seen: Counter[str] = Counter()
    for each in suite.findings:
        name = f"{each.file} {each.address}".strip()
        seen[name] += 1
        if seen[name] > 1:
            name += f" ({seen[name]})"
        line = each.place.location.line if each.place.location else None
        yield _Test(name, _ending(each, report), normpath(each.file), line)
    if suite.rest:
        yield suite.rest


def _ending(finding: Judged, report: Report) -> _Ending:
    element = _element(finding, report)
    said = visible(finding.message.strip() or finding.title.strip() or finding.rule)
    message = caveat(finding) + said
    if element == "error":
        return _Ending(element, message, "undecided", _text(finding, message))
    if element == "failure":
        return _Ending(element, message, finding.severity.label, _text(finding, message))
    why = _skipped(finding, report)
    return _Ending(element, f"{why}: {message}", text=_text(finding, message, why))


def _skipped(finding: Judged, report: Report) -> str:
    if waiver := finding.waiver:
        return f"waived until {waiver.expires.isoformat()} by {waiver.owner}, {waiver.reason}"
    if finding.known:
        return "in the baseline"
    return f"below the fail level ({report.fail_level.label})"


def _text(finding: Judged, *said: str) -> str:
    """Return all details of a finding, for CI systems that show nothing else."""
    lines = [
        f"{_where(finding.file, finding.place)} {finding.address}",
        *said,
        *(f"also {_where(finding.file, place)}" for place in finding.related),
    ]
    if fix := " ".join(finding.remediation.split()):
        lines.append(f"to fix: {fix}")
    return "\n".join(map(visible, lines))


def _where(document: str, place: Place) -> str:
    return (
        f"{document}:{place.location.line}:{place.location.column}" if place.location else document
    )


def _written(test: _Test, suite: str) -> str:
    own = _attributes(name=test.name, classname=suite, file=test.file, line=test.line)
    if test.ending is None:
        return f"  <testcase{own}/>\n"
    element, message, type_, text = test.ending
    ended = _attributes(type=type_, message=message)
    inner = f"<{element}{ended}>{escape(text, quote=False)}</{element}>"
    return f"  <testcase{own}>\n   {inner}\n  </testcase>\n"


def _attributes(**values: object) -> str:
    """Return the attributes of an element, without those that are empty, except `value`."""
    return "".join(
        f' {name}="{escape(visible(str(value)))}"'
        for name, value in values.items()
        if name == "value" or value not in {None, ""}
    )
