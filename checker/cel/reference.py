"""Runs CEL text with cel-python's interpreter (celpy), to compare other engines with.

celpy sometimes takes an error for a value; this adapter does not. `has()` is false only for a
missing key. A condition that is not a boolean, and a map that contains an error, are errors. Any
other exception of celpy becomes an `EvaluationError`. Only this module and `reference_values`
know celpy's types and quirks.
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
from checker.cel.diagnostics import CompileError, Diagnostic
from checker.cel.env import Env, Path
from checker.cel.hosts import Hosts, hosts
from checker.cel.reference_values import (
    Host,
    called,
    from_celpy,
    functions,
    name_of,
    to_celpy,
)
from checker.cel.types import DYN
from checker.errors import EvaluationError

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
                return CELEvalError(error.message)
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
        return left if isinstance(left, CELEvalError) else right

    def mapinits(self, tree: lark.Tree[Any]) -> Any:
        """Return a map, unless one of its keys or values is an error."""
        mapping = super().mapinits(tree)
        parts = (*mapping.keys(), *mapping.values())
        return next((part for part in parts if isinstance(part, CELEvalError)), mapping)

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
