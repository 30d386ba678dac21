"""Gives every path of a run one name, relative to the root of the repository."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Final

from checker.reader.files import SCHEME, display_path, is_there

_OWN_NAMES = frozenset({"", "-", "<stdin>"})
"""What is given in place of a path: nothing, and standard input as it is written and reported."""
_NO_NAMES = frozenset({"", ".", ".."})
_GIT = ".git"
_FILE_START = b"gitdir: "
"""How the file `.git` of a linked worktree or a submodule begins.

https://git-scm.com/docs/gitrepository-layout
"""


@dataclass(frozen=True, slots=True)
class Root:
    """The directory that names of paths are relative to."""

    path: str
    """Absolute, without symbolic links."""
    _known: dict[tuple[str, str], str | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Working directories and directories as given in them, with what `_below` says of them."""

    def name(self, given: str) -> str:
        """Return the name of a path in reports, globs, waivers, baselines and fingerprints.

        It is relative to the root and written as `display_path` does, however the path was given;
        the root itself is `.`. A link that the path ends in keeps its own name; links on the way
        are resolved. What is outside the root keeps the name it was given, and so do standard
        input, `git:REF:PATH`, and what no file can be called. Nothing needs to exist.
        """
        if given in _OWN_NAMES or given.startswith(SCHEME):
            return display_path(given)
        directory, last = os.path.split(given)
        if last in _NO_NAMES:
            directory, last = os.path.split(PurePath(given))
            if last in _NO_NAMES:  # `..`, or the working directory
                directory, last = given, ""
        below = self._below(directory)
        if below is None:
            return "." if self._is_itself(directory, last) else display_path(given)
        return display_path((below + last).rstrip(os.sep) or ".")

    def _is_itself(self, directory: str, last: str) -> bool:
        try:
            return PurePath(os.path.realpath(directory), last) == PurePath(self.path)
        except (OSError, ValueError):
            return False

    def _below(self, directory: str) -> str | None:
        """Return what to put before a name in a directory, by its real path; None if outside."""
        try:
            key = os.getcwd(), directory  # noqa: PTH109 - ten times as fast
            if key not in self._known:
                self._known[key] = None
                real = PurePath(os.path.realpath(directory)).relative_to(self.path)
                self._known[key] = "" if real == PurePath() else f"{real}{os.sep}"
            return self._known[key]
        except (OSError, ValueError):  # it is outside the root, or no directory can be called so
            return None


AS_GIVEN: Final = Root("")
"""No root at all: every path keeps the name that it was given."""


def find(start: Path, config: Path | None) -> Root:
    """Return the root for a run in the directory `start`, with its configuration file if any.

    It is the top of the repository that holds the directory; without a repository, the folder of
    the configuration file; without that, the directory itself. Raises OSError where the file
    system does not let it be known.
    """
    start = start.resolve()
    top = repository(start)
    if top is None:
        top = config.parent.resolve() if config else start
    return Root(str(top))


def repository(start: Path) -> Path | None:
    """Return the nearest directory, from `start` upwards, that is the top of a git repository.

    Only a genuine `.git` counts. `start` is an absolute path. Raises OSError where that cannot be
    known.
    """
    return next((place for place in (start, *start.parents) if is_genuine(place / _GIT)), None)


def is_genuine(git: Path) -> bool:
    """Say whether a path called `.git` is what git made: a git directory, or a file that names one.

    An empty folder or a file with other content is neither. Git refuses to check out anything
    called `.git`, so that no commit brings one: https://git-scm.com/docs/git-fsck (hasDotgit).
    Raises OSError where that cannot be known.
    """
    mode = _mode(git)
    if stat.S_ISREG(mode):
        with git.open("rb") as file:
            return file.read(len(_FILE_START)) == _FILE_START
    if not stat.S_ISDIR(mode) or not is_there(git / "HEAD"):
        return False
    # A directory that shares objects and references with another one has this file in their place.
    shares = stat.S_ISREG(_mode(git / "commondir"))
    return shares or all(stat.S_ISDIR(_mode(git / each)) for each in ("objects", "refs"))


def _mode(place: Path) -> int:
    """Return the mode of what a path leads to, 0 where it leads nowhere; raises OSError."""
    try:
        return place.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return 0
