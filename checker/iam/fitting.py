"""Finds values of policy variables with which a policy applies to certain resources.

A principal with such a value, such as the user `bob`, may be among those who have the policy. So
what the policy allows with that value is allowed under a condition.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from checker.iam.arn import fold, resource, variable_of
from checker.iam.machine import Wild
from checker.iam.patterns import Undecided, pattern, witness

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checker.iam.given import Values
    from checker.iam.machine import Token
    from checker.iam.patterns import Pattern
    from checker.iam.statement import Policy

_SOME: tuple[Token, ...] = (Wild.ANY, Wild.STAR)
_NAMELESS = (pattern("*//*", (Wild.STAR, "/", "/", Wild.STAR)),)
"""Paths in which a name is empty, or is itself a slash."""
_MOST = 50
"""The most values that are tried."""
_ACCOUNTS = frozenset({"aws:principalaccount", "aws:resourceaccount", "aws:sourceaccount"})
_ACCOUNT = re.compile(r"[0-9]{12}")


def fitting(policy: Policy, place: Sequence[Pattern]) -> Iterator[dict[str, Values]]:
    """Yield values of condition keys with which an Allow may apply to a resource of a place.

    They are guesses: whether an Allow applies also depends on its wildcards.
    """
    yield from islice(filter(None, _fitting(policy, place)), _MOST)


def _fitting(policy: Policy, place: Sequence[Pattern]) -> Iterator[dict[str, Values]]:
    for statement in policy.statements:
        for entry in statement.resources if statement.is_allow and statement.variables else ():
            spelled = resource(entry.text, variables=True)
            tokens = spelled.symbolic.tokens
            if spelled.unknowns or spelled.symbolic is spelled.widest:
                continue
            named = [each for token in tokens for each in _opened(token)]
            for each in place:
                try:
                    text = witness((pattern(entry.text, named), each), _NAMELESS)
                except Undecided:
                    continue
                yield {} if text is None else _values(tokens, text)


def _opened(token: Token) -> tuple[Token, ...]:
    """Return what a token of an entry may be, if it is a variable: any text."""
    return (token,) if isinstance(token, Wild) or len(token) == 1 else _SOME


def _values(tokens: Sequence[Token], text: str) -> dict[str, Values]:
    """Return the values of the variables; nothing if one of them is unlikely.

    A variable ends where the character that follows it comes first, or else with its segment. So
    does a wildcard, and what follows one that no character follows is left open.
    """
    found: dict[str, Values] = {}
    at = 0
    for index, token in enumerate(tokens):
        rest = tokens[index + 1 : index + 2]
        if isinstance(token, Wild):
            at = text.find(rest[0], at) if rest and not isinstance(rest[0], Wild) else -1
            if at < 0:
                break
            continue
        if len(token) == 1:
            at += 1
            continue
        ends = "/:" if rest and isinstance(rest[0], Wild) else "".join(map(str, rest))
        ends_at = [text.find(each, at) for each in ends if each in text[at:]]
        value = text[at : min(ends_at, default=len(text))]
        key = fold(variable_of(token)[0])
        if not _may_be(key, value):
            return {}
        found[key] = (value,)
        at += len(value)
    return found


def _may_be(key: str, value: str) -> bool:
    """Return whether a key may well have a value: a part of a path, or an account."""
    likely = bool(value) and "/" not in value
    return likely and (key not in _ACCOUNTS or _ACCOUNT.fullmatch(value) is not None)
