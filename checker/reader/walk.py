"""Lists the files in and under a directory, in an order that depends on their names alone."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath

from checker.problems import Problem
from checker.reader.files import display_path, kind_problem, reason
from checker.reader.root import is_genuine

_GIT = ".git"
"""Git's own directory, or the file that names it: no part of what is checked in."""

Wanted = Callable[[str], bool]
"""Says of a file's name, without its directory, whether the file is to be read."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What is in and under a directory, each part sorted by its displayed path."""

    files: tuple[str, ...]
    """Paths of regular files that are wanted by their names."""
    others: tuple[str, ...]
    """Paths of all other regular files."""
    problems: tuple[Problem, ...]
    """What is neither: it cannot be listed, leaves the directory, or is no regular file."""
    links: tuple[str, ...] = ()
    """Paths of symbolic links to what is in or under the directory as well."""
    ignored: tuple[str, ...] = ()
    """Paths that were left out because git ignores them; a directory stands for all below it."""


def ending(suffixes: frozenset[str]) -> Wanted:
    """Return what wants the files with one of some suffixes, which are lower-case, as `.json`."""
    return lambda name: PurePath(name).suffix.lower() in suffixes


def walk(root: str, wanted: Wanted, ignored: frozenset[str] = frozenset()) -> Walk:
    """Return the files in and under a directory, but for what is `ignored`, as git says.

    `ignored` are real paths, as `git_ignored.ignored` returns them for the directory. The directory
    itself is walked whole if it is one of them or below one, as the user named it.

    A symbolic link to a file stands for the file if that is under the root as well. One to
    a directory under the root is not followed, as what is there is found at its own place.
    What leads out of the root, or nowhere, is a problem.

    What is called `.git` is passed over only where it is genuine; other hidden files and
    directories are walked like any other.
    """
    found = _Found()
    try:
        _below(root, wanted, ignored, found)
    except ValueError as error:  # a NUL
        found.problems.append(Problem(display_path(root), reason(error)))
    return Walk(
        tuple(sorted(found.files, key=_order)),
        tuple(sorted(found.others, key=_order)),
        tuple(sorted(found.problems, key=lambda each: (each.path.split("/"), each.message))),
        tuple(sorted(found.links, key=_order)),
        tuple(sorted(found.ignored, key=_order)),
    )


class _Found:
    """The parts of a walk while it goes on."""

    __slots__ = ("files", "ignored", "links", "others", "problems")

    def __init__(self) -> None:
        self.files: list[str] = []
        self.others: list[str] = []
        self.problems: list[Problem] = []
        self.links: list[str] = []
        self.ignored: list[str] = []


def _below(root: str, wanted: Wanted, ignored: frozenset[str], found: _Found) -> None:
    inside = os.path.realpath(root)
    directories = [(root, inside)]
    while directories:
        directory, real = directories.pop()
        prefix = os.path.join(real, "")  # noqa: PTH118 - a Path has no separator at its end
        try:
            with os.scandir(directory) as entries:
                # one by one: all entries of a large directory at once take a kilobyte each
                for entry in entries:
                    if (place := prefix + entry.name) in ignored:
                        found.ignored.append(entry.path)
                    elif entry.name == _GIT and _is_genuine(entry.path):
                        continue
                    elif entry.is_dir(follow_symlinks=False):
                        directories.append((entry.path, place))
                    else:
                        _add(entry, inside, wanted, found)
        except OSError as error:
            found.problems.append(Problem(display_path(directory), reason(error)))


def _is_genuine(git: str) -> bool:
    try:
        return is_genuine(Path(git))
    except OSError:  # walking it says why
        return False


def _add(entry: os.DirEntry[str], inside: str, wanted: Wanted, found: _Found) -> None:
    """Put what is no directory where it belongs; a link to a directory is a link and no file."""
    file = _file(entry, inside)
    if isinstance(file, Problem):
        found.problems.append(file)
        return
    if entry.is_symlink():
        found.links.append(entry.path)
    if file:
        (found.files if wanted(entry.name) else found.others).append(file)


def _file(entry: os.DirEntry[str], inside: str) -> str | Problem | None:
    """Return the path of a file to read, or its problem; None for a link to a directory."""
    if entry.is_symlink() and not PurePath(os.path.realpath(entry.path)).is_relative_to(inside):
        message = "the symbolic link leads out of the directory: put the file itself there"
        return Problem(display_path(entry.path), message)
    if entry.is_file(follow_symlinks=False):
        return entry.path
    try:
        mode = entry.stat().st_mode
    except OSError as error:
        name = display_path(entry.path)
        if error.errno == errno.ENOENT and entry.is_symlink():
            return Problem(name, "the symbolic link leads nowhere: mend or remove it")
        return Problem(name, reason(error))
    if stat.S_ISDIR(mode):
        return None
    return kind_problem(entry.path, mode) or entry.path


def _order(path: str) -> tuple[str, str]:
    """Return a key by which paths come in the order of their parts; no name holds a NUL."""
    return display_path(path).replace("/", "\0"), path
