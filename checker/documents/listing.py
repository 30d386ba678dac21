"""Finds the files of a run: those that are named, and those in and under directories."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from checker.documents.selection import Selection
from checker.problems import Problem
from checker.reader import (
    DEFAULT_LIMITS,
    Globs,
    Limits,
    Root,
    display_path,
    identity,
    ignored,
    walk,
)

STDIN = "-"
STDIN_NAME = "<stdin>"


class Entry(NamedTuple):
    """A file to read."""

    path: str
    """Where it is, from the working directory."""
    name: str
    """What everything else calls it: its path from the root of the repository."""
    named: bool = False
    """Whether the user named the file itself, and not a directory that it is in."""
    kind: str = ""
    """The kind that a glob maps it to."""


class Listing(NamedTuple):
    """The files of a selection, in the order in which they are read."""

    files: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()
    """What cannot be listed, such as a broken link: each one is an error."""
    excluded: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    """What git ignores in the directories: files, and directories as a whole."""
    links: tuple[str, ...] = ()
    """The names of symbolic links among what stands in directories."""
    idle_globs: tuple[str, ...] = ()
    """Globs of `mapped` and `excluded` that match the name of no file."""
    texts: Mapping[str, bytes | Problem] = MappingProxyType({})
    """What is at hand, by its path in `files`: standard input, and texts of a program's own."""

    @property
    def size(self) -> int:
        """Return the number of files and problems."""
        return len(self.problems) + len(self.files)

    def name(self, index: int) -> str:
        """Return the name of a file or problem; problems come first."""
        if index < len(self.problems):
            return self.problems[index].path
        return self.files[index - len(self.problems)].name


def find(selection: Selection, root: Root, limits: Limits = DEFAULT_LIMITS) -> Listing:
    """Return the files of a selection: all in and under its directories, and those it names.

    Standard input is read here if it is selected, up to one byte more than the limit.
    """
    directories = [path for path in selection.paths if path != STDIN and _is_directory(path)]
    found = _Found(selection, root, ignored(directories))
    for path in selection.paths:
        if path in directories:
            found.take_directory(path)
        else:
            found.take_named(path)
    texts: dict[str, bytes | Problem] = dict(selection.texts)
    for name in selection.texts:
        found.take_named(name)
    if STDIN in found.files:
        texts[STDIN] = _stdin(limits)
    return found.listing(texts)


class _Found:
    """What was found so far."""

    def __init__(self, selection: Selection, root: Root, by_git: frozenset[str]) -> None:
        self.files: dict[str, Entry] = {}
        self._root = root
        self._by_git = by_git
        self._excluded = Globs(selection.excluded, root)
        self._mapped = Globs([glob for glob, _ in selection.mapped], root)
        self._kinds = [kind for _, kind in selection.mapped]
        self._left_out: list[str] = []
        self._ignored: list[str] = []
        self._problems: list[Problem] = []
        self._links: set[str] = set()
        self._link_names: list[str] = []

    def take_named(self, path: str) -> None:
        """Take a file that the user named; no glob excludes it."""
        key = path if path == STDIN else identity(path)
        name = STDIN_NAME if path == STDIN else self._root.name(path)
        if key not in self.files or not self.files[key].named:
            self.files[key] = Entry(path, name, named=True, kind=self._kind(name))

    def take_directory(self, path: str) -> None:
        """Take the files in and under a directory that no glob excludes."""
        walked = walk(path, lambda _: True, self._by_git)
        above = self._root.name(path)
        prefix = os.path.join(identity(path), "")  # noqa: PTH118 - with a separator at its end
        links = set(walked.links)
        self._ignored.extend(_within(above, path, each) for each in walked.ignored)
        self._problems.extend(
            each._replace(path=_joined(above, each.path[len(display_path(path)) :]))
            for each in walked.problems
        )
        self._links.update(links)
        self._link_names.extend(_within(above, path, each) for each in walked.links)
        for file in walked.files:
            name = _within(above, path, file)
            if self._excluded.match(name):
                self._left_out.append(name)
                continue
            # A walk follows no link to a directory: only a link to a file leads elsewhere.
            key = identity(file) if file in links else prefix + file[len(path) :].lstrip(os.sep)
            known = self.files.get(key)
            # A file goes by its own name, and not by that of a link to it.
            if known is None or (known.path in self._links and not known.named):
                self.files[key] = Entry(file, name, kind=self._kind(name))

    def listing(self, texts: Mapping[str, bytes | Problem]) -> Listing:
        """Return all that was found."""
        return Listing(
            tuple(self.files.values()),
            tuple(self._problems),
            tuple(self._left_out),
            tuple(self._ignored),
            tuple(self._link_names),
            (*self._mapped.unmatched, *self._excluded.unmatched),
            texts,
        )

    def _kind(self, name: str) -> str:
        matches = self._mapped.matching(name)
        return self._kinds[matches[-1]] if matches else ""


def _is_directory(path: str) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - of any text, also with NUL


def names_in(root: Root) -> Iterator[str]:
    """Yield the names of all files of a repository that git does not ignore."""
    walked = walk(root.path, lambda _: True, ignored([root.path]))
    return (_within(".", root.path, file) for file in walked.files)


def _within(above: str, directory: str, path: str) -> str:
    """Return the name of what stands in or under a directory, whose own name is `above`."""
    return _joined(above, display_path(path[len(directory) :]))


def _joined(above: str, below: str) -> str:
    below = below.strip("/")
    if above == "." or not below:
        return below or above
    return f"{above}/{below}"


def _stdin(limits: Limits) -> bytes | Problem:
    try:
        return sys.stdin.buffer.read(limits.max_bytes + 1) if sys.stdin else b""
    except OSError as error:
        return Problem(STDIN_NAME, f"cannot be read: {(error.strerror or str(error)).lower()}")
