"""What a kind of document is: how it is recognised, validated, and given to rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from checker import cel
from checker.cel.schema_types import from_json_schema, normaliser
from checker.cel.types import BOOL, DYN
from checker.cel.values import type_name
from checker.problems import Json, Route
from checker.reader.schema import Schema

DOCUMENT = "document"
"""The variable that holds the document's data, for every kind."""


def never(_data: Json) -> bool:
    """Recognise nothing: only a mapping makes a document of this kind."""
    return False


def _same(data: Json) -> Json:
    return data


def _itself(route: Route) -> Route:
    return route


def _nothing(_data: Json) -> Mapping[str, object]:
    return {}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document.

    `recognises` says whether parsed data is meant to be of this kind (valid or not), and may
    raise EvaluationError where that cannot be decided. `normalise` gives valid data the types
    that `env` declares of `document` (raising ValueError where it cannot), and `bind` turns it
    into the values of the other variables.
    """

    name: str
    schema: Schema
    env: cel.Env
    recognises: Callable[[Json], bool] = never
    certain: bool = False
    """Whether what is recognised is of this kind, whatever a mapping of paths says."""
    facts: Callable[[], str] = str
    """What rules about it rely on that ages, with its date, for the report; empty for nothing."""
    family: str = ""
    """The kind whose rules hold for this one too: it is that kind, told more exactly."""
    normalise: Callable[[Json], Json] = _same
    bind: Callable[[Json], Mapping[str, object]] = _nothing
    unit: Callable[[Route], Route] = _itself
    """The part of a document in which a node has its meaning, by their routes."""
    canonical: Callable[[Json], Json] = _same
    """What all spellings of a node that mean the same have in common."""

    @property
    def looks_at_data(self) -> bool:
        """Return whether the data of a file can tell that it is of this kind."""
        return self.recognises is not never

    def belongs_to(self, name: str) -> bool:
        """Tell whether documents of this kind are, if not more exactly, of a kind by name."""
        return name in (self.name, self.family)

    def variables(self, data: Json) -> dict[str, object]:
        """Return the values of the variables that rules about valid data see."""
        return {DOCUMENT: self.normalise(data), **self.bind(data)}


def typed(
    name: str,
    schema: Schema,
    more: cel.Env | None = None,
    **options: Any,
) -> Kind:
    """Return a kind whose `document` has the type of its schema, beside what `more` declares."""
    more = more or cel.Env()
    document, structs = from_json_schema(schema.source, DOCUMENT)
    variables = {DOCUMENT: document, **more.variables}
    env = cel.Env(variables, (*structs, *more.structs), more.functions)
    return Kind(name, schema, env, normalise=normaliser(document, structs), **options)


def from_schema(name: str, schema: Json, recognise: str = "") -> Kind:
    """Return a kind that a user declares by a JSON Schema and, at will, a CEL expression.

    The expression sees `document` and says whether a file without a mapping is of this kind.
    Raises ValueError for a schema, and cel.CompileError for an expression, that is invalid.
    """
    compiled = Schema(schema)
    if not recognise:
        return typed(name, compiled)
    # What is to be recognised may be any document: only once valid it has the schema's type.
    program = cel.compile(recognise, cel.Env({DOCUMENT: DYN}))
    if program.type not in (BOOL, DYN):
        raise cel.CompileError(f"expected an expression of type bool, not {program.type}", 1, 1)

    def recognises(data: Json) -> bool:
        try:
            value = program.evaluate(cel.Activation({DOCUMENT: data}))
        except cel.LimitError:
            raise
        except cel.EvaluationError:
            # A document that lacks what the expression reads is not meant to be of this kind.
            return False
        if not isinstance(value, bool):
            message = f"`recognise` of `{name}` gave a {type_name(value)}: expected true or false"
            raise cel.EvaluationError(message)
        return value

    return typed(name, compiled, recognises=recognises)
