"""CEL text and an environment in, a `Program` out: the only door to the expression language.

CEL is the Common Expression Language (https://github.com/google/cel-spec). This package knows
nothing of policies, rules or reports.
"""

from __future__ import annotations

from typing import Literal, Protocol

from checker.budget import budget
from checker.cel.activation import Activation
from checker.cel.diagnostics import CompileError, Diagnostic
from checker.cel.env import Env, Field, Function, Path, Struct
from checker.cel.types import Type
from checker.errors import BudgetError, EvaluationError, FunctionError, LimitError

__all__ = [
    "ENGINES",
    "Activation",
    "BudgetError",
    "CompileError",
    "Diagnostic",
    "Engine",
    "Env",
    "EvaluationError",
    "Field",
    "Function",
    "FunctionError",
    "LimitError",
    "Path",
    "Program",
    "Struct",
    "Type",
    "budget",
    "compile",
]

Engine = Literal["codegen", "interpret", "cel-python"]
ENGINES: tuple[Engine, ...] = ("codegen", "interpret", "cel-python")


class Program(Protocol):
    """A compiled expression; may be evaluated any number of times, from any thread.

    `type` is what the checker inferred of its value; `warnings` what may go wrong at run time;
    `present` the optional fields that are there where it is true, for an `Env` of what depends
    on it.
    """

    type: Type
    warnings: tuple[Diagnostic, ...]
    present: frozenset[Path]

    def evaluate(self, activation: Activation) -> object:
        """Return the value as plain Python data or a host's value; raises EvaluationError."""


def compile(  # noqa: A001 - the verb of the trade, as in re.compile
    text: str, env: Env, *, engine: Engine = "codegen", typed: bool = True
) -> Program:
    """Return the program of a CEL expression.

    Where not `typed`, what the checker finds wrong is left to run time, as CEL's dynamic mode
    has it. Raises CompileError with everything that is wrong and its places in `text`.
    """
    if engine == "cel-python":
        from checker.cel import reference  # noqa: PLC0415 - its import is slow; paid on use

        return reference.program(text, env)
    from checker.cel import program  # noqa: PLC0415 - an expression is rarely compiled twice

    source, root, checked = program.front(text, env, typed=typed)
    if engine == "interpret":
        return program.Interpreted(source, root, env, checked)
    from checker.cel.codegen import generated  # noqa: PLC0415 - the same

    return generated(source, root, env, checked)
