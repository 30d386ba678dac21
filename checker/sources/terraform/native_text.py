"""Parses a text of Terraform's native syntax with tree-sitter."""

from __future__ import annotations

from bisect import bisect_left
from functools import cache
from typing import TYPE_CHECKING

import tree_sitter
import tree_sitter_hcl

if TYPE_CHECKING:
    from tree_sitter import Node

    from checker.problems import Source
    from checker.reader import Limits
    from checker.sources.terraform.syntax import Span


@cache
def _parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


class Text:
    """A text that was parsed, with the offsets of its characters for those of its bytes."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self.source = source
        self.text = source.text
        self.limits = limits
        data = self.text.encode()
        self._within: list[int] = []
        if len(data) != len(self.text):
            # The bytes that continue a character.
            self._within = [at for at, byte in enumerate(data) if byte & 0xC0 == 0x80]  # noqa: PLR2004
        self.root = _parser().parse(data).root_node

    def at(self, offset: int) -> int:
        """Return the offset of the character that begins at a byte."""
        return offset - bisect_left(self._within, offset) if self._within else offset

    def span(self, node: Node) -> Span:
        """Return the span of a node."""
        return self.at(node.start_byte), self.at(node.end_byte)

    def of(self, node: Node) -> str:
        """Return the text of a node."""
        return self.text[self.at(node.start_byte) : self.at(node.end_byte)]
