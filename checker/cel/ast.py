"""Defines the nodes of a syntax tree, which the parser makes and the checker annotates.

Spans are character offsets into the text, with an exclusive end. `Text` converts them to lines
and columns.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from checker.cel.diagnostics import CompileError, Diagnostic
from checker.cel.types import DYN, Type


class Text:
    """CEL text that knows where its lines start."""

    __slots__ = ("_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0]
        end = text.find("\n")
        while end >= 0:
            self._starts.append(end + 1)
            end = text.find("\n", end + 1)

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and column of an offset, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def diagnostic(self, message: str, start: int, end: int) -> Diagnostic:
        """Return a diagnostic about a span."""
        return Diagnostic(message, *self.place(start), *self.place(max(end, start)))

    def error(self, message: str, start: int, end: int) -> CompileError:
        """Return the error for a span."""
        return CompileError.of((self.diagnostic(message, start, end),))


@dataclass(slots=True, eq=False)
class Node:
    """The base of all nodes; `depth` counts the nodes from this one to its deepest leaf."""

    start: int
    end: int
    type: Type = field(init=False, default=DYN)
    depth: int = field(init=False, default=1)


@dataclass(slots=True, eq=False)
class Literal(Node):
    """A constant: None, bool, int, UInt, float, str or bytes."""

    value: Any


@dataclass(slots=True, eq=False)
class Ident(Node):
    """A name; `absolute` if a dot stands before it."""

    name: str
    absolute: bool = False
    slot: int = field(init=False, default=-1)
    """The number of the macro variable that it refers to; -1 if it refers to none."""
    variable: str = field(init=False, default="")
    """The variable of the activation that it refers to, whose name may contain dots."""
    constant: Type | None = field(init=False, default=None)
    """The type that it names, or None if it does not name a type."""


@dataclass(slots=True, eq=False)
class Select(Node):
    """`operand.name`, or `operand.?name`."""

    operand: Expr
    name: str
    optional: bool = False
    variable: str = field(init=False, default="")
    """The variable that the whole of `a.b.c` names; empty if it names none."""
    constant: Type | None = field(init=False, default=None)
    """The type that it names, such as `google.protobuf.Duration`, or None."""


@dataclass(slots=True, eq=False)
class Has(Node):
    """`has(operand.name)` or `has(operand.?name)`; `field_end` is where the name ends."""

    operand: Expr
    name: str
    optional: bool
    field_end: int


@dataclass(slots=True, eq=False)
class Index(Node):
    """`operand[key]` or `operand[?key]`."""

    operand: Expr
    key: Expr
    optional: bool = False


@dataclass(slots=True, eq=False)
class Call(Node):
    """`name(arguments…)` or `target.name(arguments…)`; `at` is where the name starts.

    The checker sets `overloads` to the overloads that may apply. In calls such as
    `math.least(…)` it makes `math` part of the name.
    """

    name: str
    target: Expr | None
    arguments: list[Expr]
    at: int
    overloads: tuple[Any, ...] = field(init=False, default=())

    @property
    def operands(self) -> list[Expr]:
        """The target, if there is one, followed by the arguments."""
        return self.arguments if self.target is None else [self.target, *self.arguments]


@dataclass(slots=True, eq=False)
class Unary(Node):
    """`!operand` or `-operand`."""

    op: str
    operand: Expr


@dataclass(slots=True, eq=False)
class Binary(Node):
    """`left op right`, for arithmetic, comparison and `in`.

    A chain such as `a + b + c` nests to the left without limit. Code that walks a tree therefore
    goes down the left side in a loop (see `spine`), and `depth` does not count that side.
    """

    op: str
    left: Expr
    right: Expr
    at: int


@dataclass(slots=True, eq=False)
class Logic(Node):
    """`a && b && …` or `a || b || …`: a chain with all its operands."""

    op: str
    operands: list[Expr]
    closed: bool = field(init=False, default=False)
    """Whether it stands in parentheses."""


@dataclass(slots=True, eq=False)
class Conditional(Node):
    """`condition ? then : otherwise`."""

    condition: Expr
    then: Expr
    otherwise: Expr


@dataclass(slots=True, eq=False)
class ListNode(Node):
    """`[a, ?b]`; `optional` holds the indices of the optional items."""

    items: list[Expr]
    optional: frozenset[int]


@dataclass(slots=True, eq=False)
class MapNode(Node):
    """`{k: v, ?k: v}`; `optional` holds the indices of the optional entries."""

    keys: list[Expr]
    values: list[Expr]
    optional: frozenset[int]


@dataclass(slots=True, eq=False)
class Comprehension(Node):
    """`range.macro(variable, …, body)`; `filter` is the condition of a form that has one."""

    macro: str
    range: Expr
    variables: list[Ident]
    filter: Expr | None
    body: Expr
    slots: list[int] = field(init=False, default_factory=list)


@dataclass(slots=True, eq=False)
class Bind(Node):
    """`cel.bind(variable, value, body)`, `value.optMap(variable, body)`, `value.optFlatMap(…)`."""

    macro: str
    variable: Ident
    value: Expr
    body: Expr
    slot: int = field(init=False, default=-1)


Expr: TypeAlias = (
    Literal
    | Ident
    | Select
    | Has
    | Index
    | Call
    | Unary
    | Binary
    | Logic
    | Conditional
    | ListNode
    | MapNode
    | Comprehension
    | Bind
)


def spine(node: Binary) -> tuple[Expr, list[Binary]]:
    """Return the leftmost operand of a chain, and its operations, the innermost first."""
    chain = [node]
    left = node.left
    while isinstance(left, Binary):
        chain.append(left)
        left = left.left
    chain.reverse()
    return left, chain
