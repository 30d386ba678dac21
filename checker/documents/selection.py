"""Defines which files a run reads, and as which kinds of document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from checker.kinds import Kind, never
from checker.sources.parameter_files import Given


def _anywhere(_text: str) -> bool:
    """Say that any text may be in another file; no other file is known."""
    return True


@dataclass(frozen=True, slots=True)
class Selection:
    """The files to read as documents, and their kinds.

    `paths` are files and directories, or `-` for standard input. `kinds` are all known kinds by
    name. `mapped` are pairs of a glob and the name of a kind; the last glob that matches the name
    of a file counts. `excluded` are globs of files in directories to leave out.
    """

    paths: Sequence[str]
    kinds: Mapping[str, Kind]
    mapped: Sequence[tuple[str, str]] = ()
    excluded: Sequence[str] = ()
    texts: Mapping[str, bytes] = field(default_factory=dict)
    """JSON or YAML texts of documents that are not in files, by their names in reports."""

    given: Given = Given()  # noqa: RUF009 - a named tuple does not change
    """What the user says of the values that templates leave open."""
    is_elsewhere: Callable[[str], bool] = _anywhere
    """Says whether another file of the run than the one that is read has a text."""

    @property
    def parses_all(self) -> bool:
        """Return whether any file may be of a kind that only its data tells, beside policies."""
        return any(
            kind.recognises is not never and not kind.certain for kind in self.kinds.values()
        )

    @property
    def looks_at_data(self) -> bool:
        """Return whether any of the user's own kinds is recognised by the data of a file."""
        return any(kind.own and kind.recognises is not never for kind in self.kinds.values())
