"""Collects the statements, names and referenced values of one program's code.

INVARIANT: every node of the expression is emitted once, so the size of the code is linear in it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from checker.cel.ast import Binary, Call, Comprehension, Expr, Has, Literal, Logic, Text, Unary
from checker.cel.codegen import python as py
from checker.cel.dispatch import candidates
from checker.cel.hosts import Hosts
from checker.cel.stack import HOP, on_own_stack
from checker.cel.types import BOOL
from checker.errors import EvaluationError, LimitError, graver

_PLAIN = frozenset({str, int, float, bool, bytes, type(None)})
_MAX_BLOCKS = 10
"""Loops and `try` inside one another in one function; CPython allows 20."""
_SPILL = 12
"""Levels of a CEL expression that become one Python expression."""

ABSORBED = (EvaluationError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError)
"""What a failing operand may raise: EvaluationError, and the errors of Python's operators."""


def keep(known: Exception | None, error: Exception) -> Exception:
    """Return the graver of two errors that another operand may absorb.

    Raises a LimitError, which none may absorb.
    """
    if isinstance(error, LimitError):
        raise error
    return graver(known, error)


def again(error: Exception) -> Any:
    """Raise an error that `keep` returned."""
    raise error


class Code(NamedTuple):
    """A Python expression, and whether it may raise an error that an operator may absorb."""

    expr: ast.expr
    fails: bool


class Emitter:
    """The state of one generation; `emit` returns the code of a node and of all below it."""

    def __init__(
        self, text: Text, hosts: Hosts, emit: Callable[[Expr], Code], *, lazy: bool
    ) -> None:
        self.text = text
        self.lazy = lazy
        """Whether variables are read where they are used, because some may not be computed yet."""
        self.hosts = hosts
        self._emit = emit
        self.body: list[ast.stmt] = []
        self.globals: dict[str, Any] = {"__builtins__": {}}
        self.variables: dict[str, str] = {}
        """The local that holds each variable of the activation, by the variable's name."""
        self.failed: dict[int, str] = {}
        """The local that holds the error of a `cel.bind` value, by the variable's number."""
        self.partial: dict[int, str | None] = {}
        """The filters that do not raise their predicates' errors, by the number of their variable.

        If there may be errors, it holds the local for their list.
        """
        self.metered = False
        self.bool_keys = False
        """Whether the code may make a map with boolean keys."""
        self.root: Expr | None = None
        """The node whose value is the program's."""
        self.range: ast.expr | None = None
        """What the current loop iterates over."""
        self.level = 0
        """How deep functions are nested; 0 in the outermost."""
        self._names: dict[int, ast.expr] = {}
        self._temps = 0
        self._blocks = 0

    def code(self, node: Expr) -> Code:
        """Return the code of a node, after adding the statements that it needs."""
        if self._blocks >= _MAX_BLOCKS and not isinstance(node, Literal):
            return self._outlined(node)
        if node.depth % HOP or isinstance(node, Binary):
            code = self._emit(node)
        else:
            code = on_own_stack(lambda: self._emit(node), node.depth)
        if node.depth % _SPILL == 0:
            return Code(self.spilled(code.expr), code.fails)
        return code

    def codes(self, nodes: Iterable[Expr]) -> list[Code]:
        """Return the codes of operands, which are evaluated from left to right."""
        found: list[Code] = []
        for node in nodes:
            may_fail = any(each.fails for each in found)
            found = self.then(found, node) if may_fail else [*found, self.code(node)]
        return found

    def then(self, found: list[Code], node: Expr) -> list[Code]:
        """Return the codes of operands and that of one more, which is evaluated after them.

        INVARIANT: of two operands that fail, the left one's error counts, as in every engine. So
        the statements of an operand run after every operand on its left that may fail.
        """
        outer = self.body
        self.body = []
        code = self.code(node)
        body, self.body = self.body, outer
        if body:
            found = [self.early(each) for each in found]
            self.body.extend(body)
        return [*found, code]

    def early(self, code: Code) -> Code:
        """Return code that raises its errors before the statements that follow run."""
        if code.fails and not isinstance(code.expr, ast.Name):
            return Code(self.spilled(code.expr), code.fails)
        return code

    def spilled(self, expr: ast.expr) -> ast.expr:
        """Add a statement that assigns an expression to a new name, and return the name."""
        temp = self.temp()
        self.body.append(py.assign(temp, expr))
        return py.name(temp)

    def _outlined(self, node: Expr) -> Code:
        """Return a call of a new function with a node's code, which is inside too many blocks."""
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
        """Collect the statements that are emitted inside the block, and yield their list."""
        outer = self.body
        self.body = []
        try:
            yield self.body
        finally:
            self.body = outer

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Count a loop or `try` around what is emitted inside the block."""
        self._blocks += 1
        try:
            yield
        finally:
            self._blocks -= 1

    def local(self, variable: str) -> str:
        """Return the name of the local that holds a variable of the activation."""
        return self.variables.setdefault(variable, f"v{len(self.variables)}")

    def temp(self) -> str:
        """Return a new name."""
        self._temps += 1
        return f"t{self._temps}"

    def ref(self, value: Any) -> ast.expr:
        """Return an expression that reads a value, which becomes a global of the code."""
        known = self._names.get(id(value))
        if known is None:
            identifier = f"g{len(self._names)}"
            known = self._names[id(value)] = py.name(identifier)
            # INVARIANT: the globals keep the value alive, so that no other value gets its id
            self.globals[identifier] = value
        return known

    def constant(self, value: Any) -> ast.expr:
        """Return an expression for a constant."""
        return py.constant(value) if type(value) in _PLAIN else self.ref(value)

    def meter(self) -> ast.expr:
        """Return an expression that reads the meter."""
        self.metered = True
        return py.name("m")

    def at(self, expr: ast.expr, node: Expr | int) -> ast.expr:
        """Return an expression with the place of a node or offset, which its errors will have."""
        offset = node if isinstance(node, int) else node.start
        return py.stamped(expr, self.text.place(offset))

    def held(self, expr: ast.expr) -> tuple[ast.expr, ast.expr]:
        """Return expressions for the first and for later uses of a value that is computed once.

        The first must be evaluated before the others.
        """
        if isinstance(expr, ast.Name | ast.Constant):
            return expr, expr
        temp = self.temp()
        return py.walrus(temp, expr), py.name(temp)

    def boolean(self, node: Expr, code: Code, check: Callable[[Any], bool]) -> Code:
        """Return code whose value is true or false, or that raises if the value is neither.

        INVARIANT: only a value that the operators, the macros or the library make is trusted to be
        a boolean by its type. A value from data or a host is checked, because Python would take
        any other value for true or false.
        """
        if node.type.name == "bool" and self._is_made(node):
            return code
        first, again = self.held(code.expr)
        is_bool = py.compare(py.call(self.ref(type), first), py.IS, self.ref(bool))
        bad = self.at(py.call(self.ref(check), again), node)
        return Code(py.choose(is_bool, again, bad), fails=True)

    def _is_made(self, node: Expr) -> bool:
        """Return whether the language itself makes the boolean that is a node's value."""
        if not isinstance(node, Call):
            return isinstance(node, Logic | Unary | Binary | Has | Comprehension | Literal)
        receiver = node.target is not None
        found = candidates(self.hosts, node.name, receiver=receiver, count=len(node.operands))
        return bool(found) and all(each.result == BOOL and not each.of_host for each in found)
