"""Generates the code of macros that loop or bind, and of lists and maps."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from checker.budget import over
from checker.cel import operators
from checker.cel.activation import UNSET
from checker.cel.ast import Bind, Comprehension, ListNode, Literal, MapNode
from checker.cel.codegen import python as py
from checker.cel.codegen.counting import collect, gravest, in_part
from checker.cel.codegen.emitter import ABSORBED, Code, Emitter
from checker.cel.codegen.logic import attempt, raise_kept
from checker.cel.codegen.members import KEYS
from checker.cel.codegen.natives import is_constant
from checker.cel.library.lists import sort_by
from checker.cel.values import NONE, Optional


def exceed() -> None:
    """Raise the error for a loop that exceeds the budget."""
    raise over()


def as_list(value: Any) -> list[Any]:
    """Return a list as it is; raises EvaluationError for any other value."""
    if type(value) is not list:
        operators.no_overload("sortBy", value)
    return value


def listed(items: Iterable[tuple[bool, Any]]) -> list[Any]:
    """Return the values of pairs (optional, value), without optional values that are absent."""
    found: list[Any] = []
    for optional, value in items:
        if not optional:
            found.append(value)
        elif operators.present(value).present:
            found.append(value.value)
    return found


def mapped(entries: Iterable[tuple[bool, Any, Any]]) -> dict[Any, Any]:
    """Return the map of triples (optional, key, value), without optional values that are absent.

    Raises EvaluationError for a key that is repeated or has a wrong type.
    """
    return operators.made_map(
        (key, value.value if optional else value)
        for optional, key, value in entries
        if not optional or operators.present(value).present
    )


def comprehension(emitter: Emitter, node: Comprehension) -> Code:
    """Return the code of a macro that loops."""
    iterable, fails = _range(emitter, node)
    target: Any = py.NameNode(f"x{node.slots[0]}", py.STORE)
    if len(node.slots) > 1:
        names = [py.NameNode(f"x{slot}", py.STORE) for slot in node.slots]
        target = py.TupleNode(names, py.STORE)
    if node.macro in ("all", "exists"):
        return _quantified(emitter, node, target, iterable, fails=fails)
    if node.macro == "filter":
        return _filtered(emitter, node, target, iterable, fails=fails)
    return _collected(emitter, node, target, iterable, fails=fails)


def _range(emitter: Emitter, node: Comprehension) -> tuple[ast.expr, bool]:
    """Add the charge for a loop's turns; return what it iterates over, and whether that fails."""
    code = emitter.code(node.range)
    type_ = node.range.type
    two = len(node.slots) > 1
    expr, fails = code.expr, code.fails
    record = emitter.hosts.types.get(type_.name)
    keyed = (type_.name == "map" and type_.parameters[0].name in KEYS) or (
        record is not None and record.json
    )
    if node.macro == "sortBy" and type_.name != "list":
        expr, fails = emitter.at(py.call(emitter.ref(as_list), expr), node.range), True
    elif type_.name != "list" and not keyed:
        expr, fails = _any_range(emitter, node, expr, two=two), True
        two = False
    held = emitter.spilled(expr) if not isinstance(expr, ast.Name) else expr
    left = py.item(emitter.meter(), py.constant(0))
    spend = py.Subscript(py.name("m"), py.constant(0), py.STORE)
    emitter.body.append(py.AugAssign(spend, py.SUB, py.call(emitter.ref(len), held)))
    raised = emitter.at(py.call(emitter.ref(exceed)), node)
    emitter.body.append(py.when(py.compare(left, py.LT, py.constant(0)), [py.ExprNode(raised)]))
    emitter.range = held
    if not two:
        return held, fails
    if type_.name == "list":
        return py.call(emitter.ref(enumerate), held), fails
    return py.method(held, "items"), fails


def _any_range(emitter: Emitter, node: Comprehension, expr: ast.expr, *, two: bool) -> ast.expr:
    if two:
        return emitter.at(py.call(emitter.ref(operators.pairs), expr), node.range)
    first, again = emitter.held(expr)
    is_list = py.compare(py.call(emitter.ref(type), first), py.IS, emitter.ref(list))
    slow = emitter.at(py.call(emitter.ref(operators.elements), again), node.range)
    return py.choose(is_list, again, slow)


