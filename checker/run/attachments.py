"""Compares the managed policies that a role, user or group has with those that it had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.kinds import ATTACHED
from checker.report import Access, Comparison

if TYPE_CHECKING:
    from checker.documents import Document


def are_attached(document: Document) -> bool:
    """Return whether a document is a list of managed policies, and so no policy itself."""
    return document.kind is not None and document.kind.name == ATTACHED


def attached_beyond(path: str, old: Document | None, new: Document) -> Comparison:
    """Return whether a list of managed policies has one that the old list does not have.

    What the policies allow does not count, as AWS and other templates may change that.
    """
    before = _names(old) if old is not None else frozenset[str]()
    for name in sorted(_names(new) - before):
        return Comparison(path, Access.MORE, (("has", new.shown(name)),))
    return Comparison(path, Access.SAME_OR_LESS)


def _names(document: Document) -> frozenset[str]:
    data = document.data if isinstance(document.data, list) else []
    return frozenset(each for each in data if isinstance(each, str))
