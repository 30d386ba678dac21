"""Holds the documents that were found in files, and what was not read."""

from __future__ import annotations

from typing import NamedTuple

from checker.problems import Location, Problem
from checker.report.finding import Input
from checker.report.report import Exit, FileCounts


class Found(NamedTuple):
    """A document in a file, in one of the ways in which a template may make it."""

    file: str
    part: str
    source: str
    """The form in which the file holds it, such as `CloudFormation`."""
    kind: str = ""
    when: tuple[str, ...] = ()
    """In which case a template makes it; empty if there is no other."""
    location: Location | None = None
    unknowns: tuple[tuple[str, str], ...] = ()
    """What a template leaves open in it: each placeholder, and what it is."""
    assumed: tuple[str, ...] = ()
    """The placeholders for what is taken to be one value without wildcards."""
    problems: tuple[Problem, ...] = ()
    """Why it cannot be decided; empty if it is valid."""


class Inventory(NamedTuple):
    """The documents of some files, in order."""

    documents: tuple[Found, ...]
    files: FileCounts = FileCounts()
    config: Input | None = None
    strict: bool = False

    @property
    def broken(self) -> int:
        """Return the number of documents that cannot be decided."""
        return sum(bool(each.problems) for each in self.documents)

    @property
    def exit_code(self) -> Exit:
        """Return the exit code: a document that was not read takes precedence."""
        if self.broken or (self.strict and (self.files.unread or self.files.idle_globs)):
            return Exit.NOT_EVALUATED
        return Exit.OK if self.documents else Exit.NOTHING_CHECKED
