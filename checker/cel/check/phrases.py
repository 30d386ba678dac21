"""Words the errors and warnings of the checker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checker.cel.library import Overload
from checker.cel.types import Type
from checker.messages import did_you_mean

_MOST_SIGNATURES = 4
_LONGEST = 60
_MACROS = {
    "has": "has(a.b)",
    "all": "a.all(x, condition)",
    "exists": "a.exists(x, condition)",
    "exists_one": "a.exists_one(x, condition)",
    "existsOne": "a.existsOne(x, condition)",
    "filter": "a.filter(x, condition)",
    "map": "a.map(x, value)` or `a.map(x, condition, value)",
    "sortBy": "a.sortBy(x, key)",
    "transformList": "a.transformList(i, x, value)",
    "transformMap": "a.transformMap(k, x, value)",
    "transformMapEntry": "a.transformMapEntry(k, x, {key: value})",
    "optMap": "a.?b.optMap(x, value)",
    "optFlatMap": "a.?b.optFlatMap(x, x.?c)",
    "cel.bind": "cel.bind(x, value, expression)",
}


def _shown(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"


def undeclared(name: str, known: Iterable[str]) -> str:
    """Return the message for a name that is not declared."""
    return f"undeclared name `{_shown(name)}`{did_you_mean(name, known)}"


def no_field(owner: Type, name: str, known: Sequence[str]) -> str:
    """Return the message for a field that a struct lacks."""
    hint = did_you_mean(name, known)
    if not hint and known:
        listed = ", ".join(f"`{each}`" for each in sorted(known)[:12])
        hint = f": expected one of {listed}{', …' if len(known) > 12 else ''}"  # noqa: PLR2004 - a line's worth
    return f"{owner} has no field `{_shown(name)}`{hint}"


def no_fields(owner: Type, name: str) -> str:
    """Return the message for a field of a value whose type has no fields."""
    hint = "expected an object, a map or a struct"
    if owner.name == "list":
        hint = "take an element first, as in x[0], or use a macro such as exists(x, …)"
    return f"cannot read `{_shown(name)}` of {owner}, which has no fields: {hint}"


def unknown_function(name: str, known: Iterable[str]) -> str:
    """Return the message for an unknown function, or for a macro with the wrong arguments."""
    if name in _MACROS:
        return f"{name}() takes other arguments, as in `{_MACROS[name]}`"
    return f"unknown function `{_shown(name)}`{did_you_mean(name, known)}"


def no_overload(name: str, given: Sequence[Type], overloads: Sequence[Overload]) -> str:
    """Return the message for arguments that a function does not accept."""
    texts = [str(type_) for type_ in given]
    signatures = [f"`{overload}`" for overload in overloads]
    if overloads and all(overload.receiver for overload in overloads) and texts:
        head = f"{texts.pop(0)}.{name}({', '.join(texts)})"
    else:
        head = f"{name}({', '.join(texts)})"
    more = ", …" if len(signatures) > _MOST_SIGNATURES else ""
    return f"no such function `{head}`: expected {' or '.join(signatures[:_MOST_SIGNATURES])}{more}"


def no_operator(op: str, left: Type, right: Type) -> str:
    """Return the message for operands that an operator does not accept."""
    hint = ""
    numbers = {"int", "uint", "double"}
    if op in ("==", "!="):
        hint = ": they can never be equal; convert one, or compare with dyn(…)"
    elif op == "in":
        hint = ": `in` takes a list or a map on its right"
        if right.name in ("list", "map"):
            hint = ": its elements or keys have another type"
    elif left.name in numbers and right.name in numbers:
        hint = f": convert one, as in {left.name}(…)"
    elif op == "+" and "string" in (left.name, right.name):
        hint = ": convert the other operand with string(…)"
    return f"`{op}` does not take {left} and {right}{hint}"


def not_bool(what: str, given: Type) -> str:
    """Return the message for an expression that must be true or false."""
    return f"{what} must be bool, not {given}"


def no_range(macro: str, given: Type) -> str:
    """Return the message for a macro on a value that has no elements."""
    return f"{macro}() loops over a list or a map, not {given}"


def no_index(owner: Type, key: Type) -> str:
    """Return the message for a value that cannot be indexed, or not by such a key."""
    if owner.name in ("list", "map"):
        wanted = "int" if owner.name == "list" else owner.parameters[0]
        return f"the index of {owner} must be {wanted}, not {key}"
    return f"{owner} cannot be indexed: expected a list or a map"


def branches(then: Type, otherwise: Type) -> str:
    """Return the message for a conditional whose branches have two types."""
    return f"the branches of `?:` have different types, {then} and {otherwise}: wrap one in dyn(…)"


def no_optional(what: str, given: Type) -> str:
    """Return the message for an expression that must be an optional value."""
    return f"{what} takes an optional value such as `a.?b` or optional.of(…), not {given}"


def no_key(given: Type) -> str:
    """Return the message for a map key of a type that keys cannot have."""
    return f"a map key must be a string, int, uint or bool, not {given}"


def may_be_absent(path: str, name: str, owner: str) -> str:
    """Return the warning for an optional field that is read without a guard."""
    return (
        f"`{name}` may be absent, and reading it is then an error: "
        f"guard it with `has({path}) && …`, or read `{owner}.?{name}.orValue(…)`"
    )


def may_be_absent_here(name: str) -> str:
    """Return the warning for an optional field whose owner has no short name."""
    return (
        f"`{name}` may be absent, and reading it is then an error: "
        f"read `.?{name}.orValue(…)`, or guard it with has()"
    )
