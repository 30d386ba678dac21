"""A commit of the repository at hand and a path in it go in; the files there come out."""

from __future__ import annotations

import os
import subprocess
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from checker.reader.named import SCHEME
from checker.source import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_FILES = {
    "120000": "a symbolic link: put the file itself there, or leave it out with --exclude",
    "160000": "a submodule: compare it in its own repository, or leave it out with --exclude",
}
"""Modes of what is no file, with what to do about it."""
_LONGEST = 200
"""Characters of what git says that are shown."""
_VARIABLES = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "", "LC_ALL": "C"}
"""They keep git from fetching what a partial clone has not, by any protocol, and in English.

See https://git-scm.com/docs/git#Documentation/git.txt-GITNOLAZYFETCH; older versions know the
second alone.
"""


def files(ref: str, path: str, suffixes: frozenset[str]) -> Iterator[tuple[str, bytes | Problem]]:
    """Yield the path of every file below a path at a commit, in order, and its content.

    What is a link or a submodule, or is not in the repository at hand, is a problem instead.
    Paths are as git shows them, from the working directory. Raises InputError where there is no
    such commit, path or repository, or no git.
    """
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if not commit.strip():
        raise InputError(Problem(f"{SCHEME}{ref}", "no such commit: is it fetched?"))
    listed = _git("ls-tree", "-r", "-z", commit.decode().strip(), "--", path)
    found: dict[str, str] = {}
    for entry in listed.split(b"\0"):
        meta, _, raw = entry.partition(b"\t")
        name = raw.decode("utf-8", "surrogateescape")
        mode, _, sha = [*meta.decode().split(), "", "", ""][:3]
        if mode in _NO_FILES:
            yield name, Problem(f"{SCHEME}{ref}:{name}", _NO_FILES[mode])
        elif name and (name == path or PurePosixPath(name).suffix.lower() in suffixes):
            found[name] = sha
    if not found:
        raise InputError(Problem(f"{SCHEME}{ref}:{path}", "no such file there at that commit"))
    out = _git("cat-file", "--batch", given="".join(f"{sha}\n" for sha in found.values()).encode())
    at = 0
    for name in found:
        end = out.index(b"\n", at)
        *_, said = out[at:end].split()
        at = end + 1
        if said.isdigit():
            size = int(said)
            yield name, out[at : at + size]
            at += size + 1
        else:
            yield name, Problem(f"{SCHEME}{ref}:{name}", "its content is not at hand: fetch it")


def _git(*arguments: str, given: bytes = b"") -> bytes:
    try:
        ran = subprocess.run(  # noqa: S603 - no shell, and options end before what is given
            ["git", *arguments],  # noqa: S607 - the git of the user's own path
            input=given,
            capture_output=True,
            check=False,
            env={**os.environ, **_VARIABLES},
        )
    except OSError as error:
        raise InputError(Problem("git", f"cannot be run: {error.strerror}")) from error
    except ValueError as error:  # a NUL
        message = "no commit or file can have this name: check it"
        raise InputError(Problem("git", message)) from error
    if ran.returncode and arguments[0] != "rev-parse":
        said = ran.stderr.decode("utf-8", "replace").strip()[:_LONGEST]
        if "promisor" in said:
            said = (
                "a file of that commit is not at hand, and none is fetched: clone without --filter"
            )
        raise InputError(Problem("git", said or "failed"))
    return ran.stdout
