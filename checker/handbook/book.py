"""Loads rules, profiles and frameworks in order to document them, without checking anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from checker import rules
from checker.handbook.topics import Topic, topic
from checker.reader import Limits
from checker.report import Framework
from checker.rules import Rule
from checker.settings.config import Config, known_kinds


class Handbook(NamedTuple):
    """Rules in the order of their ids, the profiles that select each rule, and the frameworks."""

    rules: tuple[Rule, ...]
    profiles: Mapping[str, tuple[str, ...]]
    frameworks: Mapping[str, Framework]

    def topic(self, rule: Rule) -> Topic:
        """Return the documentation of one of the rules."""
        return topic(rule, self.profiles[rule.id], self.frameworks)


def handbook(paths: Sequence[str], settings: Config, limits: Limits, profile: str = "") -> Handbook:
    """Return the rules of some paths, or those of them that a profile selects.

    Raises InputError if the rules, profiles or frameworks are not valid, as a check would.
    """
    kinds = known_kinds(settings, limits)
    found = rules.load(paths, kinds, settings.params, limits, accounts=settings.accounts)
    if profile:
        found = rules.select(found, paths, profile, limits)
    return Handbook(
        found.rules,
        rules.profiles_of(found.rules, paths, limits),
        rules.load_frameworks(paths, limits)[0],
    )
