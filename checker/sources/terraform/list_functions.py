"""Says what functions of lists and mappings return.

https://developer.hashicorp.com/terraform/language/functions
"""

from __future__ import annotations

import itertools
import json

from checker.sources.terraform.call import Call, Function
from checker.sources.terraform.truths import LENGTH, equal
from checker.sources.terraform.typed_values import (
    LISTS,
    Open,
    State,
    Value,
    is_known,
    items_of,
    plain,
    type_at,
)

_MOST_PRODUCTS = 10_000
"""The most items of a product of lists."""


def _concat(call: Call) -> Value:
    found: list[Value] = []
    for at, _ in enumerate(call.arguments):
        items = call.items(at)
        if items is None and call.arguments[at].data is not None:
            return call.opened()
        found += items or []
    return call.listed(found)


def _merge(call: Call) -> Value:
    found: dict[str, Value] = {}
    for each in call.arguments:
        if each.data is None:
            continue
        if not isinstance(each.data, dict):
            return call.opened(("map", ("any",)))
        found |= each.data
    return Value(found, call.scope.file, call.node.span)


def _flatten(call: Call) -> Value:
    found: list[Value] = []
    todo = [call.arguments[0]]
    while todo:
        each = todo.pop()
        items = items_of(each)
        if items is not None:
            todo += reversed(items)
        elif isinstance(each.data, Open) and each.data.type[0] in LISTS:
            todo.append(each._replace(data=each.data._replace(type=type_at(each.data.type, 0))))
        else:
            found.append(each)
    return call.listed(found)


def _distinct(call: Call) -> Value:
    items = call.items(0)
    if items is None:
        return call.opened()
    found: dict[str, Value] = {}
    for each in items:
        found.setdefault(json.dumps(plain(each), sort_keys=True), each)
    return call.listed(list(found.values()))


def _compact(call: Call) -> Value:
    items = call.items(0)
    if items is None:
        return call.opened()
    kept = [each for each in items if each.data is not None and each.data != ""]
    return call.listed([each for each in kept if not _is_empty(call, each)])


def _is_empty(call: Call, value: Value) -> bool:
    """Return whether an open value is the empty text in this world."""
    return isinstance(value.data, Open) and call.run.chosen(value.data.address) == ""


def _slice(call: Call) -> Value:
    items = items_of(call.arguments[0])
    bounds = [each.data for each in call.arguments[1:] if isinstance(each.data, int)]
    if items is None or len(bounds) != 2:  # noqa: PLR2004 - start and end
        return call.opened(("list", ("any",)))
    return call.listed(items[bounds[0] : bounds[1]])


def _reverse(call: Call) -> Value:
    items = items_of(call.arguments[0])
    return call.opened() if items is None else call.listed(items[::-1])


def _lookup(call: Call) -> Value:
    value, key = call.arguments[0], call.word(1)
    if isinstance(value.data, dict) and key is not None:
        if key in value.data:
            found: Value = value.data[key]
            return found
        if len(call.arguments) > 2:  # noqa: PLR2004 - a default
            return call.arguments[2]
        raise call.run.refused(f"there is no `{key}` in this value", call.scope, call.node.span)
    if isinstance(value.data, dict) and len(call.arguments) > 2:  # noqa: PLR2004 - as above
        chosen: list[Value] = [
            each
            for name, each in value.data.items()
            if equal(call.run, call.arguments[1], call.made(name))
        ]
        return chosen[0] if chosen else call.arguments[2]
    if isinstance(value.data, Open) and key is not None:
        return call.run.step(value, key, call.scope, call.node.span)
    return call.opened()


def _element(call: Call) -> Value:
    items, at = items_of(call.arguments[0]), call.arguments[1].data
    if items is None:
        inside = call.items(0)
        return inside[0] if inside else call.opened()
    if not items:
        raise call.run.refused("the list has no items", call.scope, call.node.span)
    return items[int(at) % len(items)] if isinstance(at, int | float) else call.opened()


def _keys(call: Call) -> Value:
    data = call.arguments[0].data
    if isinstance(data, dict):
        return call.made(sorted(data))
    return call.opened(("list", ("string",)))


