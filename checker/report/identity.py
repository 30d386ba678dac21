"""Defines what identifies a finding in reports of different runs: its fingerprint and its basis.

INVARIANT: the digests of version 2 never change, because waivers and baselines hold them.
"""

from __future__ import annotations

import hashlib
import json
from typing import NamedTuple

from checker.problems import Json

FINGERPRINTS = 2
"""The version of fingerprints."""


class Basis(NamedTuple):
    """What a finding rests on, besides its rule and its document."""

    requirement: str
    """A digest of the meaning of what the rule requires; empty if that does not matter."""
    points: str
    """A digest of the nodes that the finding points to, and of the rule's subject."""
    units: tuple[str, ...]
    """Digests of the parts of the document that the verdict used, such as statements; sorted."""
    again: int = 1
    """Which one of several findings this is that are otherwise equal."""
    guards: bool = False
    """Whether it points to a part that only takes access away. The fingerprint does not hold it."""
    exact: bool = False
    """Whether it is one of several about one part, which are told apart by what they point to."""


class Accepted(NamedTuple):
    """A finding that a waiver or the baseline accepts, for findings that may grant less now.

    `subject` is the only subject that it accepts, if it is not None. `units` are the parts of the
    document that its verdict used.
    """

    rule: str
    file: str
    part: str
    subject: str | None
    fingerprint: str
    basis: Basis
    units: tuple[Json, ...]


def fingerprint(rule: str, file: str, part: str, basis: Basis) -> str:
    """Return the fingerprint of a finding: 32 hexadecimal digits."""
    return digest(
        FINGERPRINTS,
        rule,
        file,
        part,
        basis.requirement,
        basis.points,
        basis.units,
        basis.again,
    )


def digest(*parts: object) -> str:
    """Return a digest of plain data as 32 hexadecimal digits; the order of keys does not matter."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
