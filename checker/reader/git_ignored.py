"""Asks git which paths it ignores, so that a walk can leave them out.

INVARIANT: git can take a path out of a walk only where it is untracked and ignored. The walk itself
finds what exists, and where git gives no answer, for whatever reason, nothing is left out.
A `.gitignore` in a pull request can therefore hide untracked files only, and no file of the pull
request itself.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from checker.reader.root import repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SECONDS = 30
"""How long git may take: it waits for a `.gitignore` that is a pipe, and some patterns of a
`.gitignore` take it years."""
_SETTINGS = (
    "--no-pager",
    # `ls-files` runs the command that `core.fsmonitor` of a repository names. Empty is off, also
    # before git 2.36, which takes any other text for a command.
    # https://git-scm.com/docs/git-config#Documentation/git-config.txt-corefsmonitor
    *("-c", "core.fsmonitor="),
    # No hook either, as `post-index-change`: https://git-scm.com/docs/githooks
    *("-c", "core.hooksPath=/dev/null"),
    # A person's own list of ignored files would give each person another verdict.
    # https://git-scm.com/docs/git-config#Documentation/git-config.txt-coreexcludesFile
    *("-c", "core.excludesFile=/dev/null"),
    # Git looks itself, and trusts no record of what was untracked earlier.
    # https://git-scm.com/docs/git-config#Documentation/git-config.txt-coreuntrackedCache
    *("-c", "core.untrackedCache=false"),
    *("-c", "submodule.recurse=false"),
)
"""Beside those for commits. They stop what the configuration of a repository lets git run.

https://git-scm.com/docs/git#_security
"""
_LIST = (
    *("ls-files", "-z", "-t", "--directory", "--exclude-standard"),
    # Untracked files that are ignored, and tracked ones that a pattern would ignore.
    *("--others", "--cached", "--ignored"),
)
_UNTRACKED = "? "


def ignored(directories: Iterable[str]) -> frozenset[str]:
    """Return the real paths of untracked files and directories, below others, that git ignores.

    An ignored directory stands for all below it; a directory that holds ignored files only, or
    anything that is tracked, is not among them. Git is run once for every repository that the
    given directories are in, and not at all for those in none. Where it cannot be asked (it is not
    installed, too old or slow, or refuses the repository of another owner), nothing is ignored.
    """
    asked: dict[Path, list[str]] = {}
    for directory in directories:
        try:
            real = Path(directory).resolve()
            top = repository(real)
        except (OSError, ValueError, RuntimeError):  # reading the directory says why
            continue
        if top:
            asked.setdefault(top, []).append(str(real.relative_to(top)))
    found: set[str] = set()
    for top, below in asked.items():
        prefix = str(top / "_")[:-1]
        found.update(prefix + each for each in _listed(top, below))
    return frozenset(found)


def _listed(top: Path, below: Sequence[str]) -> set[str]:
    """Return the paths, from the top of a repository, of what git ignores below some of them."""
    listed = [os.fsdecode(each) for each in _asked(top, below).split(b"\0")[:-1]]
    paths = {each[2:].rstrip("/") for each in listed}
    untracked = {each[2:].rstrip("/") for each in listed if each.startswith(_UNTRACKED)}
    tracked = paths - untracked
    # Git lists a directory too if all that it sees in it is ignored, but it does not see all.
    above = {path[:at] for path in paths for at in range(len(path)) if path[at] == "/"}
    return {each.replace("/", os.sep) for each in untracked - tracked - above}


def _asked(top: Path, below: Sequence[str]) -> bytes:
    """Return what git lists below some paths of a repository; nothing if it fails."""
    import subprocess  # noqa: PLC0415 - only where there is a repository

    from checker.reader.git import SETTINGS, VARIABLES  # noqa: PLC0415 - as above

    inherited = {name: value for name, value in os.environ.items() if name[:4].upper() != "GIT_"}
    # Git finds the repository at the top or nowhere, and writes nothing.
    more = {"GIT_CEILING_DIRECTORIES": str(top.parent), "GIT_OPTIONAL_LOCKS": "0"}
    try:
        ran = subprocess.run(  # noqa: S603 - no shell, and options end before what is given
            ["git", *SETTINGS, *_SETTINGS, *_LIST, "--", *below],  # noqa: S607 - the user's own git
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
