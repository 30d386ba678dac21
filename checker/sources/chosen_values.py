"""Defines what a user says of the values that templates leave open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Values(NamedTuple):
    """The values of one file; lists of values are joined by commas."""

    name: str
    """The name of the file in messages."""
    values: Mapping[str, str]
    sha256: str = ""
    """The SHA-256 (hex) of the file."""


class Given(NamedTuple):
    """What a user says of the values that templates leave open."""

    sets: tuple[Values, ...] = ()
    """Values of parameters; each template is rendered with each set."""
    literal: bool = False
    """Whether what may be any text is taken to be one value without wildcards."""
