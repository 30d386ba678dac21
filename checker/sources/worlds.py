"""Tells the ways apart in which a template may be rendered, by what its author left open.

A template is rendered in a world, in which each parameter is open or has a value. If a choice
depends on an open one, the world forks into others, in which it is settled. So a policy is decided
in each way that it may be, and never in one that cannot be, such as one with both branches of an
`Fn::If`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Generic, TypeVar

MOST_WORLDS = 64
"""The most worlds in which one policy is rendered."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class World:
    """What is settled: the values of parameters, values that they do not have, and other facts."""

    values: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, frozenset[str]] = field(default_factory=dict)
    facts: Mapping[str, bool] = field(default_factory=dict)

    @property
    def case(self) -> str:
        """A text that is the same for worlds in which the same is settled."""
        others = {name: sorted(values) for name, values in self.others.items()}
        return repr([sorted(each.items()) for each in (self.values, others, self.facts)])

    def with_value(self, name: str, value: str) -> World:
        """Return this world with a value of a parameter."""
        return replace(self, values={**self.values, name: value})

    def without_value(self, name: str, value: str) -> World:
        """Return this world with a value that a parameter does not have."""
        known = self.others.get(name, frozenset())
        return replace(self, others={**self.others, name: known | {value}})

    def with_fact(self, name: str, *, holds: bool) -> World:
        """Return this world with something that holds or does not hold."""
        return replace(self, facts={**self.facts, name: holds})


class Fork(Exception):  # noqa: N818 - it is a way on, not an error
    """Raised while a template is rendered in a world that does not settle a choice."""

    def __init__(self, options: Iterable[World]) -> None:
        super().__init__("the world forks")
        self.options = tuple(options)


class TooManyWorldsError(Exception):
    """Raised for a policy that depends on more choices than are tried."""


@dataclass(frozen=True, slots=True)
class Rendered(Generic[_T]):
    """What a template gives in a world."""

    world: World
    result: _T


def in_all_worlds(
    render: Callable[[World], _T], sets: Iterable[Mapping[str, str]] = ()
) -> list[Rendered[_T]]:
    """Return what a function gives in each world, in a stable order.

    `sets` are values of parameters that the worlds begin with; without any, nothing is settled.
    Raises TooManyWorldsError, and what the function raises.
    """
    # The worlds in which least is settled come first, so that too many of them are soon found.
    starts = [World(each) for each in sets] or [World()]
    todo: deque[tuple[tuple[int, ...], World]] = deque(
        ((at,), world) for at, world in enumerate(starts)
    )
    done: list[tuple[tuple[int, ...], Rendered[_T]]] = []
    while todo:
        path, world = todo.popleft()
        try:
            done.append((path, Rendered(world, render(world))))
        except Fork as fork:
            todo.extend(((*path, at), option) for at, option in enumerate(fork.options))
        if len(todo) + len(done) > MOST_WORLDS:
            raise TooManyWorldsError
    return [each for _, each in sorted(done, key=itemgetter(0))]
