"""Goes through the items of lists and mappings.

https://developer.hashicorp.com/terraform/language/expressions/for
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.sources.terraform import syntax as s
from checker.sources.terraform.truths import holds
from checker.sources.terraform.typed_values import LISTS, Open, Value, items_of, referred, type_at

if TYPE_CHECKING:
    from checker.sources.terraform.instances import Scope
    from checker.sources.terraform.run import Run


def looped(run: Run, node: s.For, scope: Scope) -> Value:
    """Return the list or mapping that a `for` expression makes."""
    made: dict[str, Value] = {}
    listed: list[Value] = []
    for key, value in entries(run.value(node.over, scope), scope, node.over.span):
        names = {node.names[-1]: value}
        if len(node.names) > 1:
            names[node.names[0]] = key
        inner = scope.having(names)
        if node.test is not None and not holds(run, node.test, inner):
            continue
        item = run.value(node.value, inner)
        if node.key is None:
            listed.append(item)
            continue
        name = str(run.text(run.value(node.key, inner), scope, node.key.span).data)
        if node.groups:
            known = made.get(name)
            before = known.data if known and isinstance(known.data, list) else []
            item = Value([*before, item], scope.file, node.span)
        made[name] = item._replace(key=node.key.span)
    return Value(listed if node.key is None else made, scope.file, node.span)


def entries(value: Value, scope: Scope, span: s.Span) -> list[tuple[Value, Value]]:
    """Return the keys and values of a list or mapping; an open one has one entry for all."""
    data = value.data
    if (items := items_of(value)) is not None:
        return [(Value(at, scope.file, span), each) for at, each in enumerate(items)]
    if isinstance(data, dict):
        named = [(Value(key, scope.file, span), each) for key, each in data.items()]
        return [(key, referred(each, scope.file, span)) for key, each in named]
    if isinstance(data, Open):
        return [entry_of(data, scope, span)]
    if data is None:
        return []
    return [(Value(0, scope.file, span), value)]


def entry_of(data: Open, scope: Scope, span: s.Span) -> tuple[Value, Value]:
    """Return the key and the value of an entry of an open list or mapping."""
    item = data._replace(type=type_at(data.type, 0))
    if data.type[0] in LISTS:
        return Value(Open(f"index of {data.address}", data.what, ("number",)), scope.file, span), (
            Value(item, scope.file, span)
        )
    key = Open(f"key of {data.address}", f"a key of {data.what}", ("string",), data.is_name)
    return Value(key, scope.file, span), Value(item, scope.file, span)
