"""A folder with one rule and policies, whose findings are accepted by waivers or a baseline."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from checker.reader import Limits, Root
from checker.render.json import render
from checker.report import Finding, Judged, Report, Status, Waiver
from checker.run.pipeline import check
from checker.settings import Settings
from checker.waivers.write import Wanted, create

TODAY = date(2026, 11, 25)
RULE = """\
id: put
title: t
severity: low
kind: aws-iam-policy
description: d
remediation: r
let: {access: 'policy.access(["s3:PutObject"])'}
when: access.granted
require: access.resources.size() == 0
message: objects can be put
at: access.resources
"""
"""A rule about grants that points to resources, as most of the shipped ones do."""


def allow(action: object = "s3:*", resource: object = "*", **more: Any) -> dict[str, Any]:
    """Return an Allow."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: object = "s3:*", resource: object = "*", **more: Any) -> dict[str, Any]:
    """Return a Deny."""
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


class Accepting:
    """The folder, and what was accepted in it."""

    def __init__(self, folder: Path, rule: str = RULE) -> None:
        self.folder = folder
        self.baseline = folder / "baseline.json"
        self.waivers = folder / "waivers.yaml"
        (folder / "rule").mkdir()
        name = rule.partition("id: ")[2].partition("\n")[0]
        (folder / "rule" / f"{name}.yaml").write_text(rule)

    def write(self, *statements: Any, name: str = "a.json", **more: Any) -> None:
        """Write a policy."""
        path = self.folder / "p" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"Version": "2012-10-17", **more, "Statement": statements}))

    def check(
        self,
        *,
        former: bool = False,
        baseline: Path | str = "",
        waivers: Path | str = "",
        previous: Path | str = "",
    ) -> Report:
        """Check all policies."""
        settings = Settings(
            rules=[str(self.folder / "rule")],
            policies=[str(self.folder / "p")],
            root=Root(str(self.folder.resolve())),
            today=TODAY,
            baseline=str(baseline),
            waivers=str(waivers),
            previous=str(previous),
        )
        return check(settings, former=former)

    def accept(self) -> None:
        """Accept all that is found, both by a baseline and by waivers."""
        report = self.check()
        self.baseline.write_text("".join(render(report)))
        waiver = Waiver("r", "o", date(2027, 1, 1))
        additions = [
            Wanted(each.rule, each.file, None, None, None, waiver).addition(each, report.units)
            for each in report.findings
            if each.status is Status.FAIL
        ]
        create(str(self.waivers), additions, Limits())

    def judged(self) -> tuple[list[Judged], list[Judged]]:
        """Return the violations of the rule by the baseline, and those by the waivers."""
        known, waived = self.check(baseline=self.baseline), self.check(waivers=self.waivers)
        both = [
            sorted(
                (each for each in report.findings if each.file.startswith("p/")),
                key=lambda judged: (judged.file, judged.part, judged.place.pointer),
            )
            for report in (known, waived)
        ]
        return both[0], both[1]

    def accepted(self) -> list[bool]:
        """Return which violations are accepted; baseline and waivers must agree."""
        known, waived = self.judged()
        assert [each.known for each in known] == [bool(each.waiver) for each in waived]
        assert [each.narrows for each in known] == [each.narrows for each in waived]
        return [each.known for each in known]


def finding(report: Report) -> Finding:
    """Return the only violation of a report."""
    (found,) = report.findings
    return found.finding
