"""Holds the answers to a question about policies, and their exit code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from checker.problems import Problem
from checker.report.finding import Input, Place
from checker.report.proof import Proof
from checker.report.report import Exit, FileCounts


class Answer(StrEnum):
    """The answer to a question about one policy."""

    YES = "yes"
    NO = "no"
    SKIPPED = "skipped"
    UNDECIDED = "undecided"


class Asked(NamedTuple):
    """A question about policies: whether they grant something, or give public access."""

    name: str
    """The command that asks it, `grants` or `public`."""
    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    resource_type: str = ""


class Answered(NamedTuple):
    """The answer to a question about one policy.

    If it is yes, `proof` is a request that the policy allows.
    """

    file: str
    part: str
    answer: Answer
    proof: Proof | None = None
    actions: tuple[str, ...] = ()
    """The actions of the question that are surely granted, as they were asked about."""
    sid: str = ""
    """The Sid of the statement that allows the request, if it has one."""
    place: Place | None = None
    """The place of that statement; None if it is not sure which one it is."""
    reason: str = ""
    """Why the question does not apply to the policy, if it was skipped."""
    problems: tuple[Problem, ...] = ()
    """Why it is undecided."""


class Answers(NamedTuple):
    """The answers about all policies of a run."""

    asked: Asked
    every: tuple[Answered, ...]
    files: FileCounts = FileCounts()
    config: Input | None = None
    strict: bool = False
    facts: str = ""
    """The data that answers rely on and that can become outdated, with its date."""

    def count(self, *kinds: Answer) -> int:
        """Return the number of policies with one of some answers."""
        return sum(each.answer in kinds for each in self.every)

    @property
    def skipped(self) -> Iterator[tuple[str, Sequence[str]]]:
        """Yield each reason for which policies were skipped, and their names."""
        found: dict[str, list[str]] = {}
        for each in self.every:
            if each.answer is Answer.SKIPPED:
                gap = " " if each.part[:1].isalpha() else ""
                name = f"{each.file}{gap}{each.part}"
                found.setdefault(each.reason, []).append(name)
        yield from found.items()

    @property
    def exit_code(self) -> Exit:
        """Return the exit code. Undecided questions take precedence over those answered by yes.

        INVARIANT: a run in which no question was answered never passes.
        """
        if self.count(Answer.UNDECIDED):
            return Exit.NOT_EVALUATED
        if self.strict and self.every and (self.files.unread or self.files.idle_globs):
            return Exit.NOT_EVALUATED
        if self.count(Answer.YES):
            return Exit.VIOLATIONS
        return Exit.OK if self.count(Answer.NO) else Exit.NOTHING_CHECKED
