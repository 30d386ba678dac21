"""Runs CEL text with cel-python's interpreter (celpy), to compare other engines with.

celpy sometimes takes an error for a value; this adapter does not. `has()` is false only for a
missing key. A condition that is not a boolean, and a map that contains an error, are errors. Any
other exception of celpy becomes an `EvaluationError`. Only this module, `reference_counts` and
`reference_values` know celpy's types and quirks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

import lark
from celpy import celtypes
from celpy.celparser import CELParseError, CELParser
from celpy.evaluation import Activation as CelpyActivation
from celpy.evaluation import CELEvalError, Evaluator

from checker.budget import COST, Meter, loop, shared
from checker.cel.activation import Activation
from checker.cel.ceilings import MAX_LENGTH
from checker.cel.counts import settled
from checker.cel.diagnostics import CompileError, Diagnostic
from checker.cel.env import Env, Path
from checker.cel.hosts import Hosts, hosts
from checker.cel.reference_counts import counted, innermost
from checker.cel.reference_values import (
    CelpyDoubtError,
    Host,
    called,
    from_celpy,
    functions,
    graver,
    name_of,
    refused,
    to_celpy,
)
from checker.cel.types import DYN
from checker.errors import EvaluationError, Partial

_STEP = 20
"""The cost of one step in units: celpy's step takes as long as so many units of another engine."""


def program(text: str, env: Env) -> ReferenceProgram:
    """Return the program of an expression; raises CompileError."""
    if len(text) > MAX_LENGTH:
        raise CompileError(f"the expression is too long: at most {MAX_LENGTH:,} characters", 1, 1)
    if opened := _open_string(text):
        raise opened
    try:
        tree = CELParser().parse(text)
    except CELParseError as error:
        raise _syntax_error(text, error) from error
    return ReferenceProgram(tree, env)


class ReferenceProgram:
    """An expression as celpy's syntax tree, with the functions of its environment."""

    __slots__ = ("_activation", "_hosts", "_tree", "present", "type", "warnings")

    def __init__(self, tree: lark.Tree[Any], env: Env) -> None:
        self._tree = tree
        self._activation = CelpyActivation(functions=functions(env))
        self._hosts = hosts(env)
        self.type = DYN  # celpy infers no types
        self.warnings: tuple[Diagnostic, ...] = ()
        self.present: frozenset[Path] = frozenset()

    def evaluate(self, activation: Activation) -> object:
        """Return the value, as plain Python data or a host's value; raises EvaluationError."""
        meter = shared() or [COST]
        interpreter = _Interpreter(self._tree, self._activation, self._hosts, activation, meter)
        try:
            return from_celpy(interpreter.evaluate())
        except CelpyDoubtError as error:
            is_whole = error.source is not None and error.source is innermost(self._tree)
            raise (error.error if is_whole else error.error.copy()) from error
        except CELEvalError as error:
            raise EvaluationError(_reason(error)) from error
        except EvaluationError:
            raise
        except RecursionError as error:
            raise EvaluationError("the expression is nested too deeply") from error
        except Exception as error:  # fail closed: an expression that raises has no value
            raise EvaluationError("cel-python cannot evaluate the expression") from error


