"""Finds the files of a run, and reads, recognises and validates the documents in them."""

from __future__ import annotations

from checker.documents.contents import Contents, Outcome
from checker.documents.document import Document
from checker.documents.listing import STDIN, Beside, Entry, Listing, find, names_in
from checker.documents.load import load, load_bytes, lost
from checker.documents.recognise import document
from checker.documents.selection import Selection

__all__ = [
    "STDIN",
    "Beside",
    "Contents",
    "Document",
    "Entry",
    "Listing",
    "Outcome",
    "Selection",
    "document",
    "find",
    "load",
    "load_bytes",
    "lost",
    "names_in",
]
