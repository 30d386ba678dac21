"""What a CEL expression may refer to: variables, and the types and functions of a host's values.

A host (a kind of document, say) declares its own Python classes here as data; an engine reads
the declarations and never needs to know the classes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeAlias

from checker.budget import COST
from checker.cel.types import Type

HostClass: TypeAlias = type[object]
Path: TypeAlias = tuple[str, ...]
"""The way from a variable to a field: `("document", "Version")`."""


class Field(NamedTuple):
    """One field of a struct: `value.name`. `get` may raise `FunctionError`.

    A field that is not `required` may be absent from a value; that is for structs of JSON.
    """

    name: str
    type: Type
    get: Callable[[Any], object]
    doc: str
    required: bool = True
    example: str = ""
    """An expression that is true of the sample that the list of functions shows."""


class Struct(NamedTuple):
    """A type whose values are instances of the Python class `host`.

    Of the class `dict` it is an object of JSON: its fields are the keys, and `additional` is the
    type of the values of all other keys, or None where there may be none.
    """

    type: Type
    host: HostClass
    fields: tuple[Field, ...]
    doc: str
    additional: Type | None = None


class Function(NamedTuple):
    """A function `name(…)`, or with a receiver a method `value.name(…)`.

    `call` takes the receiver first, then one argument per parameter, as plain Python values
    (or host values), and returns such a value. It may raise `FunctionError`.
    """

    name: str
    parameters: tuple[Type, ...]
    result: Type
    call: Callable[..., object]
    doc: str
    receiver: Type | None = None
    example: str = ""
    """An expression that is true of the sample that the list of functions shows."""


@dataclass(frozen=True, slots=True)
class Env:
    """Everything that the expressions of one rule may name.

    `container` is the namespace that names are first looked up in; `cost` is what one evaluation
    may spend (see `limits.COST`). `present` are the optional fields that are known to be there,
    so that reading them is no warning.
    """

    variables: Mapping[str, Type] = field(default_factory=dict)
    structs: tuple[Struct, ...] = ()
    functions: tuple[Function, ...] = ()
    container: str = ""
    cost: int = COST
    present: frozenset[Path] = frozenset()
    index: list[Any] = field(default_factory=list, init=False, repr=False, compare=False)
    """Where an engine keeps what it works out of the structs and functions; shared."""

    def extended(
        self,
        variables: Mapping[str, Type],
        structs: tuple[Struct, ...] = (),
        present: frozenset[Path] = frozenset(),
    ) -> Env:
        """Return this environment with more variables, structs and fields that are there."""
        more = replace(
            self,
            variables={**self.variables, **variables},
            structs=self.structs + structs,
            present=self.present | present,
        )
        if not structs:
            # INVARIANT: the same structs and functions, so what was worked out of them holds
            object.__setattr__(more, "index", self.index)
        return more
