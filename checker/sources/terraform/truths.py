"""Decides the conditions of expressions in one world.

https://developer.hashicorp.com/terraform/language/expressions/operators
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from checker.problems import InputError
from checker.sources.terraform import module_variables
from checker.sources.terraform import syntax as s
from checker.sources.terraform.typed_values import (
    Encoded,
    Open,
    State,
    Thing,
    Value,
    is_known,
    plain,
    written,
)
from checker.sources.worlds import Fork

if TYPE_CHECKING:
    from checker.sources.terraform.instances import Scope
    from checker.sources.terraform.run import Run

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
_LARGEST = 10**15
_HAS_ITEMS = {(">", 0): True, ("!=", 0): True, (">=", 1): True, ("==", 0): False, ("<", 1): False}
LENGTH = "length of "


def holds(run: Run, node: s.Expression, scope: Scope) -> bool:
    """Return whether a condition holds; raises Fork if the world does not settle it."""
    match node:
        case s.Unary(_, "!", of):
            return not holds(run, of, scope)
        case s.Binary(_, "&&" | "||" as word, left, right):
            return _both(run, left, right, scope, ends=word == "||")
        case s.Binary(_, "==" | "!=" as word, left, right):
            one, other = run.value(left, scope), run.value(right, scope)
            if (found := _by_length(run, one, word, other)) is not None:
                return found
            return equal(run, one, other) is (word == "==")
        case s.Binary(_, word, left, right) if word in _ORDERS:
            return _ordered(run, word, run.value(left, scope), run.value(right, scope))
    return truth(run, run.value(node, scope), scope, node.span)


def _both(run: Run, left: s.Expression, right: s.Expression, scope: Scope, *, ends: bool) -> bool:
    """Return the result of `&&` (`ends` is false) or `||`, without a fork if one side ends it."""
    try:
        first = holds(run, left, scope)
    except Fork as fork:
        try:
            second = holds(run, right, scope)
        except (Fork, InputError):
            raise fork from None
        if second is ends:
            return ends
        raise
    return ends if first is ends else holds(run, right, scope)


def truth(run: Run, value: Value, scope: Scope, span: s.Span) -> bool:
    """Return whether a value is true; raises Fork if the world does not settle it."""
    data = value.data
    if isinstance(data, bool):
        return data
    if isinstance(data, str) and value.state is State.KNOWN and data in {"true", "false"}:
        return data == "true"
    if isinstance(data, Open | Thing):
        return run.settled(data.address, f"`{data.address}`")
    if isinstance(data, str) and value.state is not State.KNOWN:
        return run.settled(data, f"`{data}`")
    raise run.refused("a condition is neither true nor false", scope, span)


def equal(run: Run, left: Value, right: Value) -> bool:
    """Return whether two values are equal; raises Fork if the world does not settle it."""
    if left.data is None or right.data is None:
        return _is_null(run, right if left.data is None else left)
    if is_known(left) and is_known(right):
        return bool(plain(left) == plain(right))
    for one, other in ((left, right), (right, left)):
        if is_known(other) and not _is_nested(other):
            if isinstance(one.data, Open):
                return _has_value(run, one.data, other)
            if isinstance(one.data, str) and one.state is State.NAMED:
                return _has_value(run, open_of(run, one.data), other)
    texts = sorted((_named(left), _named(right)))
    if texts[0] == texts[1]:
        return True
    return run.settled(" == ".join(texts), f"{texts[0]} is {texts[1]}")


def open_of(run: Run, text: str) -> Open:
    """Return the open value that a text stands for, which is one value without wildcards."""
    shown = run.shared.legend.get(text, text)
    return Open(shown.removeprefix("${").removesuffix("}"), f"`{shown}`", ("string",), is_name=True)


def _is_nested(value: Value) -> bool:
    return isinstance(value.data, list | dict | Encoded)


def _named(value: Value) -> str:
    data = value.data
    if isinstance(data, Open | Thing):
        return f"`{data.address}`"
    return f"`{json.dumps(plain(value))}`"


def _is_null(run: Run, value: Value) -> bool:
    if value.data is None:
        return True
    if isinstance(value.data, Open):
        address = value.data.address
        if run.is_so(f"{address} has items"):
            return False
        return run.settled(f"{address} is null", f"`{address}` is null")
    return False


def _has_value(run: Run, data: Open, other: Value) -> bool:
    """Return whether an open value is a known one."""
    known = other.data
    if isinstance(known, bool):
        return run.settled(data.address, f"`{data.address}`") is known
    text = known if isinstance(known, str) else written(known) if known is not None else ""  # type: ignore[arg-type]
    name = data.address
    if (settled := run.chosen(name)) is not None:
        return settled == text
    others = run.others(name)
    if text in others:
        return False
    choices = module_variables.known(run, name).every
    if choices:
        left = [each for each in choices if each not in others]
        if text not in left:
            return False
        if len(left) == 1:
            return True
    raise Fork((run.world.with_value(name, text), run.world.without_value(name, text)))


def _by_length(run: Run, left: Value, word: str, right: Value) -> bool | None:
    """Return the result of a comparison of the length of an open list with 0 or 1, if it is one."""
    data = left.data
    if not isinstance(data, Open) or not data.address.startswith(LENGTH):
        return None
    if not isinstance(right.data, int) or (word, right.data) not in _HAS_ITEMS:
        return None
    address = data.address.removeprefix(LENGTH)
    has = run.settled(f"{address} has items", f"`{address}` has items")
    return has is _HAS_ITEMS[word, right.data]


def _ordered(run: Run, word: str, left: Value, right: Value) -> bool:
    if (found := _by_length(run, left, word, right)) is not None:
        return found
    numbers = [x.data for x in (left, right) if isinstance(x.data, int | float)]
    if len(numbers) == 2:  # noqa: PLR2004 - both
        return _ORDERS[word](numbers[0], numbers[1])
    fact = f"{_named(left)} {word} {_named(right)}"
    return run.settled(fact, fact)


def compared(run: Run, node: s.Binary, scope: Scope) -> Value:
    """Return the result of an operation on two numbers."""
    left, right = run.value(node.left, scope).data, run.value(node.right, scope).data
    numbers = [x for x in (left, right) if isinstance(x, int | float) and abs(x) < _LARGEST]
    if len(numbers) == 2 and node.operator in _ARITHMETIC:  # noqa: PLR2004 - both
        return Value(_ARITHMETIC[node.operator](*numbers), scope.file, node.span)
    if len(numbers) == 2 and numbers[1] and node.operator == "%":  # noqa: PLR2004 - both
        return Value(numbers[0] % numbers[1], scope.file, node.span)
    return run.opened_at(scope, node.span, ("number",))
