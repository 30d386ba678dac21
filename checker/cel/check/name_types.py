"""Infers the types of constants, names, fields and indices."""

from __future__ import annotations

from collections.abc import Iterator

from checker.cel.ast import Expr, Has, Ident, Index, Literal, Select
from checker.cel.check import phrases
from checker.cel.check.guards import path_of
from checker.cel.check.state import State
from checker.cel.library.standard import TYPES
from checker.cel.types import BOOL, DYN, INT, NULL, STRING, Type, optional_of, type_of


def ident(state: State, node: Ident) -> Type:
    """Return the type of a name, and record in the node what it refers to."""
    if not node.absolute and node.name in state.scope:
        node.slot, found = state.scope[node.name]
        return found
    if named(state, node, node.name, absolute=node.absolute):
        return _type_of_named(state, node)
    node.variable = node.name
    known = [*state.env.variables, *state.scope]
    return state.problem(phrases.undeclared(node.name, known), node.start, node.end)


def candidates(container: str, name: str, *, absolute: bool) -> Iterator[str]:
    """Yield the full names that a name may stand for, from the innermost namespace outwards."""
    while container and not absolute:
        yield f"{container}.{name}"
        container = container.rpartition(".")[0]
    yield name


def named(state: State, node: Ident | Select, name: str, *, absolute: bool) -> bool:
    """Record in a node the variable or type that a name stands for; return whether there is one."""
    for candidate in candidates(state.env.container, name, absolute=absolute):
        if candidate in state.env.variables:
            node.variable = candidate
            return True
        if candidate in TYPES:
            node.constant = TYPES[candidate]
            return True
    return False


def _type_of_named(state: State, node: Ident | Select) -> Type:
    if node.constant is not None:
        return type_of(node.constant)
    return state.env.variables[node.variable]


def qualified(state: State, node: Expr) -> tuple[str, bool] | None:
    """Return the dotted name that a node spells and whether it starts with a dot, or None."""
    parts: list[str] = []
    while isinstance(node, Select) and not node.optional:
        parts.append(node.name)
        node = node.operand
    if not isinstance(node, Ident) or (not node.absolute and node.name in state.scope):
        return None
    parts.append(node.name)
    return ".".join(reversed(parts)), node.absolute


def select(state: State, node: Select) -> Type:
    """Return the type of `operand.name` or `operand.?name`."""
    if not node.optional and (state.dotted or node.name in ("Timestamp", "Duration")):
        name = qualified(state, node)
        if name is not None and named(state, node, name[0], absolute=name[1]):
            return _type_of_named(state, node)
    if node.optional:
        owner = state.inference.resolved(state.type_of(node.operand))
        found = _field(state, node, owner, node.name, absent_is_fine=True)
        return found if found.name == "optional" else optional_of(found)
    owner = state.inference.resolved(state.type_of(node.operand))
    return _field(state, node, owner, node.name, absent_is_fine=False)


def has(state: State, node: Has) -> Type:
    """Return the type of `has(operand.name)`: bool; the field must be one that may exist."""
    owner = state.inference.resolved(state.type_of(node.operand))
    _field(state, node, owner, node.name, absent_is_fine=True)
    return BOOL


def _field(
    state: State, node: Select | Has, owner: Type, name: str, *, absent_is_fine: bool
) -> Type:
    """Return the type of the field `name` of a value whose type is `owner`."""
    record = state.hosts.types.get(owner.name)
    if record is not None:
        known = record.fields.get(name)
        if known is not None:
            if not known.required and not absent_is_fine:
                _warn(state, node, name)
            return known.type
        if record.struct.additional is not None:
            if not absent_is_fine:
                _warn(state, node, name)
            return record.struct.additional
        message = phrases.no_field(owner, name, list(record.fields))
        end = node.field_end if isinstance(node, Has) else node.end
        return state.problem(message, end - len(name), end)
    if owner.name == "map":
        if not state.inference.assign((STRING,), (owner.parameters[0],)):
            return state.problem(phrases.no_index(owner, STRING), node.start, node.end)
        return owner.parameters[1]
    if owner.name == "optional":
        inner = _field(
            state, node, state.inference.resolved(owner.parameters[0]), name, absent_is_fine=True
        )
        return optional_of(inner)
    if owner.name == "dyn" or owner.name[0] == "?":
        return DYN
    return state.problem(phrases.no_fields(owner, name), node.start, node.end)


def _warn(state: State, node: Select | Has, name: str) -> None:
    path = path_of(state, node)
    if path is not None and path in state.guards:
        return
    start = node.end - len(name)
    if path is None or not all(part.isidentifier() for part in path[1:]):
        state.warn(phrases.may_be_absent_here(name), start, node.end)
        return
    owner = ".".join(part.partition("#")[0] for part in path[:-1])
    state.warn(phrases.may_be_absent(f"{owner}.{name}", name, owner), start, node.end)


def index(state: State, node: Index) -> Type:
    """Return the type of `operand[key]` or `operand[?key]`."""
    owner = state.inference.resolved(state.type_of(node.operand))
    key = state.inference.resolved(state.type_of(node.key))
    found = _element(state, node, owner, key, in_optional=False)
    if node.optional and found.name != "optional":
        return optional_of(found)
    return found


def _element(state: State, node: Index, owner: Type, key: Type, *, in_optional: bool) -> Type:
    assign = state.inference.assign
    if owner.name == "list" and assign((key,), (INT,)):
        return owner.parameters[0]
    if owner.name == "map" and assign((key,), (owner.parameters[0],)):
        return owner.parameters[1]
    if owner.name == "optional" and not in_optional:
        inner = state.inference.resolved(owner.parameters[0])
        return optional_of(_element(state, node, inner, key, in_optional=True))
    if owner.name == "dyn" or owner.name[0] == "?":
        return DYN
    record = state.hosts.types.get(owner.name)
    if record is not None and record.json and assign((key,), (STRING,)):
        return _of_record(state, node, owner)
    return state.problem(phrases.no_index(owner, key), node.start, node.end)


def _of_record(state: State, node: Index, owner: Type) -> Type:
    record = state.hosts.types[owner.name]
    if not isinstance(node.key, Literal) or not isinstance(node.key.value, str):
        return DYN
    name = node.key.value
    known = record.fields.get(name)
    found = known.type if known is not None else record.struct.additional
    if found is None:
        message = phrases.no_field(owner, name, list(record.fields))
        return state.problem(message, node.key.start, node.key.end)
    absent = known is None or not known.required
    if absent and not node.optional and path_of(state, node) not in state.guards:
        state.warn(phrases.may_be_absent_here(name), node.key.start, node.key.end)
    return found


def literal(node: Literal) -> Type:
    """Return the type of a constant."""
    return _LITERALS[type(node.value).__name__]


_LITERALS = {
    "NoneType": NULL,
    "UInt": Type("uint"),
    "float": Type("double"),
    "str": STRING,
    "int": INT,
    "bool": Type("bool"),
    "bytes": Type("bytes"),
}
