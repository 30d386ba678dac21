"""Writes what an expression means as plain data, in the same way for all its spellings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

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
    spine,
)
from checker.cel.parser import parse
from checker.cel.stack import HOP, on_own_stack

_Names: TypeAlias = Mapping[str, object]
_Bound: TypeAlias = tuple[str, ...]
"""The macro variables around a node, the innermost last."""


def meaning(text: str, names: _Names) -> object:
    """Return the syntax tree of an expression as lists, texts and numbers.

    White space, comments, quotes, parentheses and the names of macro variables make no difference.
    `names` maps variables, and fields of variables such as `a.b`, to the data that replaces them.
    Raises CompileError if the text is not an expression.
    """
    root = parse(Text(text))
    return on_own_stack(lambda: _Writer(names).written(root, ()), root.depth)


class _Writer:
    def __init__(self, names: _Names) -> None:
        self._names = names

    def written(self, node: Expr, bound: _Bound) -> object:
        if node.depth % HOP or isinstance(node, Binary):
            return self._written(node, bound)
        return on_own_stack(lambda: self._written(node, bound), node.depth)

    def _written(self, node: Expr, bound: _Bound) -> object:
        match node:
            case Literal(value=value):
                return [type(value).__name__, repr(value)]
            case Ident(name=name):
                return self._named(name, () if node.absolute else bound)
            case Select(operand=Ident(name=name)) if self._is_field(node, name, bound):
                return ["given", self._names[f"{name}.{node.name}"]]
            case Select():
                return [_marked(".", node.optional), self.written(node.operand, bound), node.name]
            case Has():
                kind = _marked("has", node.optional)
                return [kind, self.written(node.operand, bound), node.name]
            case Index():
                of = self.written(node.operand, bound), self.written(node.key, bound)
                return [_marked("[]", node.optional), *of]
            case Call():
                target = None if node.target is None else self.written(node.target, bound)
                return ["call", node.name, target, *self._all(node.arguments, bound)]
            case Unary():
                return [node.op, self.written(node.operand, bound)]
            case Conditional():
                return ["?", *self._all([node.condition, node.then, node.otherwise], bound)]
            case _:
                return self._several(node, bound)

    def _several(self, node: Any, bound: _Bound) -> object:
        """Return a node that is a chain, a collection or a macro."""
        match node:
            case Binary():
                first, chain = spine(node)
                rest = [[each.op, self.written(each.right, bound)] for each in chain]
                return ["chain", self.written(first, bound), *rest]
            case Logic():
                return [node.op, *self._all(_flat(node), bound)]
            case ListNode():
                return ["list", sorted(node.optional), *self._all(node.items, bound)]
            case MapNode():
                pairs = zip(node.keys, node.values, strict=True)
                entries = [self._all(pair, bound) for pair in pairs]
                return ["map", sorted(node.optional), *entries]
            case Comprehension():
                inner = (*bound, *(each.name for each in node.variables))
                condition = None if node.filter is None else self.written(node.filter, inner)
                of = self.written(node.range, bound)
                body = self.written(node.body, inner)
                return [node.macro, len(node.variables), of, condition, body]
            case Bind():
                value = self.written(node.value, bound)
                return [node.macro, value, self.written(node.body, (*bound, node.variable.name))]
        message = f"not a node of an expression: {type(node).__name__}"
        raise TypeError(message)

    def _all(self, nodes: Any, bound: _Bound) -> list[object]:
        return [self.written(each, bound) for each in nodes]

    def _named(self, name: str, bound: _Bound) -> object:
        for depth, each in enumerate(reversed(bound)):
            if each == name:
                return ["variable", depth]
        return ["given", self._names[name]] if name in self._names else ["name", name]

    def _is_field(self, node: Select, name: str, bound: _Bound) -> bool:
        return name not in bound and not node.optional and f"{name}.{node.name}" in self._names


def _marked(kind: str, optional: bool) -> str:  # noqa: FBT001 - a mark of a node
    return f"{kind}?" if optional else kind


def _flat(node: Logic) -> list[Expr]:
    """Return the operands of a chain, with those of chains of the same operator in parentheses."""
    found: list[Expr] = []
    for each in node.operands:
        found += _flat(each) if isinstance(each, Logic) and each.op == node.op else [each]
    return found
