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
from checker.iam.partitions import located
from checker.iam.patterns import Undecided
from checker.iam.request import Request
from checker.iam.statement import Policy, policy
from checker.problems import InputError, Json, Problem
from checker.reader import SCHEME, Limits, display_path, git, parse, read_bytes, walk
from checker.report import Access, Comparison
from checker.workers import Workers, decide_all, restrained
from checker.workers.job import READING, Refused, never

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
    with restrained(workers, "the lists of policies"):
        pairs = _pairs(sides, limits)
    yield from decide_all(pairs, workers)


class _Policy(NamedTuple):
    """What reads a policy, and its path from the working directory, if it may be left out."""

    read: Callable[[], Document]
    name: str = ""

    def is_excluded(self, globs: Iterable[str]) -> bool:
        """Say whether one of some globs is for it, however its directory was written."""
        name = display_path(self.name)
        wanted = (os.path.relpath(glob) for glob in globs if glob)
        return bool(name) and any(fnmatchcase(name, glob) for glob in wanted)


class _Pairs(NamedTuple):
    """Policies by their path within two places."""

    place: str
    """Of the new ones, as it is shown."""
    paths: Sequence[str]
    old: Mapping[str, _Policy]
    new: Mapping[str, _Policy]

    @property
    def advice(self) -> str:
        """Return what to make simpler where a pair takes too long to compare."""
        return "the policies"

    @property
    def size(self) -> int:
        """Return how many pairs there are."""
        return len(self.paths)

    def decide(self, index: int, refused: Refused = never) -> Comparison:
        """Compare one pair: both are read, and then, as the one stage after that, compared."""
        key = self.paths[index]
        path = self.place if key == _ITSELF else key
        if reason := refused(READING):
            return _undecided(path, Problem(str(PurePosixPath(self.place, key)), reason))
        old, new = (side[key].read() if key in side else None for side in (self.old, self.new))
        for document in (old, new):
            if document is not None and document.problems:
                return _undecided(path, *document.problems)
        if new is None:
            return Comparison(path, Access.GONE)
        if reason := refused(0):
            return _undecided(path, Problem(new.path, reason))
        return _compared(path, old, new)


def _pairs(sides: Sides, limits: Limits) -> _Pairs:
    old = dict(_found(sides.old, sides.new, limits))
    new = dict(_found(sides.new, sides.old, limits))
    if (_ITSELF in old) is not (_ITSELF in new):
        file = (old if _ITSELF in old else new)[_ITSELF].read()
        message = f"cannot compare `{sides.old}` with it: one is a file, one a directory"
        raise InputError(*(file.problems or (Problem(sides.new, message),)))
    # INVARIANT: a pair is left out as a whole, or what is new would seem to be gone.
    paths = [
        path
        for path in sorted({*old, *new})
        if not all(side[path].is_excluded(sides.exclude) for side in (old, new) if path in side)
    ]
    return _Pairs(display_path(sides.new), paths, old, new)


def _undecided(path: str, *problems: Problem) -> Comparison:
    return Comparison(path, Access.UNDECIDED, problems=problems)


def _compared(path: str, old: Document | None, new: Document) -> Comparison:
    try:
        with cel.budget():
            before = _statements(old) if old else _NOTHING
            found = grants_beyond(located(_statements(new), before), before)
        if found is None:
            return Comparison(path, Access.SAME_OR_LESS)
        return Comparison(path, Access.MORE, _described(found))
    except cel.BudgetError:
        message = "too much work to compare: simplify the policies"
    except (Undecided, cel.EvaluationError) as error:
        message = str(error)
    except MemoryError:
        message = "not enough memory to compare it: split it, or raise --max-memory"
    except Exception as error:  # noqa: BLE001 - our own mistake must not hide other comparisons
        message = f"internal error, please report it: {error!r}"
    return _undecided(path, Problem(new.path, message))


def _statements(document: Document) -> Policy:
    return policy(cast("dict[str, Json]", document.data))


def _described(found: Request) -> tuple[tuple[str, str], ...]:
    """Return a request as pairs of a word and what it is about."""
    by = [("by", found.principal.partition(":")[2] or "anyone")] if found.principal else []
    context = [
        ("with", f"{key} = {' and '.join(values)}") if values else ("without", key)
        for key, values in sorted(found.context.items())
    ]
    return (("may", found.action), ("on", found.resource), *by, *context)


def _found(place: str, other: str, limits: Limits) -> Iterator[tuple[str, _Policy]]:
    """Yield the policies of a place by their path within it."""
    selection = Selection([place], {kind.name: kind for kind in kinds.builtin()})
    if place.startswith(SCHEME):
        yield from _committed(place, other, selection, limits)
        return
    if not os.path.isdir(place):  # noqa: PTH112 - of any text, also with NUL
        listing = documents.find(selection, limits)
        yield _ITSELF, _Policy(partial(documents.load_one, 0, listing, selection, limits))
        return
    walked = walk(place, SUFFIXES)
    shown = display_path(place)
    # INVARIANT: no link hides what replaced a policy, so that all links are refused here.
    problems = (*walked.problems, *(Problem(display_path(each), _LINK) for each in walked.links))
    files = tuple(each for each in walked.files if each not in walked.links)
    if whole := [problem for problem in walked.problems if problem.path == shown]:
        raise InputError(*whole)
    names = [*([""] * len(walked.problems)), *walked.links, *files]
    listing = Listing(files, problems=problems)
    for index, name in enumerate(names):
        read = partial(documents.load_one, index, listing, selection, limits)
        within = str(PurePosixPath(listing.name(index)).relative_to(shown))
        yield within, _Policy(read, os.path.relpath(name) if name else "")


def _committed(
    place: str, other: str, selection: Selection, limits: Limits
) -> Iterator[tuple[str, _Policy]]:
    ref, _, path = place.removeprefix(SCHEME).partition(":")
    path = path or other
    if path.startswith(SCHEME):
        raise InputError(Problem(place, "which path? write git:REF:PATH"))
    for each in git.files(ref, path, SUFFIXES, limits):
        read = partial(_parsed, each.shown, each.content, selection, limits)
        yield display_path(each.within), _Policy(read, each.name)


def _parsed(path: str, content: bytes | Problem, selection: Selection, limits: Limits) -> Document:
    if isinstance(content, Problem):
        return Document(path, problems=(content,))
    return documents.attempt(
        path,
        lambda: documents.document(parse(read_bytes(path, content, limits), limits), selection),
    )
