"""Findings that are accepted for a time: the file that says so, applied and written."""

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
