"""Converts values to celpy's types and back, and adapts functions to them.

Equality, `in` and indexing follow the language where celpy does not: types are compared before
values, a string is not a collection, and no index counts from the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from celpy import celtypes
from celpy.evaluation import CELEvalError, base_functions

from checker.budget import COST, shared
from checker.cel.dispatch import dispatcher
from checker.cel.env import Env
from checker.cel.hosts import Hosts, hosts
from checker.cel.values import type_name
from checker.errors import DoubtError, EvaluationError, LimitError


@dataclass(frozen=True, slots=True, eq=False)
class Host:
    """Wraps a host's value for celpy, which may wrap the same value more than once."""

    value: object

    def __eq__(self, other: object) -> bool:
        """Return whether both wrap equal values."""
        return isinstance(other, Host) and self.value == other.value

    def __hash__(self) -> int:
        """Return a hash that is the same for all values of a class."""
        return hash(type(self.value))


def functions(env: Env) -> dict[str, Callable[..., Any]]:
    """Return the host's functions, those that celpy lacks, and our own operators, by name."""
    known = hosts(env)
    names = {*_LACKING, *(function.name for function in env.functions)}
    return {name: _function(name, known) for name in names} | _OPERATIONS


def _function(name: str, known: Hosts) -> Callable[..., Any]:
    """Return a function for celpy that picks among a name's overloads by its arguments."""
    dispatched = dispatcher(name, known.functions[name], known)

    def call(*arguments: Any) -> Any:
        return called(dispatched, shared() or [COST], *map(from_celpy, arguments))

    return _checked(call)


