"""Gives findings their fingerprints.

The fingerprint of a finding holds the rule, the meaning of its requirement, the file and the part
of it, what the finding points to, and the parts of the document that the verdict rests on: in a
policy, the statements that it is about, and the Denies that may take something away from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from checker.documents import Document
from checker.iam.asked import Ask
from checker.iam.claims import allowing
from checker.iam.statement import Policy
from checker.problems import Route
from checker.report import Basis, digest, fingerprint
from checker.rules import About, Rule, asked
from checker.run.former import Former


class Identity(NamedTuple):
    """What identifies a finding; `former` is its fingerprint of version 1, if it was wanted."""

    fingerprint: str
    basis: Basis
    former: str = ""


class Identities:
    """The identities of the findings of one rule on one document; no two are equal."""

    def __init__(self, rule: Rule, document: Document, *, former: bool = False) -> None:
        self._rule = rule
        self._document = document
        self._seen: dict[str, int] = {}
        self._former = Former(rule, document) if former else None

    def of(
        self, subject: Route, routes: list[Route], text: str, asks: Iterable[Ask] = ()
    ) -> Identity:
        """Return the identity of a finding about a subject, which points to some routes.

        `text` is the text of the requirement that is not met; empty for another finding. `asks` is
        what the rule asked about the policy: a verdict about all of it rests on every Allow of an
        action that was asked about, and not only on those that it points to.
        """
        rule, document = self._rule, self._document
        about = [*routes, *([subject] if rule.for_each else self._allowing(asks))]
        points = digest(sorted(map(document.digest, routes)), self._subject(subject))
        rest = document.units.used(about, alike=not rule.for_each)
        exact = bool(rule.for_each) and not document.units.is_part(subject)
        if rule.file.about is About.FORM and not rule.for_each:
            # what is badly formed must be the same; the whole document is never badly formed alone
            exact = routes != [()]
        guards = rest.guards or rule.file.about is About.GUARDS
        requirement = asked(rule, text) if text else ""
        basis = Basis(requirement, points, rest.units, guards=guards, exact=exact)
        found = self._named(basis)
        again = self._seen[found] = self._seen.get(found, 0) + 1
        if again > 1:
            basis = basis._replace(again=again)
            found = self._named(basis)
        former = self._former.fingerprint(subject, routes, text) if self._former else ""
        return Identity(found, basis, former)

    def _allowing(self, asks: Iterable[Ask]) -> list[Route]:
        policy = self._document.activation.values.get("policy")
        return allowing(policy, asks) if isinstance(policy, Policy) else []

    def _named(self, basis: Basis) -> str:
        # INVARIANT: equal policies in different parts of a file have different identities.
        return fingerprint(self._rule.id, self._document.file, self._document.part, basis)

    def _subject(self, subject: Route) -> str:
        return self._document.digest(subject) if self._rule.for_each else ""
