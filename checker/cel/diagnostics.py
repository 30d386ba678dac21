"""What can go wrong between CEL text and a value."""

from __future__ import annotations

from typing import NamedTuple


class Diagnostic(NamedTuple):
    """Something to say about a span of CEL text; lines and columns (in characters) from 1."""

    message: str
    line: int
    column: int
    end_line: int
    end_column: int


class CompileError(Exception):
    """CEL text that is no valid expression; `line` and `column` count from 1 in that text.

    `problems` holds everything that is wrong with the text; the rest describes the first.
    """

    def __init__(
        self, message: str, line: int, column: int, problems: tuple[Diagnostic, ...] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.problems = problems or (Diagnostic(message, line, column, line, column + 1),)

    @classmethod
    def of(cls, problems: tuple[Diagnostic, ...]) -> CompileError:
        """Return the error of one or more problems."""
        first = problems[0]
        return cls(first.message, first.line, first.column, problems)
