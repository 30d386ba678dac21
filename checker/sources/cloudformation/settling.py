"""Settles what a rendered policy leaves open where the text of a value matters.

Which bucket a statement names does not matter: a stand-in is as good as any name. But an action, a
principal or the name of an attached policy says by its text what is granted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from checker.sources.worlds import Fork

if TYPE_CHECKING:
    from checker.problems import Json
    from checker.reader.rendered import Piece
    from checker.sources.cloudformation.made import Made
    from checker.sources.cloudformation.renderer import Renderer

DEFAULTS = "the parameters have their defaults"
_SHORT = 6
"""The fewest characters of a stand-in that are found in a text without doubt."""
_WORDS = re.compile(r"[^A-Za-z0-9]+")
_NAMED = 5
"""The parts of an ARN before the resource."""
_PRINCIPAL = re.compile(r"arn:.*|[0-9]{12}")
_BOOLEANS = ("true", "false")


class Parameter(NamedTuple):
    """A parameter that a stand-in stands for."""

    name: str
    choices: tuple[str, ...] = ()
    """All its values, if the template tells them."""
    may_be_empty: bool = False


def is_opened(renderer: Renderer, name: str) -> bool:
    """Return whether a parameter is taken to be any text, as no stand-in is as good as each."""
    return _opened(name) in renderer.world.facts


def settle(renderer: Renderer, value: Json) -> None:
    """Raise Fork if a value of a parameter must be known for what a policy means."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return
    statements = value.get("Statement") if isinstance(value, dict) else None
    for each in statements if isinstance(statements, list) else [statements]:
        if isinstance(each, dict):
            _statement(renderer, each)


def settle_names(renderer: Renderer, names: Json) -> None:
    """Raise Fork if a value of a parameter must be known for which policies are attached."""
    for text in _texts(names):
        for parameter in _in(renderer, text):
            _fork(renderer, parameter)
    if renderer.defaults and DEFAULTS not in renderer.world.facts:
        raise Fork(renderer.world.with_fact(DEFAULTS, holds=each) for each in (True, False))
    if renderer.defaults:
        renderer.used[DEFAULTS] = renderer.world.facts[DEFAULTS]


def _statement(renderer: Renderer, statement: dict[str, Json]) -> None:
    for text in _at(statement, "Effect", "Action", "NotAction"):
        for parameter in _in(renderer, text):
            _fork(renderer, parameter, opens=True)
    for text in _at(statement, "Principal", "NotPrincipal"):
        for parameter in _in(renderer, text):
            _fork(renderer, parameter, opens=_PRINCIPAL.fullmatch(text) is None)
    for text in _at(statement, "Resource", "NotResource"):
        _resource(renderer, text)
    for text in _at(statement, "Condition"):
        for parameter in _in(renderer, text):
            _condition(renderer, text, parameter)


def _at(statement: dict[str, Json], *keys: str) -> Iterator[str]:
    for key in keys:
        yield from _texts(statement.get(key))


def _condition(renderer: Renderer, text: str, parameter: Parameter) -> None:
    if text.lower() in _BOOLEANS:
        _fork(renderer, parameter._replace(choices=_BOOLEANS))
    elif {each.lower() for each in parameter.choices} & {*_BOOLEANS}:
        _fork(renderer, parameter)


def _resource(renderer: Renderer, text: str) -> None:
    head = ":".join(text.split(":", _NAMED)[:_NAMED]) if text.startswith("arn:") else text
    for parameter in _in(renderer, head):
        _fork(renderer, parameter)
    world = renderer.world
    for stand_in, parameter in renderer.parameters.items():
        name = parameter.name
        if not parameter.may_be_empty or "" in world.others.get(name, ()):
            continue
        if any(f"{stand_in}{x}" in text or f"{x}{stand_in}" in text for x in "*?"):
            # Without it, the text may be nothing but a wildcard.
            raise Fork((world.with_value(name, ""), world.without_value(name, "")))


def _fork(renderer: Renderer, parameter: Parameter, *, opens: bool = False) -> None:
    world = renderer.world
    others = world.others.get(parameter.name, frozenset())
    left = [each for each in parameter.choices if each not in others]
    if left:
        raise Fork(world.with_value(parameter.name, each) for each in left)
    if opens and not is_opened(renderer, parameter.name):
        raise Fork([world.with_fact(_opened(parameter.name), holds=True)])


def _opened(name: str) -> str:
    return f"{name} is any text"


def _in(renderer: Renderer, text: str) -> Iterator[Parameter]:
    """Yield the parameters of whose stand-ins a text consists in part."""
    for stand_in, parameter in renderer.parameters.items():
        if stand_in in text and (len(stand_in) >= _SHORT or stand_in in _WORDS.split(text)):
            yield parameter


def _texts(node: Json) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list | dict):
        for each in node if isinstance(node, list) else node.values():
            yield from _texts(each)


def is_forged(renderer: Renderer, made: Made) -> bool:
    """Return whether a policy has the text of a stand-in where nothing is stood in for.

    Then what it says of that text would seem to be about what the stand-in stands for.
    """
    values = renderer.world.values.values()
    marks = [each for each in renderer.legend if each not in renderer.usual]
    if any(mark in value for mark in marks for value in values):
        return True
    return any(mark in text for text in _literals(made) for mark in marks)


def _literals(made: Made) -> Iterator[str]:
    """Yield what a template writes out of each string, with a gap for what a function makes."""
    todo = [(made.value, made.origin)]
    while todo:
        value, origin = todo.pop()
        if isinstance(value, str):
            yield _literal(value, origin.pieces)
            continue
        items = value.items() if isinstance(value, dict) else ()
        steps = enumerate(value) if isinstance(value, list) else items
        for step, child in steps:
            inner = origin.child(step)
            if inner is not None:
                todo.append((child, inner))


def _literal(text: str, pieces: tuple[Piece, ...]) -> str:
    ends = [*(each.at for each in pieces[1:]), len(text)][: len(pieces)]
    return "".join(
        "\0" if piece.whole is None or piece.width else text[piece.at : end]
        for piece, end in zip(pieces, ends, strict=True)
    )
