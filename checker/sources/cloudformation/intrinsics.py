"""Says what each intrinsic function returns.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from checker.sources import stand_ins
from checker.sources.cloudformation import made as m
from checker.sources.cloudformation import parameters
from checker.sources.cloudformation.made import Made
from checker.sources.cloudformation.names import attribute_of
from checker.sources.worlds import Fork

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checker.problems import Json, Route
    from checker.sources.cloudformation.renderer import Renderer

_LONGEST = 1_000_000
"""The most characters of a rendered string."""
_TOO_LONG = f"the text has more than {_LONGEST:,} characters"
_DIGITS = 6
"""The most digits of an index."""
_KEYS = 3
"""The name of a mapping and its two keys, before what is taken if there is no such key."""
_HOLE = re.compile(r"\$\{([^}]*)\}")


def _sub(renderer: Renderer, node: Json, route: Route) -> Made:
    match node:
        case str(text):
            given: dict[str, Json] = {}
            at, base = route, route
        case [str(text), dict(given)]:
            at, base = (*route, 0), (*route, 1)
        case _:
            raise renderer.refused("`Fn::Sub` needs a text, or a text and a mapping", route)
    whole = renderer.text(text, at)
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
        parts.append(m.placed(_as_string(made), at, text, found.span()))
        if sum(len(str(each.value)) for each in parts) > _LONGEST:
            raise renderer.refused(_TOO_LONG, at)
    return m.joined([*parts, m.cut(whole, end, len(text))], route)


def _literal(whole: Made, found: re.Match[str]) -> Made:
    """Return `${name}` for the `${!name}` of a text."""
    start = m.cut(whole, found.start(), found.start() + 2)
    bang = found.start() + found[0].index("!") + 1
    return m.joined([start, m.cut(whole, bang, found.end())], whole.origin.route)


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
        raise renderer.refused(_TOO_LONG, route)
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
            index = 1 if renderer.is_met(name, route) else 2
            return renderer.render(node[index], (*route, index))
    raise renderer.refused("`Fn::If` needs a condition and two values", route)


def _select(renderer: Renderer, node: Json, route: Route) -> Made:
    match node:
        case [position, items]:
            at = parameters.as_text(renderer.value(position, (*route, 0)).value)
        case _:
            raise renderer.refused("`Fn::Select` needs an index and a list", route)
    found = m.items_of(renderer.value(items, (*route, 1)))
    if at.isdecimal() and len(at) <= _DIGITS and int(at) < len(found):
        return found[int(at)]
    return renderer.opened(address_of({"Select": node}), "an item of a list", route)


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
            if found and renderer.depends(text):
                chosen = _choose(renderer, node, depth, sorted(found))
                if chosen:
                    found, at = found[chosen], (*at, chosen)
                    continue
            return _default(renderer, node, route)
        found, at = found[text], (*at, text)
    return m.scalar(found, at) if isinstance(found, str) else renderer.value(found, at)


def _choose(renderer: Renderer, node: Json, depth: int, keys: Sequence[str]) -> str:
    """Return a key of a mapping, or an empty text for none, in a world of each of them."""
    parts = node if isinstance(node, list) else []
    item = parts[depth]
    name = item.get("Ref") if isinstance(item, dict) else None
    has_default = len(parts) > _KEYS
    if isinstance(name, str) and name not in renderer.loops:
        others = renderer.world.others.get(name, frozenset())
        left = [key for key in keys if key not in others]
        worlds = [renderer.world.with_value(name, each) for each in left]
        if not has_default and worlds:
            raise Fork(worlds)
        if worlds and _default_key(name) not in renderer.world.facts:
            otherwise = renderer.world.with_fact(_default_key(name), holds=True)
            raise Fork([*worlds, otherwise])
        return ""
    for key in keys:
        fact = f"{address_of(item)} is `{key}`"
        if fact not in renderer.world.facts:
            raise Fork(renderer.world.with_fact(fact, holds=each) for each in (True, False))
        renderer.used[fact] = renderer.world.facts[fact]
        if renderer.used[fact]:
            return key
    return ""


def _default_key(name: str) -> str:
    return f"{name} is no key"


def _default(renderer: Renderer, node: Json, route: Route) -> Made:
    extra = node[3] if isinstance(node, list) and len(node) > _KEYS else None
    if isinstance(extra, dict) and "DefaultValue" in extra:
        return renderer.value(extra["DefaultValue"], (*route, 3, "DefaultValue"))
    return renderer.opened(address_of({"FindInMap": node}), "a value of a mapping", route)


def _to_json_string(renderer: Renderer, node: Json, route: Route) -> Made:
    text = json.dumps(renderer.value(node, route).value)
    if len(text) > _LONGEST:
        raise renderer.refused(_TOO_LONG, route)
    return m.text(text, route)


def _length(renderer: Renderer, node: Json, route: Route) -> Made:
    return m.scalar(len(m.items_of(renderer.value(node, route))), route)


def _zones(renderer: Renderer, _node: Json, route: Route) -> Made:
    return m.listed([renderer.stood_in(stand_ins.name("AvailabilityZone"), route)], route)


def _transform(renderer: Renderer, _node: Json, route: Route) -> Made:
    message = "a macro makes this part of the policy: check the processed template instead"
    raise renderer.refused(message, route)


def _import(renderer: Renderer, node: Json, route: Route) -> Made:
    text = parameters.as_text(renderer.value(node, route).value)
    name = stand_ins.shown(text, renderer.legend)
    return renderer.opened(f"ImportValue.{name}", f"the imported value `{name}`", route)


def _open(renderer: Renderer, node: Json, route: Route) -> Made:
    return renderer.opened(address_of({str(route[-1]): node}), f"`{route[-1]}`", route)


def address_of(node: Json) -> str:
    """Return a name for a value that a function makes: the same for the same function."""
    text = json.dumps(node, sort_keys=True)
    return "".join(each for each in text if each.isalnum() or each in "._-:")[:80]


FUNCTIONS: dict[str, Callable[[Renderer, Json, Route], Made | None]] = {
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
