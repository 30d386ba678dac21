"""Errors of evaluations: an expression or a function of the host that gave no value."""

from __future__ import annotations


class EvaluationError(Exception):
    """An expression that gave no value; `line` and `column` are 0 where the place is unknown."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class LimitError(EvaluationError):
    """An evaluation that was stopped, or met a defect; no `||`, `&&` or `all` absorbs it."""


class BudgetError(LimitError):
    """An evaluation that was stopped because it cost too much: there is nothing left to spend."""


class FunctionError(Exception):
    """Raised by a host's function or field that cannot give a value; the text says why."""
