"""A checked syntax tree in, a program that runs it as a Python function out.

INVARIANT: the code has no builtins and no names but its own; no text of the expression becomes
an identifier of Python.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from types import CodeType, TracebackType
from typing import Any, TypeAlias

from checker.cel.activation import UNSET, Activation
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
from checker.cel.check import Checked
from checker.cel.codegen import access, calls, logic, loops, natives
from checker.cel.codegen import python as py
from checker.cel.codegen.emitter import Code, Emitter
from checker.cel.env import Env
from checker.cel.errors import Diagnostic, EvaluationError
from checker.cel.hosts import Hosts, hosts
from checker.cel.meter import shared
from checker.cel.program import Interpreted, too_deep
from checker.cel.stack import on_own_stack
from checker.cel.types import Type
from checker.cel.values import plain

_FILE = "<cel>"
_Function: TypeAlias = Callable[[Activation], Any]


class Generated:
    """A program that is a Python function.

    The function expects every variable to be ready. Where one has yet to be computed, another
    is generated (once, when first needed) that reads variables where they are used.
    """

    __slots__ = ("_generate", "_lazy", "_ready", "type", "warnings")

    def __init__(self, generate: Callable[[bool], _Function], checked: Checked) -> None:
        self._generate = generate
        self._ready = generate(False)  # noqa: FBT003 - named where it is declared
        self._lazy: _Function | None = None
        self.type: Type = checked.type
        self.warnings: tuple[Diagnostic, ...] = checked.warnings

    def evaluate(self, activation: Activation) -> object:
        """Return the value as plain Python data or a host's value; raises EvaluationError."""
        try:
            value = self._ready(activation)
            if value is not UNSET:
                return value
            if self._lazy is None:
                self._lazy = self._generate(True)  # noqa: FBT003 - the same
            return self._lazy(activation)
        except EvaluationError as error:
            if not error.line:
                error.line, error.column = _place(error.__traceback__)
            raise
        except RecursionError as error:
            raise too_deep() from error
        except Exception as error:  # fail closed: what raises has no value
            raise EvaluationError(_reason(error), *_place(error.__traceback__)) from error


def _reason(error: Exception) -> str:
    """Return what an error of Python's own operators means."""
    match error:
        case KeyError():
            return f"no such key: `{error.args[0]}`"
        case ZeroDivisionError():
            return "divide by zero"
        case IndexError():
            return "index out of range"
        case TypeError() | AttributeError():
            return "no such overload: the value has another type than expected"
        case UnicodeEncodeError():
            return "the text has a lone surrogate, which is no character"
    return f"{type(error).__name__}: {error}"


def _place(trace: TracebackType | None) -> tuple[int, int]:
    """Return the line and column in the CEL text where an error arose, or zeros."""
    found = (0, 0)
    while trace is not None:
        code: CodeType = trace.tb_frame.f_code
        if code.co_filename == _FILE:
            for number, (line, _, column, _) in enumerate(code.co_positions()):
                if number == trace.tb_lasti // 2:
                    if line is not None and line > 1:
                        found = (line - 1, column or 0)
                    break
        trace = trace.tb_next
    return found


def generated(text: Text, root: Expr, env: Env, checked: Checked) -> Generated | Interpreted:
    """Return the program of a checked tree.

    Loops at the very limit of nesting make code that CPython refuses; those are interpreted.
    """
    known = hosts(env)

    def generate(lazy: bool) -> _Function:  # noqa: FBT001 - one of two forms
        return on_own_stack(lambda: _compiled(text, root, known, env.cost, lazy=lazy), root.depth)

    try:
        return Generated(generate, checked)
    except (RecursionError, MemoryError):
        return Interpreted(text, root, env, checked)


def _compiled(text: Text, root: Expr, known: Hosts, cost: int, *, lazy: bool) -> _Function:
    emitter = _Generator(text, known, lazy=lazy).emitter
    code = emitter.code(root)
    result = code.expr
    if emitter.bool_keys:
        result = py.call(emitter.ref(plain), result)
    body = [*_prologue(emitter, cost), *emitter.body, py.Return(result)]
    arguments = ast.arguments([], [py.Argument("a", None, None)], None, [], [], None, [])
    function = py.FunctionDef("program", arguments, body, [], None, None)
    module = ast.Module([function], [])
    # INVARIANT: the code was made here from nodes of our own, and its names are mangled
    with warnings.catch_warnings():
        # `1.a` is a mistake that CEL tells at run time, not one for Python to remark on.
        warnings.simplefilter("ignore", SyntaxWarning)
        made = compile(module, _FILE, "exec", dont_inherit=True, optimize=1)
    exec(made, emitter.globals)  # noqa: S102 - see above
    return emitter.globals["program"]  # type: ignore[no-any-return]


def _prologue(emitter: Emitter, cost: int) -> list[ast.stmt]:
    """Return the statements that read the ready variables, and fill the meter.

    Where one is not ready, the function that needs it returns UNSET.
    """
    body: list[ast.stmt] = []
    for name, local in emitter.variables.items():
        values = py.Attribute(py.name("a"), "values", py.LOAD)
        unset = emitter.ref(UNSET)
        is_unset = py.compare(py.name(local), py.IS, unset)
        look = py.method(py.name("a"), "ready", py.constant(name))
        inherited: list[ast.stmt] = [py.assign(local, look)]
        if not emitter.lazy:
            inherited.append(py.when(is_unset, [py.Return(unset)]))
        body.append(py.assign(local, py.method(values, "get", py.constant(name), unset)))
        body.append(py.when(is_unset, inherited))
    if emitter.metered:
        own = py.ListNode([py.constant(cost)], py.LOAD)
        open_budget = py.call(emitter.ref(shared))
        body.append(py.assign("m", py.BoolOp(py.OR, [open_budget, own])))
    return body


class _Generator:
    """Emits nodes, going down the tree; chains of operators in a loop."""

    def __init__(self, text: Text, known: Hosts, *, lazy: bool) -> None:
        self.emitter = Emitter(text, known, self.emit, lazy=lazy)

    def emit(self, node: Expr) -> Code:  # noqa: C901, PLR0912 - one case a node
        """Return the code of a node and all below it."""
        emitter = self.emitter
        match node:
            case Literal():
                return Code(emitter.constant(node.value), fails=False)
            case Ident():
                return access.ident(emitter, node)
            case Select():
                return access.select(emitter, node)
            case Binary():
                return natives.chain(emitter, node)
            case Call():
                return calls.call(emitter, node)
            case Logic():
                return logic.logic(emitter, node)
            case Index():
                return access.index(emitter, node)
            case Has():
                return access.has(emitter, node)
            case Unary():
                return logic.unary(emitter, node)
            case Conditional():
                return logic.conditional(emitter, node)
            case Comprehension():
                return loops.comprehension(emitter, node)
            case Bind():
                return loops.bind(emitter, node)
            case ListNode():
                return loops.list_node(emitter, node)
            case MapNode():
                return loops.map_node(emitter, node)
