"""Finds the files of a run: named files, and files in directories at any depth."""

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
from checker.sources.suffixes import role

STDIN = "-"
STDIN_NAME = "<stdin>"
_AT_HAND = "\0"
"""The prefix of the paths of texts that are not files. No file can have a NUL in its path."""


class Entry(NamedTuple):
    """A file to read."""

    path: str
    """The path from the working directory."""
    name: str
    """The name for everything else: the path from the root of the repository."""
    named: bool = False
    """Whether the user named this file, and not only a directory that holds it."""
    kind: str = ""
    """The name of the kind that a glob maps it to; empty if none does."""


class Listing(NamedTuple):
    """The files of a selection, in the order in which they are read."""

    files: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()
    """Files and directories that cannot be listed, such as a broken link; each is an error."""
    excluded: tuple[str, ...] = ()
    """The names of files that a glob excludes."""
    ignored: tuple[str, ...] = ()
    """The names of files and of whole directories that git ignores."""
    links: tuple[str, ...] = ()
    """The names of symbolic links in directories."""
    idle_globs: tuple[str, ...] = ()
    """The globs in `mapped` and `excluded` that match no file."""
    texts: Mapping[str, bytes | Problem] = MappingProxyType({})
    """The content of entries that are not files (standard input, `Selection.texts`), by path."""

    @property
    def size(self) -> int:
        """Return the number of files and problems."""
        return len(self.problems) + len(self.files)

    def name(self, index: int) -> str:
        """Return the name of the problem or file at an index; problems come first."""
        if index < len(self.problems):
            return self.problems[index].path
        return self.files[index - len(self.problems)].name


class Beside(NamedTuple):
    """The name of a file that is at hand, and all files that are, by their names."""

    name: str
    files: Mapping[str, bytes]


def find(selection: Selection, root: Root, limits: Limits = DEFAULT_LIMITS) -> Listing:
    """Return the files of a selection: those it names, and those in its directories at any depth.

    Standard input is read here if it is selected, up to one byte more than the limit, so that a
    larger text can be refused.
    """
    directories = [path for path in selection.paths if path != STDIN and _is_directory(path)]
    found = _Found(selection, root, ignored(directories))
    for path in selection.paths:
        if path in directories:
            found.take_directory(path)
        else:
            found.take_named(path)
    texts: dict[str, bytes | Problem] = {}
    for name, text in selection.texts.items():
        texts[found.take_text(name)] = text
    if STDIN in found.files:
        texts[STDIN] = _stdin(limits)
    return found.listing(texts)


class _Found:
    """The files that a search has found so far."""

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
        """Add a file that the user named. Globs do not exclude it."""
        key = path if path == STDIN else identity(path)
        name = STDIN_NAME if path == STDIN else self._root.name(path)
        if key not in self.files or not self.files[key].named:
            self.files[key] = Entry(path, name, named=True, kind=self._kind(name))

    def take_text(self, name: str) -> str:
        """Add a text that is not a file, by its name in reports; return its path in `files`.

        INVARIANT: no file can have that path, so the text and a file never hide each other.
        """
        path = f"{_AT_HAND}{name}"
        name = display_path(name)
        self.files[path] = Entry(path, name, named=True, kind=self._kind(name))
        return path

    def take_directory(self, path: str) -> None:
        """Add the files in a directory, at any depth, that no glob excludes."""
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
            # A walk follows no link to a directory, so only links to files have to be resolved.
            own = prefix + file[len(path) :].lstrip(os.sep)
            key = self._target(own, name, file) if file in links else own
            known = self.files.get(key)
            # A file keeps its own name if there is a link to it too.
            if known is None or (known.path in self._links and not known.named):
                self.files[key] = Entry(file, name, kind=self._kind(name))

    def _target(self, own: str, name: str, link: str) -> str:
        """Return the path of the file that a link stands for.

        INVARIANT: a link that its name gives another role or kind than its target's is a file of
        its own, as programs read it by that name.
        """
        target = identity(link)
        other = self._root.name(target)
        same = role(name) is role(other) and self._kind(name) == self._kind(other)
        return target if same else own

    def listing(self, texts: Mapping[str, bytes | Problem]) -> Listing:
        """Return everything that was found."""
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
    return os.path.isdir(path)  # noqa: PTH112 - works for any text, even with NUL


def names_in(root: Root) -> Iterator[str]:
    """Yield the names of all files below the root that git does not ignore."""
    walked = walk(root.path, lambda _: True, ignored([root.path]))
    return (_within(".", root.path, file) for file in walked.files)


def _within(above: str, directory: str, path: str) -> str:
    """Return the name of a path at or below a directory, whose own name is `above`."""
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