def _quantified(
    emitter: Emitter, node: Comprehension, target: Any, iterable: ast.expr, *, fails: bool
) -> Code:
    """Return the code of `all` or `exists`: an error counts only if no other element decides."""
    decisive = node.macro == "exists"
    result, failed = emitter.temp(), emitter.temp()
    emitter.body.append(py.assign(result, py.constant(not decisive)))
    with emitter.nested(), emitter.nested(), emitter.block() as body:
        code = emitter.boolean(node.body, emitter.code(node.body), operators.boolean)
        test = code.expr if decisive else py.not_(code.expr)
        decide = [py.assign(result, py.constant(decisive)), py.Break()]
        body.append(py.when(test, decide))
    turn = [attempt(emitter, body, failed, [])] if code.fails else body
    if code.fails:
        emitter.body.append(py.assign(failed, py.constant(None)))
    emitter.body.append(py.For(target, iterable, turn, [], None))
    if code.fails:
        undecided = py.name(result) if not decisive else py.not_(py.name(result))
        emitter.body.append(raise_kept(failed, undecided))
    return Code(py.name(result), fails or code.fails)


def _filtered(
    emitter: Emitter, node: Comprehension, target: Any, iterable: ast.expr, *, fails: bool
) -> Code:
    """Return the code of `filter`: the gravest error of all predicates counts."""
    result, errors = emitter.temp(), emitter.temp()
    emitter.body.append(py.assign(result, py.ListNode([], py.LOAD)))
    with emitter.nested(), emitter.nested(), emitter.block() as body:
        code = emitter.boolean(node.body, emitter.code(node.body), operators.boolean)
        append = py.method(py.name(result), "append", py.name(f"x{node.slots[0]}"))
        body.append(py.when(code.expr, [py.ExprNode(append)]))
    if not code.fails:
        emitter.body.append(py.For(target, iterable, body, [], None))
        return Code(py.name(result), fails)
    failed = py.ExprNode(py.call(emitter.ref(collect), py.name(errors), py.name("e")))
    handler = py.ExceptHandler(emitter.ref(ABSORBED), "e", [failed])
    emitter.body.append(py.assign(errors, py.ListNode([], py.LOAD)))
    emitter.body.append(py.For(target, iterable, [py.Try(body, [handler], [], [])], [], None))
    if node.slots[0] in emitter.partial:
        emitter.partial[node.slots[0]] = errors
        return Code(py.name(result), fails)
    if node is emitter.root:
        error = py.call(emitter.ref(in_part), py.name(errors), py.name(result))
    else:
        error = py.call(emitter.ref(gravest), py.name(errors))
    emitter.body.append(py.when(py.name(errors), [py.Raise(error, None)]))
    return Code(py.name(result), fails=True)


def _collected(
    emitter: Emitter, node: Comprehension, target: Any, iterable: ast.expr, *, fails: bool
) -> Code:
    over_list = emitter.range
    result, filtered = emitter.temp(), Code(py.constant(None), fails=False)
    counts = node.macro == "exists_one"
    keyed = node.macro == "transformMap" and node.variables[0].type.name in KEYS
    start = py.constant(0) if counts else py.DictNode([], []) if keyed else py.ListNode([], py.LOAD)
    emitter.body.append(py.assign(result, start))
    with emitter.nested(), emitter.block() as body:
        if node.filter is not None:
            filtered = emitter.boolean(node.filter, emitter.code(node.filter), operators.boolean)
        with emitter.block() as inner:
            code = emitter.code(node.body)
            if node.macro == "exists_one":
                code = emitter.boolean(node.body, code, operators.boolean)
            inner.extend(_step(node, result, code.expr, keyed=keyed))
        body.extend(inner if node.filter is None else [py.when(filtered.expr, inner)])
    emitter.body.append(py.For(target, iterable, body, [], None))
    finished = _finished(emitter, node, result, over_list, keyed=keyed)
    always = node.macro in ("sortBy", "transformMapEntry") or (
        node.macro == "transformMap" and not keyed
    )
    return Code(finished, fails or filtered.fails or code.fails or always)


def _step(node: Comprehension, result: str, value: ast.expr, *, keyed: bool) -> list[ast.stmt]:
    """Return the statements of one turn, which use the value of the macro's body."""
    variable = py.name(f"x{node.slots[0]}")
    if node.macro == "exists_one":
        count = py.AugAssign(py.NameNode(result, py.STORE), py.ADD, py.constant(1))
        return [py.when(value, [count])]
    if keyed:
        return [py.Assign([py.Subscript(py.name(result), variable, py.STORE)], value)]
    if node.macro == "transformMap":
        value = py.TupleNode([variable, value], py.LOAD)
    return [py.ExprNode(py.method(py.name(result), "append", value))]


