"""Defines sets of strings and the constraints that statements put on a request.

A statement is a conjunction of constraints, each on one dimension of a request: the action, the
resource, the principal, or the values of one condition key.
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from checker.budget import spend
from checker.iam.arn import Spelling
from checker.iam.machine import Wild
from checker.iam.patterns import Pattern, covers, matches, overlaps, pattern, witness
from checker.iam.pieces import is_atom

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
    shown: bool = False
    """Whether the request is shown to people, so that it should have an action that AWS knows."""
    perhaps: Conjunction = ()
    """Further constraints of which it is not known whether they are required."""

    def meant(self, *, exact: bool) -> Conjunction:
        """Return all constraints; unless `exact`, a variable may be any text."""
        return self.constraints + tuple(
            Constraint(dimension, Texts((item.symbolic if exact else item.widest,)))
            for dimension, item in self.entries
        )


ANYTHING = Asked(shown=True)
"""What a question about all requests requires."""


class Reading(NamedTuple):
    """How to read entries that have variables or unknowns, or wildcards that may match colons.

    They are read as `wide`, or else as narrow, as possible. If `exact`, a variable or an unknown
    matches only itself; else it matches any string in a wide reading and none in a narrow one.
    `beside` holds the granting statement's constraints on dimensions with one value.
    """

    wide: bool
    exact: bool
    beside: Conjunction = ()
    apart: Mapping[str, Sequence[Spelling]] = MappingProxyType({})
    """By dimension: all entries that have unknowns."""

    def of(self, items: Iterable[Spelling], dimension: str, *, inside: bool) -> list[Pattern]:
        """Return how the entries of a list (`inside`) or of a Not list are read."""
        found: dict[Pattern, None] = {}
        for item in items:
            found.update(dict.fromkeys(self._each(item, dimension, inside=inside)))
        return list(found)

    def _each(self, item: Spelling, dimension: str, *, inside: bool) -> Iterator[Pattern]:
        """Yield how an entry is read; nothing if it is read as matching nothing."""
        as_wide = self.wide is inside
        only = item.widest if as_wide else item.narrowest
        if self.exact and not as_wide:
            yield from self._coinciding(item, dimension)
        if item.symbolic is not item.widest and self.exact:
            only = item.symbolic if as_wide else item.loose
            # it is not known whether there is an action of such a name
            only = None if as_wide and dimension == ACTION and item.unknowns else only
        elif item.symbolic is not item.widest:
            same = inside and any(
                _is_only(item, each.texts.patterns)
                for each in self.beside
                if each.dimension == dimension
            )
            only = item.widest if as_wide or same else None
        if only is not None:
            yield only

    def _coinciding(self, item: Spelling, dimension: str) -> Iterator[Pattern]:
        """Yield the entries with unknowns, as atoms, that may match the same as an entry.

        INVARIANT: what is granted whatever the unknowns are is in no set that it may be in, once
        its unknowns have values. An atom is in no set that names something else, so the sets are
        widened by all that may coincide with them.
        """
        for other in self.apart.get(dimension, ()):
            if not _is_aligned(other, item) and overlaps(other.widest, item.widest):
                yield other.symbolic


def _is_aligned(item: Spelling, other: Spelling) -> bool:
    """Return whether every unknown of an entry stands at the same place in another one."""
    tokens, others = item.symbolic.tokens, other.symbolic.tokens
    last = max((at for at, each in enumerate(tokens) if is_atom(each)), default=-1)
    return tokens[: last + 1] == others[: last + 1] and all(
        each is Wild.SEGMENT_STAR and tokens[at + 1] == ":"
        for at, each in enumerate(tokens[:last])
        if isinstance(each, Wild)
    )


def _is_only(item: Spelling, granted: Iterable[Pattern]) -> bool:
    """Return whether an entry matches all that is granted, of that which it may match.

    It does so whatever the values of the variables and of the unknowns are.
    """
    near = [each for each in granted if overlaps(_opened(each), item.widest)]
    tokens = item.symbolic.tokens
    # only in a whole ARN is it sure how far a wildcard reaches
    sure = Wild.STAR not in tokens or (item.text.startswith("arn:") and tokens.count(":") >= 5)  # noqa: PLR2004 - an ARN's
    return all(each.tokens == tokens or (sure and covers((item.symbolic,), each)) for each in near)


def _opened(item: Pattern) -> Pattern:
    """Return a pattern with stars in place of its variables and its unknowns."""
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
