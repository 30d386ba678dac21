"""Finds the documents in a template, each in every way in which it may be rendered."""

from __future__ import annotations

from collections.abc import Iterator

from checker.documents.document import Document
from checker.documents.recognise import document, recognised
from checker.documents.selection import Selection
from checker.documents.unread import in_a_document
from checker.problems import InputError
from checker.reader import Limits, Reading
from checker.sources import cloudformation, wrapped
from checker.sources.cloudformation.sections import Template
from checker.sources.part import Refused


def template_documents(
    reading: Reading, part: str, mapped: str, selection: Selection, limits: Limits
) -> Iterator[Document] | None:
    """Return the policies in a CloudFormation template; None if the reading is none.

    The arguments are those of `parts.documents_of`. If a statement belongs to none of the policies,
    there is a broken document for it.
    """
    template = cloudformation.template(reading)
    if template is None:
        return None
    own = recognised(reading.data, selection, reading.source.path) or mapped
    return None if own else _documents(template, part, selection, limits)


def _documents(
    template: Template, part: str, selection: Selection, limits: Limits
) -> Iterator[Document]:
    reading = template.reading
    path = reading.source.path
    taken = list(cloudformation.unlike(template))
    for place, found in cloudformation.parts(
        template, limits, selection.given, selection.is_elsewhere
    ):
        taken.append(place)
        for each in found:
            if isinstance(each, Refused):
                yield Document(path, None, reading, each.problems, part + each.name)
            else:
                yield document(each.reading, selection, each.kind, part + each.name, each)
    for route, nested in cloudformation.nested(template, limits):
        taken.append(route)
        address = cloudformation.address(template, route)
        if isinstance(nested, InputError):
            yield Document(path, None, reading, nested.problems, part + address)
            continue
        yield from _documents(nested, f"{part}{address}.", selection, limits)
    left = wrapped.unread(reading, taken)
    if left is not None:
        yield Document(path, None, reading, (in_a_document(reading, left),), part)
