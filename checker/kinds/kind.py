"""Defines what a kind of document is: how it is recognised, validated, and given to rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

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


class Used(Protocol):
    """The parts of a document that a verdict rests on."""

    @property
    def routes(self) -> tuple[Route, ...]:
        """Return their routes."""

    @property
    def guards(self) -> bool:
        """Return whether the verdict is about a part that only takes access away."""


class Grounds(Protocol):
    """The parts of one document, as the grounds of verdicts."""

    def used(self, routes: Iterable[Route], *, alike: bool) -> Used:
        """Return the parts that a verdict rests on, which is about the nodes at some routes.

        With `alike`, it points to one of several parts that are alike.
        """

    def is_part(self, route: Route) -> bool:
        """Return whether a node is itself such a part."""

    def alone(self, content: Json) -> Json:
        """Return the content of a part in a form that has its meaning without the document."""


def _undecided(new: Sequence[Json], old: Sequence[Json], *, guards: bool) -> bool:  # noqa: ARG001
    return False


class Narrows(Protocol):
    """Says whether new parts of a document surely grant nothing that old ones do not."""

    def __call__(self, new: Sequence[Json], old: Sequence[Json], *, guards: bool) -> bool:
        """Return it. All parts are valid documents of the kind."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document.

    `recognises` returns whether parsed data, valid or not, is meant to be of this kind; it may
    raise EvaluationError if that cannot be decided. `normalise` gives valid data the types that
    `env` declares for `document`; it raises ValueError if it cannot. `bind` returns the values of
    the other variables by name.
    """

    name: str
    schema: Schema
    env: cel.Env
    recognises: Callable[[Json], bool] = never
    certain: bool = False
    """Whether recognised data is always of this kind, whatever a mapping of paths says."""
    facts: Callable[[], str] = str
    """Returns the dated facts that its rules rely on, for the report; empty if there are none."""
    own: bool = False
    """Whether a user declared it: nothing is known of how its files look before they are parsed."""
    family: str = ""
    """The more general kind, whose rules apply to this kind too; empty if there is none."""
    grants: bool = True
    """Whether its documents grant anything; else no rule of its family about grants applies."""
    normalise: Callable[[Json], Json] = _same
    bind: Callable[[Json], Mapping[str, object]] = _nothing
    unit: Callable[[Route], Route] = _itself
    """Returns the route of the part of a document that gives a node its meaning."""
    canonical: Callable[[Json], Json] = _same
    """Returns a form of a node that is the same for all spellings with the same meaning."""
    grounds: Callable[[Json], Grounds] | None = None
    """Returns the parts of valid data on which verdicts rest; without it, a verdict rests on the
    nodes that it is about."""
    narrows: Narrows = _undecided

    def belongs_to(self, name: str) -> bool:
        """Return whether `name` is the name of this kind or of its family."""
        return name in (self.name, self.family)

    def variables(self, data: Json) -> dict[str, object]:
        """Return the variables that rules see of valid data, by name; raises ValueError."""
        return {DOCUMENT: self.normalise(data), **self.bind(data)}


def typed(
    name: str,
    schema: Schema,
    more: cel.Env | None = None,
    **options: Any,
) -> Kind:
    """Return a kind whose `document` has the type that its schema proves.

    `more` declares further variables, structs and functions, and `options` are fields of `Kind`.
    """
    more = more or cel.Env()
    document, structs = from_json_schema(schema.source, DOCUMENT)
    variables = {DOCUMENT: document, **more.variables}
    env = cel.Env(variables, (*structs, *more.structs), more.functions)
    return Kind(name, schema, env, normalise=normaliser(document, structs), **options)


def from_schema(name: str, schema: Json, recognise: str = "") -> Kind:
    """Return a kind that a user declares by a JSON Schema and, optionally, a CEL expression.

    The expression sees `document`, and its value says whether a file without a mapping is of this
    kind. Raises ValueError for an invalid schema, and cel.CompileError for an invalid expression.
    """
    compiled = Schema(schema)
    if not recognise:
        return typed(name, compiled, own=True)
    # Any document may have to be recognised, and only a valid one has the type of the schema.
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
            message = f"`recognise` of `{name}` must be true or false, not {type_name(value)}"
            raise cel.EvaluationError(message)
        return value

    return typed(name, compiled, recognises=recognises, own=True)
