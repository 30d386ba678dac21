"""Renders the values of a template in one world.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checker.problems import InputError
from checker.reader.rendered import Origin
from checker.sources import stand_ins
from checker.sources.cloudformation import made as m
from checker.sources.cloudformation import parameters
from checker.sources.cloudformation.condition_functions import holds
from checker.sources.cloudformation.intrinsics import FUNCTIONS, address_of
from checker.sources.cloudformation.made import Made
from checker.sources.cloudformation.names import named_parameters, reference_to
from checker.sources.cloudformation.parameters import NO_VALUE, Known
from checker.sources.cloudformation.sections import LOOP, filled
from checker.sources.cloudformation.serverless import with_variables
from checker.sources.cloudformation.settling import DEFAULTS, Parameter, is_opened
from checker.sources.stand_ins import StandIn, open_text
from checker.sources.worlds import Fork, World

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checker.problems import Json, Route
    from checker.sources.cloudformation.sections import Template

MOST_NODES = 200_000
"""The most nodes of one rendered policy."""
_DEEPEST = 64
"""The most functions, names and conditions that refer to each other."""
_RECOGNISED = 6
"""The fewest characters of a stand-in that messages replace."""
_DYNAMIC = re.compile(r"\{\{resolve:[^{}]*\}\}")


class Renderer:
    """Renders nodes of a template in one world."""

    def __init__(self, template: Template, world: World, *, literal: bool = False) -> None:
        self.template = template
        self.world = world
        self.literal = literal
        """Whether what may be any text is taken to be one value without wildcards."""
        self.assumed: dict[str, str] = {}
        """What is taken to be one value, by its stand-in."""
        self.legend: dict[str, str] = {}
        """How messages show each stand-in."""
        self.open: dict[str, str] = {}
        """What the placeholders of open texts stand for, such as `the parameter Bucket`."""
        self.parameters: dict[str, Parameter] = {}
        """The parameters that stand-ins stand for."""
        self.usual = frozenset(parameters.PSEUDO.values())
        """The stand-ins that any text may have: those of the deployment."""
        self.defaults: set[str] = set()
        """The open parameters that have a default."""
        self.used: dict[str, bool] = {}
        """The conditions on which the result depends directly."""
        self._conditions: dict[str, bool] = {}
        self.loops: Mapping[str, str | StandIn | None] = {}
        """The values of the variables of loops."""
        self.depth = 0
        self.left = MOST_NODES

    def render(self, node: Json, route: Route) -> Made | None:
        """Return what a node of the template makes; None if that is no value.

        Raises InputError for what cannot be rendered, and Fork.
        """
        self.left -= 1
        self.depth += 1
        try:
            if self.left < 0:
                raise self.refused(f"the policy has more than {MOST_NODES:,} nodes", route)
            if self.depth > _DEEPEST:
                raise self.refused("functions and names refer to each other too deeply", route)
            if isinstance(node, dict):
                return self._mapping(node, route)
            if isinstance(node, list):
                return m.listed(self._items(node, route), route)
            return self.text(node, route) if isinstance(node, str) else m.scalar(node, route)
        finally:
            self.depth -= 1

    def value(self, node: Json, route: Route) -> Made:
        """Return what a node makes; no value is an empty text."""
        return self.render(node, route) or m.text("", route)

    def refused(self, message: str, route: Route) -> InputError:
        """Return the error for a node that cannot be rendered."""
        return InputError(self.template.reading.problem(message, route))

    def stood_in(self, made: StandIn, route: Route) -> Made:
        """Return a stand-in as the value of a node."""
        if len(made.value) >= _RECOGNISED and made.value != made.shown:
            self.legend[made.value] = made.shown
        return m.text(made.value, route)

    def opened(self, address: str, what: str, route: Route) -> Made:
        """Return a placeholder as the value of a node that may be any text."""
        text = open_text(address)
        if self.literal:
            one = stand_ins.name(address)
            self.assumed[one.value] = text
            return self.stood_in(one, route)
        self.open[text] = what
        return m.text(text, route)

    def depends(self, text: str) -> bool:
        """Return whether a text depends on what the template leaves open."""
        return any(each in text for each in (*self.legend, *self.open))

    def is_met(self, name: str, route: Route) -> bool:
        """Return whether a condition holds in this world, on which the policy depends."""
        self.used[name] = self.condition(name, route)
        return self.used[name]

    def condition(self, name: str, route: Route) -> bool:
        """Return whether a condition of the template holds in this world."""
        if name not in self._conditions:
            self.depth += 1
            if self.depth > _DEEPEST:
                raise self.refused(f"the condition `{name}` refers to itself", route)
            found = holds(self, self.template.conditions.get(name), ("Conditions", name))
            self._conditions[name] = found
            self.depth -= 1
        return self._conditions[name]

    def named(self, name: str, route: Route) -> Made | None:
        """Return the value of a parameter, a pseudo parameter or a resource."""
        if name == NO_VALUE:
            return None
        if name in self.loops:
            return self._turn(name, route)
        declared = self.template.parameters.get(name)
        known = None if declared is None else parameters.parameter(name, declared)
        value = self._told(name, declared, known)
        if value is not None:
            if known is None or not known.is_list:
                return m.text(value, route)
            return m.listed((m.text(each.strip(), route) for each in value.split(",")), route)
        if known is not None and known == parameters.Known() and name in self._names():
            known = Known(stand_ins.name(name))
        if known is not None:
            line = self.template.reading.locate(("Parameters", name), key=True).line
            what = (
                f"the parameter `{name}` (line {line}), which may be any text: give it an "
                "AllowedPattern without wildcards, or its value with --parameters"
            )
            return self._known(known, name, what, route)
        if (builtin := parameters.pseudo(name)) is not None:
            return self._known(builtin, name, f"`{name}`", route)
        if name in self.template.resources:
            return self._returned(name, route)
        return self.opened(name, f"`{name}`, which the template does not declare", route)

    def _turn(self, name: str, route: Route) -> Made:
        turn = self.loops[name]
        if turn is None:
            return self.opened(name, f"the variable `{name}` of a loop", route)
        return m.text(turn, route) if isinstance(turn, str) else self.stood_in(turn, route)

    def _returned(self, logical: str, route: Route) -> Made:
        found = reference_to(self, logical)
        if found is None:
            return self.opened(logical, f"what `{logical}` returns", route)
        return self.stood_in(found, route)

    def _told(
        self, name: str, declared: Mapping[str, Json] | None, known: Known | None
    ) -> str | None:
        """Return the value that a parameter has in this world; None if that is open."""
        if name in self.world.values:
            return self.world.values[name]
        default = None if declared is None else declared.get("Default")
        if default is None or known is None or known.choices or known.is_stored:
            return None
        self.defaults.add(name)
        return parameters.as_text(default) if self.world.facts.get(DEFAULTS) else None

    def _names(self) -> frozenset[str]:
        """Return the parameters that are parts of names, and so are names themselves."""
        memo = self.template.memo
        if "names" not in memo:
            memo["names"] = named_parameters(self.template)
        return memo["names"]

    def _known(self, known: Known, name: str, what: str, route: Route) -> Made:
        if known.stand_in is not None and not is_opened(self, name):
            made = self.stood_in(known.stand_in, route)
            if name in self.template.parameters:
                parameter = Parameter(name, known.choices, known.may_be_empty)
                self.parameters[known.stand_in.value] = parameter
        elif known.choices and not is_opened(self, name):
            left = [x for x in known.choices if x not in self.world.others.get(name, ())]
            raise Fork(self.world.with_value(name, each) for each in left)
        else:
            made = self.opened(name, what, route)
        return m.listed([made], route) if known.is_list else made

    def _mapping(self, node: dict[str, Json], route: Route) -> Made | None:
        if len(node) == 1:
            ((key, argument),) = node.items()
            if key == "Ref" and isinstance(argument, str):
                return self.named(argument, route)
            if (function := FUNCTIONS.get(key)) is not None:
                return function(self, argument, (*route, key))
            if key.startswith("Fn::") and not key.startswith(LOOP):
                return self.opened(address_of(node), f"`{key}`", route)
        if "Fn::Transform" in node:
            message = "a macro makes this part of the policy: check the processed template instead"
            raise self.refused(message, (*route, "Fn::Transform"))
        values: dict[str, Json] = {}
        origins: dict[str, Origin] = {}
        for key, made in self._entries(node, route):
            values[key], origins[key] = made.value, made.origin
        return Made(values, Origin(route, None, origins))

    def _entries(self, node: dict[str, Json], route: Route) -> list[tuple[str, Made]]:
        found: list[tuple[str, Made]] = []
        for key, item in node.items():
            at = (*route, key)
            if key.startswith(LOOP):
                for inside in self._loop(item, at):
                    found += m.entries_of(inside)
            elif (made := self.render(item, at)) is not None:
                found.append((filled(key, self.loops), m.moved(made, at)))
        return found

    def _items(self, node: list[Json], route: Route) -> list[Made]:
        found: list[Made] = []
        for index, item in enumerate(node):
            made = self.render(item, (*route, index))
            if made is None:
                continue
            # A list in a list is one that a function makes, such as the values of a parameter.
            found += m.items_of(made) if isinstance(item, dict) else [made]
        return found

    def _loop(self, node: Json, route: Route) -> list[Made]:
        """Return what each turn of `Fn::ForEach` makes."""
        match node:
            case [str(name), collection, dict(body)]:
                pass
            case _:
                raise self.refused("`Fn::ForEach` needs a name, a list and a mapping", route)
        found: list[Made] = []
        before = self.loops
        for item in m.items_of(self.value(collection, (*route, 1))):
            self.loops = {**before, name: parameters.as_text(item.value)}
            made = self.render(body, (*route, 2))
            found += [made] if made is not None else []
        self.loops = before
        return found

    def text(self, text: str, route: Route) -> Made:
        """Return a text with placeholders in place of dynamic references."""
        if self.template.variables is not None and "${" in text:
            return with_variables(self, text, route, self.template.variables)
        if "{{resolve:" not in text:
            return m.scalar(text, route)
        parts: list[Made] = []
        end = 0
        whole = m.scalar(text, route)
        for found in _DYNAMIC.finditer(text):
            parts.append(m.cut(whole, end, found.start()))
            parts.append(self.opened(found[0].strip("{}"), f"`{found[0]}`", route))
            end = found.end()
        return m.joined([*parts, m.cut(whole, end, len(text))], route)
