"""A report in, the state of the controls of each framework out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from checker.report import Framework, Report, RuleCounts, Status

SATISFIED, NOT_SATISFIED, NOT_ASSESSED = "satisfied", "not satisfied", "not assessed"
_UNMET = (Status.FAIL, Status.WAIVED, Status.ERROR)


class Control(NamedTuple):
    """One control: the rules that serve it, and how often these ended in each status."""

    framework: str
    id: str
    title: str
    rules: tuple[str, ...]
    unmet: tuple[str, ...]
    """Those of the rules that failed, were waived or stayed undecided."""
    counts: dict[Status, int]

    @property
    def status(self) -> str:
        """Return whether the control is satisfied.

        It is only where something passed, and nothing failed, was waived or stayed undecided. A
        control without a rule, or whose rules applied to nothing, is not assessed.
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
        """Return how many controls have a status."""
        return sum(control.status == status for control in self.controls)

    @property
    def percentage(self) -> int | None:
        """Return how many of 100 assessed controls are satisfied, rounded down; None of none."""
        met = self.count(SATISFIED)
        assessed = met + self.count(NOT_SATISFIED)
        return 100 * met // assessed if assessed else None


def assess(report: Report) -> Iterator[Assessment]:
    """Yield the frameworks that were asked for, with all their controls.

    Without any, those that rules name, with the controls that rules name.
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
