"""Decides a place of a policy in all worlds, and tells the cases apart."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from checker.problems import InputError, Problem
from checker.sources.assumed import with_arns
from checker.sources.part import Part, Refused
from checker.sources.terraform.built import Built, built, spans
from checker.sources.terraform.instances import Instance
from checker.sources.terraform.policy_places import Given, Place, address_of, given
from checker.sources.terraform.run import Run
from checker.sources.terraform.typed_values import MOST_VALUES, TooLargeError
from checker.sources.worlds import MOST_WORLDS, Rendered, TooManyWorldsError, World, in_all_worlds

if TYPE_CHECKING:
    from checker.sources.terraform import syntax as s
    from checker.sources.terraform.modules import File
    from checker.sources.terraform.shared import Shared


SOURCE = "a Terraform file"
"""How a file holds a policy, in words."""


class Located(NamedTuple):
    """A policy, and the file and span in which it stands."""

    file: File
    span: s.Span
    part: Part | Refused
    place: tuple[object, ...] = ()
    """The place that has it, whichever call of the module makes it."""


class Decided(NamedTuple):
    """The policies of a place, and the files and spans that they are made of."""

    found: list[Located]
    taken: set[tuple[str, s.Span]]
    used: set[tuple[str, s.Span]]
    """The policy documents that they use."""


class _One(NamedTuple):
    given: Given
    built: Built
    text: str


class _World(NamedTuple):
    run: Run
    found: list[_One]
    taken: set[tuple[str, s.Span]]
    error: InputError | None = None


def decided(shared: Shared, place: Place) -> Decided:
    """Return the policies of a place, in every way that is open."""
    used: set[tuple[str, s.Span]] = set()

    def render(world: World) -> _World:
        run = Run(shared, world, used)
        found: list[_One] = []
        taken: set[tuple[str, s.Span]] = set()
        try:
            for each in given(run, place):
                taken.update(spans(each.value))
                made = built(run, each.value, each.scope, shared.modules.limits)
                if made is not None:
                    text = json.dumps(made.reading.data) if made.reading else repr(made.problems)
                    found.append(_One(each, made, text))
        except InputError as error:
            return _World(run, found, taken, error)
        return _World(run, found, taken)

    try:
        worlds = in_all_worlds(render, _sets(shared))
    except TooManyWorldsError:
        message = (
            f"the policy has more than {MOST_WORLDS} variants, by the variables that it depends "
            "on: check the plan instead (`terraform show -json`)"
        )
        return _refused(place, used, message)
    except TooLargeError:
        return _refused(place, used, f"the policy is made of more than {MOST_VALUES:,} values")
    except RecursionError:
        return _refused(place, used, "values are nested too deeply")
    taken = set().union(*(each.result.taken for each in worlds))
    located = list(_located(place, worlds))
    # INVARIANT: what cannot be rendered in one world hides nothing, and is not hidden by others.
    errors = [each.result.error for each in worlds if each.result.error]
    if errors:
        problems = dict.fromkeys(problem for error in errors for problem in error.problems)
        refused = _refused(place, used, InputError(*problems))
        located += refused.found
        taken |= refused.taken
    found = place.found
    key = found.file.name, found.block.span, place.argument
    return Decided([each._replace(place=key) for each in located], taken, used)


def _refused(place: Place, used: set[tuple[str, s.Span]], why: str | InputError) -> Decided:
    file, span = place.found.file, place.found.block.span
    text = file.lines()
    head = file.source.text.find("\n", *span)
    at = text.location(span[0], head if head >= 0 else span[1])
    if isinstance(why, str):
        problems: tuple[Problem, ...] = (Problem.at(file.source, why, at),)
    else:
        problems = tuple(
            each
            if each.path == file.source.path and each.location
            else Problem.at(file.source, f"{each.message} ({_where(each)})", at)
            for each in why.problems
        )
    address = address_of(place, Instance(place.chain.module, _prefix(place)))
    located = Located(file, span, Refused(address, problems))
    return Decided([located], {(file.name, span)}, used)


def _sets(shared: Shared) -> list[dict[str, str]]:
    """Return the values that the user gives for the variables of the module that is applied."""
    declared = shared.top.module.variables
    return [
        {f"var.{name}": text for name, text in each.values.items() if name in declared}
        for each in shared.given.sets
    ]


def _prefix(place: Place) -> str:
    return "".join(f"module.{call.block.labels[0]}." for call in place.chain.calls)


def _where(problem: Problem) -> str:
    line = f", line {problem.location.line}" if problem.location else ""
    return f"{problem.path}{line}"


def _located(place: Place, worlds: list[Rendered[_World]]) -> Iterator[Located]:
    """Yield the policies of a place: those of one address after each other."""
    named: dict[str, list[tuple[Rendered[_World], _One]]] = {}
    for world in worlds:
        for name, one in _named(world.result.found):
            named.setdefault(name, []).append((world, one))
    for name, found in named.items():
        groups = _alike(found)
        labels = _labels([[_facts(world) for world, _ in group] for group in groups])
        for group, label in zip(groups, labels, strict=True):
            yield _one(name, group, label if place.kind or len(groups) > 1 else ())


def _named(found: Iterable[_One]) -> Iterator[tuple[str, _One]]:
    """Yield policies with their addresses; instances that are alike are one."""
    by_address: dict[str, list[_One]] = {}
    for each in found:
        by_address.setdefault(each.given.address, []).append(each)
    for address, ones in by_address.items():
        if len({each.text for each in ones}) == 1:
            yield address, ones[0]
        else:
            known: set[str] = set()
            for each in ones:
                name = address + each.given.suffix
                if name not in known:
                    known.add(name)
                    yield name, each


def _alike(
    found: list[tuple[Rendered[_World], _One]],
) -> list[list[tuple[Rendered[_World], _One]]]:
    groups: dict[tuple[str, str], list[tuple[Rendered[_World], _One]]] = {}
    for each in found:
        groups.setdefault((each[1].given.kind, each[1].text), []).append(each)
    return list(groups.values())


def _one(name: str, group: list[tuple[Rendered[_World], _One]], label: tuple[str, ...]) -> Located:
    world, (policy, made, text) = group[0]
    if made.reading is None:
        return Located(made.file, made.span, Refused(name, made.problems))
    case = " ".join(sorted(each.world.case for each, _ in group)) if label else ""
    shared = world.result.run.shared
    legend = {key: shown for key, shown in shared.legend.items() if key in text}
    unknowns = {key: what for key, what in shared.open.items() if json.dumps(key)[1:-1] in text}
    used = {name: shown for name, shown in shared.assumed.items() if name in text}
    legend |= with_arns(made.reading.data, used)
    part = Part(
        *(name, made.reading, policy.kind, SOURCE, label, case, legend, unknowns),
        assumed=tuple(used.values()),
    )
    return Located(made.file, made.span, part)


def _facts(each: Rendered[_World]) -> dict[str, str]:
    run = each.result.run
    facts: dict[str, str] = {}
    for (kind, name), known in run.asked.items():
        if kind == "value" and known is not None:
            facts[name] = f"`{name}` is `{known}`"
        elif kind == "fact" and known is not None:
            shown = run.shared.shown[name]
            facts[f"fact {name}"] = shown if known else f"not {shown}"
    return facts


def _labels(groups: list[list[Mapping[str, str]]]) -> list[tuple[str, ...]]:
    """Return how groups of worlds differ, in what is settled in all worlds of a group."""
    if len(groups) == 1:
        return [()]
    common = [dict(set.intersection(*(set(x.items()) for x in group))) for group in groups]
    labels: list[tuple[str, ...]] = []
    for at, own in enumerate(common):
        others = [x for number, x in enumerate(common) if number != at]
        differing = [text for name, text in own.items() if any(x.get(name) != text for x in others)]
        label = tuple(differing) or ("otherwise",)
        while label in labels:
            label = (*label, "otherwise")
        labels.append(label)
    return labels
