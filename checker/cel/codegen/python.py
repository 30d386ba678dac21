"""Builds Python syntax nodes, of which only those that may fail carry a place.

A node without a place of its own has line 1, and line n of the CEL text is stamped as n + 1.
"""

from __future__ import annotations

import ast
from typing import Any, TypeVar

LOAD, STORE = ast.Load(), ast.Store()
_N = TypeVar("_N", bound="ast.expr | ast.stmt | ast.excepthandler | ast.arg")

# INVARIANT: if a node has no place, compile() takes that of its class. These subclasses exist for
# that: to stamp every node, or to call ast.fix_missing_locations, would double the time.
_PLACE = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}


def _placed(kind: type[Any]) -> Any:
    return type(kind.__name__, (kind,), {**_PLACE, "__module__": __name__})


Assign: Any = _placed(ast.Assign)
AugAssign: Any = _placed(ast.AugAssign)
BinOp: Any = _placed(ast.BinOp)
BoolOp: Any = _placed(ast.BoolOp)
Break: Any = _placed(ast.Break)
CallNode: Any = _placed(ast.Call)
Compare: Any = _placed(ast.Compare)
Constant: Any = _placed(ast.Constant)
DictNode: Any = _placed(ast.Dict)
ExceptHandler: Any = _placed(ast.ExceptHandler)
ExprNode: Any = _placed(ast.Expr)
For: Any = _placed(ast.For)
FormattedValue: Any = _placed(ast.FormattedValue)
FunctionDef: Any = _placed(ast.FunctionDef)
Attribute: Any = _placed(ast.Attribute)
If: Any = _placed(ast.If)
IfExp: Any = _placed(ast.IfExp)
JoinedStr: Any = _placed(ast.JoinedStr)
ListNode: Any = _placed(ast.List)
NameNode: Any = _placed(ast.Name)
NamedExpr: Any = _placed(ast.NamedExpr)
Pass: Any = _placed(ast.Pass)
Raise: Any = _placed(ast.Raise)
Return: Any = _placed(ast.Return)
Subscript: Any = _placed(ast.Subscript)
Try: Any = _placed(ast.Try)
TupleNode: Any = _placed(ast.Tuple)
UnaryOp: Any = _placed(ast.UnaryOp)
Argument: Any = _placed(ast.arg)

ADD, SUB, MULT, MOD, FLOOR = ast.Add(), ast.Sub(), ast.Mult(), ast.Mod(), ast.FloorDiv()
DIV, NOT, NEG = ast.Div(), ast.Not(), ast.USub()
EQ, NE, LT, LE, GT, GE = ast.Eq(), ast.NotEq(), ast.Lt(), ast.LtE(), ast.Gt(), ast.GtE()
IS, IS_NOT, IN, NOT_IN = ast.Is(), ast.IsNot(), ast.In(), ast.NotIn()
AND, OR = ast.And(), ast.Or()
NO_ARGUMENTS = ast.arguments([], [], None, [], [], None, [])


def stamped(node: _N, place: tuple[int, int]) -> _N:
    """Return a node with a place in the CEL text: its line and column, both from 1."""
    node.lineno = node.end_lineno = place[0] + 1
    node.col_offset = place[1]
    node.end_col_offset = place[1] + 1
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        # CPython reports the error of a method call at the place of the method's name
        stamped(node.func, place)
    return node


def name(identifier: str) -> ast.expr:
    """Return an expression that reads a name."""
    return NameNode(identifier, LOAD)  # type: ignore[no-any-return]


def constant(value: object) -> ast.expr:
    """Return a constant of a type that Python's compiler accepts."""
    return Constant(value, None)  # type: ignore[no-any-return]


def call(function: ast.expr, *arguments: ast.expr) -> ast.expr:
    """Return `function(arguments…)`."""
    return CallNode(function, list(arguments), [])  # type: ignore[no-any-return]


def method(owner: ast.expr, attribute: str, *arguments: ast.expr) -> ast.expr:
    """Return `owner.attribute(arguments…)`."""
    return CallNode(Attribute(owner, attribute, LOAD), list(arguments), [])  # type: ignore[no-any-return]


def compare(left: ast.expr, op: ast.cmpop, right: ast.expr) -> ast.expr:
    """Return `left op right` for a comparison."""
    return Compare(left, [op], [right])  # type: ignore[no-any-return]


def choose(condition: ast.expr, then: ast.expr, otherwise: ast.expr) -> ast.expr:
    """Return `then if condition else otherwise`."""
    return IfExp(condition, then, otherwise)  # type: ignore[no-any-return]


def item(owner: ast.expr, key: ast.expr) -> ast.expr:
    """Return `owner[key]`."""
    return Subscript(owner, key, LOAD)  # type: ignore[no-any-return]


def walrus(identifier: str, value: ast.expr) -> ast.expr:
    """Return `(identifier := value)`."""
    return NamedExpr(NameNode(identifier, STORE), value)  # type: ignore[no-any-return]


def assign(identifier: str, value: ast.expr) -> ast.stmt:
    """Return `identifier = value`."""
    return Assign([NameNode(identifier, STORE)], value)  # type: ignore[no-any-return]


def when(
    condition: ast.expr, then: list[ast.stmt], otherwise: list[ast.stmt] | None = None
) -> ast.stmt:
    """Return `if condition: then else: otherwise`."""
    return If(condition, then or [Pass()], otherwise or [])  # type: ignore[no-any-return]


def not_(value: ast.expr) -> ast.expr:
    """Return `not value`."""
    return UnaryOp(NOT, value)  # type: ignore[no-any-return]