class CelpyDoubtError(CELEvalError):
    """The error of celpy that stands for a DoubtError; `source` is the filter that it is of."""

    def __init__(self, error: DoubtError, source: object = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.source = source


def refused(error: EvaluationError) -> CELEvalError:
    """Return the error of celpy that stands for one of ours; raise one that none may absorb."""
    if isinstance(error, LimitError):
        raise error
    return CelpyDoubtError(error) if isinstance(error, DoubtError) else CELEvalError(error.message)


def graver(known: CELEvalError | None, error: CELEvalError) -> CELEvalError:
    """Return the first mistake of two errors, or else the first doubt."""
    if known is None or (
        isinstance(known, CelpyDoubtError) and not isinstance(error, CelpyDoubtError)
    ):
        return error
    return known


def called(function: Callable[..., object], *arguments: object) -> Any:
    """Return the result of a function as a celpy value, or its EvaluationError as celpy's error.

    Raises LimitError, which no operator may absorb.
    """
    try:
        return to_celpy(function(*arguments))
    except EvaluationError as error:
        return refused(error)


def _checked(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Return an operation that returns the first error among its arguments, if there is one."""

    def call(*arguments: Any) -> Any:
        errors = (argument for argument in arguments if isinstance(argument, CELEvalError))
        return next(errors, None) or operation(*arguments)

    return call


def _size(value: Any) -> Any:
    if isinstance(value, celtypes.StringType | celtypes.ListType | celtypes.MapType):
        return celtypes.IntType(len(value))
    return CELEvalError(f"no function `size` for ({name_of(value)})", TypeError)


def _equal(left: Any, right: Any) -> bool:
    if _family(left) is not _family(right):
        return False
    match left:
        case celtypes.ListType():
            return len(left) == len(right) and all(map(_equal, left, right))
        case celtypes.MapType():
            return len(left) == len(right) and all(
                _found(key, right) and _equal(value, right[key]) for key, value in left.items()
            )
        case celtypes.IntType() | celtypes.UintType():
            return int(left) == (float(right) if isinstance(right, float) else int(right))
        case celtypes.DoubleType():
            return float(left) == (float(right) if isinstance(right, float) else int(right))
    return bool(left == right)


def _family(value: Any) -> type[object]:
    """Return the family of values that may be equal to a value; all numbers are one family."""
    if isinstance(value, celtypes.IntType | celtypes.UintType | celtypes.DoubleType):
        return celtypes.IntType
    families = (celtypes.ListType, celtypes.MapType, celtypes.StringType, celtypes.BoolType)
    return next((family for family in families if isinstance(value, family)), type(value))


def _found(key: Any, mapping: Any) -> bool:
    return any(_equal(key, other) for other in mapping)


def _in(item: Any, container: Any) -> Any:
    if isinstance(container, celtypes.ListType | celtypes.MapType):
        return celtypes.BoolType(_found(item, container))
    return CELEvalError(f"`in` takes a list or a map, not {name_of(container)}", TypeError)


def _index(container: Any, index: Any) -> Any:
    if isinstance(container, celtypes.MapType):
        if _found(index, container):
            return container[index]
        return CELEvalError(f"no such key: {_shown(index)}", KeyError)
    if isinstance(container, celtypes.ListType) and isinstance(index, celtypes.IntType):
        if 0 <= index < len(container):
            return container[index]
        return CELEvalError(f"no item {int(index)} in a list of {len(container)}", IndexError)
    return CELEvalError(f"no item {name_of(index)} of a {name_of(container)}", TypeError)


def _shown(value: Any) -> str:
    return f"`{from_celpy(value)}`"[:80]


def _plus(left: Any, right: Any) -> Any:
    """Return a sum; celpy's own sum of two lists is no list of the language."""
    if isinstance(left, celtypes.ListType) and isinstance(right, celtypes.ListType):
        return celtypes.ListType([*left, *right])
    return base_functions["_+_"](left, right)


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "size": _checked(_size),
    "_==_": _checked(lambda left, right: celtypes.BoolType(_equal(left, right))),
    "_!=_": _checked(lambda left, right: celtypes.BoolType(not _equal(left, right))),
    "_in_": _checked(_in),
    "_[_]": _checked(_index),
    "_+_": _checked(_plus),
    **{name: _checked(base_functions[name]) for name in ("_-_", "_*_", "_/_", "_%_", "-_")},
}

_LACKING = ("distinct", "flatten", "join", "lowerAscii", "split", "upperAscii")
"""Functions of CEL's extensions for lists and strings that rules need and celpy lacks."""


class _Map(celtypes.MapType):
    """A map that remembers the document's own object, whose place in the file is known."""

    host: object


class _List(celtypes.ListType):
    """A list that remembers the document's own object, whose place in the file is known."""

    host: object


def to_celpy(value: object) -> Any:
    """Return a plain value or a host's value in the form that celpy accepts."""
    match value:
        case None:
            return None
        case bool():
            return celtypes.BoolType(value)
        case int():
            return celtypes.IntType(value)
        case float():
            return celtypes.DoubleType(value)
        case str():
            return celtypes.StringType(value)
        case list() | tuple() if type(value) in (list, tuple):
            items = _List(map(to_celpy, value))
            items.host = value
            return items
        case dict():
            mapping = _Map(
                {celtypes.StringType(key): to_celpy(item) for key, item in value.items()}
            )
            mapping.host = value
            return mapping
    return Host(value)


def from_celpy(value: Any) -> object:
    """Return a celpy value as plain data, or the document's or the host's own object."""
    match value:
        case Host() | _Map() | _List():
            return value.value if isinstance(value, Host) else value.host
        case celtypes.BoolType():
            return bool(value)
        case celtypes.IntType() | celtypes.UintType():
            return int(value)
        case celtypes.DoubleType():
            return float(value)
        case celtypes.StringType():
            return str(value)
        case celtypes.ListType():
            return [from_celpy(item) for item in value]
        case celtypes.MapType():
            return {from_celpy(key): from_celpy(item) for key, item in value.items()}
    return value


def name_of(value: object) -> str:
    """Return the name of a celpy value's type in the language."""
    return type_name(from_celpy(value))
