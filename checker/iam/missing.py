"""Finds the condition keys that a request can leave out to escape a Deny."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checker.iam import keys
from checker.iam.arn import CURRENT_VERSION, fold
from checker.iam.conditions import Family
from checker.iam.fixed import Fixing, any_of, has_wildcards, unfixed
from checker.iam.question import allowed
from checker.iam.statement import Policy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from checker.iam.conditions import Test
    from checker.iam.statement import Statement

_TYPED = ("Bool", "Numeric", "Date")
"""Types of keys of which no value is a name."""
_ABOUT = ("about",)
"""The place of the Allow that stands for what a Deny is about."""


def missable_keys(deny: Statement, names: Iterable[str]) -> tuple[str, ...]:
    """Return the condition keys without which nothing denies what a Deny is about.

    Only keys that one of `names` matches count; names may have wildcards. A Deny that names the
    values it denies is meant for these alone, so its key is not returned. All Denies of the policy
    count. An Allow has no such keys. Raises `Undecided`.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    if deny.is_allow:
        return ()
    wanted = any_of(names, _BY_NAME)
    used = {fold(each.key): each.key for each in reversed(deny.conditions)}
    return tuple(
        written
        for key, written in reversed(used.items())
        if wanted(key) is not None
        if not keys.is_always_there(key, signed=not deny.has_principal)
        if _is_missable(deny, key)
    )


def _is_missable(deny: Statement, key: str) -> bool:
    """Return whether a Deny is about values that it does not name, and not about requests without.

    What it is about is what an Allow in its place allows, beside the other Denies.
    """
    whole = deny.policy or Policy(CURRENT_VERSION, (deny,))
    about = replace(deny, effect="Allow", route=_ABOUT)
    alone, asked = unfixed(replace(whole, statements=(about,), memo={}), any_of([key], _BY_NAME))
    given: dict[str, tuple[str, ...]] = {key: ()}
    if allowed(alone, asked) is None or allowed(alone, given=given) is not None:
        return False
    rest = tuple(each for each in deny.conditions if fold(each.key) != key)
    denies = (each for each in whole.statements if not each.is_allow)
    statements = (replace(about, conditions=rest), *denies)
    return allowed(replace(whole, statements=statements, memo={}), given=given) is not None


def _names(asked: Test, text: str) -> bool:
    """Return whether a condition names a value; of a tag, the beginning of one is enough."""
    known = keys.find(asked.key)
    if known is not None and known.type in _TYPED:
        return False
    wild = not text.strip("*?") if known is not None and known.free else has_wildcards(asked, text)
    textual = asked.family in (Family.TEXT, Family.FOLDED, Family.ARN)
    return textual and bool(text) and not wild


_BY_NAME = Fixing(_names, lambda _: True)
"""The key's value is one that the policy names; a variable stands for one that it names."""
