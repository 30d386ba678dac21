"""Reads the templates of Terraform's native syntax: texts with expressions and directives.

https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#template-expressions
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from checker.reader.spans import fault
from checker.sources.terraform import syntax as s
from checker.sources.terraform.texts import quoted, unindented

if TYPE_CHECKING:
    from tree_sitter import Node

    from checker.sources.terraform.native import Reader


class Templates:
    """Makes templates of the nodes of a tree; `reader` makes the expressions in them."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._text = reader.text

    def quoted(self, node: Node) -> s.Template:
        """Return a text in quotes."""
        start, end = self._text.span(node)
        inside = [x for x in node.children if x.type in _HOLES]
        parts = self._parts(inside, start + 1, end - 1, escapes=True)
        return s.Template((start, end), tuple(parts))

    def heredoc(self, node: Node) -> s.Template:
        """Return a text over several lines."""
        start, end = self._text.span(node)
        text = self._text.text
        first = text.index("\n", start) + 1
        last = text.rindex("\n", start, end) + 1
        inside = [x for x in node.children if x.type in _HOLES]
        parts = self._parts(inside, first, max(first, last), escapes=False)
        if text.startswith("<<-", start):
            parts = unindented(parts)
        return s.Template((start, end), tuple(parts))

    def _parts(self, nodes: Sequence[Node], start: int, end: int, *, escapes: bool) -> list[s.Part]:
        """Return the parts of a template between two offsets, of which nodes are the holes."""
        found: list[s.Part] = []
        trims = False
        for each in nodes:
            at, after = self._text.span(each)
            left, right = _trims(self._text.text[at:after])
            found += self._runs(start, at, (trims, left), escapes=escapes)
            found.append(self._hole(each, (at, after), escapes=escapes))
            start, trims = after, right
        return found + self._runs(start, end, (trims, False), escapes=escapes)

    def _runs(
        self, start: int, end: int, trims: tuple[bool, bool], *, escapes: bool
    ) -> list[s.Part]:
        text = self._text.text[start:end]
        if trims[1]:
            end -= len(text) - len(text.rstrip())
        if trims[0]:
            start = min(end, start + len(text) - len(text.lstrip()))
        return list(quoted(self._text.text, start, end, escapes=escapes))

    def _hole(self, node: Node, span: s.Span, *, escapes: bool) -> s.Part:
        if node.type == "template_interpolation":
            inside = next((x for x in node.children if x.type == "expression"), None)
            if inside is None:
                raise fault(self._text.source, *span, "an expression is missing")
            return s.Hole(span, self._reader.expression(inside))
        self._reader.depth += 1
        if self._reader.depth > self._text.limits.max_depth:
            raise fault(self._text.source, *span, self._text.limits.too_deep())
        inner = node.children[0]
        controls = [each for each in inner.children if each.type in _CONTROLS]
        bodies: list[list[s.Part]] = []
        for first, second in pairwise(controls):
            between = [
                x
                for x in inner.children
                if x.type in _HOLES and first.end_byte <= x.start_byte < second.start_byte
            ]
            bodies.append(self._between(first, second, between, escapes=escapes))
        self._reader.depth -= 1
        test = self._reader.expression(
            next(x for x in controls[0].children if x.type == "expression")
        )
        if inner.type == "template_if":
            no = tuple(bodies[1]) if len(bodies) > 1 else ()
            return s.Choice(span, test, tuple(bodies[0]), no)
        names = [self._text.of(x) for x in controls[0].children if x.type == "identifier"]
        return s.Repeat(span, tuple(names), test, tuple(bodies[0]))

    def _between(
        self, first: Node, second: Node, nodes: Sequence[Node], *, escapes: bool
    ) -> list[s.Part]:
        start, end = self._text.at(first.end_byte), self._text.at(second.start_byte)
        text = self._text.text[start:end]
        if _trims(self._text.of(first))[1]:
            start += len(text) - len(text.lstrip())
        if _trims(self._text.of(second))[0]:
            end -= len(text) - len(text.rstrip())
        return self._parts(nodes, start, max(start, end), escapes=escapes)


_HOLES = frozenset({"template_interpolation", "template_directive"})
_CONTROLS = frozenset(
    {
        *("template_if_intro", "template_else_intro", "template_if_end"),
        *("template_for_start", "template_for_end"),
    }
)


def _trims(text: str) -> tuple[bool, bool]:
    """Return whether the text before a hole loses its blanks, and the text after it."""
    return text[2:3] == "~", text[-2:-1] == "~"
