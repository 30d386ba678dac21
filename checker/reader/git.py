"""A commit of the repository at hand and a path in it go in; the files there come out."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from checker.reader.files import repository
from checker.reader.named import SCHEME
from checker.source import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.reader.limits import Limits

_NO_FILES = {
    "120000": "a symbolic link: put the file itself there, or leave it out with --exclude",
    "160000": "a submodule: compare it in its own repository, or leave it out with --exclude",
}
"""Modes of what is no file, with what to do about it."""
_LONGEST = 200
"""Characters of what git says that are shown."""
_VARIABLES = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}
"""They keep git from fetching what a partial clone has not, by any protocol; from showing one
object in place of another; from taking a path for a pattern; and from other languages.

https://git-scm.com/docs/git#_environment_variables
"""
_OTHER_PLACES = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_NAMESPACE"}
)
_SETTINGS = ("-c", "safe.bareRepository=explicit", "-c", "core.warnAmbiguousRefs=true")


def files(
    ref: str, path: str, suffixes: frozenset[str], limits: Limits
) -> Iterator[tuple[str, bytes | Problem]]:
    """Yield the path of every file below a path at a commit, in order, and its content.

    What is a link or a submodule, or too large, or is not in the repository at hand, is a problem
    instead. Paths are relative to the working directory. Raises InputError where there is no such
    commit, path or repository, or no git.
    """
    here = Path.cwd()
    top = repository(here)
    if top is None:
        raise InputError(Problem(f"{SCHEME}{ref}", "this is no git repository"))
    below = os.path.relpath(here / path, top)
    listed = _git(top, "ls-tree", "-r", "-l", "-z", _commit(top, ref), "--", below)
    found: dict[str, str] = {}
    problems = 0
    for entry in listed.split(b"\0")[:-1]:
        meta, _, raw = entry.partition(b"\t")
        within = raw.decode("utf-8", "surrogateescape")
        name = os.path.relpath(top / within, here)
        mode, _, sha, size = meta.decode().split()
        if mode in _NO_FILES:
            message = _NO_FILES[mode]
        elif within != below and PurePosixPath(within).suffix.lower() not in suffixes:
            continue
        else:
            message = limits.too_large() if int(size) > limits.max_bytes else ""
        if message:
            problems += 1
            yield name, Problem(f"{SCHEME}{ref}:{name}", message)
        else:
            found[name] = sha
    if not found and not problems:
        raise InputError(Problem(f"{SCHEME}{ref}:{path}", "no such file there at that commit"))
    shas = "".join(f"{sha}\n" for sha in found.values()).encode()
    out = _git(top, "cat-file", "--batch", given=shas)
    at = 0
    for name in found:
        end = out.index(b"\n", at)
        *_, said = out[at:end].split()
        at = end + 1
        if said.isdigit():
            yield name, out[at : at + int(said)]
            at += int(said) + 1
        else:
            yield name, Problem(f"{SCHEME}{ref}:{name}", "its content is not at hand: fetch it")


def _commit(top: Path, ref: str) -> str:
    """Return the name of the one commit that is meant; raises InputError where it is not one."""
    ran = _run(top, "rev-parse", "--verify", "--end-of-options", f"{ref}^{{commit}}")
    if ran.returncode:
        raise InputError(Problem(f"{SCHEME}{ref}", "no such commit: is it fetched?"))
    # INVARIANT: no tag or branch stands in for another one that is called the same in short.
    if b"is ambiguous" in ran.stderr:
        message = "more than one branch or tag is called so: write it in full, as refs/heads/main"
        raise InputError(Problem(f"{SCHEME}{ref}", message))
    return ran.stdout.decode().strip()


def _git(top: Path, *arguments: str, given: bytes = b"") -> bytes:
    ran = _run(top, *arguments, given=given)
    if ran.returncode:
        said = ran.stderr.decode("utf-8", "replace").strip()[:_LONGEST]
        if "promisor" in said:
            said = "a file of that commit is not at hand, none is fetched: clone without --filter"
        raise InputError(Problem("git", said or "failed"))
    return ran.stdout


def _inherited() -> dict[str, str]:
    """Return the variables of this process but those that name a repository, as hooks have them."""
    return {name: value for name, value in os.environ.items() if name not in _OTHER_PLACES}


def _run(top: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run git where it finds the repository at once, and takes no folder of files for another."""
    try:
        return subprocess.run(  # noqa: S603 - no shell, and options end before what is given
            ["git", *_SETTINGS, *arguments],  # noqa: S607 - the git of the user's own path
            cwd=top,
            input=given,
            capture_output=True,
            check=False,
            env={**_inherited(), **_VARIABLES},
        )
    except OSError as error:
        raise InputError(Problem("git", f"cannot be run: {error.strerror}")) from error
    except ValueError as error:  # a NUL
        message = "no commit or file can have this name: check it"
        raise InputError(Problem("git", message)) from error
