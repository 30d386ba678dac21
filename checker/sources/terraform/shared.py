"""Keeps what was found out in one world for the other worlds in which it is the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from checker.sources.chosen_values import Given

if TYPE_CHECKING:
    from checker.sources.terraform import syntax as s
    from checker.sources.terraform.instances import Instance, Scope
    from checker.sources.terraform.modules import File, Found, Module, Modules
    from checker.sources.terraform.typed_values import Value
    from checker.sources.worlds import World

_MOST = 128
"""The most results of one name that are kept."""

Used: TypeAlias = tuple[str, "s.Span"]
"""The file and the span of a policy document."""
Asked: TypeAlias = tuple[str, str]
"""What was asked of a world: `fact`, `value` or `others`, and its name."""


class Kept(NamedTuple):
    """A result, what was asked of the world for it, and the policy documents that it uses."""

    asked: Mapping[Asked, object]
    result: object
    used: frozenset[Used]
    scope: Scope
    """Kept so that no other object gets the identity of its names."""


@dataclass(slots=True, eq=False)
class Shared:
    """What all runs about a module that is applied have in common."""

    modules: Modules
    top: Instance
    given: Given
    legend: dict[str, str] = field(default_factory=dict)
    """How messages show each stand-in."""
    open: dict[str, str] = field(default_factory=dict)
    """What the placeholders of open texts stand for."""
    assumed: dict[str, str] = field(default_factory=dict)
    """The names that stand for what is taken to be one value, and how messages show them."""
    read: set[str] = field(default_factory=set)
    """The names of the files that expressions name."""
    declared: dict[str, Found] = field(default_factory=dict)
    """The blocks of variables that are open, by their addresses."""
    shown: dict[str, str] = field(default_factory=dict)
    """How messages name facts."""
    instances: dict[tuple[Instance, str, int], tuple[object, Instance]] = field(
        default_factory=dict
    )
    """The instances of modules, by the one that calls them and the identity of their turn."""
    loops: dict[tuple[str, s.Span], dict[str, Value]] = field(default_factory=dict)
    """The values of `each` and `count` for all instances of a block together."""
    templates: dict[str, tuple[File, s.Template]] = field(default_factory=dict)
    """The templates in files that were read."""
    _kept: dict[tuple[object, ...], list[Kept]] = field(default_factory=dict)

    @property
    def module(self) -> Module:
        """The module that is applied."""
        return self.top.module

    def find(self, key: tuple[object, ...], world: World) -> Kept | None:
        """Return a result that is the same in a world; None if there is none."""
        # The last world differs least from this one.
        for kept in reversed(self._kept.get(key, ())):
            for asked, known in kept.asked.items():
                if answer(world, asked) != known:
                    break
            else:
                return kept
        return None

    def keep(self, key: tuple[object, ...], kept: Kept) -> None:
        """Keep a result."""
        known = self._kept.setdefault(key, [])
        if len(known) < _MOST:
            known.append(kept)


def answer(world: World, asked: Asked) -> object:
    """Return what a world says to a question."""
    kind, name = asked
    if kind == "fact":
        return world.facts.get(name)
    return world.values.get(name) if kind == "value" else world.others.get(name, frozenset())
