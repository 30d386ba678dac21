"""Plain values and host values in, celpy's out, and back; and the functions between them.

Equality, `in` and indexing follow the language, not celpy: types are compared before values, a
text is no collection, and no index counts from the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from celpy import celtypes
from celpy.evaluation import CELEvalError

from checker.budget import COST, shared
from checker.cel.dispatch import dispatcher
from checker.cel.env import Env
from checker.cel.hosts import Hosts, hosts
from checker.cel.values import type_name
from checker.errors import EvaluationError, LimitError


@dataclass(frozen=True, slots=True, eq=False)
class Host:
    """A host's value on its way through celpy, where it may be wrapped more than once."""

    value: object

    def __eq__(self, other: object) -> bool:
        """Return whether it is the same value."""
        return isinstance(other, Host) and self.value == other.value

    def __hash__(self) -> int:
        """Return what is equal for equal values."""
        return hash(type(self.value))


def functions(env: Env) -> dict[str, Callable[..., Any]]:
    """Return the declared functions, those that celpy lacks, and our own operations, by name."""
    known = hosts(env)
    names = {*_LACKING, *(function.name for function in env.functions)}
    return {name: _function(name, known) for name in names} | _OPERATIONS


def _function(name: str, known: Hosts) -> Callable[..., Any]:
    """Return a celpy function that picks among the overloads of a name by its arguments."""
    dispatched = dispatcher(name, known.functions[name], known)

    def call(*arguments: Any) -> Any:
        return called(dispatched, shared() or [COST], *map(from_celpy, arguments))

    return _checked(call)


def called(function: Callable[..., object], *arguments: object) -> Any:
    """Return what a function gives, or the error for why it gives nothing.

    An error that nothing may absorb is raised instead of returned.
    """
    try:
        return to_celpy(function(*arguments))
    except LimitError:
        raise
    except EvaluationError as error:
        return CELEvalError(error.message)


def _checked(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Return an operation that hands on an error among its arguments."""

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
    """Return what a value may be equal to: all numbers are one family, and no bool is in it."""
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


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "size": _checked(_size),
    "_==_": _checked(lambda left, right: celtypes.BoolType(_equal(left, right))),
    "_!=_": _checked(lambda left, right: celtypes.BoolType(not _equal(left, right))),
    "_in_": _checked(_in),
    "_[_]": _checked(_index),
}

_LACKING = ("join", "lowerAscii", "split", "upperAscii")
"""Of CEL's strings extension, what celpy lacks and rules need."""


class _Map(celtypes.MapType):
    """A map that remembers the document's own object, so that its place can be found."""

    host: object


class _List(celtypes.ListType):
    """A list that remembers the document's own object, so that its place can be found."""

    host: object


def to_celpy(value: object) -> Any:
    """Return a plain or host value as celpy takes it."""
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
    """Return a value of celpy as plain data, or the document's or host's own object."""
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
