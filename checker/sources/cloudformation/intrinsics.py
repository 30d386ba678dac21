"""Renders the values of a template in one world: what each intrinsic function returns.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from checker.problems import InputError
from checker.reader.rendered import Origin, Piece
from checker.sources import stand_ins
from checker.sources.cloudformation import made as m
from checker.sources.cloudformation import parameters
from checker.sources.cloudformation.conditions import holds
from checker.sources.cloudformation.made import Made
from checker.sources.cloudformation.names import attribute_of, reference_to
from checker.sources.cloudformation.parameters import NO_VALUE, Known
from checker.sources.stand_ins import StandIn, open_text
from checker.sources.worlds import Fork, World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checker.problems import Json, Route
    from checker.sources.cloudformation.template import Template

MOST_NODES = 200_000
"""The most nodes of one rendered policy."""
_DEEPEST = 64
"""The most functions, names and conditions that refer to each other."""
_LONGEST = 1_000_000
"""The most characters of a rendered string."""
_LOOP = "Fn::ForEach::"
_HOLE = re.compile(r"\$\{([^}]*)\}")
_DYNAMIC = re.compile(r"\{\{resolve:[^{}]*\}\}")


class Renderer:
    """Renders nodes of a template in one world."""

    def __init__(self, template: Template, world: World) -> None:
        self.template = template
        self.world = world
        self.legend: dict[str, str] = {}
        """How messages show each stand-in."""
        self.open: dict[str, str] = {}
        """What the placeholders of open texts stand for, such as `the parameter Bucket`."""
        self.conditions: dict[str, bool] = {}
        """The conditions on which the result depends."""
        self.loops: dict[str, str] = {}
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
            return self._text(node, route) if isinstance(node, str) else m.scalar(node, route)
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
        self.open[text] = what
        return m.text(text, route)

    def condition(self, name: str, route: Route) -> bool:
        """Return whether a condition of the template holds in this world."""
        if name not in self.conditions:
            self.depth += 1
            if self.depth > _DEEPEST:
                raise self.refused(f"the condition `{name}` refers to itself", route)
            found = holds(self, self.template.conditions.get(name), ("Conditions", name))
            self.conditions[name] = found
            self.depth -= 1
        return self.conditions[name]

    def named(self, name: str, route: Route) -> Made | None:
        """Return the value of a parameter, a pseudo parameter or a resource."""
        if name == NO_VALUE:
            return None
        if name in self.loops:
            return m.text(self.loops[name], route)
        if name in self.world.values:
            return m.text(self.world.values[name], route)
        if name in self.template.values:
            return m.text(self.template.values[name], route)
        if name in self.template.parameters:
            known = parameters.parameter(name, self.template.parameters[name])
            line = self.template.reading.locate(("Parameters", name), key=True).line
            what = (
                f"the parameter `{name}` (line {line}), which may be any text: give it an "
                "AllowedPattern without wildcards, or its value with --parameters"
            )
            return self._known(known, name, what, route)
        if (builtin := parameters.pseudo(name)) is not None:
            return self._known(builtin, name, f"`{name}`", route)
        if name in self.template.resources:
            return self.stood_in(reference_to(self, name), route)
        return self.opened(name, f"`{name}`, which the template does not declare", route)

    def _known(self, known: Known, name: str, what: str, route: Route) -> Made:
        if known.stand_in is not None:
            made = self.stood_in(known.stand_in, route)
        elif known.choices:
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
            if (function := _FUNCTIONS.get(key)) is not None:
                return function(self, argument, (*route, key))
            if key.startswith("Fn::") and not key.startswith(_LOOP):
                return self.opened(_address(node), f"`{key}`", route)
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
            if key.startswith(_LOOP):
                for loop, inside in self._loop(item, at):
                    found += m.entries_of(inside) if loop else []
            elif (made := self.render(item, at)) is not None:
                found.append((self._filled(key, at), m.moved(made, at)))
        return found

    def _filled(self, key: str, route: Route) -> str:
        """Return a key with the variables of loops in it."""
        if not self.loops or "${" not in key and "&{" not in key:
            return key
        return _HOLE.sub(lambda found: self.loops.get(found[1], found[0]), key)

    def _items(self, node: list[Json], route: Route) -> list[Made]:
        found: list[Made] = []
        for index, item in enumerate(node):
            made = self.render(item, (*route, index))
            if made is None:
                continue
            # A list in a list is one that a function makes, such as the values of a parameter.
            found += m.items_of(made) if isinstance(item, dict) else [made]
        return found

    def _loop(self, node: Json, route: Route) -> list[tuple[str, Made]]:
        """Return what `Fn::ForEach` makes, with the value of its variable."""
        match node:
            case [str(name), collection, dict(body)]:
                pass
            case _:
                raise self.refused("`Fn::ForEach` needs a name, a list and a mapping", route)
        found: list[tuple[str, Made]] = []
        before = self.loops
        for item in m.items_of(self.value(collection, (*route, 1))):
            self.loops = {**before, name: parameters.as_text(item.value)}
            made = self.render(body, (*route, 2))
            found += [(self.loops[name], made)] if made is not None else []
        self.loops = before
        return found

    def _text(self, text: str, route: Route) -> Made:
        """Return a text with placeholders in place of dynamic references."""
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


_RECOGNISED = 6
"""The fewest characters of a stand-in that messages replace."""


def _sub(renderer: Renderer, node: Json, route: Route) -> Made:
    match node:
        case str(text):
            given: dict[str, Json] = {}
            at, base = route, route
        case [str(text), dict(given)]:
            at, base = (*route, 0), (*route, 1)
        case _:
            raise renderer.refused("`Fn::Sub` needs a text, or a text and a mapping", route)
    whole = renderer._text(text, at)
    if len(whole.origin.pieces) > 1 or whole.value != text:
        return whole  # a dynamic reference, whose value is any text anyway
    parts: list[Made] = []
    end = 0
    for found in _HOLE.finditer(text):
        parts.append(m.cut(whole, end, found.start()))
        end = found.end()
        name = found[1].strip()
        if name.startswith("!"):
            parts.append(_literal(whole, found))
            continue
        if name in given:
            made = renderer.value(given[name], (*base, name))
        elif "." in name and name not in renderer.loops:
            made = _attribute(renderer, name, at)
        else:
            made = renderer.named(name, at) or m.text("", at)
        parts.append(_placed(_as_string(made), at, text, found))
    return m.joined([*parts, m.cut(whole, end, len(text))], route)


def _literal(whole: Made, found: re.Match[str]) -> Made:
    """Return `${name}` for the `${!name}` of a text."""
    start = m.cut(whole, found.start(), found.start() + 2)
    bang = found.start() + found[0].index("!") + 1
    return m.joined([start, m.cut(whole, bang, found.end())], whole.origin.route)


def _placed(made: Made, route: Route, text: str, found: re.Match[str]) -> Made:
    """Return a value at the place of its `${…}` in a text."""
    piece = Piece(0, route, text, found.start(), found.end() - found.start())
    return Made(made.value, Origin(route, pieces=(piece,)))


def _as_string(made: Made) -> Made:
    if isinstance(made.value, str):
        return made
    if isinstance(made.value, list):
        return m.joined(
            _between(m.items_of(made), m.text(",", made.origin.route)), made.origin.route
        )
    if isinstance(made.value, dict):
        return m.text(json.dumps(made.value), made.origin.route)
    return m.text(parameters.as_text(made.value), made.origin.route)


def _between(items: Sequence[Made], delimiter: Made) -> list[Made]:
    found: list[Made] = []
    for item in items:
        found += [delimiter, _as_string(item)] if found else [_as_string(item)]
    return found


def _join(renderer: Renderer, node: Json, route: Route) -> Made:
    match node:
        case [str(delimiter), items]:
            pass
        case _:
            raise renderer.refused("`Fn::Join` needs a delimiter and a list", route)
    found = m.items_of(renderer.value(items, (*route, 1)))
    if sum(len(str(each.value)) for each in found) > _LONGEST:
        raise renderer.refused(f"the text has more than {_LONGEST:,} characters", route)
    return m.joined(_between(found, m.text(delimiter, (*route, 0))), route)


def _attribute(renderer: Renderer, name: str, route: Route) -> Made:
    logical, _, attribute = name.partition(".")
    if logical not in renderer.template.resources:
        return renderer.opened(name, f"`{name}`, which the template does not declare", route)
    found = attribute_of(renderer, logical, attribute)
    if found is None:
        return renderer.opened(name, f"the attribute `{name}`", route)
    return renderer.stood_in(found, route)


def _get_att(renderer: Renderer, node: Json, route: Route) -> Made:
    if isinstance(node, list):
        parts = [renderer.value(each, (*route, at)).value for at, each in enumerate(node)]
        node = ".".join(map(parameters.as_text, parts))
    if not isinstance(node, str) or "." not in node:
        raise renderer.refused("`Fn::GetAtt` needs a resource and an attribute", route)
    return _attribute(renderer, node, route)


def _if(renderer: Renderer, node: Json, route: Route) -> Made | None:
    match node:
        case [str(name), _, _]:
            index = 1 if renderer.condition(name, route) else 2
            return renderer.render(node[index], (*route, index))
    raise renderer.refused("`Fn::If` needs a condition and two values", route)


def _select(renderer: Renderer, node: Json, route: Route) -> Made:
    match node:
        case [position, items]:
            at = parameters.as_text(renderer.value(position, (*route, 0)).value)
        case _:
            raise renderer.refused("`Fn::Select` needs an index and a list", route)
    found = m.items_of(renderer.value(items, (*route, 1)))
    if at.isdecimal() and len(at) < _RECOGNISED and int(at) < len(found):
        return found[int(at)]
    return renderer.opened(_address({"Select": node}), "an item of a list", route)


def _split(renderer: Renderer, node: Json, route: Route) -> Made:
    match node:
        case [str(delimiter), text] if delimiter:
            made = _as_string(renderer.value(text, (*route, 1)))
        case _:
            raise renderer.refused("`Fn::Split` needs a delimiter and a text", route)
    value = str(made.value)
    found: list[Made] = []
    start = 0
    for part in value.split(delimiter):
        found.append(m.cut(made, start, start + len(part)))
        start += len(part) + len(delimiter)
    return m.listed(found, route)


def _find_in_map(renderer: Renderer, node: Json, route: Route) -> Made:
    match node:
        case [name, first, second, *_]:
            keys = [renderer.value(x, (*route, at)) for at, x in enumerate((name, first, second))]
        case _:
            raise renderer.refused("`Fn::FindInMap` needs a map and two keys", route)
    found: Json = dict(renderer.template.mappings)
    at: Route = ("Mappings",)
    for depth, key in enumerate(keys):
        text = parameters.as_text(key.value)
        if not isinstance(found, dict):
            break
        if text not in found:
            if (text in renderer.legend or text in renderer.open) and found:
                _choose(renderer, node, depth, sorted(found), route)
            return _default(renderer, node, route)
        found, at = found[text], (*at, text)
    return m.scalar(found, at) if isinstance(found, str) else renderer.value(found, at)


def _choose(renderer: Renderer, node: Json, depth: int, keys: Sequence[str], route: Route) -> None:
    """Fork into the worlds of each key of a mapping."""
    item = node[depth] if isinstance(node, list) else None
    name = item.get("Ref") if isinstance(item, dict) else None
    if not isinstance(name, str):
        return
    others = renderer.world.others.get(name, frozenset())
    left = [key for key in keys if key not in others]
    if left:
        raise Fork(renderer.world.with_value(name, each) for each in left)


def _default(renderer: Renderer, node: Json, route: Route) -> Made:
    extra = node[3] if isinstance(node, list) and len(node) > 3 else None  # noqa: PLR2004 - as AWS has it
    if isinstance(extra, dict) and "DefaultValue" in extra:
        return renderer.value(extra["DefaultValue"], (*route, 3, "DefaultValue"))
    return renderer.opened(_address({"FindInMap": node}), "a value of a mapping", route)


def _to_json_string(renderer: Renderer, node: Json, route: Route) -> Made:
    return m.text(json.dumps(renderer.value(node, route).value), route)


def _length(renderer: Renderer, node: Json, route: Route) -> Made:
    return m.scalar(len(m.items_of(renderer.value(node, route))), route)


def _zones(renderer: Renderer, node: Json, route: Route) -> Made:
    return m.listed([renderer.stood_in(stand_ins.name("AvailabilityZone"), route)], route)


def _transform(renderer: Renderer, node: Json, route: Route) -> Made:
    message = "a macro makes this part of the policy: check the processed template instead"
    raise renderer.refused(message, route)


def _import(renderer: Renderer, node: Json, route: Route) -> Made:
    name = parameters.as_text(renderer.value(node, route).value)
    return renderer.opened(f"ImportValue.{name}", f"the imported value `{name}`", route)


def _open(renderer: Renderer, node: Json, route: Route) -> Made:
    return renderer.opened(_address({str(route[-1]): node}), f"`{route[-1]}`", route)


def _address(node: Json) -> str:
    """Return a name for a value that a function makes: the same for the same function."""
    text = json.dumps(node, sort_keys=True)
    return "".join(each for each in text if each.isalnum() or each in "._-:")[:80]


_FUNCTIONS: dict[str, Callable[[Renderer, Json, Route], Made | None]] = {
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find_in_map,
    "Fn::ImportValue": _import,
    "Fn::ToJsonString": _to_json_string,
    "Fn::Length": _length,
    "Fn::GetAZs": _zones,
    "Fn::Transform": _transform,
    "Fn::Base64": _open,
    "Fn::Cidr": _open,
}
