"""Reads files at a commit of the local git repository."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path, PurePath, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from checker.problems import InputError, Problem
from checker.reader.files import SCHEME, display_path
from checker.reader.root import repository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.reader.limits import Limits
    from checker.reader.walk import Wanted

_NO_FILES = {
    "120000": "a symbolic link: replace it with the file itself, or leave it out with --exclude",
    "160000": "a submodule: compare it in its own repository, or leave it out with --exclude",
}
"""Modes of entries that are not files, with the message for each.

https://git-scm.com/docs/git-fast-import
"""
_LONGEST = 200
"""The most characters of git's error output that a message shows."""
VARIABLES = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}
"""Variables that keep git from fetching objects that a partial clone lacks, by any protocol; from
replacing objects with others; from reading a path as a pattern; and from using another language.

https://git-scm.com/docs/git#_environment_variables
"""
_OTHER_PLACES = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_NAMESPACE"}
    | {f"GIT_{each}_PATHSPECS" for each in ("GLOB", "NOGLOB", "ICASE")}
)
"""Variables that would name another repository or change the meaning of paths."""
SETTINGS = (
    *("-c", "safe.bareRepository=explicit"),
    *("-c", "core.warnAmbiguousRefs=true"),
    # These let git read packs of gigabytes within the memory limit of this process.
    *("-c", "core.packedGitWindowSize=16m"),
    *("-c", "core.packedGitLimit=64m"),
)
_SHA = re.compile("[0-9a-f]{40,64}")
_NO_NAME = "no commit or file can have this name: check it"
_NOT_AT_HAND = "its content is not in this clone: fetch it"


class Committed(NamedTuple):
    """A file at a commit."""

    within: str
    """The path relative to the requested path; `.` for that path itself."""
    name: str
    """The path relative to the working directory."""
    shown: str
    """The name in reports, `git:REF:PATH`."""
    content: bytes | Problem
    """The bytes, or the reason why they cannot be read."""


def files(ref: str, path: str, wanted: Wanted, limits: Limits) -> Iterator[Committed]:
    """Yield the file at a path at a commit or, if it is a directory, its files with wanted names.

    A link, a submodule, a file that is too large, or one that this clone lacks has a problem as its
    content. Raises InputError if the commit, the path or the repository does not exist, or git
    cannot be run.
    """
    here = Path.cwd()
    top = _top(here, ref)
    below = PurePath(os.path.relpath(_resolved(here / path), top)).as_posix()
    listed = _git(top, "ls-tree", "-r", "-l", "-z", _commit(top, ref), "--", below)
    found: dict[str, Committed] = {}
    to_read: dict[str, str] = {}
    for entry in listed.split(b"\0")[:-1]:
        meta, _, raw = entry.partition(b"\t")
        inside = raw.decode("utf-8", "surrogateescape")
        mode, _, sha, size = meta.decode().split()
        if mode in _NO_FILES:
            message = _NO_FILES[mode]
        elif inside != below and not wanted(PurePosixPath(inside).name):
            continue
        elif not size.isdigit():
            message = _NOT_AT_HAND
        else:
            message = limits.too_large() if int(size) > limits.max_bytes else ""
        within = str(PurePosixPath(inside).relative_to(below))
        name = os.path.relpath(top / inside, here)
        shown = display_path(f"{SCHEME}{ref}:{name}")
        found[within] = Committed(within, name, shown, Problem(shown, message))
        if not message:
            to_read[within] = sha
    if not found:
        raise InputError(Problem(f"{SCHEME}{ref}:{path}", "no such file at that commit"))
    contents = dict(zip(to_read, _contents(top, list(to_read.values())), strict=True))
    for within, each in found.items():
        yield each._replace(content=contents.get(within, each.content))


def _top(here: Path, ref: str) -> Path:
    try:
        top = repository(here)
    except OSError as error:
        message = f"the repository cannot be searched for: {error.strerror}"
        raise InputError(Problem(f"{SCHEME}{ref}", message)) from error
    if top is None:
        raise InputError(Problem(f"{SCHEME}{ref}", "not in a git repository"))
    return top


def _resolved(path: Path) -> str:
    """Return a path with the links on the way resolved, so that it can be compared with the top.

    A link at the end of the path is kept, as the commit has the link there.
    """
    try:
        if path.name in {"", ".."}:
            return os.path.realpath(path)
        return os.path.join(os.path.realpath(path.parent), path.name)  # noqa: PTH118 - as realpath
    except ValueError as error:
        raise InputError(Problem("git", _NO_NAME)) from error


def _contents(top: Path, shas: list[str]) -> Iterator[bytes]:
    """Yield the bytes of objects that exist in the repository."""
    out = _git(top, "cat-file", "--batch", given="".join(f"{sha}\n" for sha in shas).encode())
    at = 0
    for _ in shas:
        end = out.index(b"\n", at)
        size = int(out[at:end].split()[-1])
        yield out[end + 1 : end + 1 + size]
        at = end + size + 2


def _commit(top: Path, ref: str) -> str:
    """Return the object name of the commit that `ref` names; raises InputError unless it is one."""
    ran = _run(top, "rev-parse", "--verify", "--end-of-options", f"{ref}^{{commit}}")
    sha = ran.stdout.decode("utf-8", "replace").strip()
    if ran.returncode and b"Needed a single revision" not in ran.stderr:
        raise InputError(Problem(f"{SCHEME}{ref}", _said(ran)))
    if not _SHA.fullmatch(sha):
        raise InputError(Problem(f"{SCHEME}{ref}", "no such commit: check its name, or fetch it"))
    # INVARIANT: a tag or branch never stands in for another one with the same short name.
    if b"is ambiguous" in ran.stderr and ref != sha:
        message = "more than one branch or tag has this name: write it in full, as refs/heads/main"
        raise InputError(Problem(f"{SCHEME}{ref}", message))
    return sha


def _git(top: Path, *arguments: str, given: bytes = b"") -> bytes:
    ran = _run(top, *arguments, given=given)
    if ran.returncode:
        raise InputError(Problem("git", _said(ran)))
    return ran.stdout


def _said(ran: subprocess.CompletedProcess[bytes]) -> str:
    """Return the reason why git failed, from its error output.

    For an object that git would have fetched, the message is our own.
    """
    if b"promisor" in ran.stderr:
        return "a file of that commit is not in this clone: clone without --filter"
    return " ".join(ran.stderr.decode("utf-8", "replace").split())[:_LONGEST] or "failed"


def _inherited() -> dict[str, str]:
    """Return this process's variables without those that name a repository, as hooks set them."""
    return {name: value for name, value in os.environ.items() if name not in _OTHER_PLACES}


def _run(top: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run git at the top of the repository; it accepts no other repository, such as a bare one."""
    try:
        return subprocess.run(  # noqa: S603 - no shell, and options end before what is given
            ["git", *SETTINGS, *arguments],  # noqa: S607 - the git of the user's own path
            cwd=top,
            input=given,
            capture_output=True,
            check=False,
            env={**_inherited(), **VARIABLES},
        )
    except OSError as error:
        raise InputError(Problem("git", f"cannot be run: {error.strerror}")) from error
    except ValueError as error:  # a NUL
        raise InputError(Problem("git", _NO_NAME)) from error
