"""Finds the documents in a reading: the whole of it, or the policies that it wraps."""

from __future__ import annotations

from collections.abc import Iterator

from checker.documents.document import Document
from checker.documents.recognise import document, recognised
from checker.documents.selection import Selection
from checker.kinds import Kind
from checker.problems import InputError
from checker.reader import Limits, Reading


def documents_of(
    reading: Reading, part: str, mapped: str, selection: Selection, limits: Limits
) -> Iterator[Document]:
    """Yield the documents in one JSON text or YAML document of a file.

    `part` is the address of that text in the file. `mapped` is the kind that a glob maps the file
    to, or empty. If a statement belongs to none of the documents, there may be a policy that is not
    checked, so a broken document is yielded for it.
    """
    inside = _of_resources(reading, part, mapped, selection, limits)
    if inside is not None:
        yield from inside
        return
    try:
        is_whole = bool(recognised(reading.data, selection, reading.source.path))
    except InputError as error:
        yield Document(reading.source.path, None, reading, error.problems, part)
        return
    if is_whole or (mapped and not _is_policy(mapped, selection)):
        found = document(reading, selection, mapped, part)
        yield found
        # A document of a kind of the user's own may wrap a policy, too.
        if found.kind is not None and found.kind.own:
            from checker.documents.inner import wrapped_documents  # noqa: PLC0415 - as below

            yield from wrapped_documents(reading, part, selection, limits)
        return
    from checker.documents.inner import inner_documents  # noqa: PLC0415 - most files are policies

    yield from inner_documents(reading, part, mapped, selection, limits)


_RESOURCES = (
    *("Resources", "service", "resource_changes"),
    *("UserDetailList", "GroupDetailList", "RoleDetailList", "apiVersion"),
)
"""Keys of which a file has one if its resources hold the policies."""


def _of_resources(
    reading: Reading, part: str, mapped: str, selection: Selection, limits: Limits
) -> Iterator[Document] | None:
    """Return the policies in the resources of a file; None if it is a file of another type."""
    if not isinstance(reading.data, dict) or reading.data.keys().isdisjoint(_RESOURCES):
        return None
    if "Resources" in reading.data:
        from checker.documents.templates import template_documents  # noqa: PLC0415 - as below

        found = template_documents(reading, part, mapped, selection, limits)
        if found is not None:
            return found
    from checker.documents.embedding import embedding_documents  # noqa: PLC0415 - as below

    return embedding_documents(reading, part, mapped, selection, limits)


def _is_policy(kind: str, selection: Selection) -> bool:
    """Say whether a kind is a kind of policy. Only policies can be wrapped in other documents."""
    return any(selection.kinds[kind].belongs_to(each.name) for each in _certain(selection))


def _certain(selection: Selection) -> Iterator[Kind]:
    return (kind for kind in selection.kinds.values() if kind.certain)
