"""Finds the optional fields that a condition proves to be present."""

from __future__ import annotations

from checker.cel.ast import Binary, Expr, Has, Ident, Index, Literal, Logic, Select, Unary
from checker.cel.check.state import State
from checker.cel.env import Path


def path_of(state: State, node: Expr) -> Path | None:
    """Return the path from a variable to what a node reads, or None if it is no plain path.

    A macro variable carries its number, because another variable may have the same name.
    """
    parts: list[str] = []
    while True:
        if isinstance(node, Select | Has):
            parts.append(node.name)
            node = node.operand
        elif (
            isinstance(node, Index)
            and isinstance(node.key, Literal)
            and isinstance(node.key.value, str)
        ):
            parts.append(node.key.value)
            node = node.operand
        else:
            break
    if not isinstance(node, Ident):
        return None
    slot = state.scope.get(node.name) if not node.absolute else None
    parts.append(f"{node.name}#{slot[0]}" if slot is not None else node.name)
    return tuple(reversed(parts))


def facts(state: State, node: Expr, *, holds: bool) -> frozenset[Path]:
    """Return the fields that are present if a condition is true, or unless `holds`, false."""
    if not state.guarded:
        return frozenset()
    if isinstance(node, Has):
        path = path_of(state, node)
        if not holds or path is None:
            return frozenset()
        return frozenset(path[:end] for end in range(2, len(path) + 1))
    if isinstance(node, Unary) and node.op == "!":
        return facts(state, node.operand, holds=not holds)
    if isinstance(node, Logic) and (node.op == "&&") == holds:
        return frozenset().union(*(facts(state, each, holds=holds) for each in node.operands))
    if (
        isinstance(node, Binary)
        and node.op == "in"
        and holds
        and isinstance(node.left, Literal)
        and isinstance(node.left.value, str)
    ):
        path = path_of(state, node.right)
        return frozenset() if path is None else frozenset({(*path, node.left.value)})
    return frozenset()
