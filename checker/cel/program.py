"""Parses and checks CEL text, and makes programs that the interpreter runs.

INVARIANT: only CompileError and EvaluationError leave this module.
"""

from __future__ import annotations

from checker.cel.activation import Activation
from checker.cel.ast import Expr, Text
from checker.cel.check import Checked, check
from checker.cel.diagnostics import CompileError, Diagnostic
from checker.cel.env import Env, Path
from checker.cel.hosts import hosts
from checker.cel.interpret import Interpreter
from checker.cel.parser import parse
from checker.cel.stack import on_own_stack
from checker.cel.types import Type
from checker.cel.values import plain
from checker.errors import DoubtError, EvaluationError, LimitError


class Interpreted:
    """A program that the interpreter runs."""

    __slots__ = ("_checked", "_env", "_root", "_text", "present", "type", "warnings")

    def __init__(self, text: Text, root: Expr, env: Env, checked: Checked) -> None:
        self._text, self._root, self._env, self._checked = text, root, env, checked
        self.type: Type = checked.type
        self.warnings: tuple[Diagnostic, ...] = checked.warnings
        self.present: frozenset[Path] = checked.present

    def evaluate(self, activation: Activation) -> object:
        """Return the value, as plain Python data or a host's value; raises EvaluationError."""
        interpreter = Interpreter(self._text, hosts(self._env), activation, self._env.cost)
        try:
            return on_own_stack(lambda: plain(interpreter.value(self._root)), self._root.depth)
        except DoubtError as error:
            error.partial = interpreter.known(self._root, error)
            raise
        except EvaluationError:
            raise
        except RecursionError as error:
            raise too_deep() from error
        except Exception as error:  # fail closed: an expression that raises has no value
            raise EvaluationError(f"{type(error).__name__}: {error}") from error


def too_deep() -> LimitError:
    """Return the error for a value or an expression that is nested too deeply to walk."""
    return LimitError("a value or the expression is nested too deeply to be evaluated")


def front(text: str, env: Env, *, typed: bool = True) -> tuple[Text, Expr, Checked]:
    """Return the text, its tree and the result of its check.

    Raises CompileError with every problem; unless `typed`, with those of syntax only.
    """
    source = Text(text)
    root = parse(source)
    try:
        checked = on_own_stack(lambda: check(source, root, env, strict=typed), root.depth)
    except RecursionError as error:
        raise source.error("the expression is nested too deeply", root.start, root.end) from error
    if checked.problems:
        raise CompileError.of(checked.problems)
    return source, root, checked
