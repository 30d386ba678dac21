"""Pairs files that are gone with new files of the same content, because they have only moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping

_Digests = Mapping[str, Callable[[], str]]
"""Functions that return the digest of a file's content, or nothing, by the paths of files."""


def renames(gone: _Digests, fresh: _Digests) -> dict[str, str]:
    """Return the old paths of files that have only moved, by their new paths.

    Files with the same content are paired in the order of the given paths. INVARIANT: each old path
    is used once at most, as any further file with the content is a copy, and new.
    """
    if not (gone and fresh):
        return {}
    left: dict[str, list[str]] = {}
    for path in reversed(list(gone)):
        if content := gone[path]():
            left.setdefault(content, []).append(path)
    found: dict[str, str] = {}
    for path in fresh if left else ():
        if origins := left.get(fresh[path]()):
            found[path] = origins.pop()
    return found