def _values(call: Call) -> Value:
    data = call.arguments[0].data
    if isinstance(data, dict):
        return call.listed([data[key] for key in sorted(data)])
    if isinstance(data, Open):
        return call.listed(call.items(0) or [])
    return call.opened()


def _zip_map(call: Call) -> Value:
    keys, values = items_of(call.arguments[0]), items_of(call.arguments[1])
    if keys is None or values is None or len(keys) != len(values):
        return call.opened(("map", ("any",)))
    if not all(isinstance(x.data, str) for x in keys):
        return call.opened(("map", ("any",)))
    made = {str(key.data): value for key, value in zip(keys, values, strict=True)}
    return Value(made, call.scope.file, call.node.span)


def _set_product(call: Call) -> Value:
    columns = [call.items(at) for at in range(len(call.arguments))]
    known = [each for each in columns if each is not None]
    size = 1
    for each in known:
        size *= len(each)
    if len(known) != len(columns) or size > _MOST_PRODUCTS:
        return call.opened()
    return call.listed([call.listed(list(each)) for each in itertools.product(*known)])


def _same(call: Call) -> Value:
    return call.arguments[0]


def _to_list(call: Call) -> Value:
    value = call.arguments[0]
    if isinstance(value.data, Open):
        inside = value.data.type[1] if len(value.data.type) > 1 else ("any",)
        return value._replace(data=value.data._replace(type=("list", inside)))
    return value


def _to_set(call: Call) -> Value:
    return _distinct(call) if items_of(call.arguments[0]) else _to_list(call)


def _coalesce(call: Call) -> Value:
    for each in call.arguments[:-1]:
        data = each.data
        if data is None or data == "":
            continue
        if isinstance(data, Open):
            if call.run.settled(f"{data.address} is null", f"`{data.address}` is null"):
                continue
            return each
        return each
    return call.arguments[-1]


def _coalesce_list(call: Call) -> Value:
    for each in call.arguments[:-1]:
        if each.data in ([], None):
            continue
        if isinstance(each.data, Open) and not call.run.has_items(each):
            continue
        return each
    return call.arguments[-1]


def _length(call: Call) -> Value:
    value = call.arguments[0]
    if isinstance(value.data, list | dict):
        return call.made(len(value.data))
    if isinstance(value.data, str) and value.state is State.KNOWN:
        return call.made(len(value.data))
    if isinstance(value.data, Open):
        what = f"the length of {value.data.what}"
        made = Open(f"{LENGTH}{value.data.address}", what, ("number",))
        return Value(made, call.scope.file, call.node.span)
    return call.opened(("number",))


def _contains(call: Call) -> Value:
    items, wanted = items_of(call.arguments[0]), call.arguments[1]
    if items is None:
        return call.opened(("bool",))
    if not is_known(wanted) and not isinstance(wanted.data, Open):
        return call.opened(("bool",))
    if not is_known(call.arguments[0]):
        known = is_known(wanted) and any(is_known(x) and plain(x) == plain(wanted) for x in items)
        return call.made(data=True) if known else call.opened(("bool",))
    found = any(equal(call.run, wanted, each) for each in items)
    return call.made(data=found)


def _one(call: Call) -> Value:
    items = items_of(call.arguments[0])
    if items is None:
        inside = call.items(0)
        return inside[0] if inside else call.opened()
    return items[0] if items else call.made(None)


FUNCTIONS: dict[str, Function] = {
    "concat": _concat,
    "merge": _merge,
    "flatten": _flatten,
    "distinct": _distinct,
    "compact": _compact,
    "slice": _slice,
    "reverse": _reverse,
    "lookup": _lookup,
    "element": _element,
    "keys": _keys,
    "values": _values,
    "zipmap": _zip_map,
    "setproduct": _set_product,
    "tolist": _to_list,
    "toset": _to_set,
    "tomap": _same,
    "sort": _same,
    "one": _one,
    "sensitive": _same,
    "nonsensitive": _same,
    "coalesce": _coalesce,
    "coalescelist": _coalesce_list,
    "length": _length,
    "contains": _contains,
}
