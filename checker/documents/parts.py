"""Finds the documents in what was read of a file: the whole, or what is wrapped in it."""

from __future__ import annotations

from collections.abc import Iterator

from checker.documents.document import Document
from checker.documents.own_files import is_own
from checker.documents.recognise import document, recognised
from checker.documents.selection import Selection
from checker.documents.unread import in_a_document
from checker.kinds import Kind
from checker.problems import InputError, Route
from checker.reader import Limits, Reading
from checker.sources import wrapped


def documents_of(
    reading: Reading, part: str, mapped: str, selection: Selection, limits: Limits
) -> Iterator[Document]:
    """Yield the documents in one JSON text or YAML document of a file, `part` of it.

    `mapped` is the kind that a glob gives to the file, or empty. A statement that belongs to no
    document is a broken document: a policy may stand there that was not decided.
    """
    try:
        is_whole = bool(recognised(reading.data, selection, reading.source.path))
    except InputError as error:
        yield Document(reading.source.path, None, reading, error.problems, part)
        return
    if is_whole or (mapped and not _is_policy(mapped, selection)):
        yield document(reading, selection, mapped, part)
        return
    taken: list[Route] = []
    for inner in wrapped.parts(reading, limits):
        taken.append(inner.route)
        address = f"{part}{inner.name}"
        if isinstance(inner.reading, InputError):
            yield Document(reading.source.path, problems=inner.reading.problems, part=address)
        else:
            yield document(inner.reading, selection, mapped or inner.kind, address)
    if mapped and not taken:
        yield document(reading, selection, mapped, part)
        return
    place = None if is_own(reading.data) else wrapped.unread(reading, taken)
    if place is not None:
        problem = in_a_document(reading, place)
        yield Document(reading.source.path, problems=(problem,), part=part)


def _is_policy(kind: str, selection: Selection) -> bool:
    """Say whether a kind is one of policies, which may stand wrapped in something else."""
    return any(selection.kinds[kind].belongs_to(each.name) for each in _certain(selection))


def _certain(selection: Selection) -> Iterator[Kind]:
    return (kind for kind in selection.kinds.values() if kind.certain)
