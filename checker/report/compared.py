"""Holds what a comparison of policies found, and what it means for the exit code."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from checker.problems import Problem
from checker.report.report import Exit


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


def compared(found: Sequence[Comparison]) -> Exit:
    """Return what comparisons mean for a gate; what was not decided wins over new access."""
    kinds = {each.access for each in found}
    if Access.UNDECIDED in kinds:
        return Exit.NOT_EVALUATED
    if Access.MORE in kinds:
        return Exit.VIOLATIONS
    return Exit.OK if found else Exit.NOTHING_CHECKED
