"""Writes the shape of a syntax tree as text, and checks the spans of its nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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
from checker.cel.parser import parse


def shown(node: Expr) -> str:  # noqa: C901, PLR0912 - one case a node
    """Return a tree as text, with parentheses around all that has operands."""
    match node:
        case Literal():
            return repr(node.value)
        case Ident():
            return "." * node.absolute + node.name
        case Select():
            return f"{shown(node.operand)}.{'?' * node.optional}{node.name}"
        case Has():
            return f"has({shown(node.operand)}.{'?' * node.optional}{node.name})"
        case Index():
            return f"{shown(node.operand)}[{'?' * node.optional}{shown(node.key)}]"
        case Call():
            target = "" if node.target is None else f"{shown(node.target)}."
            return f"{target}{node.name}({', '.join(map(shown, node.arguments))})"
        case Unary():
            return f"({node.op}{shown(node.operand)})"
        case Binary():
            return f"({shown(node.left)} {node.op} {shown(node.right)})"
        case Logic():
            return f"({f' {node.op} '.join(map(shown, node.operands))})"
        case Conditional():
            parts = (node.condition, node.then, node.otherwise)
            return "({} ? {} : {})".format(*map(shown, parts))
        case ListNode():
            items = enumerate(node.items)
            return f"[{', '.join('?' * (at in node.optional) + shown(it) for at, it in items)}]"
        case MapNode():
            entries = enumerate(zip(node.keys, node.values, strict=True))
            parts_ = [
                f"{'?' * (at in node.optional)}{shown(key)}: {shown(value)}"
                for at, (key, value) in entries
            ]
            return f"{{{', '.join(parts_)}}}"
        case Comprehension():
            names = [variable.name for variable in node.variables]
            rest = [shown(part) for part in (node.filter, node.body) if part is not None]
            return f"{shown(node.range)}.{node.macro}<{', '.join(names + rest)}>"
        case Bind():
            body = shown(node.body)
            return f"{node.macro}<{node.variable.name}, {shown(node.value)}, {body}>"


def within(node: Any) -> Iterator[Any]:
    """Yield a node and all below it."""
    yield node
    for name in ("operand", "key", "target", "left", "right", "condition", "then", "otherwise"):
        if isinstance(getattr(node, name, None), Expr):
            yield from within(getattr(node, name))
    for name in ("range", "filter", "body", "value"):
        if isinstance(getattr(node, name, None), Expr):
            yield from within(getattr(node, name))
    for name in ("arguments", "operands", "items", "keys", "values"):
        for child in (
            getattr(node, name, ()) if name != "operands" or isinstance(node, Logic) else ()
        ):
            yield from within(child)


def spans_fit(text: str) -> None:
    """Assert that the text of every span is an expression again, and the same one."""
    for node in within(parse(Text(text))):
        span = text[node.start : node.end]
        assert span == span.strip()
        assert shown(parse(Text(span))) == shown(node)
