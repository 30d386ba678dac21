"""Turns calls of macros into the nodes of those macros.

Macros: https://github.com/google/cel-spec/blob/master/doc/langdef.md#macros. Macros with two
variables, `cel.bind` and the macros on optional values follow the extensions of cel-go:
https://github.com/google/cel-go/blob/master/ext/README.md
"""

from __future__ import annotations

from collections.abc import Callable

from checker.cel.ast import Bind, Call, Comprehension, Expr, Has, Ident, Select, Text

ONE_VARIABLE = {"all": 2, "exists": 2, "exists_one": 2, "existsOne": 2, "filter": 2, "sortBy": 2}
TWO_VARIABLES = {"all": 3, "exists": 3, "exists_one": 3, "existsOne": 3}
_TRANSFORMS = ("transformList", "transformMap", "transformMapEntry")
_OPTIONAL = ("optMap", "optFlatMap")
_REFUSED = {"block", "index", "iterVar", "accuVar"}

NAMES = frozenset({*ONE_VARIABLE, "map", *_TRANSFORMS, *_OPTIONAL, "has", "cel.bind"})
"""The names of all macros; `cel.bind` with its namespace."""


def expand(text: Text, call: Expr, made: Callable[[Expr], Expr]) -> Expr:
    """Return the node of a macro call, or the given node if it is no macro call.

    `made` registers a new node. Raises CompileError for a macro call that is invalid.
    """
    if not isinstance(call, Call):
        return call
    name, count, target = call.name, len(call.arguments), call.target
    if target is None:
        return _has(text, call, made) if name == "has" and count == 1 else call
    if isinstance(target, Ident) and target.name == "cel":
        if name == "bind" and count == 3:  # noqa: PLR2004 - variable, value and body
            variable, value, body = call.arguments
            bound = _variable(text, call, variable)
            return made(Bind(call.start, call.end, name, bound, value, body))
        if name in _REFUSED:
            message = f"`cel.{name}` is for optimisers only and is not supported: use cel.bind()"
            raise text.error(message, call.start, call.end)
    if name in _OPTIONAL and count == 2:  # noqa: PLR2004 - variable and body
        bound = _variable(text, call, call.arguments[0])
        return made(Bind(call.start, call.end, name, bound, target, call.arguments[1]))
    return _comprehension(text, call, target, made)


def _comprehension(text: Text, call: Call, target: Expr, made: Callable[[Expr], Expr]) -> Expr:
    name, count = call.name, len(call.arguments)
    if ONE_VARIABLE.get(name) == count or (name == "map" and count in (2, 3)):
        variables = 1
    elif TWO_VARIABLES.get(name) == count or (name in _TRANSFORMS and count in (3, 4)):
        variables = 2
    else:
        return call
    names = [_variable(text, call, argument) for argument in call.arguments[:variables]]
    if len({variable.name for variable in names}) < variables:
        message = f"both variables of {name}() have the name `{names[0].name}`: rename one"
        raise text.error(message, names[1].start, names[1].end)
    rest = call.arguments[variables:]
    condition = rest[0] if len(rest) > 1 else None
    macro = "exists_one" if name == "existsOne" else name
    return made(Comprehension(call.start, call.end, macro, target, names, condition, rest[-1]))


def _has(text: Text, call: Call, made: Callable[[Expr], Expr]) -> Expr:
    field = call.arguments[0]
    if not isinstance(field, Select):
        message = "has() takes a field, as in has(a.b)"
        raise text.error(message, field.start, field.end)
    return made(Has(call.start, call.end, field.operand, field.name, field.optional, field.end))


def _variable(text: Text, call: Call, node: Expr) -> Ident:
    if isinstance(node, Ident) and not node.absolute:
        return node
    message = f"{call.name}() takes the name of a variable here, as in {call.name}(x, …)"
    raise text.error(message, node.start, node.end)


def depth(node: Expr) -> int:
    """Return the depth of the node of a macro or of a selection, and 1 for any other node."""
    match node:
        case Select() | Has():
            return 1 + node.operand.depth
        case Bind():
            return 1 + max(node.value.depth, node.body.depth)
        case Comprehension():
            condition = node.filter.depth if node.filter is not None else 0
            return 1 + max(node.range.depth, condition, node.body.depth)
    return 1
