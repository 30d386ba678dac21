"""Infers the types of macros and of their variables."""

from __future__ import annotations

from checker.cel.ast import Bind, Comprehension
from checker.cel.check import phrases
from checker.cel.check.guards import facts
from checker.cel.check.state import State
from checker.cel.types import BOOL, DYN, INT, Type, list_of, map_of, optional_of


def comprehension(state: State, node: Comprehension) -> Type:
    """Return the type of a macro that loops, and number its variables."""
    over = state.inference.resolved(state.type_of(node.range))
    types = _variables(state, node, over)
    with state.bound(list(zip(node.variables, types, strict=True))) as slots:
        node.slots = slots
        before = state.guards
        if node.filter is not None:
            state.is_bool(f"the condition of {node.macro}()", phrases.not_bool, node.filter)
            state.guards = before | facts(state, node.filter, holds=True)
        if node.macro in ("all", "exists", "exists_one", "filter"):
            state.is_bool(f"the condition of {node.macro}()", phrases.not_bool, node.body)
            body = BOOL
        else:
            body = state.inference.resolved(state.type_of(node.body))
        state.guards = before
    return _result(state, node, types, body)


def _variables(state: State, node: Comprehension, over: Type) -> list[Type]:
    two = len(node.variables) > 1
    if over.name == "list":
        return [INT, over.parameters[0]] if two else [over.parameters[0]]
    if over.name == "map":
        return list(over.parameters) if two else [over.parameters[0]]
    record = state.hosts.types.get(over.name)
    if record is not None and record.json:
        return [Type("string"), DYN] if two else [Type("string")]
    if over.name != "dyn" and over.name[0] != "?":
        state.problem(phrases.no_range(node.macro, over), node.range.start, node.range.end)
    return [DYN, DYN] if two else [DYN]


def _result(state: State, node: Comprehension, types: list[Type], body: Type) -> Type:
    macro = node.macro
    if macro in ("all", "exists", "exists_one"):
        return BOOL
    if macro in ("filter", "sortBy"):
        return list_of(types[0])
    if macro in ("map", "transformList"):
        return list_of(body)
    if macro == "transformMap":
        return map_of(body, types[0])
    if body.name == "map":
        return body
    if body.name != "dyn" and body.name[0] != "?":
        message = f"the body of transformMapEntry() must be a map as in {{key: value}}, not {body}"
        state.problem(message, node.body.start, node.body.end)
    return map_of(DYN, DYN)


def bind(state: State, node: Bind) -> Type:
    """Return the type of `cel.bind`, `optMap` or `optFlatMap`, and number its variable."""
    value = state.inference.resolved(state.type_of(node.value))
    if node.macro != "bind":
        if value.name == "optional":
            value = value.parameters[0]
        else:
            if value.name != "dyn" and value.name[0] != "?":
                message = phrases.no_optional(f"{node.macro}()", value)
                state.problem(message, node.value.start, node.value.end)
            value = DYN
    with state.bound([(node.variable, value)]) as slots:
        node.slot = slots[0]
        body = state.inference.resolved(state.type_of(node.body))
    if node.macro == "bind":
        return body
    if node.macro == "optMap":
        return optional_of(body)
    if body.name == "optional":
        return body
    if body.name != "dyn" and body.name[0] != "?":
        state.problem(phrases.no_optional("optFlatMap()", body), node.body.start, node.body.end)
    return optional_of(DYN)
