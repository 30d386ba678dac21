"""Brings a baseline up to date: what it knows and is still there, as a run of today finds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from checker.problems import InputError, Problem
from checker.report import (
    DOCUMENT_RULE,
    FINGERPRINTS,
    WAIVER_RULE,
    Judged,
    Report,
    Saved,
    Status,
    folded,
)
from checker.settings import Settings

_MOST = 20
"""The most violations to list that a run cannot judge."""


class Updated(NamedTuple):
    """A new baseline, and the number of violations that were in the old one."""

    report: Report
    before: int


def update(old: Saved, run: Callable[[str, bool], Report], settings: Settings) -> Updated:
    """Return a new baseline with those violations of the old one that a run finds again.

    `run` returns the report of a run with a baseline, or without one if its path is empty; and
    whether it needs fingerprints of version 1. INVARIANT: what the old baseline does not know is
    never added. Raises InputError if the run cannot tell whether some of it is still there.
    """
    is_former = old.fingerprints != FINGERPRINTS
    report = run("" if is_former else old.input.path, is_former)
    known = old.earlier.findings

    def is_known(each: Judged) -> bool:
        if not is_former or each.rule == WAIVER_RULE:
            return each.known or each.fingerprint in known
        return each.finding.former in known

    kept = [
        each._replace(waiver=None, known=False, narrows="", moved_from="")
        for each in report.findings
        if each.finding.status is Status.FAIL and is_known(each)
    ]
    again = {each.finding.former if is_former else each.fingerprint for each in kept}
    gone = [
        each
        for each in old.findings
        if each.status is Status.FAIL and each.fingerprint not in again
    ]
    told = Told(report, settings)
    unclear = [each for each in gone if not told(each.rule, each.file)]
    if unclear:
        raise InputError(*map(_unclear, unclear[:_MOST]))
    if known and not kept:
        message = (
            f"none of its {len(known):,} violations is there any more: name the same rules and "
            "policies as in a check, in the same repository, or delete the baseline"
        )
        raise InputError(Problem(old.input.path, message))
    shown = folded(kept, report.fail_level)
    new = replace(report, findings=shown, baseline=None, moved=())
    return Updated(new, len(known))


def _unclear(finding: Judged) -> Problem:
    message = (
        f"this run cannot tell whether `{finding.rule}` is still violated, as it did not decide it "
        "there: name the same rules and policies as in a check"
    )
    return Problem(finding.file, message)


class Told:
    """Says of which rules and files a run tells all there is to find."""

    def __init__(self, report: Report, settings: Settings) -> None:
        self._root = settings.root
        self._rules = {rule.id for rule in report.rules}
        self._off = {*report.disabled, *report.left_out}
        self._files = {each.file for each in report.checked}
        self._undecided = {
            (each.rule, each.file) for each in report.findings if each.status is Status.ERROR
        }

    def __call__(self, rule: str, file: str) -> bool:
        """Say whether nothing more of a rule can be in a file than the run found.

        That is also so if there is no such file any more, or no such rule.
        """
        if rule == WAIVER_RULE or self._root.lacks(file):
            return True
        if rule not in self._rules:
            return rule not in self._off
        pairs = {(rule, file), (DOCUMENT_RULE, file)}
        return file in self._files and self._undecided.isdisjoint(pairs)