def _finished(
    emitter: Emitter, node: Comprehension, result: str, over_list: Any, *, keyed: bool
) -> ast.expr:
    found = py.name(result)
    if node.macro == "exists_one":
        return py.compare(found, py.EQ, py.constant(1))
    if node.macro == "sortBy":
        call = py.call(emitter.ref(sort_by), emitter.meter(), over_list, found)
        return emitter.at(call, node)
    if node.macro == "transformMapEntry":
        return emitter.at(py.call(emitter.ref(operators.merged), emitter.meter(), found), node)
    if node.macro == "transformMap" and not keyed:
        emitter.bool_keys = True
        return emitter.at(py.call(emitter.ref(operators.made_map), found), node)
    return found


def bind(emitter: Emitter, node: Bind) -> Code:
    """Return the code of `cel.bind`, `optMap` or `optFlatMap`."""
    if node.macro == "bind":
        return _bound(emitter, node)
    value = emitter.code(node.value)
    variable = f"x{node.slot}"
    checked = py.call(emitter.ref(operators.opened), py.constant(node.macro), value.expr)
    held = emitter.spilled(emitter.at(checked, node.value))
    result = emitter.temp()
    with emitter.block() as statements:
        statements.append(py.assign(variable, py.Attribute(held, "value", py.LOAD)))
        body = emitter.code(node.body)
        made = py.call(emitter.ref(Optional), body.expr)
        if node.macro == "optFlatMap":
            made = py.call(emitter.ref(operators.opened), py.constant(node.macro), body.expr)
            made = emitter.at(made, node.body)
        statements.append(py.assign(result, made))
    is_there = py.Attribute(held, "present", py.LOAD)
    nothing = [py.assign(result, emitter.ref(NONE))]
    emitter.body.append(py.when(is_there, statements, nothing))
    return Code(py.name(result), fails=True)


def _bound(emitter: Emitter, node: Bind) -> Code:
    """Return the code of `cel.bind`: an error of the value counts only where it is used."""
    variable = f"x{node.slot}"
    with emitter.nested(), emitter.block() as body:
        value = emitter.code(node.value)
        body.append(py.assign(variable, value.expr))
    if not value.fails:
        emitter.body.extend(body)
        return emitter.code(node.body)
    failed = emitter.temp()
    emitter.body.append(py.assign(failed, py.constant(None)))
    unset = [py.assign(variable, emitter.ref(UNSET))]
    emitter.body.append(attempt(emitter, body, failed, unset))
    emitter.failed[node.slot] = failed
    return emitter.code(node.body)


def list_node(emitter: Emitter, node: ListNode) -> Code:
    """Return the code of `[a, ?b]`."""
    if node.items and is_constant(node):
        values = [each.value for each in node.items if isinstance(each, Literal)]
        return Code(emitter.ref(values), fails=False)
    codes = emitter.codes(node.items)
    fails = any(code.fails for code in codes)
    if not node.optional:
        return Code(py.ListNode([code.expr for code in codes], py.LOAD), fails)
    pairs = [
        py.TupleNode([py.constant(position in node.optional), code.expr], py.LOAD)
        for position, code in enumerate(codes)
    ]
    call = py.call(emitter.ref(listed), py.TupleNode(pairs, py.LOAD))
    return Code(emitter.at(call, node), fails=True)


def map_node(emitter: Emitter, node: MapNode) -> Code:
    """Return the code of `{k: v, ?k: v}`."""
    entries = zip(node.keys, node.values, strict=True)
    codes = emitter.codes(each for entry in entries for each in entry)
    keys, values = codes[::2], codes[1::2]
    fails = any(code.fails for code in (*keys, *values))
    texts = {
        each.value for each in node.keys if isinstance(each, Literal) and type(each.value) is str
    }
    if len(texts) == len(node.keys) and not node.optional:
        expr = py.DictNode([code.expr for code in keys], [code.expr for code in values])
        return Code(expr, fails)
    emitter.bool_keys = True
    triples = [
        py.TupleNode([py.constant(position in node.optional), key.expr, value.expr], py.LOAD)
        for position, (key, value) in enumerate(zip(keys, values, strict=True))
    ]
    call = py.call(emitter.ref(mapped), py.TupleNode(triples, py.LOAD))
    return Code(emitter.at(call, node), fails=True)
