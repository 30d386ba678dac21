"""Finds the policies of a template and renders each in every world."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from checker.problems import InputError, Json, Route
from checker.sources.cloudformation.intrinsics import Renderer
from checker.sources.cloudformation.made import Made
from checker.sources.cloudformation.template import Template
from checker.sources.worlds import MOST_WORLDS, Rendered, TooManyWorldsError, World, in_all_worlds

if TYPE_CHECKING:
    from checker.reader import Limits, Reading


class Place(NamedTuple):
    """The place of a policy in a template."""

    address: str
    """How its author names it: `Resources.Role.Properties.Policies[0].PolicyDocument`."""
    route: Route
    logical: str
    kind: str
    """The kind of the policy; empty if its place does not tell."""


class Variant(NamedTuple):
    """A policy as it is in some worlds."""

    reading: Reading
    when: str
    """In which worlds it is so; empty if it is so in all."""
    legend: Mapping[str, str]
    """How messages show each stand-in."""
    open: Mapping[str, str]
    """What each placeholder for an open text is."""


class _World(NamedTuple):
    made: Made | None
    renderer: Renderer


def variants(template: Template, place: Place, limits: Limits) -> list[Variant] | InputError:
    """Return a policy in each way that it may be rendered; none if it is never rendered.

    Policies that are alike in several worlds are one.
    """
    node = _node(template.reading.data, place.route)

    def render(world: World) -> _World:
        renderer = Renderer(template, world)
        condition = template.resources[place.logical].get("Condition")
        at = ("Resources", place.logical, "Condition")
        if isinstance(condition, str) and not renderer.condition(condition, at):
            return _World(None, renderer)
        return _World(renderer.render(node, place.route), renderer)

    try:
        found = in_all_worlds(render)
        return list(_variants(template, found, limits))
    except TooManyWorldsError:
        message = (
            f"the policy has more than {MOST_WORLDS} variants, by the conditions it depends on: "
            "use fewer in one policy"
        )
        return InputError(template.reading.problem(message, place.route))
    except InputError as error:
        return error


def _variants(
    template: Template, found: list[Rendered[_World]], limits: Limits
) -> Iterator[Variant]:
    given = [each for each in found if each.result.made is not None]
    labels = _labels(given)
    seen: list[Json] = []
    for each, label in zip(given, labels, strict=True):
        made, renderer = each.result
        if made is None or made.value in seen:
            continue
        seen.append(made.value)
        reading = template.reading.rendered(made.value, made.origin)
        if isinstance(made.value, str):
            reading = reading.inside((), limits)
        yield Variant(reading, label, renderer.legend, renderer.open)


def _labels(found: list[Rendered[_World]]) -> list[str]:
    """Return how the worlds differ, in the conditions and parameters that policies depend on."""
    facts = [
        {
            **{name: f"{name} is `{value}`" for name, value in each.world.values.items()},
            **{
                f"condition {name}": name if holds else f"not {name}"
                for name, holds in each.result.renderer.conditions.items()
            },
        }
        for each in found
    ]
    labels: list[str] = []
    for each in facts:
        differing = [
            text for name, text in each.items() if any(other.get(name) != text for other in facts)
        ]
        named = [text for text in differing if " is `" not in text]
        labels.append(" and ".join(named or differing))
    return labels


def _node(data: Json, route: Route) -> Json:
    for step in route:
        if isinstance(data, dict):
            data = data[str(step)]
        elif isinstance(data, list) and isinstance(step, int):
            data = data[step]
    return data
