"""Lists the files in a directory, at any depth, in an order that depends only on their names."""

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
"""The name of git's own directory, or of a file that names it. Neither can be checked in."""

Wanted = Callable[[str], bool]
"""A function that says whether to read a file, given its name without a directory."""


@dataclass(frozen=True, slots=True)
class Walk:
    """The content of a directory at any depth. Each field is sorted by displayed path."""

    files: tuple[str, ...]
    """The paths of regular files whose names are wanted."""
    others: tuple[str, ...]
    """The paths of all other regular files."""
    problems: tuple[Problem, ...]
    """The paths that cannot be listed, lead out of the directory, or are not regular files."""
    links: tuple[str, ...] = ()
    """The paths of symbolic links that do not lead out of the directory."""
    ignored: tuple[str, ...] = ()
    """The paths left out because git ignores them; a directory stands for everything in it."""


def ending(suffixes: frozenset[str]) -> Wanted:
    """Return a filter for files with one of the suffixes, which are in lower case, as `.json`."""
    return lambda name: PurePath(name).suffix.lower() in suffixes


def walk(root: str, wanted: Wanted, ignored: frozenset[str] = frozenset()) -> Walk:
    """Return the files in a directory at any depth, except for `ignored` ones.

    `ignored` are real paths, as `git_ignored.ignored` returns them for the directory. If the
    directory itself is ignored, it is still walked, as the user named it.

    A symbolic link to a file below the root counts as that file. A link to a directory below the
    root is not followed, as the directory is walked at its own path. A link that leads out of the
    root, or is broken, is a problem.

    A path called `.git` is skipped only if it is genuine. Other hidden files and directories are
    walked like any other.
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
    """The results of a walk so far."""

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
                # one by one, as a list of all entries would take a kilobyte for each
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
    except OSError:  # walking it reports the reason
        return False


def _add(entry: os.DirEntry[str], inside: str, wanted: Wanted, found: _Found) -> None:
    """Add an entry that is not a directory to the results. A link to a directory is no file."""
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
        message = "the symbolic link leads out of the directory: replace it with the file itself"
        return Problem(display_path(entry.path), message)
    if entry.is_file(follow_symlinks=False):
        return entry.path
    try:
        mode = entry.stat().st_mode
    except OSError as error:
        name = display_path(entry.path)
        if error.errno == errno.ENOENT and entry.is_symlink():
            return Problem(name, "the symbolic link leads nowhere: fix or remove it")
        return Problem(name, reason(error))
    if stat.S_ISDIR(mode):
        return None
    return kind_problem(entry.path, mode) or entry.path


def _order(path: str) -> tuple[str, str]:
    """Return a sort key for the order of the parts of paths; no name contains a NUL."""
    return display_path(path).replace("/", "\0"), path
