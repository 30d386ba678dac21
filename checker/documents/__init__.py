"""The documents of a run: found, read, recognised and validated."""

from __future__ import annotations

from checker.documents.document import (
    STDIN,
    SUFFIXES,
    Document,
    Listing,
    Selection,
    attempt,
    document,
    find,
    load,
    load_one,
    lost,
)

__all__ = [
    "STDIN",
    "SUFFIXES",
    "Document",
    "Listing",
    "Selection",
    "attempt",
    "document",
    "find",
    "load",
    "load_one",
    "lost",
]
