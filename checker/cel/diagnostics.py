"""Defines what is reported about CEL text: diagnostics, and the error of an invalid text."""

from __future__ import annotations

from typing import NamedTuple


class Diagnostic(NamedTuple):
    """A message about a span of CEL text; lines and columns (in characters) count from 1."""

    message: str
    line: int
    column: int
    end_line: int
    end_column: int


class CompileError(Exception):
    """Raised for CEL text that is not a valid expression.

    `problems` holds everything that is wrong with the text. `message`, `line` and `column` are
    those of the first problem; line and column count from 1 in the text.
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
        """Return the error for one or more problems."""
        first = problems[0]
        return cls(first.message, first.line, first.column, problems)
