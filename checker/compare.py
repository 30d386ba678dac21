"""Old and new policies in; for each of them whether the new one grants more, out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial
from pathlib import PurePosixPath
from typing import NamedTuple, cast

from checker import cel, documents, kinds
from checker.documents import SUFFIXES, Document, Listing, Selection
from checker.iam.arn import CURRENT_VERSION
from checker.iam.containment import grants_beyond
from checker.iam.patterns import Undecided
from checker.iam.request import Request
from checker.iam.statement import Policy, policy
from checker.job import READING, Refused, never
from checker.reader import SCHEME, Limits, display_path, git, parse, read_bytes, walk
from checker.report import Access, Comparison
from checker.source import InputError, Json, Problem
from checker.workers import Workers, decide_all, restrained

_Read = Callable[[], Document]
_NOTHING = Policy(CURRENT_VERSION, ())
_ITSELF = "."
"""The path within a place that is one file."""
_LINK = "a symbolic link: put the file itself there, or leave it out with --exclude"


class Sides(NamedTuple):
    """Two places to compare, and globs of files that are no policies."""

    old: str
    new: str
    exclude: Sequence[str] = ()


def compare(sides: Sides, limits: Limits, workers: Workers | None = None) -> Iterator[Comparison]:
    """Yield for every policy whether the new one grants what the old one did not, by path.

    A policy without an old one is compared with nothing; one that is gone grants nothing. Without
    `workers` nothing bounds the time and memory that this takes. Raises InputError where a place
    cannot be read at all, or a file is compared with a directory.
    """
    with restrained(workers):
        pairs = _pairs(sides, limits)
    yield from decide_all(pairs, workers)


class _Pairs(NamedTuple):
    """Policies by their path within two places, and what reads each of them there."""

    place: str
    """Of the new ones, as it is shown."""
    paths: Sequence[str]
    old: Mapping[str, _Read]
    new: Mapping[str, _Read]

    @property
    def size(self) -> int:
        """Return how many pairs there are."""
        return len(self.paths)

    def decide(self, index: int, refused: Refused = never) -> Comparison:
        """Compare one pair: both are read, and then, as the one stage after that, compared."""
        path = self.paths[index]
        if reason := refused(READING):
            return _undecided(path, Problem(self.place if path == _ITSELF else path, reason))
        old, new = (read() if (read := side.get(path)) else None for side in (self.old, self.new))
        if path == _ITSELF and new is not None:
            path = new.path
        for document in (old, new):
            if document is not None and document.problems:
                return _undecided(path, *document.problems)
        if new is None:
            return Comparison(path, Access.GONE)
        if reason := refused(0):
            return _undecided(path, Problem(new.path, reason))
        return _compared(path, old, new)


def _pairs(sides: Sides, limits: Limits) -> _Pairs:
    old = dict(_found(sides.old, sides.new, sides.exclude, limits))
    new = dict(_found(sides.new, sides.old, sides.exclude, limits))
    if (_ITSELF in old) is not (_ITSELF in new):
        file = (old if _ITSELF in old else new)[_ITSELF]()
        message = f"cannot compare `{sides.old}` with it: one is a file, one a directory"
        raise InputError(*(file.problems or (Problem(sides.new, message),)))
    return _Pairs(display_path(sides.new), sorted({*old, *new}), old, new)


def _undecided(path: str, *problems: Problem) -> Comparison:
    return Comparison(path, Access.UNDECIDED, problems=problems)


def _compared(path: str, old: Document | None, new: Document) -> Comparison:
    try:
        with cel.budget():
            found = grants_beyond(_policy(new), _policy(old) if old else _NOTHING)
        if found is None:
            return Comparison(path, Access.SAME_OR_LESS)
        return Comparison(path, Access.MORE, _described(found))
    except (Undecided, cel.EvaluationError) as error:
        message = str(error)
    except MemoryError:
        message = "not enough memory to compare it: split it, or raise --max-memory"
    except Exception as error:  # noqa: BLE001 - our own mistake must not hide other comparisons
        message = f"internal error, please report it: {error!r}"
    return _undecided(path, Problem(new.path, message))


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
) -> Iterator[tuple[str, _Read]]:
    """Yield what reads the documents of a place by their path within it."""
    selection = Selection([place], {kind.name: kind for kind in kinds.builtin()})
    if place.startswith(SCHEME):
        yield from _committed(place, other, exclude, selection, limits)
        return
    if not os.path.isdir(place):  # noqa: PTH112 - of any text, also with NUL
        listing = documents.find(selection, limits)
        yield _ITSELF, partial(documents.load_one, 0, listing, selection, limits)
        return
    walked = walk(place, SUFFIXES)
    shown = display_path(place)
    # INVARIANT: no link hides what replaced a policy, so that all links are refused here.
    listing = Listing(
        files=tuple(_kept((each for each in walked.files if each not in walked.links), exclude)),
        problems=(
            *walked.problems,
            *(Problem(display_path(each), _LINK) for each in _kept(walked.links, exclude)),
        ),
    )
    if whole := [problem for problem in listing.problems if problem.path == shown]:
        raise InputError(*whole)
    for index in range(listing.size):
        read = partial(documents.load_one, index, listing, selection, limits)
        yield _within(listing.name(index), shown), read


def _committed(
    place: str, other: str, exclude: Sequence[str], selection: Selection, limits: Limits
) -> Iterator[tuple[str, _Read]]:
    ref, _, path = place.removeprefix(SCHEME).partition(":")
    path = path or other
    if path.startswith(SCHEME):
        raise InputError(Problem(place, "which path? write git:REF:PATH"))
    path = os.path.relpath(path)
    for name, content in git.files(ref, path, SUFFIXES, limits):
        if any(_kept([name], exclude)):
            shown = display_path(f"{SCHEME}{ref}:{name}")
            within = _within(display_path(name), display_path(path))
            yield within, partial(_parsed, shown, content, selection, limits)


def _parsed(path: str, content: bytes | Problem, selection: Selection, limits: Limits) -> Document:
    if isinstance(content, Problem):
        return Document(path, problems=(content,))
    return documents.attempt(
        path,
        lambda: documents.document(parse(read_bytes(path, content, limits), limits), selection),
    )


def _kept(paths: Iterable[str], exclude: Sequence[str]) -> Iterator[str]:
    for path in paths:
        if not any(fnmatchcase(display_path(path), glob) for glob in exclude):
            yield path


def _within(name: str, place: str) -> str:
    """Return a displayed path relative to another one."""
    return str(PurePosixPath(name).relative_to(place))
