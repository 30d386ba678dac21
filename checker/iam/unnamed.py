"""Finds actions and values of condition keys that a policy does not name.

A question about them is one about everything that the author did not think of. They are chosen
after all entries of the policy.

INVARIANT: no author can single one out by a Deny. If the entries match everything that could be
chosen, they match what is chosen.
"""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING

from checker.iam import catalogue
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
_SHORTEST = 3
"""The length of the shortest names of actions, such as `apigateway:GET`."""


def unnamed_action(policy: Policy, service: str) -> str:
    """Return an action that a policy names by `*` at most; of no known service without a `service`.

    Raises `Undecided` if that takes too many steps.
    """
    key = (unnamed_action, service)
    if key not in policy.memo:
        shortest = _shortest(service)
        texts = [
            entry.text
            for each in policy.statements
            for entry in (*each.actions, *each.not_actions)
            if not _is_open(entry.text, service, shortest)
        ]
        named = tuple(action(text).widest for text in texts)
        likely = f"{service}:unnamed" if service else "unnamed:unnamed"
        free = not any(matches(each, fold(likely)) for each in named)
        policy.memo[key] = likely if free else _outside(named, service, shortest) or likely
    return str(policy.memo[key])


def _shortest(service: str) -> int:
    """Return the length of the shortest name that a known action of a service has."""
    known = catalogue.actions(service) if service and catalogue.is_service(service) else ()
    return min((len(each.partition(":")[2]) for each in known), default=_SHORTEST)


def _is_open(text: str, service: str, shortest: int) -> bool:
    """Return whether an entry matches, by wildcards alone, all actions that could be chosen.

    A row of `?` without a star matches those of one length only, and so it names them.
    """
    front, colon, name = text.partition(":")
    whole = not colon or _matches_all(name, shortest)
    return _matches_all(front, 1) and whole if not (service and colon) else whole


def _matches_all(text: str, shortest: int) -> bool:
    return not text.strip("*?") and "*" in text and text.count("?") <= shortest


def _outside(named: tuple[Pattern, ...], service: str, shortest: int) -> str | None:
    """Return an action that no pattern matches, with a letter at the front of what is free."""
    excluded = (*named, action("*:*:*").widest)
    names = [f"{letter}{'?' * (shortest - 1)}*" for letter in ascii_lowercase]
    for front in [service] if service else [f"{letter}*" for letter in ascii_lowercase]:
        if witness((action(f"{front}:?*").widest,), excluded) is None:
            continue
        for name in names if service else ["unnamed", *names]:
            found = witness((action(f"{front}:{name}").widest,), excluded)
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
