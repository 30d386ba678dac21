"""Infers the types of calls and operations, and finds the overloads that may apply."""

from __future__ import annotations

from collections.abc import Sequence

from checker.cel.ast import Binary, Call, Literal, Unary, spine
from checker.cel.check import phrases
from checker.cel.check.infer import covers
from checker.cel.check.name_types import candidates, qualified
from checker.cel.check.state import State
from checker.cel.library import Overload
from checker.cel.library.regex import searcher
from checker.cel.macros import NAMES
from checker.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    UINT,
    Type,
    list_of,
    map_of,
)
from checker.errors import EvaluationError


def call(state: State, node: Call) -> Type:
    """Return the type of a call, and set its overloads."""
    _namespaced(state, node)
    given = [state.inference.resolved(state.type_of(operand)) for operand in node.operands]
    receiver = node.target is not None
    name = node.name
    found = state.hosts.functions.get(name)
    if found is None:
        node.overloads = ()
        known = [*state.hosts.functions, *NAMES]
        message = phrases.unknown_function(name, known)
        return state.problem(message, node.at, _name_end(node))
    key = (name, receiver, tuple(given))
    resolved = state.calls.get(key)
    if resolved is None:
        resolved = resolve(state, found, receiver=receiver, given=given)
        if resolved is not None and not any(type_.open for type_ in (*given, resolved[1])):
            state.calls[key] = resolved
    if resolved is None:
        node.overloads = ()
        same = [overload for overload in found if overload.receiver == receiver] or found
        message = phrases.no_overload(name, given, same)
        return state.problem(message, node.at, _name_end(node))
    node.overloads = resolved[0]
    if name == "matches":
        _check_pattern(state, node)
    return resolved[1]


def _name_end(node: Call) -> int:
    return node.at + len(node.name.rpartition(".")[2])


def _namespaced(state: State, node: Call) -> None:
    """Make the target part of the name if the two name a function, as in `math.abs(…)`."""
    if node.target is None:
        for candidate in candidates(state.env.container, node.name, absolute=False):
            if candidate in state.hosts.functions:
                node.name = candidate
                return
        return
    target = qualified(state, node.target)
    if target is None:
        return
    full = f"{target[0]}.{node.name}"
    for candidate in candidates(state.env.container, full, absolute=target[1]):
        if candidate in state.hosts.functions:
            node.name, node.target = candidate, None
            return
    name = target[0]
    namespaces = {each.rpartition(".")[0] for each in state.hosts.functions if "." in each}
    if name in namespaces and name not in state.env.variables:
        node.name, node.target = full, None


def resolve(
    state: State, overloads: Sequence[Overload], *, receiver: bool, given: Sequence[Type]
) -> tuple[tuple[Overload, ...], Type] | None:
    """Return the overloads that may accept values of the given types, and the result's type.

    Return None if no overload accepts them.
    """
    inference = state.inference
    count = len(given)
    found: list[tuple[Overload, Type]] = []
    for overload in overloads:
        wanted = overload.parameters
        if overload.receiver != receiver:
            continue
        if overload.variadic and count >= 1:
            wanted = (wanted[0],) * count
        if len(wanted) != count:
            continue
        parameters, result = inference.fresh(wanted, overload.result)
        if not inference.assign(given, parameters):
            continue
        if all(map(covers, wanted, given)):
            # INVARIANT: the types prove that this overload applies, so no later one can
            found.append((overload, inference.resolved(result)))
            if len(found) == 1:
                return (overload,), found[0][1]
            break
        # INVARIANT: type parameters that dyn arguments leave open are dyn: code trusts the types
        found.append((overload, _loose(overload.result)))
    if not found:
        return None
    results = {result for _, result in found}
    return tuple(each for each, _ in found), results.pop() if len(results) == 1 else DYN


