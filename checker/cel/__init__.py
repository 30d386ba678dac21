"""Compiles expressions of CEL, the Common Expression Language, into programs.

This is the only public module of the package, which knows nothing of policies, rules or reports.
The language: https://github.com/google/cel-spec
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

from checker.budget import budget
from checker.cel.activation import Activation
from checker.cel.diagnostics import CompileError, Diagnostic
from checker.cel.env import Env, Field, Function, Path, Struct
from checker.cel.types import Type
from checker.errors import (
    BudgetError,
    DoubtError,
    EvaluationError,
    FunctionError,
    LimitError,
    UndecidedError,
    Unknown,
)

__all__ = [
    "ENGINES",
    "Activation",
    "BudgetError",
    "CompileError",
    "Diagnostic",
    "DoubtError",
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
    "UndecidedError",
    "Unknown",
    "budget",
    "compile",
    "meaning",
]

Engine = Literal["codegen", "interpret", "cel-python"]
ENGINES: tuple[Engine, ...] = ("codegen", "interpret", "cel-python")


class Program(Protocol):
    """A compiled expression; it may be evaluated any number of times, from any thread.

    `type` is the inferred type of the value, and `warnings` name what may fail at run time.
    `present` holds the optional fields that are present whenever the expression is true; give
    them to the `Env` of expressions that are only evaluated in that case.
    """

    type: Type
    warnings: tuple[Diagnostic, ...]
    present: frozenset[Path]

    def evaluate(self, activation: Activation) -> object:
        """Return the value, as plain Python data or a host's value; raises EvaluationError."""


def compile(  # noqa: A001 - the usual verb, as in re.compile
    text: str, env: Env, *, engine: Engine = "codegen", typed: bool = True
) -> Program:
    """Return the program of a CEL expression.

    Unless `typed`, errors of types and names are left to run time, as in CEL's dynamic mode; the
    engine `cel-python` always works so. Raises CompileError with every problem in `text` and its
    place.
    """
    if engine == "cel-python":
        from checker.cel import reference  # noqa: PLC0415 - slow to import, and rarely used

        return reference.program(text, env)
    from checker.cel import program  # noqa: PLC0415 - loaded when an expression is compiled

    source, root, checked = program.front(text, env, typed=typed)
    if engine == "interpret":
        return program.Interpreted(source, root, env, checked)
    from checker.cel.codegen import generated  # noqa: PLC0415 - as above

    return generated(source, root, env, checked)


def meaning(text: str, names: Mapping[str, object]) -> object:
    """Return what an expression means as plain data, in the same way for all its spellings.

    `names` maps variables, and fields of variables such as `a.b`, to the data that replaces them.
    Raises CompileError.
    """
    from checker.cel.canonical import meaning as written  # noqa: PLC0415 - few runs have findings

    return written(text, names)
