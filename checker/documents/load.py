"""Reads the files of a listing into documents, with a broken document for every failure."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from io import BytesIO
from itertools import chain
from typing import NamedTuple

from checker.documents.addresses import distinct
from checker.documents.contents import Contents, Outcome
from checker.documents.document import Document
from checker.documents.listing import Beside, Entry, Listing
from checker.documents.parts import documents_of
from checker.documents.selection import Selection
from checker.problems import InputError, Problem, Source
from checker.reader import (
    Limits,
    Reading,
    is_json,
    read_bytes,
    read_chunks,
    read_raw,
)
from checker.sources import lines, plain, template_files
from checker.sources.suffixes import Role, is_terraform, role, suffix

_HEAD = 4096
"""The number of bytes at the start of a file among which a zero byte shows that it is not text."""


def load(
    index: int,
    listing: Listing,
    selection: Selection,
    limits: Limits,
    *,
    must_read: bool = False,
) -> Contents:
    """Return the contents of the file or problem at an index of a listing.

    A file that cannot be read is a broken document. If it must be read, as a file that the user
    names, that is so even if it does not look like a policy.
    """
    if index < len(listing.problems):
        problem = listing.problems[index]
        return Contents([Document(problem.path, problems=(problem,))])
    entry = listing.files[index - len(listing.problems)]
    selection = replace(selection, is_elsewhere=partial(_is_elsewhere, listing, entry.path, limits))
    if must_read:
        entry = entry._replace(named=True)
    if (text := listing.texts.get(entry.path)) is not None:
        read = partial(_at_hand, entry.name, text)
        return Contents(_guarded(entry.name, _of_text(entry, read, selection, limits)))
    file = _File(
        entry,
        lambda: read_raw(entry.path, limits, entry.name),
        lambda: lines.read_lines(entry.path, limits, entry.name),
        listing,
    )
    return _contents(file, selection, limits)


def _is_elsewhere(listing: Listing, path: str, limits: Limits, text: str) -> bool:
    """Return whether another file of a listing than that at `path` has a text, or is not read."""
    wanted = text.encode()
    for entry in listing.files:
        if entry.path == path or role(entry.name) in {Role.OTHER, Role.PROSE}:
            continue
        try:
            known = listing.texts.get(entry.path)
            data = read_raw(entry.path, limits, entry.name) if known is None else known
        except InputError:
            continue  # it is an error of its own
        if isinstance(data, bytes) and wanted in data:
            return True
    return False


def load_bytes(  # noqa: PLR0913 - as of `load`
    entry: Entry,
    data: bytes,
    selection: Selection,
    limits: Limits,
    *,
    must_read: bool = False,
    beside: Beside | None = None,
) -> Contents:
    """Return the contents of a file whose bytes are known, as `load` does."""
    if must_read:
        entry = entry._replace(named=True)
    file = _File(entry, lambda: data, lambda: BytesIO(data), beside or Beside("", {}))
    return _contents(file, selection, limits)


class _File(NamedTuple):
    """A file that has not been read yet. It can be read as a whole or line by line."""

    entry: Entry
    read: Callable[[], bytes]
    lines: Callable[[], Iterable[bytes]]
    beside: Listing | Beside
    """The files of the run."""


def _contents(file: _File, selection: Selection, limits: Limits) -> Contents:
    entry, kind = file.entry, role(file.entry.name)
    if is_terraform(entry.name):
        documents = _of_terraform(file, selection, limits)
    elif kind is Role.LINES:
        documents = _of_lines(file, selection, limits)
    elif kind is Role.PLAIN or entry.kind:
        documents = _of_text(entry, file.read, selection, limits)
    elif kind is Role.TEMPLATE:
        documents = _of_template(file, selection, limits)
    else:
        return _of_other(entry, is_prose=kind is Role.PROSE)
    return Contents(_guarded(entry.name, documents))


def lost(name: str, message: str) -> Document:
    """Return the broken document for a file that could not be read at all."""
    return Document(name, problems=(Problem(name, message),))


def _at_hand(name: str, text: bytes | Problem) -> bytes:
    if isinstance(text, Problem):
        raise InputError(text)
    # INVARIANT: empty input, as from a program that failed, never passes the gate.
    if not text.strip():
        raise InputError(Problem(name, "the text is empty: expected a document"))
    return text


def _guarded(name: str, documents: Iterator[Document]) -> Iterator[Document]:
    """Yield documents, and a broken one if an exception ends them early."""
    try:
        yield from documents
    except InputError as error:
        yield Document(error.problems[0].path, problems=error.problems)
        return
    except MemoryError:
        message = "not enough memory to read it: split it, or raise --max-memory"
    except Exception as error:  # noqa: BLE001 - our own mistake must not hide other documents
        message = f"internal error, please report it: {error!r}"
    else:
        return
    # Only here has the memory of what was read been released: the exception referred to it.
    yield lost(name, message)


def _of_text(
    entry: Entry, read: Callable[[], bytes], selection: Selection, limits: Limits
) -> Iterator[Document]:
    """Yield the documents of a JSON or YAML file.

    A file that is neither named nor mapped to a kind, and that does not look like a policy, holds
    no documents, even if it cannot be read.
    """
    must_read = entry.named or bool(entry.kind) or selection.looks_at_data
    data = read()
    _refuse_pointer(entry.name, data)
    must_read = must_read or len(data) > limits.max_bytes
    attaches = template_files.may_attach(data)
    parses = must_read or selection.parses_all or _STATEMENT in data or attaches
    parses = parses or template_files.may_hide(data)
    if not (parses or _looks_like_policy(entry.name, data, limits)):
        return
    source = None
    try:
        source = read_bytes(entry.name, data, limits)
        readings = _readings(source, data, limits)
    except InputError as error:
        from checker.documents.unread import explained  # noqa: PLC0415 - only for a fault
        from checker.sources import look  # noqa: PLC0415 - as above

        must_read = must_read or attaches
        if must_read or look.may_be_policy(data) or look.statement_in_bytes([data]):
            raise (explained(error, source) if source else error) from None
        return
    yield from distinct(
        document
        for number, reading in enumerate(readings, 1)
        for document in documents_of(
            reading, f"#{number}" if len(readings) > 1 else "", entry.kind, selection, limits
        )
    )


def _readings(source: Source, data: bytes, limits: Limits) -> list[Reading]:
    """Return the readings of a file, which are those of a template if it is one."""
    found: list[Reading] = []
    if not is_json(source):
        found = template_files.readings(source, data, limits) or _objects(source, data, limits)
    return found or plain.readings(source, limits)


def _objects(source: Source, data: bytes, limits: Limits) -> list[Reading]:
    """Return the readings of Kubernetes objects in YAML; none if they cannot be read as such."""
    if b"apiVersion" not in data:
        return []
    from checker.reader.reading import parse_dialect  # noqa: PLC0415 - few files have objects
    from checker.sources.kubernetes import YAML, is_object  # noqa: PLC0415 - as above

    try:
        found = parse_dialect(source, limits, YAML)
    except InputError:
        return []
    return found if any(is_object(each.data) for each in found) else []


_STATEMENT = b"tatement"
"""A word that nearly every policy contains. A file that contains it is parsed at once."""


def _shows_plan(data: bytes) -> bool:
    """Return whether bytes may be a Terraform plan that changes something.

    INVARIANT: a plan in which no policy is known yet is read.
    """
    return b'"resource_changes"' in data and b'"after_unknown"' in data


def _looks_like_policy(name: str, data: bytes, limits: Limits) -> bool:
    """Return whether a file without the plain word `Statement` may be or contain a policy."""
    from checker.sources import look  # noqa: PLC0415 - most policies contain the word

    if _shows_plan(data):
        return True
    if not look.may_show(data):
        return False
    try:
        text = read_bytes(name, data, limits).text
    except InputError:
        return look.statement_in_bytes([data])
    if look.policy(text) or look.statement(text) is not None:
        return True
    return look.may_be_policy(data)


def _of_lines(file: _File, selection: Selection, limits: Limits) -> Iterator[Document]:
    """Yield the documents of a file of JSON Lines, one line at a time."""
    entry, raw = file.entry, iter(file.lines())
    first = next(raw, b"")
    _refuse_pointer(entry.name, first)
    raw = chain((first,), raw)
    if not (entry.named or entry.kind or selection.parses_all):
        raw = (line if _may_hold(line, limits) else b"\n" for line in raw)
    for number, reading in lines.readings(entry.name, raw, limits):
        part = f":{number}"
        if isinstance(reading, InputError):
            yield Document(entry.name, problems=reading.problems, part=part)
        else:
            yield from documents_of(reading, part, entry.kind, selection, limits)


def _may_hold(line: bytes, limits: Limits) -> bool:
    """Say whether a line may hold a policy or is too long to tell."""
    from checker.sources import look  # noqa: PLC0415 - few files are JSON Lines

    if len(line) > limits.max_bytes or (b"\0" in line and look.statement_in_bytes([line])):
        return True
    if _shows_plan(line):
        return True
    if not look.may_show(line):
        return False
    text = line.decode("utf-8", "replace")
    return look.policy(text) or look.statement(text) is not None


def _of_template(file: _File, selection: Selection, limits: Limits) -> Iterator[Document]:
    """Yield the documents of a template of CloudFormation, which may have any extension.

    A template that a file of Terraform renders has none of its own. Of another one that shows a
    statement, there is a broken document: those are not read yet.
    """
    entry = file.entry
    data = file.read()
    _refuse_pointer(entry.name, data)
    if _is_binary(data) and not suffix(entry.name):
        return
    from checker.documents.unread import in_a_template  # noqa: PLC0415 - few files are templates
    from checker.sources import look  # noqa: PLC0415 - as above

    attaches = template_files.may_attach(data)
    if not attaches and not look.may_show(data) and len(data) <= limits.max_bytes:
        return
    try:
        source = read_bytes(entry.name, data, limits)
    except InputError:
        if len(data) > limits.max_bytes or look.statement_in_bytes([data]):
            raise
        return
    place = look.statement(source.text)
    if place is None and not attaches:
        return
    found = template_files.readings(source, data, limits)
    if not found and place is not None:
        if suffix(entry.name) and _is_rendered(file, selection, limits):
            return
        yield Document(entry.name, problems=(in_a_template(source, place),))
    elif not found:
        yield lost(entry.name, "it attaches managed policies, but is no valid template: mend it")
    for number, reading in enumerate(found, 1):
        part = f"#{number}" if len(found) > 1 else ""
        yield from documents_of(reading, part, entry.kind, selection, limits)


def _is_rendered(file: _File, selection: Selection, limits: Limits) -> bool:
    """Return whether a file of Terraform makes policies of a template."""
    if isinstance(file.beside, Beside):
        names = list(file.beside.files)
    else:
        names = [each.name for each in file.beside.files]
    if not any(map(is_terraform, names)):
        return False
    from checker.documents.terraform import is_rendered  # noqa: PLC0415 - few templates are used

    return is_rendered(file.entry, file.beside, selection, limits)


_POLICY = b"polic"
"""A word in the type or the argument of each resource of Terraform that holds a policy."""


def _of_terraform(file: _File, selection: Selection, limits: Limits) -> Iterator[Document]:
    """Yield the documents of a file of Terraform, which depends on others of the run."""
    entry = file.entry
    data = file.read()
    _refuse_pointer(entry.name, data)
    from checker.sources import look  # noqa: PLC0415 - few files are of Terraform

    if len(data) > limits.max_bytes:
        read_bytes(entry.name, data, limits)  # raises the error for a file that is too large
    if not (look.may_show(data) or _POLICY in data):
        return
    from checker.documents.terraform import terraform_documents  # noqa: PLC0415 - as above

    yield from terraform_documents(entry, data, file.beside, selection, limits)


def _of_other(entry: Entry, *, is_prose: bool) -> Contents:
    """Return the contents of prose, program text or a file with an unknown extension.

    The file is only searched for a statement, and holds no valid documents.
    """
    try:
        shows = _shows_statement(read_chunks(entry.path, entry.name), is_prose=is_prose)
    except InputError as error:
        if entry.named:
            return Contents([Document(entry.name, problems=error.problems)])
        return Contents((), Outcome.NONE if is_prose else Outcome.UNREAD)
    if not shows:
        return Contents()
    # INVARIANT: a policy that the user asks to check, and that is not checked, fails the gate.
    if entry.named:
        message = "the file shows a policy, but files with its extension are not read: expected"
        return Contents([lost(entry.name, f"{message} .json, .yaml, .yml, .jsonl or .ndjson")])
    return Contents((), Outcome.MENTIONED if is_prose else Outcome.UNREAD)


def _shows_statement(chunks: Iterator[bytes], *, is_prose: bool) -> bool:
    """Say whether a file shows a statement. A file that is not text shows none."""
    first = next(chunks, b"")
    second = next(chunks, b"")
    if _is_binary(first):
        return False
    from checker.sources import look  # noqa: PLC0415 - not needed for policies in JSON or YAML

    # Most files are one chunk, and a quick look shows that they hold no statement.
    may_show = look.may_mention if is_prose else look.may_show
    if not second and not may_show(first):
        return False
    shows = look.mentioned if is_prose else look.statement_in_bytes
    return shows(chain((first, second), chunks))


def _refuse_pointer(name: str, data: bytes) -> None:
    """Raise InputError if a file stands for another one, whose content is not here.

    https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
    """
    if data.startswith(b"version https://git-lfs.github.com/spec/"):
        message = "the file is a pointer of Git LFS: fetch its content with `git lfs pull`"
        raise InputError(Problem(name, message))


def _is_binary(data: bytes) -> bool:
    """Return whether the start of a file shows that it is not text.

    A zero byte shows that, unless the file starts with a UTF-16 byte order mark.
    """
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return b"\0" in data[:_HEAD] and not is_utf16
