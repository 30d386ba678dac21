"""Finds the policies in a document that wraps them, and statements that belong to none of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.documents.document import Document
from checker.documents.own_files import own_parts
from checker.documents.recognise import document
from checker.documents.selection import Selection
from checker.documents.unread import in_a_document
from checker.problems import InputError
from checker.reader import Limits, Reading
from checker.sources import wrapped
from checker.sources.part import Part


def inner_documents(
    reading: Reading, part: str, mapped: str, selection: Selection, limits: Limits
) -> Iterator[Document]:
    """Yield the policies in a document that is not a policy itself.

    The arguments and the result are those of `parts.documents_of`.
    """
    found = wrapped.parts(reading, limits)
    if mapped and not found:
        yield document(reading, selection, mapped, part)
        return
    yield from _wrapped(found, reading, part, mapped, selection)
    inner = [each.reading.origin for each in found if not isinstance(each, InputError)]
    if len(inner) < len(found):
        return
    taken = [*inner, *own_parts(reading.data, reading.source.path)]
    more = list(wrapped.elsewhere(reading, taken, limits))
    yield from _wrapped(more, reading, part, mapped, selection)
    if any(isinstance(each, InputError) for each in more):
        return
    taken += [each.reading.origin for each in more if isinstance(each, Part)]
    place = wrapped.unread(reading, taken)
    if place is not None:
        yield Document(reading.source.path, None, reading, (in_a_document(reading, place),), part)


def wrapped_documents(
    reading: Reading, part: str, selection: Selection, limits: Limits
) -> Iterator[Document]:
    """Yield only the policies in well-known wrappers, and a broken document for those in error."""
    yield from _wrapped(wrapped.parts(reading, limits), reading, part, "", selection)


def _wrapped(
    found: Sequence[Part | InputError],
    reading: Reading,
    part: str,
    mapped: str,
    selection: Selection,
) -> Iterator[Document]:
    errors = [each for each in found if isinstance(each, InputError)]
    if errors:
        problems = tuple(problem for refused in errors for problem in refused.problems)
        yield Document(reading.source.path, None, reading, problems, part)
    for each in found:
        if not isinstance(each, InputError):
            yield document(each.reading, selection, mapped or each.kind, part + each.name, each)
