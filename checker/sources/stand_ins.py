"""Chooses values that stand for what a template leaves open but keeps from being a pattern.

The name of a bucket that the template creates, for example, is one name without wildcards. A
stand-in of its own is one such name, and no policy means anything else by it, so a decision about
the stand-in is one about the name. What may be any text, even `*`, has no stand-in: it stays a
placeholder, such as `${Bucket}`. Messages show all of them as placeholders.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from checker.iam.principals import OWN_ACCOUNT
from checker.iam.resources import PARTITIONS

__all__ = [
    "OWN_ACCOUNT",
    "PARTITION",
    "REGION",
    "URL_SUFFIX",
    "StandIn",
    "holes",
    "likely_arn",
    "name",
    "number",
    "open_text",
    "placeholder",
    "shown",
]

REGION = "xx-region-1"
"""The region to which a template is deployed."""
PARTITION = "aws"
URL_SUFFIX = "amazonaws.com"

_PARTS = 6
"""The parts of an ARN."""
_LETTERS = "bcdfghjkmnpqrstvwxz0123456789"
_SLUG = re.compile(r"[^a-z0-9]+")
_HOLE = re.compile(r"\$\{([^}!]*)\}")
_UNFIT = re.compile(r"[.{}:/*?$\s]+")


class StandIn(NamedTuple):
    """A value that stands for an unknown, and how messages show it."""

    value: str
    shown: str


def name(address: str) -> StandIn:
    """Return a name for an unknown that is one value without wildcards and separators."""
    slug = _SLUG.sub("-", address.lower()).strip("-")[-20:].strip("-") or "name"
    return StandIn(f"{slug}-{_marked(address, 7)}", placeholder(address))


def number(address: str) -> StandIn:
    """Return a number for an unknown that is one."""
    digest = _digest(address)
    return StandIn(str(70_000_000 + int.from_bytes(digest[:3])), placeholder(address))


def holes(text: str) -> list[str]:
    """Return the names in the `${…}` of a text."""
    return [found.strip() for found in _HOLE.findall(text)]


def likely_arn(text: str) -> str:
    """Return an ARN with a valid partition and region in place of letters that match anything.

    Another text stays as it is.
    """
    parts = text.split(":", _PARTS - 1)
    if len(parts) < _PARTS or parts[0] != "arn":
        return text
    known = parts[1] in PARTITIONS
    partition = parts[1] if known else PARTITION
    return ":".join(("arn", partition, parts[2], REGION if parts[3] else "", *parts[4:]))


def placeholder(address: str) -> str:
    """Return how an unknown is shown: `${…}` with its address."""
    return f"${{{address}}}"


def open_text(address: str) -> str:
    """Return a placeholder for an unknown that may be any text; it is no policy variable."""
    return placeholder(_UNFIT.sub(".", address).strip(".") or "value")


def shown(text: str, legend: Mapping[str, str]) -> str:
    """Return a text with placeholders in place of the stand-ins in a legend."""
    if not legend or not text:
        return text
    words = sorted(legend, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, words)), lambda found: legend[found[0]], text)


def _marked(address: str, size: int) -> str:
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in _digest(address)[:size])


def _digest(address: str) -> bytes:
    from hashlib import sha256  # noqa: PLC0415 - only for templates

    return sha256(address.encode()).digest()
