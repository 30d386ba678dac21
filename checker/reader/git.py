"""A commit of the repository at hand and a path in it go in; the files there come out."""

from __future__ import annotations

import subprocess
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from checker.source import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINK = "120000"
"""The mode of a symbolic link, whose content is a path and no document."""
_LONGEST = 200
"""Characters of what git says that are shown."""


def files(ref: str, path: str, suffixes: frozenset[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the path and content of every file below a path at a commit, in order.

    Paths are as git shows them, from the working directory. Raises InputError where there is no
    such commit, path or repository, or no git.
    """
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if not commit.strip():
        raise InputError(Problem(f"git:{ref}", "no such commit: is it fetched?"))
    listed = _git("ls-tree", "-r", "-z", commit.decode().strip(), "--", path)
    found: list[tuple[str, str]] = []
    for entry in listed.split(b"\0"):
        meta, _, raw = entry.partition(b"\t")
        name = raw.decode("utf-8", "surrogateescape")
        mode, kind, sha = [*meta.decode().split(), "", "", ""][:3]
        wanted = name == path or PurePosixPath(name).suffix.lower() in suffixes
        if wanted and mode == _LINK:
            raise InputError(Problem(f"git:{ref}:{name}", "a link: compare what it points to"))
        if wanted and kind == "blob":
            found.append((name, sha))
    if not found:
        raise InputError(Problem(f"git:{ref}:{path}", "no document there at that commit"))
    out = _git("cat-file", "--batch", given="".join(f"{sha}\n" for _, sha in found).encode())
    at = 0
    for name, _ in found:
        end = out.index(b"\n", at)
        size = int(out[at:end].split()[2])
        yield name, out[end + 1 : end + 1 + size]
        at = end + size + 2


def _git(*arguments: str, given: bytes = b"") -> bytes:
    try:
        ran = subprocess.run(  # noqa: S603 - no shell, and options end before what is given
            ["git", *arguments],  # noqa: S607 - the git of the user's own path
            input=given,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise InputError(Problem("git", f"cannot be run: {error.strerror}")) from error
    if ran.returncode and arguments[0] != "rev-parse":
        said = ran.stderr.decode("utf-8", "replace").strip()[:_LONGEST]
        raise InputError(Problem("git", said or "failed"))
    return ran.stdout
