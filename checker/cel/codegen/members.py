"""Generates the code of variables, fields and indices."""

from __future__ import annotations

import ast

from checker.cel import operators
from checker.cel.activation import UNSET
from checker.cel.ast import Has, Ident, Index, Literal, Select
from checker.cel.codegen import python as py
from checker.cel.codegen.emitter import Code, Emitter, again
from checker.cel.types import Type
from checker.errors import EvaluationError

KEYS = frozenset({"string", "int", "uint"})
"""Types of keys that a Python dict holds as they are."""


def negative(position: int) -> object:
    """Raise the error for a negative index, which Python would count from the end."""
    raise EvaluationError(f"index out of range: {position}")


def ident(emitter: Emitter, node: Ident | Select) -> Code:
    """Return the code of a variable of the activation or of a macro, or of a type's name."""
    if isinstance(node, Ident) and node.slot >= 0:
        variable = py.name(f"x{node.slot}")
        failed = emitter.failed.get(node.slot)
        if failed is None:
            return Code(variable, fails=False)
        is_set = py.compare(variable, py.IS_NOT, emitter.ref(UNSET))
        error = emitter.at(py.call(emitter.ref(again), py.name(failed)), node)
        return Code(py.choose(is_set, variable, error), fails=True)
    if node.constant is not None:
        return Code(emitter.ref(Type(node.constant.name)), fails=False)
    local = emitter.local(node.variable)
    if not emitter.lazy:
        return Code(py.name(local), fails=False)
    read = emitter.at(py.method(py.name("a"), "read", py.constant(node.variable)), node)
    if emitter.level == 0:
        read = py.walrus(local, read)
    ready = py.compare(py.name(local), py.IS_NOT, emitter.ref(UNSET))
    return Code(py.choose(ready, py.name(local), read), fails=True)


def is_json(emitter: Emitter, type_: Type) -> bool:
    """Return whether values of a type are dicts whose keys are strings."""
    if type_.name == "map":
        return type_.parameters[0].name == "string"
    record = emitter.hosts.types.get(type_.name)
    return record is not None and record.json


def _is_required(emitter: Emitter, type_: Type, name: str) -> bool:
    record = emitter.hosts.types.get(type_.name)
    field = record.fields.get(name) if record is not None else None
    return field is not None and field.required


def select(emitter: Emitter, node: Select) -> Code:
    """Return the code of `operand.name` or `operand.?name`."""
    if node.variable or node.constant is not None:
        return ident(emitter, node)
    owner = emitter.code(node.operand)
    key = py.constant(node.name)
    at = node.end - len(node.name)
    if node.optional:
        helper = emitter.ref(emitter.hosts.optional_select)
        return Code(emitter.at(py.call(helper, owner.expr, key), at), fails=True)
    type_ = node.operand.type
    if is_json(emitter, type_):
        found = emitter.at(py.item(owner.expr, key), at)
        return Code(found, owner.fails or not _is_required(emitter, type_, node.name))
    record = emitter.hosts.types.get(type_.name)
    if record is not None and node.name in record.fields:
        get = emitter.ref(record.fields[node.name].get)
        return Code(emitter.at(py.call(get, owner.expr), at), fails=True)
    return Code(_dynamic(emitter, owner.expr, key, at, emitter.hosts.select), fails=True)


def _dynamic(emitter: Emitter, owner: ast.expr, key: ast.expr, at: int, slow: object) -> ast.expr:
    """Return code that reads a key of a value that is most likely a JSON object."""
    if isinstance(owner, ast.Constant):
        # Python's compiler would warn of a subscript on a constant
        owner = emitter.ref(owner.value)
    first, again = emitter.held(owner)
    is_dict = py.compare(py.call(emitter.ref(type), first), py.IS, emitter.ref(dict))
    native = emitter.at(py.item(again, key), at)
    other = emitter.at(py.call(emitter.ref(slow), again, key), at)
    return py.choose(is_dict, native, other)


def has(emitter: Emitter, node: Has) -> Code:
    """Return the code of `has(operand.name)`."""
    owner = emitter.code(node.operand)
    key = py.constant(node.name)
    hosts = emitter.hosts
    if node.optional:
        found = py.call(emitter.ref(hosts.optional_select), owner.expr, key)
        return Code(py.Attribute(emitter.at(found, node), "present", py.LOAD), fails=True)
    if is_json(emitter, node.operand.type):
        return Code(py.compare(key, py.IN, owner.expr), owner.fails)
    slow = emitter.ref(hosts.has)
    if node.operand.type.name != "dyn":
        return Code(emitter.at(py.call(slow, owner.expr, key), node), fails=True)
    first, again = emitter.held(owner.expr)
    is_dict = py.compare(py.call(emitter.ref(type), first), py.IS, emitter.ref(dict))
    native = py.compare(key, py.IN, again)
    other = emitter.at(py.call(slow, again, key), node)
    return Code(py.choose(is_dict, native, other), fails=True)


def index(emitter: Emitter, node: Index) -> Code:
    """Return the code of `operand[key]` or `operand[?key]`."""
    owner, key = emitter.codes([node.operand, node.key])
    if node.optional:
        helper = emitter.ref(operators.optional_index)
        return Code(emitter.at(py.call(helper, owner.expr, key.expr), node.key), fails=True)
    # the key of a list is looked at first, so the list must be computed before
    owner = owner if isinstance(node.key, Literal) else emitter.early(owner)
    return Code(_index(emitter, node, owner.expr, key.expr), fails=True)


def _index(emitter: Emitter, node: Index, owner: ast.expr, key: ast.expr) -> ast.expr:
    type_, of = node.operand.type, node.key.type.name
    record = emitter.hosts.types.get(type_.name)
    if (type_.name == "map" and of in KEYS and type_.parameters[0].name in KEYS) or (
        record is not None and record.json and of == "string"
    ):
        return emitter.at(py.item(owner, key), node.key)
    if type_.name == "list" and of in ("int", "uint"):
        if isinstance(node.key, Literal):
            if node.key.value >= 0:
                return emitter.at(py.item(owner, key), node.key)
        else:
            first, again = emitter.held(key)
            positive = py.compare(first, py.GE, py.constant(0))
            native = emitter.at(py.item(owner, again), node.key)
            bad = emitter.at(py.call(emitter.ref(negative), again), node.key)
            return py.choose(positive, native, bad)
    if type_.name == "dyn" and isinstance(node.key, Literal) and of == "string":
        return _dynamic(emitter, owner, key, node.key.start, operators.index)
    return emitter.at(py.call(emitter.ref(operators.index), owner, key), node.key)
