"""A directory goes in, the files in and under it come out, in an order of their names alone."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from checker.problems import Problem
from checker.reader.files import display_path, kind_problem, reason

if TYPE_CHECKING:
    from collections.abc import Iterator

_SKIPPED = ".git"
"""Git's own directory: no part of what is checked in."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What is in and under a directory, each part sorted by its displayed path."""

    files: tuple[str, ...]
    """Paths of regular files with one of the suffixes."""
    others: tuple[str, ...]
    """Paths of regular files with any other suffix."""
    problems: tuple[Problem, ...]
    """What is neither: it cannot be listed, leaves the directory, or is no regular file."""
    links: tuple[str, ...] = ()
    """Paths of symbolic links to what is in or under the directory as well."""


def walk(root: str, suffixes: frozenset[str]) -> Walk:
    """Return the files in and under a directory; `suffixes` are lower-case, as `.json`.

    A symbolic link to a file stands for the file if that is under the root as well. One to
    a directory under the root is not followed, as what is there is found at its own place.
    What leads out of the root, or nowhere, is a problem.
    """
    files: list[str] = []
    others: list[str] = []
    problems: list[Problem] = []
    links: list[str] = []
    for found in _under(root, links):
        if isinstance(found, Problem):
            problems.append(found)
        elif PurePath(found).suffix.lower() in suffixes:
            files.append(found)
        else:
            others.append(found)
    return Walk(
        tuple(sorted(files, key=_order)),
        tuple(sorted(others, key=_order)),
        tuple(sorted(problems, key=lambda problem: (problem.path.split("/"), problem.message))),
        tuple(sorted(links, key=_order)),
    )


def _under(root: str, links: list[str]) -> Iterator[str | Problem]:
    try:
        inside = os.path.realpath(root)
    except (OSError, ValueError) as error:
        yield Problem(display_path(root), reason(error))
        return
    directories = [root]
    while directories:
        directory = directories.pop()
        try:
            with os.scandir(directory) as entries:
                # one by one: all entries of a large directory at once take a kilobyte each
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name != _SKIPPED:
                            directories.append(entry.path)
                        continue
                    found = _file(entry, inside)
                    if entry.is_symlink() and not isinstance(found, Problem):
                        links.append(entry.path)
                    if found:
                        yield found
        except OSError as error:
            yield Problem(display_path(directory), reason(error))


def _file(entry: os.DirEntry[str], inside: str) -> str | Problem | None:
    """Return the path of a file to read, or its problem; None for a link to a directory."""
    name = display_path(entry.path)
    if entry.is_symlink() and not PurePath(os.path.realpath(entry.path)).is_relative_to(inside):
        message = "the symbolic link leads out of the directory: put the file itself there"
        return Problem(name, message)
    try:
        mode = entry.stat().st_mode
    except OSError as error:
        if error.errno == errno.ENOENT and entry.is_symlink():
            return Problem(name, "the symbolic link leads nowhere: mend or remove it")
        return Problem(name, reason(error))
    if stat.S_ISDIR(mode):
        return None
    return kind_problem(entry.path, mode) or entry.path


def _order(path: str) -> tuple[str, str]:
    """Return a key by which paths come in the order of their parts; no name holds a NUL."""
    return display_path(path).replace("/", "\0"), path
