"""Finds the documents in files whose resources hold policies, such as a Terraform plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from checker.documents.document import Document
from checker.documents.recognise import document, recognised
from checker.documents.selection import Selection
from checker.problems import Json
from checker.reader import Limits, Reading
from checker.sources import account, effective, kubernetes, plan
from checker.sources.part import Part, Refused

Parts = Callable[[Reading, Limits], Iterable[Part | Refused]]


def embedding_documents(
    reading: Reading, part: str, mapped: str, selection: Selection, limits: Limits
) -> Iterator[Document] | None:
    """Return the policies in the resources of a file; None if no source knows the file.

    The arguments are those of `parts.documents_of`.
    """
    parts = _source(reading.data)
    if parts is None:
        return None
    own = recognised(reading.data, selection, reading.source.path) or mapped
    return None if own else _documents(parts(reading, limits), reading, part, selection)


def _form(data: Json) -> str:
    """Return how a file holds its policies, in words."""
    if plan.is_plan(data):
        return "a Terraform plan"
    return "a dump of an account" if account.is_dump(data) else "a Kubernetes object"


def _source(data: Json) -> Parts | None:
    """Return what finds the policies of a file with some data."""
    if plan.is_plan(data):
        return plan.parts
    if account.is_dump(data):
        return _of_account
    return kubernetes.parts if kubernetes.is_object(data) else None


def _of_account(reading: Reading, limits: Limits) -> Iterator[Part | Refused]:
    """Yield the policies of an account, and then what they allow together."""
    found = account.account(reading, limits)
    yield from account.policies(found)
    yield from effective.together(found)
    yield from account.left(found)


def _documents(
    found: Iterable[Part | Refused], reading: Reading, part: str, selection: Selection
) -> Iterator[Document]:
    path = reading.source.path
    # Objects of Kubernetes have names, wherever they stand in a file.
    before = "" if kubernetes.is_object(reading.data) else part
    form = _form(reading.data)
    for each in found:
        name = f"{before} {each.name}".strip() or part
        if isinstance(each, Refused):
            yield Document(path, None, reading, each.problems, name)
        else:
            yield document(each.reading, selection, each.kind, name, each._replace(source=form))
