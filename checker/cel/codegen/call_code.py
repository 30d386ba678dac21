"""Generates the code of function calls, as Python's own methods where the types allow."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from checker.budget import SMALL
from checker.cel.ast import Call, Expr, Index, ListNode, Literal, Select
from checker.cel.codegen import python as py
from checker.cel.codegen.emitter import Code, Emitter
from checker.cel.codegen.members import is_json
from checker.cel.codegen.natives import is_constant
from checker.cel.dispatch import candidates, dispatcher
from checker.cel.library import Overload
from checker.cel.library.regex import searcher
from checker.cel.operators import opened
from checker.cel.types import Type
from checker.errors import EvaluationError

_SIZED = frozenset({str, list, dict, bytes})
_IDENTITY = frozenset({"dyn", "string", "int", "uint", "double", "bool", "bytes"})


def call(emitter: Emitter, node: Call) -> Code:
    """Return the code of a call."""
    fused = _or_value(emitter, node)
    if fused is not None:
        return fused
    if node.name in ("or", "orValue") and node.target is not None and len(node.arguments) == 1:
        return _alternative(emitter, node, node.target, node.arguments[0])
    operands = node.operands
    codes = emitter.codes(operands)
    arguments = [code.expr for code in codes]
    fails = any(code.fails for code in codes)
    overload = node.overloads[0] if len(node.overloads) == 1 else None
    if overload is not None and _proven(overload, operands):
        native = _native(emitter, node, overload, arguments)
        if native is not None:
            return Code(native, fails or overload.fails)
        return Code(_direct(emitter, node, overload, arguments), fails or overload.fails)
    fast = _likely(emitter, node, arguments)
    return Code(fast if fast is not None else _dispatched(emitter, node, arguments), fails=True)


def _proven(overload: Overload, operands: list[Expr]) -> bool:
    """Return whether the operands' static types match the overload's parameters."""
    wanted = overload.parameters
    if overload.variadic:
        wanted = (wanted[0],) * len(operands)
    return all(
        _is_proven(each, operand.type) for each, operand in zip(wanted, operands, strict=True)
    )


def _is_proven(wanted: Type, given: Type) -> bool:
    if wanted.name == "dyn" or (wanted.open and not wanted.parameters):
        return True
    # Names must be equal: null is assignable to many types, but is not a value of them.
    return wanted.name == given.name


def _direct(
    emitter: Emitter, node: Call, overload: Overload, arguments: list[ast.expr]
) -> ast.expr:
    function = overload.call
    if overload.checked is not None and not _exact(overload, node.operands):
        function = overload.checked
    metered = [emitter.meter()] if overload.metered else []
    return emitter.at(py.call(emitter.ref(function), *metered, *arguments), node.at)


def _exact(overload: Overload, operands: list[Expr]) -> bool:
    return all(
        wanted == operand.type
        for wanted, operand in zip(overload.parameters, operands, strict=True)
    )


def _dispatched(emitter: Emitter, node: Call, arguments: list[ast.expr]) -> ast.expr:
    receiver = node.target is not None
    overloads = candidates(emitter.hosts, node.name, receiver=receiver, count=len(arguments))
    function = emitter.ref(dispatcher(node.name, overloads, emitter.hosts))
    return emitter.at(py.call(function, emitter.meter(), *arguments), node.at)


def _native(
    emitter: Emitter, node: Call, overload: Overload, arguments: list[ast.expr]
) -> ast.expr | None:
    """Return the Python operation for a call whose types are proven, or None."""
    name = overload.name
    if name == "size":
        return emitter.at(py.call(emitter.ref(len), arguments[0]), node.at)
    if name in _IDENTITY and (
        name == "dyn" or (overload.parameters[0].name == name and len(arguments) == 1)
    ):
        return arguments[0]
    if name in ("startsWith", "endsWith") and overload.receiver:
        python = name.lower()
        return emitter.at(py.method(arguments[0], python, arguments[1]), node.at)
    if overload.of_host:
        return None
    if name in ("contains", "matches"):
        return _searched(emitter, node, overload, arguments)
    if name in _SHORT:
        return _short(emitter, node, overload, arguments)
    return None


_SHORT = frozenset({"lowerAscii", "upperAscii", "split", "replace"})
"""Functions that are one method in Python; the method is used on strings below `SMALL`."""


def _short(
    emitter: Emitter, node: Call, overload: Overload, arguments: list[ast.expr]
) -> ast.expr | None:
    """Return code that calls Python's method on a short string, else our function; or None."""
    first, again = emitter.held(arguments[0])
    fits = py.compare(py.call(emitter.ref(len), first), py.LT, py.constant(SMALL))
    literals = [each.value for each in node.operands[1:] if isinstance(each, Literal)]
    if len(literals) < len(node.operands) - 1:
        return None
    match node.name, literals:
        case ("lowerAscii" | "upperAscii") as name, []:
            fits = py.BoolOp(py.AND, [fits, py.method(again, "isascii")])
            native = py.method(again, name.removesuffix("Ascii"))
        case "split", [str(mark)] if mark:
            native = py.method(again, "split", arguments[1])
        case "replace", [str(old), str(new)] if old and len(new) <= len(old):
            native = py.method(again, "replace", *arguments[1:])
        case _:
            return None
    slow = py.call(emitter.ref(overload.call), emitter.meter(), again, *arguments[1:])
    return py.choose(fits, native, emitter.at(slow, node.at))


def _searched(
    emitter: Emitter, node: Call, overload: Overload, arguments: list[ast.expr]
) -> ast.expr | None:
    """Return code that searches a string for a constant, or None if it is no constant.

    Long strings are given to the function, which charges for them.
    """
    wanted = node.operands[1]
    if not isinstance(wanted, Literal):
        return None
    first, again = emitter.held(arguments[0])
    short = py.compare(py.call(emitter.ref(len), first), py.LT, py.constant(SMALL))
    native = _search(emitter, node, again, wanted.value)
    slow = py.call(emitter.ref(overload.call), emitter.meter(), again, arguments[1])
    return py.choose(short, native, emitter.at(slow, node.at))


