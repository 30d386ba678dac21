"""Finds actions and values of condition keys that a policy does not name.

A question about them is one about everything that the author did not think of. They are chosen
after all entries of the policy.

INVARIANT: no author can single one out by a Deny. If the entries match everything that could be
chosen, they match what is chosen.
"""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING

from checker.iam.arn import action, arn_value, fold, value
from checker.iam.conditions import Family, meaning, test
from checker.iam.patterns import Undecided, covers, literal, matches, witness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.iam.patterns import Pattern
    from checker.iam.statement import Policy

_TEXTUAL = (Family.TEXT, Family.FOLDED, Family.ARN)
_TRIES = 100
"""How many values are tried that are named but for their case."""


def unnamed_action(policy: Policy, service: str) -> str:
    """Return an action that a policy names by `*` at most; of no known service without a `service`.

    Raises `Undecided` if that takes too many steps.
    """
    key = (unnamed_action, service)
    if key not in policy.memo:
        texts = [
            entry.text
            for each in policy.statements
            for entry in (*each.actions, *each.not_actions)
            if entry.text.partition(":")[2 if service else 0].strip("*?")
        ]
        named = tuple(action(text).widest for text in texts)
        likely = f"{service}:unnamed" if service else "unnamed:unnamed"
        free = not any(matches(each, fold(likely)) for each in named)
        policy.memo[key] = likely if free else _outside(named, service) or likely
    return str(policy.memo[key])


def _outside(named: tuple[Pattern, ...], service: str) -> str | None:
    """Return an action that no pattern matches, with a letter at the front of what is free."""
    for letter in ascii_lowercase:
        wanted = f"{service}:{letter}*" if service else f"{letter}*:unnamed"
        found = witness((action(wanted).widest,), named)
        if found is not None:
            return found
    return None


def unnamed_value(policy: Policy, key: str, among: str) -> str:
    """Return a value of a condition key that no condition of a policy names.

    `among` is a pattern that it matches, with a character at least for each `*`. A value of a
    condition that matches all of the pattern names none of them. Raises `Undecided` if that takes
    too many steps.
    """
    memo = (unnamed_value, fold(key), among)
    if memo not in policy.memo:
        wanted = _whole(among.replace("*", "?*"))
        named = tuple(each for each in _named(policy, key) if not covers((each,), wanted))
        one = "0" if among.startswith("arn:") else "x"  # as in an account
        likely = among.replace("*", "any").replace("?", one)
        free = not _is_named(likely, named)
        policy.memo[memo] = likely if free else _other(wanted, named) or likely
    return str(policy.memo[memo])


def _other(wanted: Pattern, named: tuple[Pattern, ...]) -> str | None:
    """Return a text that matches what is wanted and nothing that is named, in either case."""
    excluded = named
    for _ in range(_TRIES):
        found = witness((wanted,), excluded)
        if found is None or not _is_named(found, named):
            return found
        excluded = (*excluded, literal(found))
    raise Undecided(f"cannot find a value of `{wanted.text[:80]}` that no condition names")


def _is_named(text: str, named: tuple[Pattern, ...]) -> bool:
    # some conditions regard no case; their values are in lower case here
    return any(matches(each, one) for each in named for one in (text, fold(text)))


def _whole(among: str) -> Pattern:
    """Return a pattern of values; in one of ARNs, no wildcard reaches beyond its segment."""
    if among.startswith("arn:"):
        return arn_value(among, variables=False).widest
    return value(among, variables=False, wildcards=True).widest


def _named(policy: Policy, key: str) -> Iterator[Pattern]:
    """Yield the values that conditions on a key name; what cannot be read names nothing."""
    for statement in policy.statements:
        for condition in statement.conditions:
            if fold(condition.key) != fold(key):
                continue
            try:
                asked = test(condition)
            except Undecided:
                continue
            for text in asked.values if asked.family in _TEXTUAL else ():
                yield meaning(asked, text, variables=statement.variables).widest
