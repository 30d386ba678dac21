"""Fills the `{{ CEL }}` holes of a template's texts and examples with the values of one rule."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import NamedTuple, cast

from checker import cel
from checker.cel.types import DYN, Type
from checker.problems import Json, Route
from checker.rules.params import PARAMS

WORDS = "words"
"""The name of the variable that holds the words that a rule gives for its template's texts."""

HOLE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
"""A placeholder for the value of an expression."""


class FillError(Exception):
    """A hole that has no value; `route` leads to the text in the template."""

    def __init__(self, message: str, route: Route) -> None:
        self.route = route
        super().__init__(message)


class Holes:
    """The expressions in the texts of one template, each compiled once.

    `params` and `words` map the names of what a rule gives to their types.
    """

    def __init__(self, params: Mapping[str, Type], words: Mapping[str, Type]) -> None:
        structs = tuple(
            cel.Struct(
                Type(name),
                dict,
                tuple(cel.Field(key, typed, itemgetter(key), key) for key, typed in fields.items()),
                f"the {name} of the rule",
            )
            for name, fields in ((PARAMS, params), (WORDS, words))
        )
        self._env = cel.Env().extended({each.type.name: each.type for each in structs}, structs)
        self._programs: dict[tuple[str, tuple[tuple[str, Type], ...]], cel.Program] = {}

    def value(self, text: str, scope: Scope, route: Route) -> Json:
        """Return the value of an expression; raises FillError if it has none."""
        return self._evaluated(text, scope, route)[0]

    def elements(self, text: str, scope: Scope, route: Route) -> Iterator[tuple[Json, Type]]:
        """Yield the elements of a list, each with its type; raises FillError if it is no list."""
        found, typed = self._evaluated(text, scope, route)
        if not isinstance(found, list):
            raise FillError(f"for_each expects a list, not {typed}", route)
        element = typed.parameters[0] if typed.name == "list" else DYN
        yield from ((each, element) for each in found)

    def _evaluated(self, text: str, scope: Scope, route: Route) -> tuple[Json, Type]:
        key = (text.strip(), scope.types)
        try:
            if key not in self._programs:
                env = self._env.extended(dict(scope.types))
                self._programs[key] = cel.compile(key[0], env, engine="interpret")
            program = self._programs[key]
            return cast("Json", program.evaluate(cel.Activation(scope.values))), program.type
        except cel.CompileError as error:
            raise FillError(error.problems[0].message, route) from None
        except cel.EvaluationError as error:
            raise FillError(str(error), route) from None


class Scope(NamedTuple):
    """The values that a hole may name, and the types of those that `for_each` adds."""

    values: Mapping[str, object]
    types: tuple[tuple[str, Type], ...] = ()

    def having(self, name: str, value: object, typed: Type) -> Scope:
        """Return the scope with one more value."""
        return Scope({**self.values, name: value}, (*self.types, (name, typed)))


def fill(value: Json, holes: Holes, scope: Scope, route: Route = ()) -> Json:
    """Return a value with the holes in all its texts filled, also in the keys of mappings.

    A text that is a single hole becomes the value of that hole, of whatever type. Raises FillError
    if a hole has no value.
    """
    if isinstance(value, str):
        return _text(value, holes, scope, route) if "{{" in value else value
    if isinstance(value, list):
        return [fill(each, holes, scope, (*route, index)) for index, each in enumerate(value)]
    if isinstance(value, dict):
        return {
            _word(key, holes, scope, (*route, key)): fill(each, holes, scope, (*route, key))
            for key, each in value.items()
        }
    return value


def _text(text: str, holes: Holes, scope: Scope, route: Route) -> Json:
    whole = HOLE.fullmatch(text.strip())
    if whole and text.count("{{") == 1:
        return holes.value(whole[1], scope, route)
    return _word(text, holes, scope, route)


def _word(text: str, holes: Holes, scope: Scope, route: Route) -> str:
    def filled(match: re.Match[str]) -> str:
        found = holes.value(match[1], scope, route)
        if not isinstance(found, str):
            raise FillError(f"`{match[0]}` stands in a text, so it must be a string", route)
        return found

    return HOLE.sub(filled, text) if "{{" in text else text
