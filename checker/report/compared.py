"""Holds the result of a comparison of policies, and its exit code."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from checker.problems import Problem
from checker.report.finding import Input
from checker.report.report import Exit, FileCounts


class Access(StrEnum):
    """Whether a new policy grants more access than its old version."""

    MORE = "new access"
    SAME_OR_LESS = "no new access"
    GONE = "gone"
    UNDECIDED = "undecided"


class Comparison(NamedTuple):
    """The comparison of an old and a new policy.

    If there is new access, `proof` is a request that only the new policy allows, as pairs of a word
    and its value, such as `("may", "s3:GetObject")`.
    """

    path: str
    access: Access
    proof: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()
    moved_from: str = ""
    """The path of the old version, if the file has another path now and the same content."""


class Compared(NamedTuple):
    """The result of a comparison of two places."""

    comparisons: tuple[Comparison, ...]
    files: FileCounts = FileCounts()
    config: Input | None = None
    strict: bool = False

    @property
    def exit_code(self) -> Exit:
        """Return the exit code. Undecided comparisons take precedence over new access."""
        kinds = {each.access for each in self.comparisons}
        if Access.UNDECIDED in kinds:
            return Exit.NOT_EVALUATED
        if self.strict and self.comparisons and (self.files.unread or self.files.idle_globs):
            return Exit.NOT_EVALUATED
        if Access.MORE in kinds:
            return Exit.VIOLATIONS
        return Exit.OK if self.comparisons else Exit.NOTHING_CHECKED
