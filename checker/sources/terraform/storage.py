"""Gives the files of a repository by their names, and never one from outside."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping, Sequence
from typing import Protocol

from checker.problems import InputError, Problem
from checker.reader import Limits, display_path, read_raw

MOST_FILES = 2_000
"""The most files of one directory that are read."""


class Storage(Protocol):
    """The files of a repository, whose names are relative to its root and have `/`."""

    def names(self, folder: str) -> Sequence[str]:
        """Return the names of the files in a directory, in order; none if there is none."""
        ...

    def read(self, name: str, limits: Limits) -> bytes:
        """Return the content of a file; raises InputError."""
        ...

    def shown(self, name: str) -> str:
        """Return the name of a file in reports."""
        ...


class Disk:
    """The files below a directory."""

    def __init__(self, root: str, prefix: str = "") -> None:
        self._root = os.path.realpath(root)
        self._prefix = prefix

    def names(self, folder: str) -> Sequence[str]:
        """Return the names of the files in a directory, in order; none if there is none."""
        path = self._path(folder)
        if path is None:
            return ()
        try:
            with os.scandir(path) as found:
                names = [each.name for each in found]
        except (OSError, ValueError):
            return ()
        return sorted(names)[:MOST_FILES]

    def read(self, name: str, limits: Limits) -> bytes:
        """Return the content of a file; raises InputError."""
        path = self._path(name)
        if path is None:
            raise InputError(Problem(self.shown(name), "it is outside the repository"))
        data = read_raw(path, limits, self.shown(name))
        if len(data) > limits.max_bytes:
            raise InputError(Problem(self.shown(name), limits.too_large()))
        return data

    def shown(self, name: str) -> str:
        """Return the name of a file in reports."""
        return display_path(posixpath.join(self._prefix, name) if self._prefix else name)

    def _path(self, name: str) -> str | None:
        """Return the path of a name; None if it leads out of the root, also by a link."""
        try:
            path = os.path.realpath(os.path.join(self._root, name))  # noqa: PTH118 - any text
        except (OSError, ValueError):
            return None
        # INVARIANT: nothing outside the root is read, however the name or a link leads there.
        inside = path == self._root or path.startswith(os.path.join(self._root, ""))  # noqa: PTH118
        return path if inside else None


class Held:
    """Files whose content is at hand, by their names."""

    def __init__(self, files: Mapping[str, bytes], prefix: str = "") -> None:
        self._files = files
        self._prefix = prefix
        self._folders: dict[str, list[str]] = {}
        for name in sorted(files):
            self._folders.setdefault(posixpath.dirname(name), []).append(posixpath.basename(name))

    def names(self, folder: str) -> Sequence[str]:
        """Return the names of the files in a directory, in order; none if there is none."""
        return self._folders.get(folder, ())[:MOST_FILES]

    def read(self, name: str, limits: Limits) -> bytes:
        """Return the content of a file; raises InputError."""
        del limits
        if name not in self._files:
            raise InputError(Problem(self.shown(name), "no such file or directory: check the path"))
        return self._files[name]

    def shown(self, name: str) -> str:
        """Return the name of a file in reports."""
        return f"{self._prefix}{name}"


def within(folder: str, path: str) -> str | None:
    """Return the name of a path that is relative to a directory; None if it leads out."""
    if path.startswith("/") or "\0" in path:
        return None
    found = posixpath.normpath(posixpath.join(folder, path))
    if found == "..":
        return None
    return None if found.startswith("../") else "" if found == "." else found
