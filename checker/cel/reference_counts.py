"""Finds comparisons such as `list.size() == 0` in celpy's trees, as `counts` does in ours."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import lark

Tree: TypeAlias = lark.Tree[Any]

_OPERATORS = {
    "relation_eq": "==",
    "relation_ne": "!=",
    "relation_lt": "<",
    "relation_le": "<=",
    "relation_gt": ">",
    "relation_ge": ">=",
}


class Comparison(NamedTuple):
    """A comparison of the number of a list's items with another number."""

    op: str
    number: int
    listed: Tree
    """The `filter`, or the name of the list."""


def counted(tree: Tree) -> Comparison | None:
    """Return what a relation asks of the size of a list, or None if it is another relation."""
    if len(tree.children) != 2 or tree.children[0].data not in _OPERATORS:  # noqa: PLR2004 - two operands
        return None
    operation, right = tree.children
    literal = innermost(right)
    number: Any = literal.children[0] if literal.data == "literal" else None
    if not isinstance(number, lark.Token) or number.type != "INT_LIT":
        return None
    listed = _sized(innermost(operation.children[0]))
    if listed is None or not (is_filter(listed) or listed.data == "ident"):
        return None
    return Comparison(_OPERATORS[operation.data], int(number, 0), listed)


def is_filter(tree: Tree) -> bool:
    """Return whether a tree is a `filter`."""
    return tree.data == "member_dot_arg" and str(tree.children[1]) == "filter"


def innermost(tree: Tree) -> Tree:
    """Return the part of a tree that has its value: celpy wraps each in one of every operator."""
    while len(tree.children) == 1 and isinstance(tree.children[0], lark.Tree):
        tree = tree.children[0]
    return tree


def _sized(tree: Tree) -> Tree | None:
    """Return the operand of `size`, or None if a tree is another call or operation."""
    if tree.data == "member_dot_arg" and str(tree.children[1]) == "size":
        return innermost(tree.children[0]) if len(tree.children) == 2 else None  # noqa: PLR2004 - and its name
    if tree.data == "ident_arg" and str(tree.children[0]) == "size" and len(tree.children) > 1:
        operands = tree.children[1].children
        return innermost(operands[0]) if len(operands) == 1 else None
    return None
