"""Defines sets of strings and the constraints that statements put on a request.

A statement is a conjunction of constraints, each on one dimension of a request: the action, the
resource, the principal, or the values of one condition key.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from checker.budget import spend
from checker.iam.arn import Spelling
from checker.iam.machine import Wild
from checker.iam.patterns import Pattern, matches, overlaps, pattern, witness

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from checker.problems import Route

ACTION, RESOURCE, PRINCIPAL = "action", "resource", "principal"
REQUIRED = frozenset({ACTION, RESOURCE, PRINCIPAL})
"""Dimensions that have exactly one value; all others are condition keys, which may have none."""


class Texts(NamedTuple):
    """The strings that match one of some patterns, or if not `inside`, none of them."""

    patterns: tuple[Pattern, ...]
    inside: bool = True

    def complement(self) -> Texts:
        """Return the set of all other strings."""
        return Texts(self.patterns, not self.inside)

    def holds(self, text: str) -> bool:
        """Return whether a string is in the set."""
        texts, others = _sorted(self.patterns)
        return (text in texts or any(matches(each, text) for each in others)) is self.inside


@lru_cache(maxsize=256)
def _sorted(patterns: tuple[Pattern, ...]) -> tuple[frozenset[str], tuple[Pattern, ...]]:
    """Return the strings of the patterns that match only one, and the other patterns."""
    texts = frozenset(each.literal for each in patterns if each.literal is not None)
    return texts, tuple(each for each in patterns if each.literal is None)


class Constraint(NamedTuple):
    """Requires that `some` value of a dimension is in a set, or else that every value is."""

    dimension: str
    texts: Texts
    some: bool = True

    def holds(self, values: Sequence[str]) -> bool:
        """Return whether the values of the dimension meet this."""
        found = map(self.texts.holds, values)
        return any(found) if self.some else all(found)

    def negated(self) -> Constraint:
        """Return the constraint that holds if and only if this one does not."""
        some = not self.some or self.dimension in REQUIRED
        return Constraint(self.dimension, self.texts.complement(), some)


Conjunction = tuple[Constraint, ...]
Box = dict[str, Conjunction]
"""The constraints on each dimension so far; those on each dimension have a solution."""


class Asked(NamedTuple):
    """What a question requires of the requests that it is about."""

    constraints: Conjunction = ()
    entries: tuple[tuple[str, Spelling], ...] = ()
    """Dimensions with an entry that their value must match. A variable in it is read as itself, or
    as any text where all variables are."""
    via: Route | None = None
    """The place of the Allow statement that must allow the request; None if any may."""
    perhaps: Conjunction = ()
    """Further constraints of which it is not known whether they are required."""

    def meant(self, *, exact: bool) -> Conjunction:
        """Return all constraints; unless `exact`, a variable may be any text."""
        return self.constraints + tuple(
            Constraint(dimension, Texts((item.symbolic if exact else item.widest,)))
            for dimension, item in self.entries
        )


ANYTHING = Asked()
"""What a question about all requests requires."""


class Reading(NamedTuple):
    """How to read entries that have variables, or wildcards that may match colons.

    They are read as `wide`, or else as narrow, as possible. If `exact`, a variable matches only
    itself; else it matches any string in a wide reading and none in a narrow one. `beside` holds
    the granting statement's constraints on dimensions with one value.
    """

    wide: bool
    exact: bool
    beside: Conjunction = ()

    def of(self, item: Spelling, dimension: str, *, inside: bool) -> Pattern | None:
        """Return how an entry of a list (`inside`) or of a Not list is read; None for nothing."""
        as_wide = self.wide is inside
        if item.symbolic is item.widest:
            return item.widest if as_wide else item.narrowest
        if self.exact:
            return item.symbolic
        same = inside and any(
            _is_only(item, each.texts.patterns)
            for each in self.beside
            if each.dimension == dimension
        )
        return item.widest if as_wide or same else None


def _is_only(item: Spelling, granted: Iterable[Pattern]) -> bool:
    """Return whether an entry can match what is granted only through an entry in the same words.

    Both then match the same string, whatever the values of the variables are.
    """
    near = [each for each in granted if overlaps(_opened(each), item.widest)]
    return all(each.tokens == item.symbolic.tokens for each in near)


def _opened(item: Pattern) -> Pattern:
    """Return a pattern with stars in place of its variables."""
    if not any(isinstance(token, str) and len(token) > 1 for token in item.tokens):
        return item
    tokens = [Wild.STAR if isinstance(t, str) and len(t) > 1 else t for t in item.tokens]
    return pattern(item.text, tokens)


EXACTLY = Reading(wide=True, exact=True)


def picked(sets: Sequence[Texts]) -> str | None:
    """Return a string that is in all of some sets, or None if there is none."""
    outside = [item for item in sets if not item.inside]
    excluded = dict.fromkeys(each for item in outside for each in item.patterns)
    unions = sorted((item for item in sets if item.inside), key=lambda item: len(item.patterns))

    def only(text: str, rest: Sequence[Texts]) -> str | None:
        spend(1 + sum(len(_sorted(item.patterns)[1]) for item in (*rest, *outside)) // 8)
        return text if all(item.holds(text) for item in (*rest, *outside)) else None

    def picked(index: int, all_of: tuple[Pattern, ...]) -> str | None:
        if index == len(unions):
            spend(1 + len(excluded))
            near = [item for item in excluded if all(overlaps(item, other) for other in all_of)]
            return witness(all_of, tuple(near))
        union = unions[index].patterns
        spend(1 + len(union) // 8)
        for item in [item for item in union if item in all_of] or union:
            if all(overlaps(item, other) for other in all_of):
                more = all_of if item in all_of else (*all_of, item)
                if item.literal is None:
                    found = picked(index + 1, more)
                else:
                    found = only(item.literal, unions[index + 1 :])
                if found is not None:
                    return found
        return None

    return picked(0, ())
