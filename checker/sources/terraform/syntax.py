"""Defines the expressions and blocks of Terraform's language, whether in native syntax or JSON.

https://developer.hashicorp.com/terraform/language/expressions
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol, TypeAlias

Span: TypeAlias = tuple[int, int]
"""The offsets in a file's text of the first character and of what follows the last one."""


class Literal(NamedTuple):
    """A number, `true`, `false` or `null`."""

    span: Span
    value: int | float | bool | None


class Run(NamedTuple):
    """A part of a template that is text."""

    span: Span
    text: str
    exact: bool
    """Whether each character is spelled as itself."""


class Hole(NamedTuple):
    """A part of a template that is the value of an expression."""

    span: Span
    inside: Expression


class Choice(NamedTuple):
    """A part of a template between `%{if …}` and `%{endif}`."""

    span: Span
    test: Expression
    yes: tuple[Part, ...]
    no: tuple[Part, ...]


class Repeat(NamedTuple):
    """A part of a template between `%{for …}` and `%{endfor}`."""

    span: Span
    names: tuple[str, ...]
    over: Expression
    parts: tuple[Part, ...]


Part: TypeAlias = "Run | Hole | Choice | Repeat"


class Template(NamedTuple):
    """A text that may have expressions in it."""

    span: Span
    parts: tuple[Part, ...]


class Name(NamedTuple):
    """The first name of a reference."""

    span: Span
    name: str


class Attribute(NamedTuple):
    """An attribute of a value: `of.name`."""

    span: Span
    of: Expression
    name: str


class Index(NamedTuple):
    """An item of a value: `of[key]`."""

    span: Span
    of: Expression
    key: Expression


class Splat(NamedTuple):
    """The attributes or items of all items of a value: `of[*].name`."""

    span: Span
    of: Expression
    steps: tuple[str | Expression, ...]


class Call(NamedTuple):
    """A call of a function."""

    span: Span
    name: str
    arguments: tuple[Expression, ...]
    spreads: bool
    """Whether the last argument is a list of arguments."""


class Conditional(NamedTuple):
    """One of two values: `test ? yes : no`."""

    span: Span
    test: Expression
    yes: Expression
    no: Expression


class Unary(NamedTuple):
    """An operation on one value: `-of` or `!of`."""

    span: Span
    operator: str
    of: Expression


class Binary(NamedTuple):
    """An operation on two values."""

    span: Span
    operator: str
    left: Expression
    right: Expression


class Items(NamedTuple):
    """A list that is written out."""

    span: Span
    items: tuple[Expression, ...]


class Entries(NamedTuple):
    """A mapping that is written out."""

    span: Span
    entries: tuple[tuple[Expression, Expression], ...]


class For(NamedTuple):
    """A list or mapping that is made of another one; `key` is None for a list."""

    span: Span
    names: tuple[str, ...]
    over: Expression
    key: Expression | None
    value: Expression
    test: Expression | None
    groups: bool


Expression: TypeAlias = (
    "Literal | Template | Name | Attribute | Index | Splat | Call | Conditional | Unary | Binary"
    " | Items | Entries | For"
)


class Body(Protocol):
    """The content of a block."""

    @property
    def span(self) -> Span:
        """The span of the block, or of the file."""
        ...

    def attribute(self, name: str) -> Expression | None:
        """Return the expression of an argument; None if it is not given."""
        ...

    def attributes(self) -> Sequence[str]:
        """Return the names of the arguments that may be given."""
        ...

    def blocks(self, kind: str = "") -> Sequence[Block]:
        """Return the blocks in it, in order; of one kind, if one is given."""
        ...


class Block(NamedTuple):
    """A block, such as `resource "aws_s3_bucket" "logs" {…}`."""

    span: Span
    kind: str
    labels: tuple[str, ...]
    body: Body


def children(  # noqa: C901 - one case for each kind of expression
    expression: Expression,
) -> Iterator[Expression]:
    """Yield the expressions in an expression, without those deeper inside."""
    match expression:
        case Template(_, parts):
            yield from _in_parts(parts)
        case Attribute(_, of, _) | Unary(_, _, of):
            yield of
        case Index(_, of, key):
            yield from (of, key)
        case Splat(_, of, steps):
            yield of
            yield from (step for step in steps if not isinstance(step, str))
        case Call(_, _, inside, _) | Items(_, inside):
            yield from inside
        case Conditional(_, test, yes, no):
            yield from (test, yes, no)
        case Binary(_, _, left, right):
            yield from (left, right)
        case Entries(_, entries):
            for key, value in entries:
                yield from (key, value)
        case For(_, _, over, made_key, value, only, _):
            yield from (each for each in (over, made_key, value, only) if each is not None)
        case _:
            pass


def _in_parts(parts: tuple[Part, ...]) -> Iterator[Expression]:
    for part in parts:
        match part:
            case Hole(_, inside):
                yield inside
            case Choice(_, test, yes, no):
                yield test
                yield from _in_parts((*yes, *no))
            case Repeat(_, _, over, inside_parts):
                yield over
                yield from _in_parts(inside_parts)
            case _:
                pass
