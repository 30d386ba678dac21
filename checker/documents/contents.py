"""Defines what reading a file can give: documents, nothing, or text that shows a policy."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from checker.documents.document import Document


class Outcome(StrEnum):
    """The outcome of reading a file.

    A file that may hold a policy but cannot be read has a broken document.
    """

    DOCUMENTS = "documents"
    """The file holds documents; some of them may be broken."""
    NONE = "none"
    """The file holds no document."""
    MENTIONED = "mentioned"
    """The file is prose or program text that shows a policy statement."""
    UNREAD = "unread"
    """The file shows a policy statement, but files with its extension are not read."""


class Contents(NamedTuple):
    """The contents of a file. `documents` can be iterated over only once."""

    documents: Iterable[Document] = ()
    otherwise: Outcome = Outcome.NONE
    """The outcome if there are no documents."""
