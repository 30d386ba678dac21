"""Asks git which paths it ignores, so that a walk can leave them out.

INVARIANT: git can remove a path from a walk only if the path is untracked and ignored. The walk
itself finds the files, and if git gives no answer for any reason, nothing is left out. Therefore a
`.gitignore` in a pull request can hide only untracked files, and no file of the pull request.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from checker.reader.root import repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SECONDS = 30
"""The time limit for git, which waits for a `.gitignore` that is a pipe, and would take years for
some patterns."""
_SETTINGS = (
    "--no-pager",
    # `ls-files` runs the command in a repository's `core.fsmonitor`. An empty value turns it off,
    # even before git 2.36, which would run any other text as a command.
    # https://git-scm.com/docs/git-config#Documentation/git-config.txt-corefsmonitor
    *("-c", "core.fsmonitor="),
    # Run no hooks, such as `post-index-change`: https://git-scm.com/docs/githooks
    *("-c", "core.hooksPath=/dev/null"),
    # A user's own list of ignored files would give each user a different result.
    # https://git-scm.com/docs/git-config#Documentation/git-config.txt-coreexcludesFile
    *("-c", "core.excludesFile=/dev/null"),
    # Make git look for untracked files itself instead of using an earlier record.
    # https://git-scm.com/docs/git-config#Documentation/git-config.txt-coreuntrackedCache
    *("-c", "core.untrackedCache=false"),
    *("-c", "submodule.recurse=false"),
)
"""Settings in addition to those for commits, so that a repository's configuration runs nothing.

https://git-scm.com/docs/git#_security
"""
_LIST = (
    *("ls-files", "-z", "-t", "--directory", "--exclude-standard"),
    # List untracked files that are ignored, and tracked ones that match an ignore pattern.
    *("--others", "--cached", "--ignored"),
)
_UNTRACKED = "? "


def ignored(directories: Iterable[str]) -> frozenset[str]:
    """Return the real paths of untracked files and directories in directories that git ignores.

    An ignored directory stands for everything in it. A directory that only contains ignored files,
    or contains a tracked file, is not in the result. In a given directory below the top of its
    repository that holds no tracked file, nothing is ignored. Git is run once for each repository
    of the given directories (twice if something is ignored), and not at all outside repositories.
    If git gives no answer (it is not installed, too old or too slow, or refuses a repository of
    another owner), nothing is ignored.
    """
    asked: dict[Path, list[str]] = {}
    for directory in directories:
        try:
            real = Path(directory).resolve()
            top = repository(real)
        except (OSError, ValueError, RuntimeError):  # reading the directory reports the reason
            continue
        if top:
            asked.setdefault(top, []).append(str(real.relative_to(top)))
    found: set[str] = set()
    for top, below in asked.items():
        prefix = str(top / "_")[:-1]
        listed = _listed(top, below)
        for each in below:
            inside = {path for path in listed if path.startswith(each + os.sep)}
            # A directory of generated files is named to be read, whatever a `.gitignore` says.
            if inside and not _asked(top, [each], ("ls-files", "-z")):
                listed -= inside
        found.update(prefix + each for each in listed)
    return frozenset(found)


def _listed(top: Path, below: Sequence[str]) -> set[str]:
    """Return the ignored paths below some paths; all are relative to the top of a repository."""
    listed = [os.fsdecode(each) for each in _asked(top, below).split(b"\0")[:-1]]
    paths = {each[2:].rstrip("/") for each in listed}
    untracked = {each[2:].rstrip("/") for each in listed if each.startswith(_UNTRACKED)}
    tracked = paths - untracked
    # Git also lists a directory if everything it sees there is ignored, but it does not see all.
    above = {path[:at] for path in paths for at in range(len(path)) if path[at] == "/"}
    return {each.replace("/", os.sep) for each in untracked - tracked - above}


def _asked(top: Path, below: Sequence[str], command: Sequence[str] = _LIST) -> bytes:
    """Return git's output for some paths of a repository; empty if git fails."""
    import subprocess  # noqa: PLC0415 - only where there is a repository

    from checker.reader.git import SETTINGS, VARIABLES  # noqa: PLC0415 - as above

    inherited = {name: value for name, value in os.environ.items() if name[:4].upper() != "GIT_"}
    # Git looks for the repository only at the top, and writes nothing.
    more = {"GIT_CEILING_DIRECTORIES": str(top.parent), "GIT_OPTIONAL_LOCKS": "0"}
    try:
        ran = subprocess.run(  # noqa: S603 - no shell, and options end before what is given
            ["git", *SETTINGS, *_SETTINGS, *command, "--", *below],  # noqa: S607 - the user's own git
            cwd=top,
            env={**inherited, **VARIABLES, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return b""
    return ran.stdout