class _Interpreter(Evaluator):
    """celpy's interpreter with host values and lazy variables, which takes no error for a value."""

    def __init__(
        self,
        ast: lark.Tree[Any],
        base: CelpyActivation,
        hosts: Hosts,
        variables: Activation,
        meter: Meter,
    ) -> None:
        super().__init__(ast, base)
        self.hosts = hosts
        self.variables = variables
        self.meter = meter

    def sub_evaluator(self, ast: lark.Tree[Any]) -> Evaluator:
        """Return an interpreter for the body of a macro."""
        return _Interpreter(ast, self.activation, self.hosts, self.variables, self.meter)

    def ident_value(self, name: str, root_scope: bool = False) -> Any:  # noqa: FBT001, FBT002 - celpy's signature
        """Return the value of a macro variable, or else of a variable of the activation."""
        if name in self.activation.identifiers:
            return super().ident_value(name, root_scope)
        owner = self.variables.owner(name)
        if owner is None:
            raise KeyError(name)
        if name not in owner.native:
            try:
                owner.native[name] = to_celpy(owner.value(name))
            except EvaluationError as error:
                return refused(error)
        return owner.native[name]

    def member_dot(self, tree: lark.Tree[Any]) -> Any:
        """Return `value.name`."""
        member_tree, name = tree.children
        member = self.visit(cast("lark.Tree[Any]", member_tree))
        if isinstance(member, CELEvalError):
            return member
        if isinstance(member, Host):
            return called(self.hosts.select, member.value, str(name))
        if isinstance(member, celtypes.MapType):
            return member[str(name)] if str(name) in member else _no_such(name)
        return CELEvalError(f"{name_of(member)} has no field `{name}`", TypeError, tree=tree)

    def macro_has_eval(self, exprlist: lark.Tree[Any]) -> Any:
        """Return whether `e` in `has(e.f)` has the field; an error in `e` remains an error."""
        node: Any = exprlist.children[0] if len(exprlist.children) == 1 else None
        while isinstance(node, lark.Tree) and node.data != "member_dot":
            node = node.children[0] if len(node.children) == 1 else None
        if node is None or isinstance(node, lark.Token):
            return CELEvalError("has() takes a field, as in has(a.b)")
        member = self.visit(node.children[0])
        name = str(node.children[1])
        if isinstance(member, Host):
            return called(self.hosts.has, member.value, name)
        if isinstance(member, celtypes.MapType):
            return celtypes.BoolType(name in member)
        if isinstance(member, CELEvalError):
            return member
        return CELEvalError(f"{name_of(member)} has no fields", TypeError)

    def expr(self, tree: lark.Tree[Any]) -> Any:
        """Return `condition ? a : b`; the condition is evaluated once and must be a boolean.

        celpy calls this method for every expression and every turn of a loop, so it charges here.
        """
        loop(self.meter, _STEP)
        if len(tree.children) == 1:
            return self.visit_children(tree)[0]
        condition = _boolean(self.visit(cast("lark.Tree[Any]", tree.children[0])))
        if isinstance(condition, CELEvalError):
            return condition
        return self.visit(cast("lark.Tree[Any]", tree.children[1 if condition else 2]))

    def conditionaland(self, tree: lark.Tree[Any]) -> Any:
        """Return `a && b`: false if either is false, else an error if either is an error."""
        return self._absorbing(tree, decisive=False)

    def conditionalor(self, tree: lark.Tree[Any]) -> Any:
        """Return `a || b`: true if either is true, else an error if either is an error."""
        return self._absorbing(tree, decisive=True)

    def _absorbing(self, tree: lark.Tree[Any], *, decisive: bool) -> Any:
        if len(tree.children) == 1:
            return self.visit_children(tree)[0]
        left = _boolean(self.visit(cast("lark.Tree[Any]", tree.children[0])))
        if isinstance(left, celtypes.BoolType) and bool(left) == decisive:
            return left
        right = _boolean(self.visit(cast("lark.Tree[Any]", tree.children[1])))
        if isinstance(right, celtypes.BoolType) and bool(right) == decisive:
            return right
        if isinstance(left, CELEvalError) and isinstance(right, CELEvalError):
            return graver(left, right)
        return left if isinstance(left, CELEvalError) else right

    def relation(self, tree: lark.Tree[Any]) -> Any:
        """Return `a op b`, also if `a` is the size of a list that is known well enough for that."""
        value = super().relation(tree)
        asked = counted(tree) if isinstance(value, CelpyDoubtError) else None
        if asked is None:
            return value
        partial = value.error.partial if value.source is asked.listed else None
        if asked.listed.data == "ident":
            name = str(asked.listed.children[0])
            is_bound = name in self.activation.identifiers
            partial = None if is_bound else self.variables.partial(name)
        try:
            return celtypes.BoolType(settled(asked.op, asked.number, value, partial))
        except CelpyDoubtError as error:
            return error

    def mapinits(self, tree: lark.Tree[Any]) -> Any:
        """Return a map, unless one of its keys or values is an error."""
        parts = self.visit_children(tree)
        failed = next((part for part in parts if isinstance(part, CELEvalError)), None)
        if failed is not None:
            return failed
        mapping = celtypes.MapType()
        entries = cast("list[Any]", parts)
        for key, value in zip(entries[::2], entries[1::2], strict=True):
            if key in mapping:
                return CELEvalError(f"the key `{from_celpy(key)}` is repeated in a map")
            mapping[key] = value
        return mapping

    def member_dot_arg(self, tree: lark.Tree[Any]) -> Any:
        """Return the value of a method or a macro; its error is one that operators may absorb."""
        name = str(tree.children[1])
        if name not in ("all", "exists", "filter"):
            try:
                return super().member_dot_arg(tree)
            except CELEvalError as error:
                return error
        over = self.visit(cast("lark.Tree[Any]", tree.children[0]))
        if isinstance(over, CELEvalError):
            return over
        if not isinstance(over, celtypes.ListType | celtypes.MapType):
            return CELEvalError(f"{name}() takes a list or a map, not {name_of(over)}", TypeError)
        body = self.build_ss_macro_eval(tree)
        if name == "filter":
            return _filtered(tree, over, body)
        return _quantified(over, body, decisive=name == "exists")

    def build_macro_eval(self, child: lark.Tree[Any]) -> Callable[[Any], Any]:
        """Return the body of `map`, `filter` and `exists_one`; a predicate must be a boolean."""
        body = super().build_macro_eval(child)
        if str(child.children[1]) == "map":
            return body

        def predicate(value: Any) -> Any:
            result = _boolean(body(value))
            if isinstance(result, CELEvalError):
                raise result
            return result

        return predicate

    def build_ss_macro_eval(self, child: lark.Tree[Any]) -> Callable[[Any], Any]:
        """Return the body of `all` and `exists`, whose errors another element may absorb."""
        body = super().build_ss_macro_eval(child)
        return lambda value: _boolean(body(value))


