"""Renders a policy of a template in every way that is open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from checker.messages import quoted
from checker.problems import InputError
from checker.reader.rendered import Origin
from checker.sources.assumed import with_arns
from checker.sources.cloudformation import parameters
from checker.sources.cloudformation.forms import rendered
from checker.sources.cloudformation.renderer import Renderer
from checker.sources.cloudformation.settling import is_forged, settle, settle_names
from checker.sources.part import Part, Refused
from checker.sources.worlds import MOST_WORLDS, Rendered, TooManyWorldsError, World, in_all_worlds

if TYPE_CHECKING:
    from checker.problems import Json, Problem, Route
    from checker.reader import Limits
    from checker.sources.cloudformation.made import Made
    from checker.sources.cloudformation.policies import Place
    from checker.sources.cloudformation.sections import Template
    from checker.sources.parameter_files import Given

_SOURCE = "a CloudFormation template"
_SERVERLESS = "a serverless.yml"
_FORGED = (
    "the policy has a text that stands for another value in messages: write another one in its "
    "place"
)
_CURE = "give it an AllowedPattern without wildcards, or its value with --parameters"


class _World(NamedTuple):
    made: Made | None
    renderer: Renderer


def variants(
    template: Template, place: Place, limits: Limits, given: Given
) -> list[Part | Refused]:
    """Return a policy in each way that it may be rendered; none if no resource has it.

    Ways that are alike are one.
    """
    declared = template.parameters
    if problem := _not_allowed(template, given):
        return [Refused(place.address, (problem,))]
    sets = [{k: v for k, v in each.values.items() if k in declared} for each in given.sets]
    node = _node(template.reading.data, place.route)
    resource = template.resources.get(place.logical)

    def render(world: World) -> _World:
        renderer = Renderer(template, world, literal=given.literal)
        renderer.loops = resource.loops if resource else {}
        condition = resource.condition if resource else ""
        at = (*resource.route, "Condition") if resource else ()
        if condition and not renderer.is_met(condition, at):
            return _World(None, renderer)
        if any(renderer.is_met(each.name, each.route) is not each.holds for each in place.cases):
            return _World(None, renderer)
        made = rendered(renderer, node, place.route, place.form)
        if place.form is None:
            settle_names(renderer, made.value if made else None)
        elif made is not None:
            settle(renderer, made.value)
        if made is not None and is_forged(renderer, made):
            raise renderer.refused(_FORGED, place.route)
        return _World(made, renderer)

    try:
        found = in_all_worlds(render, sets)
    except TooManyWorldsError:
        message = (
            f"the policy has more than {MOST_WORLDS} variants, by the conditions and parameters "
            "that it depends on: use fewer in one policy"
        )
        return [Refused(place.address, (template.reading.problem(message, place.route),))]
    except InputError as error:
        return [Refused(place.address, error.problems)]
    made = [each for each in found if each.result.made is not None]
    return list(_parts(template, place, _alike(made), limits))


def _alike(given: list[Rendered[_World]]) -> list[list[Rendered[_World]]]:
    """Return the worlds in groups, in each of which the policy is the same."""
    groups: list[list[Rendered[_World]]] = []
    for each in given:
        value = each.result.made.value if each.result.made else None
        for group in groups:
            known = group[0].result.made
            if known is not None and known.value == value:
                group.append(each)
                break
        else:
            groups.append([each])
    return groups


def _parts(
    template: Template, place: Place, groups: list[list[Rendered[_World]]], limits: Limits
) -> Iterator[Part | Refused]:
    for group, label in zip(groups, _labels(groups), strict=True):
        made, renderer = group[0].result
        if made is None:
            continue
        problem = _missing(template, made, renderer)
        if problem is not None:
            yield Refused(place.address, (problem,))
            continue
        root = Origin(place.route, None, made.origin.children, made.origin.pieces)
        reading = template.reading.rendered(made.value, root)
        if isinstance(made.value, str):
            try:
                reading = reading.inside((), limits)
            except InputError as error:
                yield Refused(place.address, error.problems)
                continue
        legend = {**renderer.legend, **with_arns(reading.data, renderer.assumed)}
        case = " ".join(sorted(each.world.case for each in group)) if label else ""
        yield Part(
            name=place.address,
            reading=reading,
            kind=place.kind,
            source=_SOURCE if template.variables is None else _SERVERLESS,
            when=label,
            case=case,
            legend=legend,
            unknowns=renderer.open,
            assumed=tuple(renderer.assumed.values()),
            inferred=place.inferred,
        )


def _missing(template: Template, made: Made, renderer: Renderer) -> Problem | None:
    """Return the problem of a policy that is nothing but a value the template does not have."""
    if not isinstance(made.value, str):
        return None
    what = renderer.open.get(made.value.strip())
    if what is None:
        return None
    message = f"the policy is {what}: check it where it is defined, or {_CURE}"
    return template.reading.problem(message, made.origin.route)


def _labels(groups: list[list[Rendered[_World]]]) -> list[tuple[str, ...]]:
    """Return how the groups differ, in the conditions and parameters that the policy depends on."""
    if len(groups) == 1:
        return [()]
    common = [
        dict(set.intersection(*(set(_facts(each).items()) for each in group))) for group in groups
    ]
    labels: list[tuple[str, ...]] = []
    for at, each in enumerate(common):
        facts = _facts(groups[at][0])
        differing = [
            name
            for name, text in facts.items()
            if each.get(name) == text and any(other.get(name) != text for other in common)
        ]
        conditions = [name for name in differing if name.startswith(_CONDITION)]
        labels.append(tuple(facts[name] for name in conditions or differing) or ("otherwise",))
    return labels


_CONDITION = "condition "


def _facts(each: Rendered[_World]) -> dict[str, str]:
    facts = {name: f"{name} is `{value}`" for name, value in each.world.values.items()}
    for name, is_met in each.result.renderer.used.items():
        facts[_CONDITION + name] = name if is_met else f"not {name}"
    return facts


def _not_allowed(template: Template, given: Given) -> Problem | None:
    """Return the problem of a value that a template does not allow, which no deployment has."""
    for each in given.sets:
        for name, declared in template.parameters.items():
            allowed = declared.get("AllowedValues")
            value = each.values.get(name)
            if value is None or not isinstance(allowed, list):
                continue
            known = {parameters.as_text(item) for item in allowed}
            values = value.split(",") if parameters.parameter(name, declared).is_list else [value]
            for item in values:
                if item.strip() not in known:
                    message = f"{each.name} gives it {quoted(item)}, which is not allowed: mend it"
                    return template.reading.problem(message, ("Parameters", name), of_key=True)
    return None


def _node(data: Json, route: Route) -> Json:
    for step in route:
        if isinstance(data, dict):
            data = data[str(step)]
        elif isinstance(data, list) and isinstance(step, int):
            data = data[step]
    return data
