"""Old and new policies in; for each of them whether the new one grants more, out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import NamedTuple, cast

from checker import cel, documents, kinds
from checker.documents import SUFFIXES, Document, Selection
from checker.iam.arn import CURRENT_VERSION
from checker.iam.containment import grants_beyond
from checker.iam.patterns import Undecided
from checker.iam.request import Request
from checker.iam.statement import Policy, policy
from checker.reader import Limits, git, parse, read_bytes
from checker.report import Access, Comparison
from checker.source import InputError, Json, Problem

GIT = "git:"
"""What a place begins with that is a commit: `git:REF`, or `git:REF:PATH`."""
_NOTHING = Policy(CURRENT_VERSION, ())


class Sides(NamedTuple):
    """Two places to compare, and globs of files that are no policies."""

    old: str
    new: str
    exclude: Sequence[str] = ()


def compare(sides: Sides, limits: Limits) -> Iterator[Comparison]:
    """Yield for every policy whether the new one grants what the old one did not, by path.

    A policy without an old one is compared with nothing; one that is gone grants nothing. Raises
    InputError where a place cannot be read at all.
    """
    old = dict(_found(sides.old, sides.new, sides.exclude, limits))
    new = dict(_found(sides.new, sides.old, sides.exclude, limits))
    if len(old) == len(new) == 1 and not (_is_tree(sides.old) or _is_tree(sides.new)):
        old = dict(zip(new, old.values(), strict=True))
    for key in sorted({*old, *new}):
        yield _compared(key, old.get(key), new.get(key))


def _compared(key: str, old: Document | None, new: Document | None) -> Comparison:
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


def _is_tree(place: str) -> bool:
    return place.startswith(GIT) or os.path.isdir(place)  # noqa: PTH112 - of any text


def _found(
    place: str, other: str, exclude: Sequence[str], limits: Limits
) -> Iterator[tuple[str, Document]]:
    """Yield the documents of a place by their path within it."""
    known = {kind.name: kind for kind in kinds.builtin()}
    if not place.startswith(GIT):
        selection = Selection([place], known, excluded=exclude)
        for document in documents.load(documents.find(selection), selection, limits):
            yield _key(document.path, place), document
        return
    ref, _, path = place.removeprefix(GIT).partition(":")
    path = path or other
    if path.startswith(GIT):
        raise InputError(Problem(place, "which path? write git:REF:PATH"))
    selection = Selection([], known, excluded=exclude)
    for name, content in git.files(ref, path, SUFFIXES):
        shown = f"{GIT}{ref}:{name}"
        try:
            document = documents.document(
                parse(read_bytes(shown, content, limits), limits), selection
            )
        except InputError as error:
            document = Document(shown, problems=error.problems)
        yield _key(name, path), document


def _key(name: str, place: str) -> str:
    try:
        return str(PurePath(name).relative_to(PurePath(place))) if name != place else name
    except ValueError:
        return name