def _quantified(over: Any, body: Callable[[Any], Any], *, decisive: bool) -> Any:
    failed: CELEvalError | None = None
    for item in over:
        value = body(item)
        if isinstance(value, CELEvalError):
            failed = graver(failed, value)
        elif bool(value) is decisive:
            return value
    return celtypes.BoolType(not decisive) if failed is None else failed


def _filtered(tree: lark.Tree[Any], over: Any, body: Callable[[Any], Any]) -> Any:
    """Return the items that are in the list, or the gravest error of all predicates."""
    found: list[Any] = []
    failed: CELEvalError | None = None
    doubtful = 0
    for item in over:
        value = body(item)
        if isinstance(value, CELEvalError):
            failed, doubtful = graver(failed, value), doubtful + 1
        elif value:
            found.append(item)
    if isinstance(failed, CelpyDoubtError):
        failed = CelpyDoubtError(failed.error.copy(), tree)
        failed.error.partial = Partial([from_celpy(item) for item in found], doubtful)
    return celtypes.ListType(found) if failed is None else failed


def _boolean(value: Any) -> Any:
    """Return a boolean or an error as it is, and a new error for any other value."""
    if isinstance(value, celtypes.BoolType | CELEvalError):
        return value
    return CELEvalError(f"a condition must be bool, not {name_of(value)}")


def _reason(error: CELEvalError) -> str:
    text = str(error.args[0]) if error.args else "the expression has no value"
    if text.startswith("found no matching overload"):
        return f"no such operation for ({', '.join(_CELPY_TYPES.findall(text)).lower()})"
    # after an unknown name, celpy appends the whole values of all variables
    name, appended, _ = text.partition(" (in activation")
    return name.replace("'", "`") if appended else text


_CELPY_TYPES = re.compile(r"celtypes\.(\w+)Type")


def _no_such(name: object) -> CELEvalError:
    return CELEvalError(f"no field `{name}`", KeyError)


def _open_string(text: str) -> CompileError | None:
    """Return the error for a string that is not closed, on which celpy takes exponential time."""
    end = 0
    while match := _STRING.search(text, end):
        end = match.end()
        if match["open"]:
            return _at(text, match.start("open"))
    return None


def _syntax_error(text: str, error: CELParseError) -> CompileError:
    cause = error.__context__
    at_end = isinstance(cause, lark.UnexpectedToken) and cause.token.type == "$END"
    if at_end or not error.line or not error.column:
        rest = text.rstrip().split("\n")
        return CompileError("the expression ends too early", len(rest), len(rest[-1]) + 1)
    lines = text.split("\n")
    return _at(text, sum(len(line) + 1 for line in lines[: error.line - 1]) + error.column - 1)


def _at(text: str, offset: int) -> CompileError:
    before = text[:offset]
    found = text[offset : offset + 12].partition("\n")[0]
    message = f"syntax error in the CEL expression at `{found}`"
    return CompileError(message, before.count("\n") + 1, offset - before.rfind("\n"))


_RAW = r"(?<![A-Za-z0-9_])(?:[rR][bB]?|[bB][rR])"
_STRING = re.compile(
    rf"""//[^\n]*+
    | {_RAW}(?:\"{{3}}(?:(?!\"{{3}}).)*+\"{{3}} | '{{3}}(?:(?!'{{3}}).)*+'{{3}}
             | "[^"\n]*+" | '[^'\n]*+')
    | \"{{3}}(?:\\.|(?!\"{{3}})[^\\])*+\"{{3}} | '{{3}}(?:\\.|(?!'{{3}})[^\\])*+'{{3}}
    | "(?:\\.|[^"\\\n])*+" | '(?:\\.|[^'\\\n])*+'
    | (?P<open>["'])""",
    re.VERBOSE | re.DOTALL,
)
