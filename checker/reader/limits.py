"""How large and how deep an input may be before it is refused."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """The largest input that is read: its size in bytes, and its levels of nesting."""

    max_bytes: int = 16 * 1024 * 1024
    max_depth: int = 64

    def too_large(self) -> str:
        """Return the message for an input of more bytes."""
        return f"larger than the limit of {self.max_bytes} bytes: shorten or split it"

    def too_deep(self) -> str:
        """Return the message for the bracket that is one level too deep."""
        return f"nested deeper than {self.max_depth} levels: flatten what stands here"


DEFAULT_LIMITS = Limits()
