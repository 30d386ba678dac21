"""Defines the errors that are raised when an expression or a host's function has no value."""

from __future__ import annotations

from typing import Any, NamedTuple, Self, TypeAlias

Unknown: TypeAlias = tuple[str, tuple[str | int, ...]]
"""What the data leaves open: its address, such as `${ORG_ID}`, and the route of its node."""


class Partial(NamedTuple):
    """A list of which it is known what is in it for sure, and how much more there may be."""

    certain: list[Any]
    doubtful: int


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

    def copy(self) -> Self:
        """Return an error of the same class that says the same of the same place."""
        return type(self)(self.message, self.line, self.column)


class DoubtError(EvaluationError):
    """Raised when a value depends on what the data leaves open, which is no mistake of anyone.

    `unknown` says what that is, if it is known. `partial` is what is known of the value, if the
    expression is a `filter` on whose elements some predicates are in doubt.
    """

    def __init__(
        self, message: str, line: int = 0, column: int = 0, unknown: Unknown | None = None
    ) -> None:
        super().__init__(message, line, column)
        self.unknown = unknown
        self.partial: Partial | None = None

    def copy(self) -> Self:
        """Return a doubt that says the same of the same place, but not what is known of a list."""
        return type(self)(self.message, self.line, self.column, self.unknown)


class LimitError(EvaluationError):
    """Raised when an evaluation is stopped or meets a defect; `||`, `&&` and `all` pass it on.

    They absorb any other EvaluationError if another operand or element decides.
    """


class BudgetError(LimitError):
    """Raised when an evaluation is stopped because it costs more units than are left."""


class FunctionError(Exception):
    """Raised by a host's function or field that cannot return a value; its text says why."""


class UndecidedError(FunctionError):
    """Raised by a host's function whose value depends on what the data leaves open.

    `unknown` says what that is, if it is known.
    """

    def __init__(self, message: str, unknown: Unknown | None = None) -> None:
        super().__init__(message)
        self.unknown = unknown


def graver(known: Exception | None, error: Exception) -> Exception:
    """Return the first mistake of two errors, or else the first doubt.

    INVARIANT: a doubt never hides a mistake, because a rule may pass in spite of a doubt.
    """
    if known is None or (isinstance(known, DoubtError) and not isinstance(error, DoubtError)):
        return error
    return known
