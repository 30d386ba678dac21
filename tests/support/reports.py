"""Reports to render: one with everything, one that means harm, one of any size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from checker.problems import Location
from checker.report import (
    DOCUMENT_RULE,
    WAIVER_RULE,
    CheckedDocument,
    Earlier,
    FileCounts,
    Finding,
    Framework,
    IdleWaiver,
    Input,
    Judged,
    Place,
    Report,
    RuleCounts,
    RuleText,
    Severity,
    Status,
    Waiver,
)

HOSTILE = (
    "\x1b[2J\x00\x07\x85\u2028\u202e\u2066\ufffe\ud800\r\n::error::owned\n##vso[task.complete]\n"
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>]]>--><!-- &lt; \"'`"
    " | [x](javascript:1)"
    "\n```\n# not ok 1\n<!--\n@everyone =cmd|'/C calc'!A1\t+1-1@2 ${{ secrets.X }} %0A %25"
)
"""What no format may let through: escapes, markup, commands, formulas, line breaks."""
FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1")
"""How a cell begins that a spreadsheet would take for a formula."""
CUT_OFF = '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"'
"""A policy without its end, which is an error wherever it stands."""
TODAY = date(2026, 11, 25)
FRAMEWORKS = {
    "nist-800-53-r5": Framework(
        "NIST SP 800-53 Rev. 5",
        "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
        {"AC-3": "Access enforcement", "AC-6": "Least privilege", "AU-9": "Audit information"},
    ),
    "cis": Framework("CIS Benchmark", "https://www.cisecurity.org", {"1.1": "One", "1.3": "Three"}),
}


def everything() -> Report:
    """Return one report with everything a renderer has to show."""
    push = _row("push-to-one", Severity.HIGH, {Status.FAIL: 1, Status.ERROR: 2})
    public = _row("no-public", Severity.LOW, {Status.PASS: 1, Status.FAIL: 1, Status.ERROR: 1})
    places = [_place(f"/Statement/{number}", 5 + number) for number in range(6)]
    return Report(
        version="1.2.3",
        fail_level=Severity.MEDIUM,
        strict=False,
        rules=[push, public],
        inputs=[Input("rules/push-to-one.yaml", "1" * 64), Input("rules/no-public.yaml", "2" * 64)],
        config=Input("policy-check.yaml", "3" * 64),
        disabled=("old-rule",),
        checked=[
            _checked("a.json", "push-to-one", "no-public"),
            CheckedDocument("b\u202e.json", "", "", "", (), is_broken=True),
            _checked("c.json", "push-to-one", "no-public"),
        ],
        documents_sha256="4" * 64,
        files=FileCounts(
            read=5, without=1, unread=("policies/notes.txt",), excluded=("policies/old/a.json",)
        ),
        findings=[
            _finding(DOCUMENT_RULE, Severity.CRITICAL, Status.ERROR, "b\u202e.json", Place("")),
            _finding("push-to-one", Severity.HIGH, Status.ERROR, "c.json", places[0]),
            _finding("push-to-one", Severity.HIGH, Status.FAIL, "a.json", *places),
            _finding("no-public", Severity.LOW, Status.FAIL, "a.json", places[3]),
        ],
        frameworks=FRAMEWORKS,
        today=TODAY,
    )


def accepted() -> Report:
    """Return a report with waivers, a baseline and an earlier report."""
    report = everything()
    places = [_place(f"/Statement/{number}", 50 + number) for number in range(3)]
    waiver = Waiver("the split of the release role is under way", "platform", date(2027, 3, 31))
    counts = {Status.FAIL: 1, Status.ERROR: 0, Status.WAIVED: 1, Status.PASS: 1}
    push = _row("push-to-one", Severity.HIGH, counts)
    public = _row("no-public", Severity.LOW, {Status.PASS: 1, Status.FAIL: 2, Status.ERROR: 0})
    waived = _finding("push-to-one", Severity.HIGH, Status.FAIL, "d.json", places[0])
    known = _finding("no-public", Severity.LOW, Status.FAIL, "d.json", places[1])
    unused = _finding(WAIVER_RULE, Severity.LOW, Status.FAIL, "waivers.yaml", Place("/waivers/0"))
    failed = [each for each in report.findings if each.status is Status.FAIL]
    return replace(
        report,
        rules=[push, public],
        findings=[
            failed[0],
            changed(waived, waiver=waiver, fingerprint="a" * 32),
            changed(unused, kind="", fingerprint="b" * 32),
            failed[1],
            changed(known, known=True, fingerprint="c" * 32),
        ],
        waivers=Input("waivers.yaml", "5" * 64),
        baseline=Input("old.json", "6" * 64),
        previous=Earlier(
            Input("last-week.json", "7" * 64),
            {"c" * 32: Severity.LOW, "d" * 32: Severity.CRITICAL, "e" * 32: Severity.HIGH},
        ),
        assessed=("nist-800-53-r5", "cis"),
    )


def counted(
    name: str, counts: Mapping[Status, int], controls: Mapping[str, tuple[str, ...]] | None = None
) -> RuleCounts:
    """Return a rule of which only the counts and the controls matter."""
    every = {**dict.fromkeys(Status, 0), **counts}
    return RuleCounts(name, "t", Severity.LOW, controls or {}, counts=every)


def documents(number: int) -> list[CheckedDocument]:
    """Return a number of documents that one rule applied to."""
    return [_checked(f"{each}.json", "a-rule") for each in range(number)]


def decided(report: Report) -> Report:
    """Return a report without what could not be decided, in its findings and its counts."""
    rules = [
        replace(rule, counts={**rule.counts, Status.ERROR: 0, Status.PASS: 2})
        for rule in report.rules
    ]
    failed = [finding for finding in report.findings if finding.status is Status.FAIL]
    return replace(report, rules=rules, findings=failed)


def passed() -> Report:
    """Return a report without any finding."""
    rule = _row("a-rule", Severity.LOW, {Status.PASS: 1})
    checked = [_checked("a.json", "a-rule")]
    return replace(
        everything(), rules=[rule], checked=checked, findings=[], config=None, disabled=()
    )


def changed(judged: Judged, **changes: Any) -> Judged:
    """Return a finding of a report with some of what a report shows of it changed."""
    text = {key: changes.pop(key) for key in RuleText._fields if key in changes}
    judgement = {key: changes.pop(key) for key in ("waiver", "known") if key in changes}
    return Judged(
        judged.finding._replace(**changes),
        judged.text._replace(**text),
        judgement.get("waiver", judged.waiver),
        judgement.get("known", judged.known),
    )


def hostile(text: str = HOSTILE) -> Report:
    """Return a report in which every text that others choose is one that means harm."""
    report = accepted()
    waiver = Waiver(text, text, date(2027, 3, 31))
    place = Place(f"/{text}", Location(2, 3, 2, 9), text)
    return replace(
        report,
        rules=[
            replace(
                rule,
                title=text,
                description=text,
                remediation=text,
                references=(text,),
                path=text,
                controls={text: (text,), "cis": (text, "1.1")},
            )
            for rule in report.rules
        ],
        findings=[
            changed(
                each,
                title=text,
                file=text,
                part=text,
                kind=text,
                subject=text,
                place=place,
                related=(place, place),
                message=text,
                remediation=text,
                waiver=waiver if each.waiver else None,
            )
            for each in report.findings
        ],
        inputs=[Input(text, "1" * 64)],
        config=Input(text, "2" * 64),
        waivers=Input(text, "3" * 64),
        baseline=Input(text, "4" * 64),
        disabled=(text,),
        left_out=(text,),
        checked=[CheckedDocument(text, text, text, "5" * 64, ("push-to-one",))],
        files=FileCounts(1, 1, (text,), (text,), (text,), (text,), (text,)),
        facts=(text,),
        idle_waivers=(IdleWaiver(text, text),),
        frameworks={text: Framework(text, text, {text: text}), **FRAMEWORKS},
        assessed=(text, "cis"),
    )


def many(count: int) -> Report:
    """Return a report with a number of failed findings, in a few folders, of all severities."""
    rules = [
        _row(f"rule-{number}", severity, {Status.FAIL: count})
        for number, severity in enumerate(Severity)
    ]
    findings = []
    for severity in sorted(Severity, reverse=True):
        for number in range(count // len(Severity)):
            place = _place(f"/Statement/{number}", 1 + number)
            document = f"policies/team-{number % 20}/{number}.json"
            found = _finding(
                f"rule-{severity.value - 1}", severity, Status.FAIL, document, place, place
            )
            findings.append(changed(found, fingerprint=f"{severity.value}{number:031x}"))
    checked = [_checked(f"{number}.json", "rule-0") for number in range(count)]
    return replace(everything(), rules=rules, checked=checked, findings=findings)


def _checked(name: str, *rules: str) -> CheckedDocument:
    return CheckedDocument(name, "", "aws-iam-policy", "6" * 64, rules)


def _row(name: str, severity: Severity, counts: Mapping[Status, int]) -> RuleCounts:
    controls = {"nist-800-53-r5": ("AC-6",), "cis": (f"1.{severity.value}",)}
    return RuleCounts(
        name,
        f"What {name} holds",
        severity,
        controls,
        description="Whoever may push an image decides what runs.\n",
        remediation="Name one repository.\n",
        references=("https://docs.aws.amazon.com/AmazonECR/latest/userguide/",),
        path=f"rules/{name}.yaml",
        counts={**dict.fromkeys(Status, 0), **counts},
    )


def _place(pointer: str, line: int) -> Place:
    text = '    {"Effect": "Allow", "Resource": "*", "Sid": "\x1b[31m\u202e\u4e2d"},'
    return Place(pointer, Location(line, 25, line, 40), text)


def _finding(
    rule: str, severity: Severity, status: Status, file: str, place: Place, *related: Place
) -> Judged:
    is_own = rule == DOCUMENT_RULE
    finding = Finding(
        rule=rule,
        severity=severity,
        status=status,
        file=file,
        part="",
        kind="" if is_own else "aws-iam-policy",
        subject=place.pointer,
        place=place,
        related=related,
        message="push is allowed on arn:aws:ecr:us-east-1:123456789012:repository/\x1b]0;x\x07, *",
        fingerprint=f"{severity.value}{status.value}".encode().hex().ljust(32, "0")[:32],
    )
    remediation = "" if is_own else "Name one repository. " * 6
    return Judged(finding, RuleText(f"What {rule} holds", remediation))
