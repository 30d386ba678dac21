"""Defines the errors that are raised when an expression or a host's function has no value."""

from __future__ import annotations


class EvaluationError(Exception):
    """Raised when an expression has no value.

    `line` and `column` count from 1 in the text of the expression; both are 0 if the place is
    unknown.
    """

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class LimitError(EvaluationError):
    """Raised when an evaluation is stopped or meets a defect; `||`, `&&` and `all` pass it on.

    They absorb any other EvaluationError if another operand or element decides.
    """


class BudgetError(LimitError):
    """Raised when an evaluation is stopped because it costs more units than are left."""


class FunctionError(Exception):
    """Raised by a host's function or field that cannot return a value; its text says why."""
