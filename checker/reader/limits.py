"""Defines how large and how deeply nested an input may be."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """The limits of an input: its size in bytes, and its levels of nesting."""

    max_bytes: int = 16 * 1024 * 1024
    max_depth: int = 64

    def too_large(self) -> str:
        """Return the message for an input that exceeds `max_bytes`."""
        return f"larger than the limit of {self.max_bytes} bytes: shorten or split it"

    def too_deep(self) -> str:
        """Return the message for the first node that exceeds `max_depth`."""
        return f"nested deeper than {self.max_depth} levels: reduce the nesting"


DEFAULT_LIMITS = Limits()
