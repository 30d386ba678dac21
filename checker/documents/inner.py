"""Finds the policies in a document that wraps them, and statements that belong to none of them."""

from __future__ import annotations

from collections.abc import Iterator

from checker.documents.document import Document
from checker.documents.own_files import is_own
from checker.documents.recognise import document
from checker.documents.selection import Selection
from checker.documents.unread import in_a_document
from checker.problems import InputError
from checker.reader import Limits, Reading
from checker.sources import wrapped


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
    errors = [each for each in found if isinstance(each, InputError)]
    inner = [each for each in found if not isinstance(each, InputError)]
    if errors:
        problems = tuple(problem for refused in errors for problem in refused.problems)
        yield Document(reading.source.path, None, reading, problems, part)
    for each in inner:
        yield document(each.reading, selection, mapped or each.kind, part + each.name)
    if errors or is_own(reading.data, reading.source.path):
        return
    place = wrapped.unread(reading, [each.reading.origin for each in inner])
    if place is not None:
        yield Document(reading.source.path, None, reading, (in_a_document(reading, place),), part)
