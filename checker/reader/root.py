"""Gives every path in a run one name, relative to the root of the repository."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Final

from checker.reader.files import SCHEME, display_path, is_there

_OWN_NAMES = frozenset({"", "-", "<stdin>"})
"""Texts that are not paths: the empty text, and standard input as given and as reported."""
_NO_NAMES = frozenset({"", ".", ".."})
_GIT = ".git"
_FILE_START = b"gitdir: "
"""The start of the file `.git` in a linked worktree or a submodule.

https://git-scm.com/docs/gitrepository-layout
"""


@dataclass(frozen=True, slots=True)
class Root:
    """The directory that names are relative to."""

    path: str
    """The absolute path, without symbolic links; empty for `AS_GIVEN`."""
    _known: dict[tuple[str, str], str | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """A cache of `_below` by the working directory and the directory."""

    def name(self, given: str) -> str:
        """Return the name of a path in reports, globs, waivers, baselines and fingerprints.

        The name is relative to the root and in the format of `display_path`, however the path was
        given; the root itself is `.`. A link at the end of the path keeps its own name; links on
        the way are resolved. A path outside the root, standard input, `git:REF:PATH` and a text
        that no file can have as its name stay as given. The path need not exist.
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

    def lacks(self, name: str) -> bool:
        r"""Return whether no file has a name that is below the root.

        It is false for a name that need not be that of a file: for standard input, for a place at a
        commit, for a path outside the root, and for a name with an escape such as `\xff`.
        """
        parts = PurePath(name).parts
        odd = name in _OWN_NAMES or name.startswith(SCHEME) or "\\" in name or "\0" in name
        if odd or os.path.isabs(name) or ".." in parts:  # noqa: PTH117 - works for any text
            return False
        return not os.path.lexists(os.path.join(self.path, name))  # noqa: PTH118 - as above

    def _is_itself(self, directory: str, last: str) -> bool:
        try:
            return PurePath(os.path.realpath(directory), last) == PurePath(self.path)
        except (OSError, ValueError):
            return False

    def _below(self, directory: str) -> str | None:
        """Return the prefix for names in a directory; None if it is outside the root.

        The prefix is relative to the root and ends with a separator, or is empty for the root.
        """
        try:
            key = os.getcwd(), directory  # noqa: PTH109 - ten times as fast
            if key not in self._known:
                self._known[key] = None
                real = PurePath(os.path.realpath(directory)).relative_to(self.path)
                self._known[key] = "" if real == PurePath() else f"{real}{os.sep}"
            return self._known[key]
        except (OSError, ValueError):  # outside the root, or not a possible name of a directory
            return None


AS_GIVEN: Final = Root("")
"""A root that leaves the names of all paths as given."""


def find(start: Path, config: Path | None) -> Root:
    """Return the root for a run in the directory `start` with the configuration file `config`.

    It is the top of the repository that contains the directory. Outside a repository, it is the
    directory of the configuration file or, without one, `start`. Raises OSError if the file system
    cannot be searched.
    """
    start = start.resolve()
    top = repository(start)
    if top is None:
        top = config.parent.resolve() if config else start
    return Root(str(top))


def repository(start: Path) -> Path | None:
    """Return the nearest directory, from `start` upwards, that is the top of a git repository.

    Only a genuine `.git` counts. `start` is an absolute path. The result is None outside a
    repository. Raises OSError if a directory cannot be searched.
    """
    return next((place for place in (start, *start.parents) if is_genuine(place / _GIT)), None)


def is_genuine(git: Path) -> bool:
    """Say whether git made the path `.git`: a git directory, or a file that names one.

    An empty directory or a file with other content is not genuine. Git refuses to check out
    anything called `.git`, so a commit cannot contain one: https://git-scm.com/docs/git-fsck
    (hasDotgit). Raises OSError if the path cannot be read.
    """
    mode = _mode(git)
    if stat.S_ISREG(mode):
        with git.open("rb") as file:
            return file.read(len(_FILE_START)) == _FILE_START
    if not stat.S_ISDIR(mode) or not is_there(git / "HEAD"):
        return False
    # A git directory that shares objects and references with another one has this file instead.
    shares = stat.S_ISREG(_mode(git / "commondir"))
    return shares or all(stat.S_ISDIR(_mode(git / each)) for each in ("objects", "refs"))


def _mode(place: Path) -> int:
    """Return the mode of the file at a path, with links followed; 0 if there is none.

    Raises OSError if the path cannot be read.
    """
    try:
        return place.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return 0
