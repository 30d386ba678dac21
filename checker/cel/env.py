"""Declares what a CEL expression may refer to: variables, and a host's types and functions.

A host, such as a kind of document, declares its own Python classes as data. An engine reads the
declarations and knows nothing else of the classes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeAlias

from checker.budget import COST
from checker.cel.types import Type

HostClass: TypeAlias = type[object]
Path: TypeAlias = tuple[str, ...]
"""The path from a variable to a field, such as `("document", "Version")`."""


class Field(NamedTuple):
    """One field of a struct: `value.name`.

    `get` takes the struct's value and returns the field's; it may raise `FunctionError`. A field
    that is not `required` may be absent from a value; only JSON objects have such fields.
    """

    name: str
    type: Type
    get: Callable[[Any], object]
    doc: str
    required: bool = True
    example: str = ""
    """An expression that is true of the sample in the reference of functions."""


class Struct(NamedTuple):
    """A type whose values are instances of the Python class `host`.

    If `host` is `dict`, it is a type of JSON objects: its fields are the keys, and `additional`
    is the type of the values of all other keys, or None if no other keys are allowed.
    """

    type: Type
    host: HostClass
    fields: tuple[Field, ...]
    doc: str
    additional: Type | None = None


class Function(NamedTuple):
    """A function `name(…)` or, with a receiver, a method `value.name(…)`.

    `call` takes the receiver, if there is one, and one argument for each parameter. All are plain
    Python data or host values, and so is the result. It may raise `FunctionError`.
    """

    name: str
    parameters: tuple[Type, ...]
    result: Type
    call: Callable[..., object]
    doc: str
    receiver: Type | None = None
    example: str = ""
    """An expression that is true of the sample in the reference of functions."""


@dataclass(frozen=True, slots=True)
class Env:
    """Everything that the expressions of one rule may refer to.

    `container` is the namespace in which names are looked up first, and `cost` the units that one
    evaluation may spend (see `budget.COST`). `present` holds the optional fields that are known
    to be present, so that reading them causes no warning.
    """

    variables: Mapping[str, Type] = field(default_factory=dict)
    structs: tuple[Struct, ...] = ()
    functions: tuple[Function, ...] = ()
    container: str = ""
    cost: int = COST
    present: frozenset[Path] = frozenset()
    index: list[Any] = field(default_factory=list, init=False, repr=False, compare=False)
    """Where an engine keeps its index of the structs and functions; shared by `extended`."""

    def extended(
        self,
        variables: Mapping[str, Type],
        structs: tuple[Struct, ...] = (),
        present: frozenset[Path] = frozenset(),
    ) -> Env:
        """Return this environment with more variables, structs and fields known to be present."""
        more = replace(
            self,
            variables={**self.variables, **variables},
            structs=self.structs + structs,
            present=self.present | present,
        )
        if not structs:
            # INVARIANT: structs and functions are the same, so their index is too
            object.__setattr__(more, "index", self.index)
        return more
