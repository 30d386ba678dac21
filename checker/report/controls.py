"""Assesses the controls of each framework from the results in a report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from checker.report import Framework, Report, RuleCounts, Status

SATISFIED, NOT_SATISFIED, NOT_ASSESSED = "satisfied", "not satisfied", "not assessed"
_UNMET = (Status.FAIL, Status.WAIVED, Status.ERROR)


class Control(NamedTuple):
    """One control: the rules that serve it, and how many of their results have each status."""

    framework: str
    id: str
    title: str
    rules: tuple[str, ...]
    unmet: tuple[str, ...]
    """The ids of the rules with a result that failed, was waived or is undecided."""
    counts: dict[Status, int]

    @property
    def status(self) -> str:
        """Return `satisfied`, `not satisfied` or `not assessed`.

        A control is satisfied only if at least one result passed, and none failed, was waived or is
        undecided. A control without rules, or whose rules applied to no document, is not assessed.
        """
        if self.unmet:
            return NOT_SATISFIED
        return SATISFIED if self.counts[Status.PASS] else NOT_ASSESSED


class Assessment(NamedTuple):
    """One framework and its controls, in the order in which the framework lists them."""

    name: str
    framework: Framework
    controls: tuple[Control, ...]

    def count(self, status: str) -> int:
        """Return the number of controls with a status."""
        return sum(control.status == status for control in self.controls)

    @property
    def percentage(self) -> int | None:
        """Return the percentage of assessed controls that are satisfied, rounded down.

        It is None if no control was assessed.
        """
        met = self.count(SATISFIED)
        assessed = met + self.count(NOT_SATISFIED)
        return 100 * met // assessed if assessed else None


def assess(report: Report) -> Iterator[Assessment]:
    """Yield the chosen frameworks with all their controls.

    If none was chosen, yield the frameworks that rules name, with only the controls that they name.
    """
    serving: dict[str, dict[str, list[RuleCounts]]] = {}
    for rule in report.rules:
        for name, ids in rule.controls.items():
            for control in ids:
                serving.setdefault(name, {}).setdefault(control, []).append(rule)
    for name in report.assessed or sorted(serving):
        framework = report.frameworks.get(name, Framework(name, "", {}))
        by_control = serving.get(name, {})
        known = [*framework.controls, *sorted(by_control.keys() - framework.controls.keys())]
        shown = known if report.assessed else [each for each in known if each in by_control]
        yield Assessment(
            name,
            framework,
            tuple(_control(name, framework, each, by_control.get(each, [])) for each in shown),
        )


def _control(name: str, framework: Framework, control: str, rules: list[RuleCounts]) -> Control:
    return Control(
        name,
        control,
        framework.controls.get(control, ""),
        tuple(rule.id for rule in rules),
        tuple(rule.id for rule in rules if any(rule.counts[each] for each in _UNMET)),
        {status: sum(rule.counts[status] for rule in rules) for status in Status},
    )
