"""Computes fingerprints of version 1, which only a migration from them needs."""

from __future__ import annotations

from checker.documents import Document
from checker.problems import Route
from checker.report import digest
from checker.rules import Rule


class Former:
    """The fingerprints that version 1 gave to the findings of one rule on one document."""

    def __init__(self, rule: Rule, document: Document) -> None:
        self._rule = rule
        self._document = document
        self._seen: dict[str, int] = {}

    def fingerprint(self, subject: Route, routes: list[Route], text: str) -> str:
        """Return the fingerprint of a finding about a subject, which points to some routes."""
        document = self._document
        whole = [subject] if self._rule.for_each else []
        if kind := document.kind:
            whole += map(kind.unit, routes)
        content = sorted(map(document.digest, routes)), sorted(set(map(document.digest, whole)))
        identity = (document.file, *filter(None, [document.part]))
        found = digest(self._rule.id, text, *identity, *content)
        again = self._seen[found] = self._seen.get(found, 0) + 1
        return found if again == 1 else digest(found, again)
