"""Takes the first texts and policies for fuzzing from the shipped rules and their examples."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from checker import kinds
from checker.cel import Engine
from checker.kinds.kind import Kind
from checker.reader import Limits
from checker.rules import Rule, load
from checker.rules.rule_files import RESERVED, builtin_root

CORPUS = Path(__file__).parent / "corpus"
"""A folder for each target, of inputs that once were answered wrongly, or are worth keeping."""


class Seed(NamedTuple):
    """An example of a shipped rule: what the rule has to say of a policy."""

    rule: str
    kind: str
    verdict: str
    policy: dict[str, Any]


@cache
def known_kinds() -> Mapping[str, Kind]:
    """Return the kinds of documents by name."""
    return {kind.name: kind for kind in kinds.builtin()}


@cache
def shipped(engine: Engine = "codegen") -> Mapping[str, Rule]:
    """Return the shipped rules by id."""
    found = load(["builtin"], known_kinds(), {}, Limits(), engine=engine)
    return {rule.id: rule for rule in found.rules}


@cache
def examples() -> tuple[Seed, ...]:
    """Return all examples of the shipped rules that need no parameters of their own."""
    return tuple(
        Seed(rule.id, example.kind, example.expect, example.document)
        for rule in shipped().values()
        for example in rule.examples
        if not example.params and isinstance(example.document, dict)
    )


@cache
def rule_files() -> tuple[bytes, ...]:
    """Return the shipped rules as they are written."""
    paths = sorted(builtin_root().rglob("*.yaml"))
    return tuple(path.read_bytes() for path in paths if path.name not in RESERVED)
