"""What generated code is built in: statements so far, names that are free, values by reference.

INVARIANT: every node of the expression is emitted once, so that the code is linear in it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from checker.cel.ast import Binary, Call, Comprehension, Expr, Has, Literal, Logic, Text, Unary
from checker.cel.codegen import python as py
from checker.cel.dispatch import candidates
from checker.cel.hosts import Hosts
from checker.cel.stack import HOP, on_own_stack
from checker.cel.types import BOOL
from checker.errors import EvaluationError, LimitError

_PLAIN = frozenset({str, int, float, bool, bytes, type(None)})
_MAX_BLOCKS = 10
"""Loops and `try` inside one another in one function; CPython allows 20."""
_SPILL = 12
"""Levels of the expression that become one Python expression."""

ABSORBED = (EvaluationError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError)
"""What a failing operand raises: this language's errors, and those of Python's operators."""


def keep(error: Exception) -> Exception:
    """Return an error that another operand may absorb; raises one that none may."""
    if isinstance(error, LimitError):
        raise error
    return error


def again(error: Exception) -> Any:
    """Raise an error that was kept."""
    raise error


class Code(NamedTuple):
    """A Python expression, and whether evaluating it may raise what may be absorbed."""

    expr: ast.expr
    fails: bool


class Emitter:
    """The state of one generation; `emit` gives the code of a node and all below it."""

    def __init__(
        self, text: Text, hosts: Hosts, emit: Callable[[Expr], Code], *, lazy: bool
    ) -> None:
        self.text = text
        self.lazy = lazy
        """Whether variables are read where they are used, since not all are ready."""
        self.hosts = hosts
        self._emit = emit
        self.body: list[ast.stmt] = []
        self.globals: dict[str, Any] = {"__builtins__": {}}
        self.variables: dict[str, str] = {}
        """The locals that hold the activation's variables, by name."""
        self.failed: dict[int, str] = {}
        """The locals that hold the errors of bound values, by the variable's number."""
        self.metered = False
        self.bool_keys = False
        """Whether a map may be made that has boolean keys."""
        self.range: ast.expr | None = None
        """What the loop at hand goes over."""
        self.level = 0
        """Functions inside one another; 0 in the outermost."""
        self._names: dict[int, ast.expr] = {}
        self._temps = 0
        self._blocks = 0

    def code(self, node: Expr) -> Code:
        """Return the code of a node, after the statements it needs."""
        if self._blocks >= _MAX_BLOCKS and not isinstance(node, Literal):
            return self._outlined(node)
        if node.depth % HOP or isinstance(node, Binary):
            code = self._emit(node)
        else:
            code = on_own_stack(lambda: self._emit(node), node.depth)
        if node.depth % _SPILL == 0:
            return Code(self.spilled(code.expr), code.fails)
        return code

    def spilled(self, expr: ast.expr) -> ast.expr:
        """Return a name that a statement gives the value of an expression to."""
        temp = self.temp()
        self.body.append(py.assign(temp, expr))
        return py.name(temp)

    def _outlined(self, node: Expr) -> Code:
        """Return a call of a function of its own, for code that is inside too many blocks."""
        outer, blocks = self.body, self._blocks
        self.body, self._blocks = [], 0
        self.level += 1
        code = self._emit(node)
        self.body.append(py.Return(code.expr))
        function = self.temp()
        outer.append(py.FunctionDef(function, py.NO_ARGUMENTS, self.body, [], None, None))
        self.level -= 1
        self.body, self._blocks = outer, blocks
        return Code(py.call(py.name(function)), code.fails)

    @contextmanager
    def block(self) -> Iterator[list[ast.stmt]]:
        """Collect the statements that are emitted within."""
        outer = self.body
        self.body = []
        try:
            yield self.body
        finally:
            self.body = outer

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Count a loop or `try` around what is emitted within."""
        self._blocks += 1
        try:
            yield
        finally:
            self._blocks -= 1

    def temp(self) -> str:
        """Return a name that is used nowhere else."""
        self._temps += 1
        return f"t{self._temps}"

    def ref(self, value: Any) -> ast.expr:
        """Return the reading of a value that the code refers to."""
        known = self._names.get(id(value))
        if known is None:
            identifier = f"g{len(self._names)}"
            known = self._names[id(value)] = py.name(identifier)
            # INVARIANT: kept alive by the globals, so that no other value gets its id
            self.globals[identifier] = value
        return known

    def constant(self, value: Any) -> ast.expr:
        """Return a constant."""
        return py.constant(value) if type(value) in _PLAIN else self.ref(value)

    def meter(self) -> ast.expr:
        """Return the reading of the meter."""
        self.metered = True
        return py.name("m")

    def at(self, expr: ast.expr, node: Expr | int) -> ast.expr:
        """Return an expression with a node's place (or an offset's), for its errors."""
        offset = node if isinstance(node, int) else node.start
        return py.stamped(expr, self.text.place(offset))

    def held(self, expr: ast.expr) -> tuple[ast.expr, ast.expr]:
        """Return an expression for its first and its later uses, evaluated once.

        The first must be evaluated before the others.
        """
        if isinstance(expr, ast.Name | ast.Constant):
            return expr, expr
        temp = self.temp()
        return py.walrus(temp, expr), py.name(temp)

    def boolean(self, node: Expr, code: Code, check: Callable[[Any], bool]) -> Code:
        """Return code that is true or false, or raises where the value is neither.

        INVARIANT: only what the operators, the macros and the library make is believed to be
        boolean by its type. What comes from data or a host is looked at, since anything else would
        count as its truth.
        """
        if node.type.name == "bool" and self._is_made(node):
            return code
        first, again = self.held(code.expr)
        is_bool = py.compare(py.call(self.ref(type), first), py.IS, self.ref(bool))
        bad = self.at(py.call(self.ref(check), again), node)
        return Code(py.choose(is_bool, again, bad), fails=True)

    def _is_made(self, node: Expr) -> bool:
        """Say whether the language itself makes the boolean that is a node's value."""
        if not isinstance(node, Call):
            return isinstance(node, Logic | Unary | Binary | Has | Comprehension | Literal)
        receiver = node.target is not None
        found = candidates(self.hosts, node.name, receiver=receiver, count=len(node.operands))
        return bool(found) and all(each.result == BOOL and not each.of_host for each in found)
