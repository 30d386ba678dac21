"""Old and new policies in; for each of them whether the new one grants more, out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import NamedTuple, cast

from checker import cel, documents, kinds
from checker.documents import SUFFIXES, Document, Listing, Selection
from checker.iam.arn import CURRENT_VERSION
from checker.iam.containment import grants_beyond
from checker.iam.patterns import Undecided
from checker.iam.request import Request
from checker.iam.statement import Policy, policy
from checker.reader import SCHEME, Limits, display_path, git, parse, read_bytes, walk
from checker.report import Access, Comparison
from checker.source import InputError, Json, Problem

_NOTHING = Policy(CURRENT_VERSION, ())
_ITSELF = "."
"""The path within a place that is one file."""
_LINK = "a symbolic link: put the file itself there, or leave it out with --exclude"


class Sides(NamedTuple):
    """Two places to compare, and globs of files that are no policies."""

    old: str
    new: str
    exclude: Sequence[str] = ()


def compare(sides: Sides, limits: Limits) -> Iterator[Comparison]:
    """Yield for every policy whether the new one grants what the old one did not, by path.

    A policy without an old one is compared with nothing; one that is gone grants nothing. Raises
    InputError where a place cannot be read at all, or a file is compared with a directory.
    """
    old = dict(_found(sides.old, sides.new, sides.exclude, limits))
    new = dict(_found(sides.new, sides.old, sides.exclude, limits))
    if (_ITSELF in old) is not (_ITSELF in new):
        file = (old if _ITSELF in old else new)[_ITSELF]
        message = f"cannot compare `{sides.old}` with it: one is a file, one a directory"
        raise InputError(*(file.problems or (Problem(sides.new, message),)))
    for key in sorted({*old, *new}):
        yield _compared(key, old.get(key), new.get(key))


def _compared(key: str, old: Document | None, new: Document | None) -> Comparison:
    if key == _ITSELF and new is not None:
        key = new.path
    for document in (old, new):
        if document is not None and document.problems:
            return Comparison(key, Access.UNDECIDED, problems=document.problems)
    if new is None:
        return Comparison(key, Access.GONE)
    try:
        with cel.budget():
            found = grants_beyond(_policy(new), _policy(old) if old else _NOTHING)
    except (Undecided, cel.EvaluationError) as error:
        return Comparison(key, Access.UNDECIDED, problems=(Problem(new.path, str(error)),))
    if found is None:
        return Comparison(key, Access.SAME_OR_LESS)
    return Comparison(key, Access.MORE, _described(found))


def _policy(document: Document) -> Policy:
    return policy(cast("dict[str, Json]", document.data))


def _described(found: Request) -> tuple[tuple[str, str], ...]:
    """Return a request as pairs of a word and what it is about."""
    by = [("by", found.principal.partition(":")[2] or "anyone")] if found.principal else []
    context = [
        ("with", f"{key} = {' and '.join(values)}") if values else ("without", key)
        for key, values in sorted(found.context.items())
    ]
    return (("may", found.action), ("on", found.resource), *by, *context)


def _found(
    place: str, other: str, exclude: Sequence[str], limits: Limits
) -> Iterator[tuple[str, Document]]:
    """Yield the documents of a place by their path within it."""
    selection = Selection([place], {kind.name: kind for kind in kinds.builtin()})
    if place.startswith(SCHEME):
        yield from _committed(place, other, exclude, selection, limits)
        return
    if not os.path.isdir(place):  # noqa: PTH112 - of any text, also with NUL
        for document in documents.load(documents.find(selection), selection, limits):
            yield _ITSELF, document
        return
    walked = walk(place, SUFFIXES)
    # INVARIANT: no link hides what replaced a policy, so that all links are refused here.
    listing = Listing(
        files=tuple(_kept((each for each in walked.files if each not in walked.links), exclude)),
        problems=(
            *walked.problems,
            *(Problem(display_path(each), _LINK) for each in _kept(walked.links, exclude)),
        ),
    )
    for document in documents.load(listing, selection, limits):
        if document.path == display_path(place):
            raise InputError(*document.problems)
        yield _within(document.path, display_path(place)), document


def _committed(
    place: str, other: str, exclude: Sequence[str], selection: Selection, limits: Limits
) -> Iterator[tuple[str, Document]]:
    ref, _, path = place.removeprefix(SCHEME).partition(":")
    path = path or other
    if path.startswith(SCHEME):
        raise InputError(Problem(place, "which path? write git:REF:PATH"))
    path = os.path.relpath(path)
    for name, content in git.files(ref, path, SUFFIXES):
        if any(_kept([name], exclude)):
            shown = display_path(f"{SCHEME}{ref}:{name}")
            yield _within(name, path), _parsed(shown, content, selection, limits)


def _parsed(path: str, content: bytes | Problem, selection: Selection, limits: Limits) -> Document:
    if isinstance(content, Problem):
        return Document(path, problems=(content,))
    try:
        return documents.document(parse(read_bytes(path, content, limits), limits), selection)
    except InputError as error:
        return Document(path, problems=error.problems)


def _kept(paths: Iterable[str], exclude: Sequence[str]) -> Iterator[str]:
    for path in paths:
        if not any(fnmatchcase(display_path(path), glob) for glob in exclude):
            yield path


def _within(name: str, place: str) -> str:
    return display_path(str(PurePath(name).relative_to(place)))
