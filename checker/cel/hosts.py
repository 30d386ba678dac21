"""Indexes an environment's structs and functions for the engines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from checker.cel.env import Env, Field, Function, Struct
from checker.cel.library import Overload, functions, grouped
from checker.cel.operators import no_such_key, optional_index
from checker.cel.types import DYN, Type
from checker.cel.values import NONE, Optional, type_name
from checker.errors import DoubtError, EvaluationError, FunctionError, LimitError, UndecidedError


class Record(NamedTuple):
    """A struct with its fields by name; the getters of a host's fields are `guarded`."""

    struct: Struct
    fields: Mapping[str, Field]

    @property
    def json(self) -> bool:
        """Whether its values are JSON objects."""
        return self.struct.host is dict


class Hosts(NamedTuple):
    """The structs and functions of an environment.

    `types` maps the name of a type to its record, and `classes` a host's Python class to its own.
    `functions` maps a name to all its overloads, those of the host first.
    """

    types: Mapping[str, Record]
    classes: Mapping[type[object], Record]
    functions: Mapping[str, tuple[Overload, ...]]

    def select(self, value: Any, name: str) -> Any:
        """Return `value.name` of a value of any type; raises EvaluationError."""
        record = self.classes.get(type(value))
        if record is None:
            if type(value) is dict:
                if name in value:
                    return value[name]
                raise no_such_key(name)
            if type(value) is Optional:
                return self.optional_select(value, name)
            raise EvaluationError(f"{type_name(value)} has no field `{name}`")
        if name not in record.fields:
            raise EvaluationError(f"{record.struct.type} has no field `{name}`")
        return record.fields[name].get(value)

    def has(self, value: Any, name: str) -> bool:
        """Return `has(value.name)` of a value of any type; raises EvaluationError."""
        if type(value) is dict:
            return name in value
        record = self.classes.get(type(value))
        if record is not None:
            return name in record.fields
        if type(value) is Optional:
            return value.present and self.has(value.value, name)
        raise EvaluationError(f"{type_name(value)} has no fields for has()")

    def optional_select(self, value: Any, name: str) -> Optional:
        """Return `value.?name` of a value of any type; raises EvaluationError."""
        if type(value) is Optional:
            return self.optional_select(value.value, name) if value.present else value
        record = self.classes.get(type(value))
        if record is not None:
            known = record.fields.get(name)
            return NONE if known is None else Optional(known.get(value))
        if type(value) is dict:
            return optional_index(value, name)
        raise EvaluationError(f"{type_name(value)} has no field `{name}`")

    def accepts(self, wanted: Type, value: Any) -> bool:
        """Return whether a value, regardless of its elements, has the wanted type."""
        if wanted == DYN or (wanted.open and not wanted.parameters):
            return True
        record = self.classes.get(type(value))
        if record is not None:
            return record.struct.type == wanted
        known = self.types.get(wanted.name)
        if known is not None and known.json:
            return type(value) is dict
        return type_name(value) == wanted.name

    def conforms(self, wanted: Type, value: Any) -> bool:
        """Return whether a value, with everything inside it, has the wanted type."""
        if not self.accepts(wanted, value):
            return False
        if type(value) is list and wanted.name == "list":
            return all(self.conforms(wanted.parameters[0], item) for item in value)
        if type(value) is dict and wanted.name == "map":
            return all(
                self.conforms(wanted.parameters[0], key)
                and self.conforms(wanted.parameters[1], item)
                for key, item in value.items()
            )
        return True


def hosts(env: Env) -> Hosts:
    """Return the index of an environment's structs and functions; it is built once."""
    if not env.index:
        types: dict[str, Record] = {}
        classes: dict[type[object], Record] = {}
        for struct in env.structs:
            getters = {
                field.name: field if struct.host is dict else _guarded_field(field)
                for field in struct.fields
            }
            record = Record(struct, getters)
            types[struct.type.name] = record
            if not record.json:
                classes[struct.host] = record
        found = Hosts(types, classes, {})
        declared = grouped(_overload(function, found) for function in env.functions)
        table = dict(functions())
        for name, overloads in declared.items():
            table[name] = (*overloads, *table.get(name, ()))
        env.index.append(Hosts(types, classes, table))
    return env.index[0]  # type: ignore[no-any-return]


def _guarded_field(field: Field) -> Field:
    return Field(field.name, field.type, guarded(field.get, field.name), field.doc)


def guarded(call: Callable[..., Any], name: str) -> Callable[..., Any]:
    """Return a function that calls a host's function and raises EvaluationError.

    An UndecidedError becomes a DoubtError. An exception other than FunctionError is a defect of the
    host: it becomes a LimitError, which no operator absorbs.
    """

    def checked(*arguments: Any) -> Any:
        try:
            value = call(*arguments)
        except UndecidedError as error:
            raise DoubtError(str(error), unknown=error.unknown) from error
        except FunctionError as error:
            raise EvaluationError(str(error)) from error
        except EvaluationError:
            raise
        except Exception as error:
            raise LimitError(f"`{name}` failed: {type(error).__name__}: {error}") from error
        return list(value) if type(value) is tuple else value

    return checked


def _overload(function: Function, found: Hosts) -> Overload:
    parameters = function.parameters
    if function.receiver is not None:
        parameters = (function.receiver, *parameters)
    call = guarded(function.call, function.name)

    def exact(*arguments: Any) -> Any:
        for wanted, argument in zip(parameters, arguments, strict=True):
            if not found.conforms(wanted, argument):
                given = ", ".join(map(type_name, arguments))
                raise EvaluationError(f"no such overload: `{function.name}` of ({given})")
        return call(*arguments)

    return Overload(
        function.name,
        parameters,
        function.result,
        call,
        receiver=function.receiver is not None,
        checked=exact,
    )
