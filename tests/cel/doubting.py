"""An environment with functions that have no value: by a doubt, by a mistake, by a limit."""

from __future__ import annotations

from typing import Any

from checker import cel
from checker.cel.types import BOOL, INT, STRING, list_of

ENGINES: tuple[cel.Engine, ...] = ("codegen", "interpret", "cel-python")
UNKNOWN: cel.Unknown = ("${X}", ("Statement", 0, "Resource"))


def _unknown(_value: object) -> object:
    raise cel.UndecidedError("it depends on `${X}`", UNKNOWN)


def _mistake(_value: object) -> object:
    raise cel.FunctionError("that is no such thing")


def _limit(_value: object) -> object:
    raise cel.LimitError("it is too much")


_CALLS = {"unknown": _unknown, "mistake": _mistake, "limit": _limit}
ENV = cel.Env(
    {"l": list_of(INT), "open": list_of(INT), "more": list_of(INT)},
    (),
    tuple(
        cel.Function(name, (of,), of, call, "")
        for name, call in _CALLS.items()
        for of in (BOOL, INT, STRING, list_of(INT))
    ),
)


def activation(engine: cel.Engine, lazy: dict[str, str]) -> cel.Activation:
    """Return the variables of an evaluation: the list 1, 2, 3, and lazy ones."""
    programs = {name: cel.compile(text, ENV, engine=engine) for name, text in lazy.items()}
    lazily = {name: program.evaluate for name, program in programs.items()}
    return cel.Activation({"l": [1, 2, 3]}, lazily)


def outcome(text: str, engine: cel.Engine, lazy: dict[str, str] | None = None) -> Any:
    """Return the value of an expression, or `doubt`, `error` or `limit`."""
    program = cel.compile(text, ENV, engine=engine)
    try:
        return program.evaluate(activation(engine, lazy or {}))
    except cel.DoubtError as error:
        return "doubt" if error.unknown == UNKNOWN else "a doubt without its unknown"
    except cel.LimitError:
        return "limit"
    except cel.EvaluationError:
        return "error"
