"""Generates Python functions from checked syntax trees.

INVARIANT: the generated code has no builtins, and only names made here; no text of an expression
becomes a Python identifier.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType, TracebackType
from typing import Any, NoReturn, TypeAlias

from checker.budget import shared
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
from checker.cel.codegen import call_code, logic, loops, members, natives
from checker.cel.codegen import python as py
from checker.cel.codegen.emitter import Code, Emitter
from checker.cel.diagnostics import Diagnostic
from checker.cel.env import Env, Path
from checker.cel.hosts import Hosts, hosts
from checker.cel.program import Interpreted, too_deep
from checker.cel.stack import on_own_stack
from checker.cel.types import Type
from checker.cel.values import plain
from checker.errors import EvaluationError, LimitError

_FILE = "<cel>"
_Function: TypeAlias = Callable[[Activation], Any]


@dataclass(slots=True)
class Generated:
    """A program that is a Python function of the activation, and raises EvaluationError.

    The function is generated when it is first called, because many programs of a run never are.
    """

    evaluate: _Function
    type: Type
    warnings: tuple[Diagnostic, ...]
    present: frozenset[Path]


def _told(error: Exception) -> NoReturn:
    """Raise an exception of a generated function as an EvaluationError with its place."""
    if isinstance(error, EvaluationError):
        if not error.line:
            error.line, error.column = _place(error.__traceback__)
        raise error
    if isinstance(error, RecursionError):
        raise too_deep() from error
    # fail closed: an expression that raises has no value
    raise EvaluationError(_reason(error), *_place(error.__traceback__)) from error


def _reason(error: Exception) -> str:
    """Return the message for an exception of Python's own operators."""
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
            return "the string has a lone surrogate, which is not a character"
    return f"{type(error).__name__}: {error}"


def _place(trace: TracebackType | None) -> tuple[int, int]:
    """Return the line and column in the CEL text where an error was raised, or zeros."""
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


def generated(text: Text, root: Expr, env: Env, checked: Checked) -> Generated:
    """Return the program of a checked tree.

    CPython refuses the code of loops that are nested up to the limit; those are interpreted.
    """
    known = hosts(env)

    def function(otherwise: _Function | None) -> _Function:
        return on_own_stack(lambda: _compiled(text, root, known, env.cost, otherwise), root.depth)

    made: list[_Function] = []

    def lazy(activation: Activation) -> Any:
        if not made:
            made.append(function(None))
        return made[0](activation)

    def first(activation: Activation) -> Any:
        if program.evaluate is first:
            try:
                program.evaluate = function(lazy)
            except (RecursionError, MemoryError):
                program.evaluate = Interpreted(text, root, env, checked).evaluate
            except Exception as error:
                raise LimitError(f"no code could be generated: {error!r}") from error
        return program.evaluate(activation)

    program = Generated(first, checked.type, checked.warnings, checked.present)
    return program


def _compiled(
    text: Text, root: Expr, known: Hosts, cost: int, otherwise: _Function | None
) -> _Function:
    """Return the function of a tree, which calls `otherwise` if a variable is not computed yet.

    Without `otherwise`, the function reads variables where they are used, and computes them.
    """
    emitter = _Generator(text, known, lazy=otherwise is None).emitter
    emitter.root = root
    code = emitter.code(root)
    result = code.expr
    if emitter.bool_keys:
        result = py.call(emitter.ref(plain), result)
    body = [*_prologue(emitter, cost, otherwise), *emitter.body, py.Return(result)]
    failed = [py.ExprNode(py.call(emitter.ref(_told), py.name("e")))]
    handler = py.ExceptHandler(emitter.ref(Exception), "e", failed)
    body = [py.Try(body, [handler], [], [])]
    arguments = ast.arguments([], [py.Argument("a", None, None)], None, [], [], None, [])
    function = py.FunctionDef("program", arguments, body, [], None, None)
    module = ast.Module([function], [])
    # INVARIANT: the code consists of nodes that were made here, and all its names are generated
    with warnings.catch_warnings():
        # `1.a` is an error that CEL reports at run time, so Python need not warn of it.
        warnings.simplefilter("ignore", SyntaxWarning)
        made = compile(module, _FILE, "exec", dont_inherit=True, optimize=1)
    exec(made, emitter.globals)  # noqa: S102 - see above
    return emitter.globals["program"]  # type: ignore[no-any-return]


def _prologue(emitter: Emitter, cost: int, otherwise: _Function | None) -> list[ast.stmt]:
    """Return the statements that read the variables and set up the meter."""
    body: list[ast.stmt] = []
    for name, local in emitter.variables.items():
        values = py.Attribute(py.name("a"), "values", py.LOAD)
        unset = emitter.ref(UNSET)
        is_unset = py.compare(py.name(local), py.IS, unset)
        look = py.method(py.name("a"), "ready", py.constant(name))
        inherited: list[ast.stmt] = [py.assign(local, look)]
        if otherwise is not None:
            slowly = py.call(emitter.ref(otherwise), py.name("a"))
            inherited.append(py.when(is_unset, [py.Return(slowly)]))
        body.append(py.assign(local, py.method(values, "get", py.constant(name), unset)))
        body.append(py.when(is_unset, inherited))
    if emitter.metered:
        own = py.ListNode([py.constant(cost)], py.LOAD)
        open_budget = py.call(emitter.ref(shared))
        body.append(py.assign("m", py.BoolOp(py.OR, [open_budget, own])))
    return body


class _Generator:
    """Emits the nodes of a tree by recursion, and chains of operators in a loop."""

    def __init__(self, text: Text, known: Hosts, *, lazy: bool) -> None:
        self.emitter = Emitter(text, known, self.emit, lazy=lazy)

    def emit(self, node: Expr) -> Code:  # noqa: C901, PLR0912 - one case for each kind of node
        """Return the code of a node and of all nodes below it."""
        emitter = self.emitter
        match node:
            case Literal():
                return Code(emitter.constant(node.value), fails=False)
            case Ident():
                return members.ident(emitter, node)
            case Select():
                return members.select(emitter, node)
            case Binary():
                return natives.chain(emitter, node)
            case Call():
                return call_code.call(emitter, node)
            case Logic():
                return logic.logic(emitter, node)
            case Index():
                return members.index(emitter, node)
            case Has():
                return members.has(emitter, node)
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
