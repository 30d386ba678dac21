"""Reports to render: one with everything, one that means harm, one of any size."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from checker.problems import Location
from checker.report import (
    DOCUMENT_RULE,
    WAIVER_RULE,
    Earlier,
    Finding,
    Framework,
    IdleWaiver,
    Input,
    Place,
    Report,
    RuleCounts,
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
    push, public = _row("push-to-one", Severity.HIGH), _row("no-public", Severity.LOW)
    push.counts |= {Status.FAIL: 1, Status.ERROR: 2}
    public.counts |= {Status.PASS: 1, Status.FAIL: 1, Status.ERROR: 1}
    places = [_place(f"/Statement/{number}", 5 + number) for number in range(6)]
    return Report(
        version="1.2.3",
        fail_level=Severity.MEDIUM,
        strict=False,
        rules=[push, public],
        inputs=[Input("rules/push-to-one.yaml", "1" * 64), Input("rules/no-public.yaml", "2" * 64)],
        config=Input("policy-check.yaml", "3" * 64),
        disabled=("old-rule",),
        documents=3,
        documents_sha256="4" * 64,
        unread=["policies/notes.txt"],
        excluded=["policies/old/a.json"],
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
    report.rules[0].counts |= {Status.FAIL: 1, Status.ERROR: 0, Status.WAIVED: 1, Status.PASS: 1}
    report.rules[1].counts |= {Status.PASS: 1, Status.FAIL: 2, Status.ERROR: 0}
    waived = _finding("push-to-one", Severity.HIGH, Status.WAIVED, "d.json", places[0])
    known = _finding("no-public", Severity.LOW, Status.FAIL, "d.json", places[1])
    unused = _finding(WAIVER_RULE, Severity.LOW, Status.FAIL, "waivers.yaml", Place("/waivers/0"))
    failed = [each for each in report.findings if each.status is Status.FAIL]
    return replace(
        report,
        findings=[
            failed[0],
            waived._replace(waiver=waiver, fingerprint="a" * 32),
            unused._replace(kind="", fingerprint="b" * 32),
            failed[1],
            known._replace(known=True, fingerprint="c" * 32),
        ],
        waivers=Input("waivers.yaml", "5" * 64),
        baseline=Input("old.json", "6" * 64),
        previous=Earlier(
            Input("last-week.json", "7" * 64),
            {"c" * 32: Severity.LOW, "d" * 32: Severity.CRITICAL, "e" * 32: Severity.HIGH},
        ),
        assessed=("nist-800-53-r5", "cis"),
    )


def decided(report: Report) -> Report:
    """Return a report without what could not be decided, in its findings and its counts."""
    rules = [
        replace(rule, counts=rule.counts | {Status.ERROR: 0, Status.PASS: 2})
        for rule in report.rules
    ]
    failed = [finding for finding in report.findings if finding.status is Status.FAIL]
    return replace(report, rules=rules, findings=failed)


def passed() -> Report:
    """Return a report without any finding."""
    rule = _row("a-rule", Severity.LOW)
    rule.counts[Status.PASS] = 1
    return replace(everything(), rules=[rule], documents=1, findings=[], config=None, disabled=())


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
            each._replace(
                title=text,
                document=text,
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
        unread=[text],
        excluded=[text],
        facts=(text,),
        idle_waivers=(IdleWaiver(text, text),),
        frameworks={text: Framework(text, text, {text: text}), **FRAMEWORKS},
        assessed=(text, "cis"),
    )


def many(count: int) -> Report:
    """Return a report with a number of failed findings, in a few folders, of all severities."""
    rules = [_row(f"rule-{number}", severity) for number, severity in enumerate(Severity)]
    for rule in rules:
        rule.counts[Status.FAIL] = count
    findings = []
    for severity in sorted(Severity, reverse=True):
        for number in range(count // len(Severity)):
            place = _place(f"/Statement/{number}", 1 + number)
            document = f"policies/team-{number % 20}/{number}.json"
            found = _finding(
                f"rule-{severity.value - 1}", severity, Status.FAIL, document, place, place
            )
            findings.append(found._replace(fingerprint=f"{severity.value}{number:031x}"))
    return replace(everything(), rules=rules, documents=count, findings=findings)


def _row(name: str, severity: Severity) -> RuleCounts:
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
    )


def _place(pointer: str, line: int) -> Place:
    text = '    {"Effect": "Allow", "Resource": "*", "Sid": "\x1b[31m\u202e\u4e2d"},'
    return Place(pointer, Location(line, 25, line, 40), text)


def _finding(
    rule: str, severity: Severity, status: Status, document: str, place: Place, *related: Place
) -> Finding:
    return Finding(
        rule=rule,
        title=f"What {rule} holds",
        severity=severity,
        status=status,
        document=document,
        kind="" if rule == DOCUMENT_RULE else "aws-iam-policy",
        subject=place.pointer,
        place=place,
        related=related,
        message="push is allowed on arn:aws:ecr:us-east-1:123456789012:repository/\x1b]0;x\x07, *",
        remediation="" if rule == DOCUMENT_RULE else "Name one repository. " * 6,
        fingerprint=f"{severity.value}{status.value}".encode().hex().ljust(32, "0")[:32],
    )
