"""Defines what a file holds: documents, nothing, or text that shows a policy."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from checker.documents.document import Document


class Outcome(StrEnum):
    """What became of a file.

    A file that may hold a policy and could not be read is one whose document is broken.
    """

    DOCUMENTS = "documents"
    """It holds documents, of which some may be broken."""
    NONE = "none"
    """It holds no document."""
    MENTIONED = "mentioned"
    """It is prose or program text that shows a statement."""
    UNREAD = "unread"
    """It shows a statement, and nothing is known of files with its extension."""


class Contents(NamedTuple):
    """What a file holds. Its documents may be read one at a time, and only once."""

    documents: Iterable[Document] = ()
    otherwise: Outcome = Outcome.NONE
    """What became of the file if it holds no document."""
