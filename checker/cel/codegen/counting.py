"""Generates the code of comparisons such as `list.size() == 0`, where the list may be in doubt."""

from __future__ import annotations

import ast
from functools import reduce

from checker.cel.activation import UNSET, Activation
from checker.cel.ast import Binary, Comprehension, Expr, Ident
from checker.cel.codegen import python as py
from checker.cel.codegen.emitter import Code, Emitter, keep
from checker.cel.counts import HOLDS, counted, settled
from checker.errors import DoubtError, Partial, graver

_PYTHON: dict[str, ast.cmpop] = {
    "==": py.EQ,
    "!=": py.NE,
    "<": py.LT,
    "<=": py.LE,
    ">": py.GT,
    ">=": py.GE,
}


def collect(errors: list[Exception], error: Exception) -> None:
    """Add an error to those of a filter's predicates; raise a LimitError."""
    errors.append(keep(None, error))


def gravest(errors: list[Exception]) -> Exception:
    """Return the error of a filter, which is the gravest of its predicates' errors."""
    return reduce(graver, errors)


def in_part(errors: list[Exception], found: list[object]) -> Exception:
    """Return the error of a filter, with what is known of its list if it is a doubt."""
    error = gravest(errors)
    if isinstance(error, DoubtError):
        error = error.copy().with_traceback(error.__traceback__)
        error.partial = Partial(found, len(errors))
    return error


def of_filter(op: str, number: int, errors: list[Exception], found: list[object]) -> bool:
    """Return whether a comparison holds of a filter some of whose predicates failed, or raise."""
    # INVARIANT: the error does not take along what is known of the list, which is not its value
    error = gravest(errors)
    partial = Partial(found, len(errors)) if isinstance(error, DoubtError) else None
    return settled(op, number, error, partial)


def of_variable(op: str, number: int, activation: Activation, name: str) -> bool:
    """Return whether a comparison holds of a list that is not computed yet, or raise."""
    try:
        found = activation.read(name)
    except DoubtError as error:
        return settled(op, number, error, activation.partial(name))
    return HOLDS[op](len(found), number)


def comparison(emitter: Emitter, node: Binary, size: Expr) -> Code | None:
    """Return the code of a comparison of a list's size with a number; None if it is another one."""
    listed = counted(node, size)
    if isinstance(listed, Comprehension):
        return _of_filter(emitter, node, size, listed)
    if isinstance(listed, Ident) and emitter.lazy:
        return _of_variable(emitter, node, size, listed)
    return None


def _of_filter(emitter: Emitter, node: Binary, size: Expr, listed: Comprehension) -> Code:
    slot = listed.slots[0]
    emitter.partial[slot] = None
    code = emitter.code(listed)
    usual = _usual(emitter, node, size, code.expr)
    kept = emitter.partial[slot]
    if kept is None:
        return Code(usual, code.fails)
    errors = py.name(kept)
    asked = (py.constant(node.op), emitter.code(node.right).expr)
    slow = py.call(emitter.ref(of_filter), *asked, errors, code.expr)
    return Code(py.choose(errors, emitter.at(slow, size), usual), fails=True)


def _of_variable(emitter: Emitter, node: Binary, size: Expr, listed: Ident) -> Code:
    local = py.name(emitter.local(listed.variable))
    ready = py.compare(local, py.IS_NOT, emitter.ref(UNSET))
    asked = (py.constant(node.op), emitter.code(node.right).expr)
    variable = py.constant(listed.variable)
    slow = py.call(emitter.ref(of_variable), *asked, py.name("a"), variable)
    usual = _usual(emitter, node, size, local)
    return Code(py.choose(ready, usual, emitter.at(slow, listed)), fails=True)


def _usual(emitter: Emitter, node: Binary, size: Expr, listed: ast.expr) -> ast.expr:
    count = emitter.at(py.call(emitter.ref(len), listed), size)
    number = emitter.code(node.right).expr
    return py.compare(count, _PYTHON[node.op], number)
