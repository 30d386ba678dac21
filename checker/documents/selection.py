"""Defines which files a run reads, and as which kinds of documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from checker.kinds import Kind


@dataclass(frozen=True, slots=True)
class Selection:
    """Which files to read as documents, and as which kinds.

    `paths` are files and directories, or `-` for standard input; `kinds` are all known kinds by
    name; `mapped` are pairs of a glob and the name of a kind, of which the last one that matches
    the name of a file counts; `excluded` are globs.
    """

    paths: Sequence[str]
    kinds: Mapping[str, Kind]
    mapped: Sequence[tuple[str, str]] = ()
    excluded: Sequence[str] = ()
    texts: Mapping[str, bytes] = field(default_factory=dict)
    """Documents that are at hand, as JSON or YAML, by the names that reports give them."""

    @property
    def looks_at_data(self) -> bool:
        """Return whether a kind of the user's own is recognised by the data of a file."""
        return any(kind.looks_at_data and not kind.certain for kind in self.kinds.values())
