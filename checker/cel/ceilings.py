"""How much an expression may be and do; whatever exceeds a limit is an error."""

from __future__ import annotations

from typing import Final

MAX_LENGTH: Final = 100_000
"""Characters of one expression."""
MAX_NESTING: Final = 250
"""Operations, calls, brackets or parentheses inside one another.

A chain of operators of the same kind (`a + b + c`, `a && b && c`) is one level."""
MAX_NODES: Final = 20_000
"""Nodes of one expression's syntax tree."""
MAX_PROBLEMS: Final = 100
"""Problems that are reported of one expression."""
