"""Recognises files that have another name than in the baseline, and the same content."""

from __future__ import annotations

from collections.abc import Sequence

from checker.reader import Root
from checker.report import CheckedDocument


class Moves:
    """The documents of the baseline whose files are gone, and where they are now.

    INVARIANT: a file that is still there has not moved; another one with its content is a copy,
    and what it grants is new. Each document of the baseline moves at most once.
    """

    def __init__(self, earlier: Sequence[CheckedDocument], root: Root) -> None:
        self._before = {(each.file, each.part) for each in earlier}
        self._gone: dict[tuple[str, str], list[str]] = {}
        """The names of files that are gone, by the part and the SHA-256, the first one last."""
        for each in sorted(earlier, key=lambda document: document.file, reverse=True):
            if each.sha256 and root.lacks(each.file):
                self._gone.setdefault((each.part, each.sha256), []).append(each.file)

    def origin(self, file: str, part: str, sha256: str) -> str:
        """Return the name of a document's file in the baseline; empty if it has not moved.

        Documents with the same content get the names in alphabetical order if they are asked for
        in alphabetical order, once each.
        """
        gone = self._gone.get((part, sha256))
        return gone.pop() if gone and (file, part) not in self._before else ""