def _loose(type_: Type) -> Type:
    """Return a declared result type with dyn in place of its type parameters."""
    if not type_.open:
        return type_
    if not type_.parameters:
        return DYN
    return Type(type_.name, tuple(map(_loose, type_.parameters)))


def _check_pattern(state: State, node: Call) -> None:
    pattern = node.arguments[-1] if node.arguments else None
    if isinstance(pattern, Literal) and isinstance(pattern.value, str):
        try:
            searcher(pattern.value)
        except EvaluationError as error:
            state.problem(error.message, pattern.start, pattern.end)


def binary(state: State, node: Binary) -> Type:
    """Return the type of a chain of operators, and set the type of each operation."""
    first, chain = spine(node)
    left = state.inference.resolved(state.type_of(first))
    for each in chain:
        right = state.inference.resolved(state.type_of(each.right))
        left = each.type = operator(state, each, left, right)
    return left


def operator(state: State, node: Binary, left: Type, right: Type) -> Type:
    """Return the type of `left op right`."""
    op = node.op
    fast = _FAST.get((op, left, right))
    if fast is not None:
        return fast
    if op == "in":
        record = state.hosts.types.get(right.name)
        if record is not None and record.json and state.inference.assign((left,), (STRING,)):
            return BOOL
    resolved = resolve(state, _OPERATORS[op], receiver=False, given=(left, right))
    if resolved is None:
        return state.problem(phrases.no_operator(op, left, right), node.at, node.at + len(op))
    return resolved[1]


def unary(state: State, node: Unary) -> Type:
    """Return the type of `!x` or `-x`."""
    if node.op == "!":
        return state.is_bool("the operand of `!`", phrases.not_bool, node.operand)
    found = state.inference.resolved(state.type_of(node.operand))
    if found in (INT, DOUBLE):
        return found
    if found.name == "dyn" or found.name[0] == "?":
        return DYN
    return state.problem(f"`-` does not take {found}: expected int or double", node.start, node.end)


_A, _B = Type("A"), Type("B")
_LIST = list_of(_A)
_NUMBERS = (INT, UINT, DOUBLE)
_ORDERED = (BOOL, INT, UINT, DOUBLE, STRING, BYTES, TIMESTAMP, DURATION)


def _same(*types: Type) -> list[tuple[Type, Type, Type]]:
    return [(type_, type_, type_) for type_ in types]


_COMPARE = [
    *[(type_, type_, BOOL) for type_ in _ORDERED],
    *[(one, other, BOOL) for one in _NUMBERS for other in _NUMBERS if one != other],
]
_SIGNATURES: dict[str, list[tuple[Type, Type, Type]]] = {
    "+": [
        *_same(INT, UINT, DOUBLE, STRING, BYTES, _LIST, DURATION),
        (TIMESTAMP, DURATION, TIMESTAMP),
        (DURATION, TIMESTAMP, TIMESTAMP),
    ],
    "-": [
        *_same(INT, UINT, DOUBLE, DURATION),
        (TIMESTAMP, TIMESTAMP, DURATION),
        (TIMESTAMP, DURATION, TIMESTAMP),
    ],
    "*": _same(INT, UINT, DOUBLE),
    "/": _same(INT, UINT, DOUBLE),
    "%": _same(INT, UINT),
    "in": [(_A, _LIST, BOOL), (_A, map_of(_B, _A), BOOL)],
    "==": [(_A, _A, BOOL)],
    "!=": [(_A, _A, BOOL)],
    **dict.fromkeys(("<", "<=", ">", ">="), _COMPARE),
}
_FAST = {
    (op, left, right): result
    for op, signatures in _SIGNATURES.items()
    for left, right, result in signatures
    if not left.open and not right.open
}


def _operators() -> dict[str, tuple[Overload, ...]]:
    return {
        op: tuple(Overload(op, (left, right), result, print) for left, right, result in signatures)
        for op, signatures in _SIGNATURES.items()
    }


_OPERATORS = _operators()
