"""Sets the limits on the size of an expression and on the problems that are reported of it."""

from __future__ import annotations

from typing import Final

MAX_LENGTH: Final = 100_000
"""Characters in one expression."""
MAX_NESTING: Final = 250
"""Levels of operations, calls, brackets and parentheses inside one another.

A chain of operators of the same kind (`a + b + c`, `a && b && c`) is one level."""
MAX_NODES: Final = 20_000
"""Nodes in the syntax tree of one expression."""
MAX_PROBLEMS: Final = 100
"""Errors that are reported for one expression, and as many warnings."""
