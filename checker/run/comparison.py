"""Compares old and new policies, and finds out whether the new ones grant more access."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import NamedTuple, Protocol, cast

from checker import cel, documents, kinds
from checker.documents import Contents, Document, Entry, Outcome, Selection
from checker.iam.arn import CURRENT_VERSION
from checker.iam.containment import grants_beyond
from checker.iam.partitions import located
from checker.iam.patterns import Undecided
from checker.iam.statement import Policy, policy
from checker.problems import InputError, Json, Problem
from checker.reader import SCHEME, Globs, Limits, display_path, git, read_raw
from checker.report import Access, Compared, Comparison, FileCounts
from checker.run.attachments import are_attached, attached_beyond
from checker.run.proofs import proof_of
from checker.run.renames import renames
from checker.run.unknowns import explained
from checker.settings import Settings
from checker.sources.suffixes import Role, role
from checker.workers import decide_all, restrained
from checker.workers.job import PART, READING, Refused, never

_NOTHING = Policy(CURRENT_VERSION, ())
_ITSELF = "."
"""The path of a file within a place that is that file."""
_LIMITS = frozenset({"aws-permissions-boundary", "aws-scp", "aws-rcp"})
"""The kinds of policies that grant nothing themselves."""
_LINK = "a symbolic link: replace it with the file itself, or leave it out with --exclude"
_SOURCES = frozenset({Role.PLAIN, Role.LINES, Role.TEMPLATE})
"""The roles of files that are read at a commit. Other files cannot hold a document."""


def compare(old: str, new: str, settings: Settings) -> Compared:
    """Return, for every policy in the new place, whether it grants more than its old version.

    A place is a file, a directory, `git:REF` or `git:REF:PATH`. Files are paired by their paths
    within the places, and documents in them by their parts. A file that is new is paired with one
    of the same content that is gone, as it has only moved. A policy without an old version is
    compared with a policy that grants nothing. A policy without a new version grants nothing.
    Raises InputError if a place cannot be read at all, or if one place is a file and the other is a
    directory.
    """
    with restrained(settings.workers, "the lists of policies"):
        pairs, idle = _pairs(old, new, settings)
    decided = list(decide_all(pairs, settings.workers))
    return Compared(
        tuple(comparison for each in decided for comparison in each.comparisons),
        FileCounts(
            read=len(decided),
            without=sum(each.outcome is Outcome.NONE for each in decided),
            mentioned=tuple(each.path for each in decided if each.outcome is Outcome.MENTIONED),
            unread=tuple(each.path for each in decided if each.outcome is Outcome.UNREAD),
            idle_globs=idle,
        ),
        settings.config.input,
        settings.strict,
    )


class _Load(Protocol):
    """Reads a file."""

    def __call__(self, *, must_read: bool) -> Contents:
        """Return what it holds; one that must be read and cannot be is broken in any case."""


class _File(NamedTuple):
    """A file of one place."""

    name: str
    """Its name for globs and messages."""
    load: _Load
    content: Callable[[], bytes]
    """Returns its bytes, or nothing if it cannot be read; raises InputError."""


class _Decided(NamedTuple):
    """The comparisons of the documents of a pair of files."""

    path: str
    comparisons: tuple[Comparison, ...]
    outcome: Outcome
    """The outcome of reading the new file."""


class _Pairs(NamedTuple):
    """The pairs of files to compare, by their paths within the two places."""

    place: str
    """The name of the new place."""
    paths: Sequence[str]
    old: Mapping[str, _File]
    new: Mapping[str, _File]
    moved: Mapping[str, str]
    """The old paths of files that have only moved, by their new paths."""

    @property
    def advice(self) -> str:
        """Return what to simplify, for the message about a pair that takes too long."""
        return "the policies"

    @property
    def size(self) -> int:
        """Return the number of pairs."""
        return len(self.paths)

    def decide(self, index: int, refused: Refused = never) -> _Decided:
        """Compare the documents of one pair of files. Each pair of documents is one stage."""
        key = self.paths[index]
        path = self.place if key == _ITSELF else key
        if reason := refused(READING):
            problem = Problem(str(PurePosixPath(self.place, key)), reason)
            return _Decided(path, (_undecided(path, problem),), Outcome.DOCUMENTS)
        origin = self.moved.get(key, "")
        before, _ = _documents(self.old.get(origin or key))
        # INVARIANT: what replaced a policy and cannot be read never seems to be no policy.
        after, outcome = _documents(self.new.get(key), must_read=bool(before))
        found: list[Comparison] = []
        for number, (old, new) in enumerate(_paired(before, after)):
            refused(PART)
            document = new or old
            address = document.address if document else ""
            shown = f"{path} {address}" if address else path
            reason = refused(number)
            judged = _judged(shown, old, new, reason)._replace(moved_from=origin)
            if judged not in found:  # as for a new case that is compared with several old ones
                found.append(judged)
        return _Decided(path, tuple(found), outcome)


_Parts = Mapping[str, Sequence[Document]]
"""The documents of a file by their parts; a template may make a part in several ways."""


def _documents(file: _File | None, *, must_read: bool = False) -> tuple[_Parts, Outcome]:
    """Return the documents of a file, and the outcome of reading the file."""
    if file is None:
        return {}, Outcome.NONE
    contents = file.load(must_read=must_read)
    found: dict[str, list[Document]] = {}
    for each in contents.documents:
        found.setdefault(each.part, []).append(each)
    return found, Outcome.DOCUMENTS if found else contents.otherwise


def _paired(before: _Parts, after: _Parts) -> Iterator[tuple[Document | None, Document | None]]:
    """Yield the pairs of old and new documents to compare.

    What a template makes of a part in some case is compared with what it made of it in the same
    case, or else with all that it made of it: the case may be a new one.
    """
    for part in sorted({*before, *after}, key=_order):
        old, new = before.get(part, ()), after.get(part, ())
        for each in new:
            same = [other for other in old if other.case == each.case] or old
            yield from ((other, each) for other in same or (None,))
        if not new:
            yield from ((each, None) for each in old)


def _order(part: str) -> tuple[int, str]:
    """Return a sort key that puts `#2` before `#10`, and `:2` before `:10`."""
    number = part[1:].partition("/")[0]
    return int(number) if part[:1] in {"#", ":"} and number.isdecimal() else 0, part


def _judged(path: str, old: Document | None, new: Document | None, reason: str) -> Comparison:
    for document in (old, new):
        if document is not None and document.problems:
            return _undecided(path, *document.problems)
    if new is None:
        return Comparison(path, Access.GONE)
    if reason:
        return _undecided(path, Problem(new.file, reason))
    return compared(path, old, new)


def _pairs(old: str, new: str, settings: Settings) -> tuple[_Pairs, tuple[str, ...]]:
    """Return the pairs of files in two places, and the globs that match no file in either.

    Raises InputError if one place is a file and the other is a directory.
    """
    before = dict(_found(old, new, settings))
    after = dict(_found(new, old, settings))
    if (_ITSELF in before) is not (_ITSELF in after):
        documents_, _ = _documents((before if _ITSELF in before else after)[_ITSELF])
        problems = [
            problem for part in documents_.values() for each in part for problem in each.problems
        ]
        message = f"cannot be compared with `{old}`: one is a file, the other a directory"
        raise InputError(*(problems or (Problem(new, message),)))
    excluded = Globs(settings.exclude, settings.root)
    # INVARIANT: a pair is left out only as a whole. Without its new file it would seem to be gone.
    paths = [
        path
        for path in sorted({*before, *after})
        if not all(excluded.match(side[path].name) for side in (before, after) if path in side)
    ]
    gone = {path: partial(_sha256, before[path]) for path in paths if path not in after}
    fresh = {path: partial(_sha256, after[path]) for path in paths if path not in before}
    moved = renames(gone, fresh)
    origins = set(moved.values())
    paths = [path for path in paths if path not in origins]
    return _Pairs(settings.root.name(new), paths, before, after, moved), excluded.unmatched


def _sha256(file: _File) -> str:
    """Return the digest of a file; empty if it is empty, cannot be read or holds no document."""
    if role(file.name) not in _SOURCES:
        return ""
    try:
        content = file.content()
    except InputError:
        return ""
    return hashlib.sha256(content).hexdigest() if content else ""


def _undecided(path: str, *problems: Problem) -> Comparison:
    return Comparison(path, Access.UNDECIDED, problems=problems)


def compared(path: str, old: Document | None, new: Document) -> Comparison:
    """Return whether a policy grants access that an old one does not.

    Both documents are valid. Without an old one, every access is new, as it is after one that only
    limited what others grant.
    """
    if are_attached(new):
        return attached_beyond(path, old, new)
    if old is not None and _limits(old) and not _limits(new):
        old = None
    doubt = new.doubt or (old.doubt if old else "")
    if doubt and (old is None or old.sha256 != new.sha256):
        return _undecided(path, Problem(new.file, f"it grants what it says, {doubt}"))
    try:
        with cel.budget():
            before = _statements(old) if old else _NOTHING
            found = grants_beyond(located(_statements(new), before), before)
        if found is None:
            return Comparison(path, Access.SAME_OR_LESS)
        return Comparison(path, Access.MORE, proof_of(found, new.shown).words)
    except cel.BudgetError:
        message = "too much work to compare: simplify the policies"
    except (Undecided, cel.EvaluationError) as error:
        message = explained(new, new.shown(str(error)))
    except MemoryError:
        message = "not enough memory to compare it: split it, or raise --max-memory"
    except Exception as error:  # noqa: BLE001 - our own mistake must not hide other comparisons
        message = f"internal error, please report it: {error!r}"
    return _undecided(path, Problem(new.file, message))


def _limits(document: Document) -> bool:
    """Return whether a policy only limits what others grant."""
    return document.kind is not None and document.kind.name in _LIMITS


def _statements(document: Document) -> Policy:
    return policy(cast("dict[str, Json]", document.data))


def _found(place: str, other: str, settings: Settings) -> Iterator[tuple[str, _File]]:
    """Yield the files of a place with their paths within it; raises InputError."""
    selection = Selection([place], {kind.name: kind for kind in kinds.builtin()})
    if place.startswith(SCHEME):
        yield from _committed(place, other, selection, settings.limits)
        return
    listing = documents.find(selection, settings.root, settings.limits)
    if not os.path.isdir(place):  # noqa: PTH112 - works for any text, even with NUL
        load = partial(documents.load, 0, listing, selection, settings.limits)
        yield _ITSELF, _File("", load, bytes)
        return
    above = settings.root.name(place)
    if whole := [problem for problem in listing.problems if problem.path == above]:
        raise InputError(*whole)
    # INVARIANT: a link must not hide that it replaced a policy, so all links are refused here.
    for name in listing.links:
        yield _below(name, above), _broken(Problem(name, _LINK))
    first = len(listing.problems)
    for index in range(listing.size):
        name = listing.name(index)
        if name not in listing.links:
            load = partial(documents.load, index, listing, selection, settings.limits)
            content: Callable[[], bytes] = bytes
            if index >= first:
                path = listing.files[index - first].path
                content = partial(read_raw, path, settings.limits, name)
            yield _below(name, above), _File(name, load, content)


def _below(name: str, above: str) -> str:
    return name if above == "." else name.removeprefix(f"{above}/")


def _broken(problem: Problem) -> _File:
    contents = Contents([Document(problem.path, problems=(problem,))])
    return _File(problem.path, lambda must_read: contents, bytes)  # noqa: ARG005 - broken anyway


def _may_matter(name: str) -> bool:
    """Return whether a file can hold documents, or values for those of others."""
    return role(name) in _SOURCES or name.endswith(".tfvars")


def _committed(
    place: str, other: str, selection: Selection, limits: Limits
) -> Iterator[tuple[str, _File]]:
    ref, _, path = place.removeprefix(SCHEME).partition(":")
    path = path or other
    if path.startswith(SCHEME):
        raise InputError(Problem(place, "the path is missing: write git:REF:PATH"))
    held: dict[str, bytes] = {}
    for each in git.files(ref, path, _may_matter, limits):
        within = display_path(each.within)
        if isinstance(each.content, Problem):
            yield within, _broken(each.content)._replace(name=each.name)
            continue
        entry = Entry(each.shown, each.shown, named=within == _ITSELF)
        held[within] = each.content
        beside = documents.Beside(within, held)
        load = partial(documents.load_bytes, entry, each.content, selection, limits, beside=beside)
        yield within, _File(each.name, load, partial(bytes, each.content))
