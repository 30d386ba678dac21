"""Holds what a comparison of policies found, and what it means for the exit code."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from checker.problems import Problem
from checker.report.finding import Input
from checker.report.report import Exit, FileCounts


class Access(StrEnum):
    """What a new policy grants, beside its old one."""

    MORE = "new access"
    SAME_OR_LESS = "no new access"
    GONE = "gone"
    UNDECIDED = "undecided"


class Comparison(NamedTuple):
    """An old and a new policy. New access has a request as its proof, as pairs to read out."""

    path: str
    access: Access
    proof: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()


class Compared(NamedTuple):
    """All that a comparison of two places found."""

    comparisons: tuple[Comparison, ...]
    files: FileCounts = FileCounts()
    config: Input | None = None
    strict: bool = False

    @property
    def exit_code(self) -> Exit:
        """Return what it means for a gate; what was not decided wins over new access."""
        kinds = {each.access for each in self.comparisons}
        if Access.UNDECIDED in kinds:
            return Exit.NOT_EVALUATED
        if self.strict and self.comparisons and (self.files.unread or self.files.idle_globs):
            return Exit.NOT_EVALUATED
        if Access.MORE in kinds:
            return Exit.VIOLATIONS
        return Exit.OK if self.comparisons else Exit.NOTHING_CHECKED
