"""Reads a file that the user names by a path or by `git:REF:PATH`."""

from __future__ import annotations

from checker.problems import InputError, Problem, Source
from checker.reader.files import SCHEME, display_path, read_bytes, read_file
from checker.reader.limits import DEFAULT_LIMITS, Limits
from checker.reader.root import AS_GIVEN, Root


def read_named(place: str, limits: Limits = DEFAULT_LIMITS, root: Root = AS_GIVEN) -> Source:
    """Return the text of a file at a path or, for `git:REF:PATH`, at a commit.

    Raises InputError if there is no such file, or it cannot be read.
    """
    if not place.startswith(SCHEME):
        return read_file(place, limits, root.name(place))
    from checker.reader import git  # noqa: PLC0415 - the one case that needs it

    shown = display_path(place)
    ref, _, path = place.removeprefix(SCHEME).partition(":")
    if not path:
        raise InputError(Problem(shown, "the path is missing: write git:REF:PATH"))
    found = next(git.files(ref, path, lambda _: False, limits))
    if found.within != ".":
        raise InputError(Problem(shown, "this is a directory: name a file"))
    if isinstance(found.content, Problem):
        raise InputError(found.content)
    return read_bytes(shown, found.content, limits)
