"""Generates the code of `&&`, `||`, `?:`, `!` and unary `-`.

An operand's error counts only if no other operand decides. Operands that cannot fail come first,
joined by Python's own `and` or `or`. Every other operand is tried in turn, and the gravest error is
kept. If there is only one operand that may fail, it comes last and need not be tried.
"""

from __future__ import annotations

import ast

from checker.cel import operators
from checker.cel.ast import Conditional, Logic, Unary
from checker.cel.codegen import python as py
from checker.cel.codegen.emitter import ABSORBED, Code, Emitter, keep


class _Operand:
    """The statements and the expression of one operand."""

    __slots__ = ("body", "expr", "fails")

    def __init__(self, body: list[ast.stmt], code: Code) -> None:
        self.body, self.expr, self.fails = body, code.expr, code.fails


def logic(emitter: Emitter, node: Logic) -> Code:
    """Return the code of a chain of `&&` or `||`."""
    operands: list[_Operand] = []
    with emitter.nested():
        for each in node.operands:
            with emitter.block() as body:
                code = emitter.boolean(each, emitter.code(each), operators.boolean)
            operands.append(_Operand(body, code))
    sure = [each for each in operands if not each.fails and not each.body]
    rest = [each for each in operands if each.fails or each.body]
    rest.sort(key=lambda each: each.fails)
    python = py.AND if node.op == "&&" else py.OR
    segments: list[_Operand] = []
    if sure:
        expr = py.BoolOp(python, [each.expr for each in sure]) if len(sure) > 1 else sure[0].expr
        segments.append(_Operand([], Code(expr, fails=False)))
    segments.extend(rest)
    if len(segments) == 1:
        emitter.body.extend(segments[0].body)
        return Code(segments[0].expr, segments[0].fails)
    before = segments[:-1]
    if not any(each.body for each in segments) and not any(each.fails for each in before):
        exprs = [each.expr for each in segments]
        return Code(py.BoolOp(python, exprs), segments[-1].fails)
    return _sequence(emitter, segments, decisive=node.op == "||")


def _sequence(emitter: Emitter, segments: list[_Operand], *, decisive: bool) -> Code:
    """Add statements that try one operand after the other; return the name of their result."""
    result, failed = emitter.temp(), emitter.temp()
    failing = sum(each.fails for each in segments)
    tried = failing > segments[-1].fails
    undecided = py.name(result) if not decisive else py.not_(py.name(result))
    if tried:
        emitter.body.append(py.assign(failed, py.constant(None)))
    for position, each in enumerate(segments):
        body = [*each.body, py.assign(result, each.expr)]
        if each.fails and tried:
            body = [attempt(emitter, body, failed, [py.assign(result, py.constant(not decisive))])]
        if position:
            emitter.body.append(py.when(undecided, body))
        else:
            emitter.body.extend(body)
    if tried:
        emitter.body.append(raise_kept(failed, undecided))
    return Code(py.name(result), failing > 0)


def attempt(emitter: Emitter, body: list[ast.stmt], failed: str, then: list[ast.stmt]) -> ast.stmt:
    """Return a `try` that keeps an error if another operand may absorb it.

    The name `failed` must hold None or the error that was kept before.
    """
    kept = py.assign(failed, py.call(emitter.ref(keep), py.name(failed), py.name("e")))
    handler = py.ExceptHandler(emitter.ref(ABSORBED), "e", [kept, *then])
    return py.Try(body, [handler], [], [])  # type: ignore[no-any-return]


def raise_kept(failed: str, undecided: ast.expr) -> ast.stmt:
    """Return the statement that raises a kept error if no operand has decided."""
    is_kept = py.compare(py.name(failed), py.IS_NOT, py.constant(None))
    both = py.BoolOp(py.AND, [is_kept, undecided])
    return py.when(both, [py.Raise(py.name(failed), None)])


def conditional(emitter: Emitter, node: Conditional) -> Code:
    """Return the code of `condition ? then : otherwise`."""
    condition = emitter.boolean(node.condition, emitter.code(node.condition), operators.boolean)
    with emitter.block() as then_body:
        then = emitter.code(node.then)
    with emitter.block() as otherwise_body:
        otherwise = emitter.code(node.otherwise)
    fails = condition.fails or then.fails or otherwise.fails
    if not then_body and not otherwise_body:
        return Code(py.choose(condition.expr, then.expr, otherwise.expr), fails)
    result = emitter.temp()
    then_body.append(py.assign(result, then.expr))
    otherwise_body.append(py.assign(result, otherwise.expr))
    emitter.body.append(py.when(condition.expr, then_body, otherwise_body))
    return Code(py.name(result), fails)


def unary(emitter: Emitter, node: Unary) -> Code:
    """Return the code of `!x` or `-x`."""
    code = emitter.code(node.operand)
    if node.op == "!":
        checked = emitter.boolean(node.operand, code, operators.boolean)
        return Code(py.not_(checked.expr), checked.fails)
    if node.operand.type.name == "double":
        return Code(py.UnaryOp(py.NEG, code.expr), code.fails)
    call = py.call(emitter.ref(operators.negate), code.expr)
    return Code(emitter.at(call, node), fails=True)