def _search(emitter: Emitter, node: Call, text: ast.expr, wanted: str) -> ast.expr:
    if node.name == "contains":
        return py.compare(py.constant(wanted), py.IN, text)
    try:
        search: Callable[[str], bool] = searcher(wanted)
    except EvaluationError as error:
        # happens only if types are not checked: the call then fails when it is reached
        search = _raising(error.message)
    return emitter.at(py.call(emitter.ref(search), text), node.at)


def _raising(message: str) -> Callable[[Any], bool]:
    def search(_text: Any) -> bool:
        raise EvaluationError(message)

    return search


def _likely(emitter: Emitter, node: Call, arguments: list[ast.expr]) -> ast.expr | None:
    """Return a fast path for a dyn value that is most likely a string or has a size, or None."""
    operands = node.operands
    if not operands or operands[0].type.name != "dyn" or node.name not in _LIKELY:
        return None
    if any(each.receiver != (node.target is not None) for each in node.overloads):
        return None
    # a constant or a local may be repeated in both branches without growing the code
    if not all(isinstance(each, ast.Name | ast.Constant) for each in arguments[1:]):
        return None
    first, again = emitter.held(arguments[0])
    kind = py.call(emitter.ref(type), first)
    slow = _dispatched(emitter, node, [again, *arguments[1:]])
    if node.name == "size" and len(operands) == 1:
        sized = py.compare(kind, py.IN, emitter.ref(_SIZED))
        return py.choose(sized, py.call(emitter.ref(len), again), slow)
    if len(operands) != 2 or operands[1].type.name != "string":  # noqa: PLR2004 - target, argument
        return None
    is_text = py.compare(kind, py.IS, emitter.ref(str))
    if node.name in ("startsWith", "endsWith"):
        native = py.method(again, node.name.lower(), arguments[1])
        return py.choose(is_text, native, slow)
    wanted = operands[1]
    if not isinstance(wanted, Literal):
        return None
    short = py.compare(py.call(emitter.ref(len), again), py.LT, py.constant(SMALL))
    both = py.BoolOp(py.AND, [is_text, short])
    return py.choose(both, _search(emitter, node, again, wanted.value), slow)


_LIKELY = frozenset({"size", "startsWith", "endsWith", "contains", "matches"})
_ABSENT: dict[str, Any] = {}
"""Stands for an absent object in the code of `x.?a.?b.orValue(c)`: it has no fields."""


def _or_value(emitter: Emitter, node: Call) -> Code | None:
    """Return code for `x.?a.?b.orValue(c)` that makes no optional values, or None."""
    if node.name != "orValue" or node.target is None or len(node.arguments) != 1:
        return None
    if not _is_constant(node.arguments[0]) or len(node.overloads) != 1:
        return None
    steps: list[Select | Index] = []
    owner: Expr = node.target
    while isinstance(owner, Select | Index) and owner.optional:
        steps.append(owner)
        owner = owner.operand
    if not steps or not all(map(_is_field, steps)) or owner.type.name == "optional":
        return None
    types = [step.operand.type for step in steps]
    plain = [_within(type_) for type_ in types]
    if not all(is_json(emitter, type_) for type_ in plain):
        return None
    if any(type_.name == "optional" and _within(type_).name == "optional" for type_ in types):
        return None
    default = emitter.code(node.arguments[0])
    code = emitter.code(owner)
    expr = code.expr
    for step in reversed(steps[1:]):
        expr = py.method(expr, "get", _key(step), emitter.ref(_ABSENT))
    return Code(py.method(expr, "get", _key(steps[0]), default.expr), code.fails)


def _alternative(emitter: Emitter, node: Call, target: Expr, argument: Expr) -> Code:
    """Return the code of `or` and `orValue`, which evaluate the argument only if it is used."""
    owner = emitter.code(target)
    name = py.constant(node.name)
    expr, fails = owner.expr, owner.fails
    if target.type.name != "optional":
        expr = emitter.at(py.call(emitter.ref(opened), name, expr), node.at)
        fails = True
    held = expr if isinstance(expr, ast.Name) else emitter.spilled(expr)
    with emitter.block() as body:
        other = emitter.code(argument)
    alternative = other.expr
    if node.name == "or" and argument.type.name != "optional":
        alternative = emitter.at(py.call(emitter.ref(opened), name, alternative), argument)
        fails = True
    there = py.Attribute(held, "present", py.LOAD)
    found = held if node.name == "or" else py.Attribute(held, "value", py.LOAD)
    fails = fails or other.fails
    if not body:
        return Code(py.choose(there, found, alternative), fails)
    result = emitter.temp()
    body.append(py.assign(result, alternative))
    emitter.body.append(py.when(there, [py.assign(result, found)], body))
    return Code(py.name(result), fails)


def _is_constant(node: Expr) -> bool:
    return isinstance(node, Literal) or (isinstance(node, ListNode) and is_constant(node))


def _within(type_: Type) -> Type:
    return type_.parameters[0] if type_.name == "optional" else type_


def _is_field(step: Select | Index) -> bool:
    if step.type.name != "optional" or step.type.parameters[0].name == "optional":
        return False
    if isinstance(step, Select):
        return not step.variable
    return isinstance(step.key, Literal) and type(step.key.value) is str


def _key(step: Select | Index) -> ast.expr:
    if isinstance(step, Select):
        return py.constant(step.name)
    return py.constant(step.key.value if isinstance(step.key, Literal) else None)
