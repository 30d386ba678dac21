"""Finds the documents in a file of Terraform, each in every way in which it may be rendered."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path

from checker.documents.document import Document
from checker.documents.listing import Beside, Entry, Listing
from checker.documents.recognise import document
from checker.documents.selection import Selection
from checker.documents.unread import in_a_template
from checker.problems import InputError
from checker.reader import Limits, read_bytes
from checker.sources import look
from checker.sources.parameter_files import Given
from checker.sources.part import Refused
from checker.sources.suffixes import is_terraform
from checker.sources.terraform import Repository
from checker.sources.terraform.storage import Disk, Held, Storage

_LAST: list[tuple[object, tuple[Limits, str, Given], Repository]] = []
"""What was read last: the files of one run depend on the same others."""


def terraform_documents(
    entry: Entry, data: bytes, listing: Listing | Beside, selection: Selection, limits: Limits
) -> Iterator[Document]:
    """Yield the policies that stand in a file of Terraform.

    `listing` has the files of the run, whose modules may call those of this file. If a statement
    belongs to none of the policies, there is a broken document for it. A file that shows no policy
    and cannot be read has none.
    """
    repository, name = _repository(entry, data, listing, selection, limits)
    try:
        file = repository.file(name)
        if file.source.sha256 != read_bytes(entry.name, data, limits).sha256:
            _LAST.clear()
            repository, name = _repository(entry, data, listing, selection, limits)
            file = repository.file(name)
    except InputError as error:
        if look.may_be_policy(data) or look.statement_in_bytes([data]):
            raise InputError(*(each._replace(path=entry.name) for each in error.problems)) from None
        return
    found = repository.parts(name)
    for each in found:
        if isinstance(each, Refused):
            yield Document(entry.name, None, None, each.problems, each.name)
            continue
        part = each
        bounding = repository.boundary_name(name, each.name)
        if bounding is not None and not selection.is_elsewhere(bounding):
            part = each._replace(kind="aws-permissions-boundary", inferred=True)
        yield document(part.reading, selection, part.kind or entry.kind, part.name, part)
    left = repository.left(name)
    if left is not None:
        yield Document(entry.name, problems=(in_a_template(*left),))


def is_rendered(
    entry: Entry, listing: Listing | Beside, selection: Selection, limits: Limits
) -> bool:
    """Return whether the policies of a template are those that a file of Terraform makes of it."""
    if isinstance(listing, Listing) and entry.path in listing.texts:
        return False
    repository, name = _repository(entry, b"", listing, selection, limits)
    return repository.renders(name)


def _repository(
    entry: Entry, data: bytes, listing: Listing | Beside, selection: Selection, limits: Limits
) -> tuple[Repository, str]:
    """Return the repository of a file, and the name of the file in it."""
    if not isinstance(listing, Listing):
        return _at_hand(entry, data, listing, selection, limits)
    if entry.path in listing.texts:
        name = posixpath.basename(entry.name)
        prefix = entry.name[: len(entry.name) - len(name)]
        held = Held({name: data}, prefix)
        return Repository(held, [name], limits, selection.given), name
    root, name, prefix = _root(entry)
    key = limits, root, selection.given
    if not (_LAST and _LAST[0][0] is listing and _LAST[0][1] == key):
        names = [each.name for each in listing.files if is_terraform(each.name)]
        storage: Storage = Disk(root, prefix)
        repository = Repository(storage, names, limits, selection.given)
        _LAST[:] = [(listing, key, repository)]
    return _LAST[0][2], name


def _at_hand(
    entry: Entry, data: bytes, beside: Beside, selection: Selection, limits: Limits
) -> tuple[Repository, str]:
    """Return the repository of files that are at hand, such as those of a commit."""
    name = beside.name or posixpath.basename(entry.name)
    prefix = entry.name.removesuffix(name)
    key = limits, prefix, selection.given
    if not beside.files:
        return Repository(Held({name: data}, prefix), [name], limits, selection.given), name
    if not (_LAST and _LAST[0][0] is beside.files and _LAST[0][1] == key):
        held = Held(beside.files, prefix)
        repository = Repository(held, list(beside.files), limits, selection.given)
        _LAST[:] = [(beside.files, key, repository)]
    return _LAST[0][2], name


def _root(entry: Entry) -> tuple[str, str, str]:
    """Return the root of the repository, the name of a file in it, and what stands before names.

    A file that is not below the root of the run has its own directory as its root.
    """
    path = Path(entry.path)
    folder = path.parent.resolve()
    real = (folder / path.name).as_posix()
    if real.endswith("/" + entry.name):
        return real[: -len(entry.name)], entry.name, ""
    above = posixpath.dirname(entry.name)
    return str(folder), path.name, above
