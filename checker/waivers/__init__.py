"""Applies and writes waivers, which accept findings until a date."""

from __future__ import annotations

from checker.waivers.apply import Entry, Grant, Waivers
from checker.waivers.entries import SCHEMA, Terms, faults, load

__all__ = [
    "SCHEMA",
    "Entry",
    "Grant",
    "Terms",
    "Waivers",
    "faults",
    "load",
]
