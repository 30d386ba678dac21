"""Knows the issuers of OpenID Connect tokens, and which claims of a token fix whose it is.

The facts stand in `issuers.yaml`, each with its source.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from checker.iam.arn import fold
from checker.iam.fixed import NAMED, Fixing, has_wildcards, is_textual

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from checker.iam.conditions import Test

_TABLE = Path(__file__).with_name("issuers.yaml")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
OTHER = "unlisted"
"""The group of the issuers that are not in the table."""
_SAYS_NOTHING = frozenset({"amr", "aud", "azp", "iss", "oaud"})
"""Claims that many tokens of an issuer share, whoever they are for."""


class Issuer(NamedTuple):
    """An issuer of tokens, or all issuers of one kind."""

    name: str
    group: str
    shared: bool
    """Whether it signs for all of its customers under one name."""
    pattern: re.Pattern[str] | None
    """Matches the names of its providers in IAM, in lower case; None for all that are not known."""
    claims: Mapping[str, Fixing]
    """By claim, in lower case: how it must be fixed. One of them is enough."""
    first: str = "sub"
    """The claim to fix first, as the issuer writes it."""

    def key(self, name: str) -> str:
        """Return the condition key to fix first, for a provider with a name."""
        return self.first if ":" in self.first else f"{name}:{self.first}"

    def fixing(self, claim: str) -> Fixing | None:
        """Return how a claim, in lower case, must be fixed; None if it does not matter.

        For a shared issuer, only the listed claims tell the customer. For any other issuer, every
        claim counts that says more than what the token is for.
        """
        found = self.claims.get(claim)
        if found is not None or self.shared or claim in _SAYS_NOTHING:
            return found
        return NAMED


_ENDS = {"system:serviceaccount:": ":", "repo:": "/", "project_path:": "/", "organization:": ":"}
"""By how well-known subjects begin, what ends the part after that. Servers of one's own use them
too: https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/"""


def _is_a_subject(asked: Test, text: str) -> bool:
    """Return whether a value fixes a part of the subject, and more than how such subjects begin."""
    start = re.split(r"[*?]", text, maxsplit=1)[0] if has_wildcards(asked, text) else text
    for head, end in _ENDS.items():
        if text.startswith(head):
            owner = text[len(head) :].partition(end)[0]
            return is_textual(asked) and bool(owner) and not has_wildcards(asked, owner)
        if start and start != text and head.startswith(start):
            return False
    return NAMED.fixes(asked, text)


_UNLISTED = Issuer(
    "an issuer that is not listed",
    OTHER,
    shared=False,
    pattern=None,
    claims={"sub": Fixing(_is_a_subject, NAMED.variables)},
)


def issuer(name: str) -> Issuer:
    """Return the issuer of a provider, whose name is its URL without `https://`."""
    plain = fold(name).rstrip("/")
    found = (each for each in listed() if each.pattern and each.pattern.fullmatch(plain))
    return next(found, _UNLISTED)


@lru_cache(maxsize=1)
def listed() -> tuple[Issuer, ...]:
    """Return all issuers of the table."""
    table = yaml.load(_TABLE.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - it is safe
    return tuple(_read(each) for each in table)


def _read(entry: Mapping[str, Any]) -> Issuer:
    claims = {
        fold(claim): _fixing([forms] if isinstance(forms, str) else forms, entry["example"])
        for claim, forms in entry["claims"].items()
    }
    pattern = re.compile(entry["issuer"])
    first = next(iter(entry["claims"]))
    return Issuer(entry["name"], entry["group"], entry["shared"], pattern, claims, first)


def _fixing(forms: Sequence[str], example: str) -> Fixing:
    """Return the requirement that a value begins with one of some forms, without a wildcard."""
    compiled = [re.compile(form, re.DOTALL) for form in forms]

    def fixes(asked: Test, text: str) -> bool:
        found = (each.match(text) for each in compiled)
        return is_textual(asked) and any(
            each and not has_wildcards(asked, each["owner" if "owner" in each.re.groupindex else 0])
            for each in found
        )

    return Fixing(fixes, likely=(example,))
