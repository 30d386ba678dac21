"""Infers the type of every node of a syntax tree, and finds its errors and risks."""

from __future__ import annotations

from typing import NamedTuple

from checker.cel.ast import (
    Binary,
    Bind,
    Call,
    Comprehension,
    Conditional,
    Expr,
    Has,
    Ident,
    Index,
    ListNode,
    Literal,
    Logic,
    MapNode,
    Select,
    Text,
    Unary,
)
from checker.cel.check import call_types, macro_types, name_types, phrases
from checker.cel.check.guards import facts
from checker.cel.check.infer import Inference
from checker.cel.check.state import State
from checker.cel.diagnostics import Diagnostic
from checker.cel.env import Env, Path
from checker.cel.hosts import hosts
from checker.cel.stack import HOP, on_own_stack
from checker.cel.types import BOOL, DYN, Type, list_of, map_of

_KEYS = frozenset({"string", "int", "uint", "bool", "dyn"})


class Checked(NamedTuple):
    """The result of a check.

    `type` is the type of the whole expression. `problems` are its errors and `warnings` what may
    fail at run time, both in order of place. `present` holds the optional fields that are present
    whenever the expression is true, and `slots` is the number of macro variables.
    """

    type: Type
    problems: tuple[Diagnostic, ...]
    warnings: tuple[Diagnostic, ...]
    present: frozenset[Path]
    slots: int


def check(text: Text, root: Expr, env: Env, *, strict: bool = True) -> Checked:
    """Set the type of every node of a tree; unless `strict`, report no problems or warnings."""
    checker = _Checker(text, env, strict=strict)
    type_ = checker.type_of(root)
    checker.close()
    state = checker.state
    found = state.inference.resolved(type_, closed=True)
    present = env.present | facts(state, root, holds=True)
    return Checked(found, _sorted(state.problems), _sorted(state.warnings), present, state.slots)


def _sorted(found: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(found, key=lambda each: (each.line, each.column)))


class _Checker:
    """Types the nodes of a tree by recursion, and chains of operators in a loop."""

    def __init__(self, text: Text, env: Env, *, strict: bool) -> None:
        known = hosts(env)
        self.state = State(text, env, known, self.type_of, strict)
        self.state.guarded = any(
            record.struct.additional is not None
            or not all(field.required for field in record.fields.values())
            for record in known.types.values()
        )
        self.state.dotted = bool(env.container) or any("." in name for name in env.variables)
        self.nodes: list[Expr] = []

    def type_of(self, node: Expr) -> Type:
        """Set the types of a node and of all nodes below it; return the node's type."""
        if node.depth % HOP or isinstance(node, Binary):
            found = self._typed(node)
        else:
            found = on_own_stack(lambda: self._typed(node), node.depth)
        node.type = found
        if found.open:
            self.nodes.append(node)
        return found

    def close(self) -> None:
        """Replace the type variables that are left in the types of nodes; unbound ones by dyn."""
        for node in self.nodes:
            node.type = self.state.inference.resolved(node.type, closed=True)

    def _typed(self, node: Expr) -> Type:  # noqa: C901, PLR0912 - one case for each kind of node
        state = self.state
        match node:
            case Literal():
                return name_types.literal(node)
            case Ident():
                return name_types.ident(state, node)
            case Select():
                return name_types.select(state, node)
            case Binary():
                return call_types.binary(state, node)
            case Call():
                return call_types.call(state, node)
            case Logic():
                return self._logic(node)
            case Index():
                return name_types.index(state, node)
            case Has():
                return name_types.has(state, node)
            case Unary():
                return call_types.unary(state, node)
            case Comprehension():
                return macro_types.comprehension(state, node)
            case Bind():
                return macro_types.bind(state, node)
            case Conditional():
                return self._conditional(node)
            case ListNode():
                return self._list(node)
            case MapNode():
                return self._map(node)

    def _logic(self, node: Logic) -> Type:
        state, before = self.state, self.state.guards
        # Any operand can guard any other: where one operand decides, errors of others are absorbed.
        state.guards = before | facts(state, node, holds=node.op == "&&")
        for operand in node.operands:
            state.is_bool(f"an operand of `{node.op}`", phrases.not_bool, operand)
        state.guards = before
        return BOOL

    def _conditional(self, node: Conditional) -> Type:
        state, before = self.state, self.state.guards
        state.is_bool("the condition of `?:`", phrases.not_bool, node.condition)
        state.guards = before | facts(state, node.condition, holds=True)
        then = state.inference.resolved(state.type_of(node.then))
        state.guards = before | facts(state, node.condition, holds=False)
        otherwise = state.inference.resolved(state.type_of(node.otherwise))
        state.guards = before
        variable = state.inference.variable()
        if state.inference.assign((then, otherwise), (variable, variable)):
            return state.inference.resolved(variable)
        return state.problem(phrases.branches(then, otherwise), node.start, node.end)

    def _list(self, node: ListNode) -> Type:
        inference = self.state.inference
        element: Type | None = None
        for position, item in enumerate(node.items):
            found = inference.resolved(self.type_of(item))
            if position in node.optional:
                found = self._unwrapped(item, found)
            element = found if element is None else self._joined(inference, element, found)
        return list_of(inference.variable() if element is None else element)

    def _map(self, node: MapNode) -> Type:
        inference = self.state.inference
        key: Type | None = None
        value: Type | None = None
        for position, (key_node, value_node) in enumerate(zip(node.keys, node.values, strict=True)):
            found = inference.resolved(self.type_of(key_node))
            if found.name not in _KEYS and not found.open:
                self.state.problem(phrases.no_key(found), key_node.start, key_node.end)
                found = DYN
            key = found if key is None else self._joined(inference, key, found)
            found = inference.resolved(self.type_of(value_node))
            if position in node.optional:
                found = self._unwrapped(value_node, found)
            value = found if value is None else self._joined(inference, value, found)
        if key is None or value is None:
            return map_of(inference.variable(), inference.variable())
        return map_of(value, key)

    @staticmethod
    def _joined(inference: Inference, before: Type, now: Type) -> Type:
        return inference.resolved(inference.joined(before, now))

    def _unwrapped(self, node: Expr, found: Type) -> Type:
        if found.name == "optional":
            return found.parameters[0]
        if found.name != "dyn" and found.name[0] != "?":
            self.state.problem(phrases.no_optional("`?`", found), node.start, node.end)
        return DYN
