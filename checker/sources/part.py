"""Defines the policies that a source finds in a file."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from checker.problems import Problem
from checker.reader import Reading

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Part(NamedTuple):
    """A policy in a file, in one of the ways in which it may be rendered."""

    name: str
    """Its address: a JSON Pointer, or the path in a template; empty if it is the whole file."""
    reading: Reading
    kind: str
    """The name of its kind; empty if its place does not tell."""
    source: str = "a known wrapper"
    """How the file holds it, in words."""
    when: tuple[str, ...] = ()
    """In which case it is so, such as `IsProduction`; empty if it is never otherwise."""
    case: str = ""
    """What is settled in these cases: the same text for the same cases of another version."""
    legend: Mapping[str, str] = _NOTHING
    """How messages show the values in it that stand for what the template leaves open."""
    unknowns: Mapping[str, str] = _NOTHING
    """For each placeholder in it that may be any text: what it is, and what to do about it."""
    assumed: tuple[str, ...] = ()
    """The placeholders for what is taken to be one value without wildcards."""
    inferred: bool = False
    """Whether its kind follows from how it is used, and not from its place alone."""
    members: tuple[str, ...] | None = None
    """For what several policies allow together: the addresses of those in the file that are
    documents by themselves. None for a policy that is written as it is."""
    doubt: str = ""
    """Why it may allow less than it says; empty if it allows just that."""


class Refused(NamedTuple):
    """A policy that could not be read."""

    name: str
    problems: tuple[Problem, ...]
