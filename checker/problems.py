"""Holds the types of what was read and where: a source text, a place in it, a problem there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
"""A value of a JSON or YAML document, in plain Python types."""

Route: TypeAlias = tuple[str | int, ...]
"""The way from a document's root to one of its nodes: keys and 0-based list indices."""


class Location(NamedTuple):
    """A span of a text; lines and columns (in characters) count from 1, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Source:
    """One text as it was read, once: its displayable path, its characters, its SHA-256 (hex)."""

    path: str
    text: str
    sha256: str

    def line(self, number: int) -> str:
        """Return line `number` (from 1) without its line break; empty beyond the end."""
        lines = self.text.split("\n", number)
        return lines[number - 1].removesuffix("\r") if 0 < number <= len(lines) else ""


def excerpt(line: str, column: int) -> tuple[str, int]:
    """Return what to show of a line around a column (from 1), and how much is skipped before."""
    skipped = max(0, column - 1 - _AROUND) if len(line) > 2 * _AROUND else 0
    return line[skipped : skipped + 2 * _AROUND], skipped


_AROUND = 200
"""Characters of an overlong line that are shown on either side of a place, at most."""


class Problem(NamedTuple):
    """Something wrong with an input: where, what, and (in the message) what to do about it."""

    path: str
    message: str
    location: Location | None = None
    excerpt: str = ""
    """What to show of the line that `location` starts on; empty when there is nothing."""
    pointer: str = ""
    """The JSON Pointer of the node in question, where there is one."""
    skipped: int = 0
    """Characters of the line before the excerpt."""

    @classmethod
    def at(cls, source: Source, message: str, location: Location, pointer: str = "") -> Problem:
        """Return a problem at a place of a source, with the source line to show."""
        shown, skipped = excerpt(source.line(location.line), location.column)
        return cls(source.path, message, location, shown, pointer, skipped)


def by_place(problem: Problem) -> tuple[str, int, int]:
    """Return what problems are sorted by: the file, and the place in it."""
    line, column = problem.location[:2] if problem.location else (0, 0)
    return problem.path, line, column


class InputError(Exception):
    """An input that cannot be used; carries every `Problem` that was found in it."""

    def __init__(self, first: Problem, *more: Problem) -> None:
        # INVARIANT: there is a problem, or what was refused would be lost without a word.
        self.problems = (first, *more)
        super().__init__("; ".join(problem.message for problem in self.problems))


def pointer(route: Route) -> str:
    """Return a route as a JSON Pointer (https://www.rfc-editor.org/rfc/rfc6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in route)
