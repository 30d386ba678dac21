"""Gives the documents of a file addresses that tell them apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checker.documents.document import Document


def distinct(documents: Iterable[Document]) -> Iterator[Document]:
    """Yield documents, with a number added to the address of one that an earlier one has.

    Two objects of Kubernetes, for example, may have one name. Documents of one part that are made
    in different cases of a template keep their address.
    """
    seen: dict[str, int] = {}
    last = ""
    for document in documents:
        part = document.part
        if document.kind is not None and part:
            if part in seen and not (document.when and part == last):
                document.part = _next(part, seen)
            seen.setdefault(document.part, 1)
            last = part
        yield document


def _next(part: str, seen: dict[str, int]) -> str:
    """Return a part with the next number; `seen` are the parts, with the last number of each."""
    while True:
        seen[part] += 1
        if (found := f"{part}#{seen[part]}") not in seen:
            return found
