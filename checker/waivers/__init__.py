"""Applies and writes waivers, which accept findings until a date."""

from __future__ import annotations

from checker.waivers.apply import SCHEMA, Entry, Terms, Waivers, faults, load

__all__ = [
    "SCHEMA",
    "Entry",
    "Terms",
    "Waivers",
    "faults",
    "load",
]
