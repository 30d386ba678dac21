"""Defines the call of a function: its arguments, and what it may make."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from checker.sources.terraform.typed_values import (
    ANY,
    Open,
    State,
    Type,
    Value,
    data_value,
    items_of,
    type_at,
)

if TYPE_CHECKING:
    from checker.sources.terraform import syntax as s
    from checker.sources.terraform.instances import Scope
    from checker.sources.terraform.run import Run


class Call:
    """A call of a function: its arguments, and where it stands."""

    __slots__ = ("arguments", "node", "run", "scope")

    def __init__(self, run: Run, node: s.Call, scope: Scope, arguments: list[Value]) -> None:
        self.run = run
        self.node = node
        self.scope = scope
        self.arguments = arguments

    def made(self, data: object) -> Value:
        """Return a value that the function makes of known data."""
        return data_value(data, Value(None, self.scope.file, self.node.span))

    def opened(self, kind: Type = ANY, *, is_name: bool = False) -> Value:
        """Return an open value for what the function makes."""
        return self.run.opened_at(self.scope, self.node.span, kind, is_name=is_name)

    def listed(self, items: list[Value]) -> Value:
        """Return a list that the function makes."""
        return Value(items, self.scope.file, self.node.span)

    def text(self, at: int) -> Value:
        """Return an argument as text."""
        return self.run.text(self.arguments[at], self.scope, self.node.arguments[at].span)

    def word(self, at: int, otherwise: str | None = None) -> str | None:
        """Return an argument that is a known text; None if it is not."""
        if at >= len(self.arguments):
            return otherwise
        value = self.arguments[at]
        is_text = isinstance(value.data, str) and value.state is State.KNOWN
        return str(value.data) if is_text else None

    def items(self, at: int) -> list[Value] | None:
        """Return the items of an argument; of an open one, an item for all; None if it is none."""
        value = self.arguments[at]
        if (found := items_of(value)) is not None:
            return found
        if isinstance(value.data, Open):
            item = value.data._replace(type=type_at(value.data.type, 0))
            return [value._replace(data=item)]
        return None


Function: TypeAlias = Callable[[Call], Value]
"""What a function makes of a call; raises InputError if it has no result."""
