"""Lists the documents that a run would decide, and what it would not read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from checker import documents
from checker.documents import Document, Listing, Outcome, Selection, lost
from checker.reader import Limits
from checker.report import FileCounts, Found, Inventory
from checker.run.inputs import idle_globs, selection
from checker.settings import Settings
from checker.workers import decide_all, restrained
from checker.workers.job import PART, READING, Refused, never

Progress = Callable[[int, int], None]
"""Called with the number of files read so far, and the number of all files."""


def inventory(settings: Settings, progress: Progress = lambda _done, _all: None) -> Inventory:
    """Return the documents in the files of a run.

    A file that cannot be read is a document with a problem. Raises InputError if the configuration,
    a kind or a file of parameters cannot be used.
    """
    with restrained(settings.workers, "the list of policies"):
        chosen = selection(settings)
        listing = documents.find(chosen, settings.root, settings.limits)
        idle = idle_globs(listing, settings)
    work = _Work(listing, chosen, settings.limits)
    read: list[_Read] = []
    for each in decide_all(work, settings.workers):
        read.append(each)
        progress(len(read), work.size)
    # INVARIANT: a file that was lost during the run must not count as one without a document.
    if len(read) != work.size:
        message = f"{len(read)} of {work.size} files were read"
        raise RuntimeError(message)
    return Inventory(
        tuple(found for each in read for found in each.found),
        FileCounts(
            read=len(read),
            without=sum(each.outcome is Outcome.NONE for each in read),
            mentioned=tuple(each.file for each in read if each.outcome is Outcome.MENTIONED),
            unread=tuple(each.file for each in read if each.outcome is Outcome.UNREAD),
            excluded=listing.excluded,
            ignored=listing.ignored,
            idle_globs=idle,
        ),
        settings.config.input,
        settings.strict,
    )


class _Read(NamedTuple):
    """The outcome of one file, and its documents."""

    file: str
    outcome: Outcome
    found: tuple[Found, ...]


class _Work(NamedTuple):
    """The work of a run: every document of every file of a listing."""

    listing: Listing
    selection: Selection
    limits: Limits

    @property
    def advice(self) -> str:
        """Return what to simplify, for the message about a file that takes too long."""
        return "the file"

    @property
    def size(self) -> int:
        """Return the number of files."""
        return self.listing.size

    def decide(self, index: int, refused: Refused = never) -> _Read:
        """List the documents of the file at `index`. Each document is one stage."""
        name = self.listing.name(index)
        if reason := refused(READING):
            return _Read(name, Outcome.DOCUMENTS, (_found(lost(name, reason)),))
        contents = documents.load(index, self.listing, self.selection, self.limits)
        found = tuple(_listed(contents.documents, refused))
        return _Read(name, Outcome.DOCUMENTS if found else contents.otherwise, found)


def _listed(every: Iterable[Document], refused: Refused) -> Iterator[Found]:
    for each in every:
        refused(PART)
        yield _found(each)


def _found(document: Document) -> Found:
    reading = document.reading
    return Found(
        document.file,
        document.part,
        document.source,
        document.kind.name if document.kind else "",
        document.when,
        reading.locate(()) if reading and not document.problems else None,
        tuple(document.unknowns.items()),
        document.assumed,
        document.problems,
    )
