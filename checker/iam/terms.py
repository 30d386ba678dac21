"""Computes the sets of resources that an Allow statement grants after some Denies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from checker.iam.arn import ATTACHED, EVERYTHING, Spelling, escaped
from checker.iam.patterns import Pattern, Undecided, covers, literal, overlaps, witness
from checker.iam.resources import Resource, except_text, spelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checker.iam.machine import Token
    from checker.iam.statement import Statement
    from checker.problems import Route

SETS = 500
"""The most sets that one question may compute."""


class Denial(NamedTuple):
    """A Deny statement that applies, or that may apply if there is a `doubt`, which says why."""

    statement: Statement
    doubt: str


@dataclass(slots=True)
class Budget:
    """How many more sets one question may compute, which bounds the time for hostile policies."""

    left: int = field(default=SETS)

    def spend(self, sets: int) -> None:
        """Spend some sets; raises `Undecided` if too few are left."""
        self.left -= sets
        if self.left < 0:
            raise Undecided(
                f"cannot decide what is left: the Deny statements split what is allowed into more "
                f"than {SETS} sets; use fewer entries"
            )


class Term(NamedTuple):
    """A set of resources that is left after Denies; it is not empty.

    `sure` is false if the set may be empty after all, depending on a placeholder. `doubt` is empty
    only if it is certain which resources are left.
    """

    resource: Resource
    sure: bool
    doubt: str
    key: object
    """A value that is equal for sets that a report shows as one."""

    @classmethod
    def unknown(cls, statement: Statement, doubt: str) -> Term:
        """Return a set of which nothing is known; `doubt` says why."""
        everything = (EVERYTHING.widest,)
        resource = Resource("*", statement.route, None, everything, everything, doubt=doubt)
        return cls(resource, sure=False, doubt=doubt, key=doubt)


class _Limits(NamedTuple):
    """What Denies exclude."""

    excluded: tuple[Pattern, ...]
    """What is certainly excluded."""
    same: frozenset[tuple[Token, ...]]
    """The sets with variables or unknowns that are excluded, as patterns with atoms for these."""
    perhaps: tuple[tuple[Pattern, str], ...]
    """What may be excluded, each with the reason of the doubt."""
    inside: tuple[tuple[Spelling, ...], ...]
    """For each Deny with NotResource: the only sets that it leaves."""
    doubt: str
    """Why even less may be left; empty if that is not so."""


def terms(
    statement: Statement, denials: Sequence[Denial], doubt: str, budget: Budget
) -> tuple[Term, ...]:
    """Return the sets of resources that a statement allows and no Deny excludes.

    `doubt` says why the statement itself may not apply; it is empty if the statement applies.
    Raises `Undecided` if there are too many sets or a search takes too long.
    """
    if not statement.names_resources:
        return _attached(statement, denials, doubt)
    limits = _limits(statement, denials, doubt)
    bases: list[tuple[Spelling, Route]]
    if statement.has_not_resource:
        bases = [(EVERYTHING, statement.route)]
    else:
        items = spelled(statement, statement.resources)
        bases = [
            (item, entry.route) for item, entry in zip(items, statement.resources, strict=True)
        ]
    found = []
    for base, route in bases:
        for parts in _parts(base, limits.inside, budget):
            if limits.excluded or limits.inside:
                budget.spend(1)
            term = _term(statement, parts, route, limits)
            if term is not None:
                found.append(term)
    return tuple(found)


def _attached(statement: Statement, denials: Sequence[Denial], doubt: str) -> tuple[Term, ...]:
    """Return the resource that the policy is attached to, unless a Deny excludes it."""
    doubts = [doubt]
    for denial in denials:
        other = denial.statement
        entries = spelled(other, other.resources)
        if not other.names_resources:
            entries = (ATTACHED,)
        if any(item.narrowest and covers((item.narrowest,), ATTACHED.widest) for item in entries):
            if not denial.doubt:
                return ()
            doubts.append(denial.doubt)
        doubts += [item.doubt() for item in entries if item.placeholder is not None]
    why = next(filter(None, doubts), "")
    reach = (ATTACHED.widest,)
    resource = Resource(ATTACHED.text, statement.route, ATTACHED.text, reach, reach, doubt=why)
    return (Term(resource, sure=not why, doubt=why, key=ATTACHED.text),)


def _limits(statement: Statement, denials: Sequence[Denial], doubt: str) -> _Limits:
    excluding: list[Spelling] = list(spelled(statement, statement.not_resources))
    perhaps: list[tuple[Pattern, str]] = []
    inside: list[tuple[Spelling, ...]] = []
    doubts = [doubt]
    for denial in denials:
        other = denial.statement
        entries = spelled(other, other.resources)
        if other.has_resource and not denial.doubt:
            excluding += entries
        elif other.has_resource:
            perhaps += [(item.widest, denial.doubt) for item in entries]
        elif other.has_not_resource and not denial.doubt:
            inside.append(spelled(other, other.not_resources))
        elif other.has_not_resource:
            doubts.append(denial.doubt)
    perhaps += [(i.widest, i.doubt()) for i in excluding if i.placeholder is not None]
    excluded = tuple(item.narrowest for item in excluding if item.narrowest is not None)
    same = frozenset(item.symbolic.tokens for item in excluding if item.narrowest is None)
    doubt = next(filter(None, doubts), "")
    return _Limits(excluded, same, tuple(perhaps), tuple(inside), doubt)


def _parts(
    base: Spelling, inside: tuple[tuple[Spelling, ...], ...], budget: Budget
) -> list[tuple[Spelling, ...]]:
    """Return the sets to intersect, for every choice of one set of each Deny with NotResource."""
    found: list[tuple[Spelling, ...]] = [(base,)]
    for choices in inside:
        near = [item for item in dict.fromkeys(choices) if overlaps(item.widest, base.widest)]
        # Statements may repeat entries: the same sets in another order are not new.
        split: dict[frozenset[Spelling], tuple[Spelling, ...]] = {}
        for parts in found:
            for item in near:
                if all(overlaps(item.widest, part.widest) for part in parts):
                    together = parts if item in parts else (*parts, item)
                    split.setdefault(frozenset(together), together)
            if len(split) > budget.left:
                budget.spend(len(split))
        found = list(split.values())
    return found


def _term(
    statement: Statement, parts: tuple[Spelling, ...], route: Route, limits: _Limits
) -> Term | None:
    parts = _fewest(parts)
    reach = tuple(item.widest for item in parts)
    excluded = tuple(item for item in limits.excluded if _near(item, reach))
    if not _left(reach, excluded):
        return None
    if any(item.symbolic.tokens in limits.same for item in parts):
        return None  # whatever the values are, they are the same in both
    perhaps = [(item, why) for item, why in limits.perhaps if _near(item, reach)]
    holes = [item.doubt() for item in parts if item.placeholder is not None]
    sure = not limits.doubt and (
        len(parts) == 1 and not excluded and not perhaps
        if holes
        else not perhaps or _left(reach, (*excluded, *(item for item, _ in perhaps)))
    )
    # what an unknown stands for is asked of the set, if it is sure that there is one
    why = [*(() if sure else holes), limits.doubt, *(why for _, why in perhaps)]
    doubt = next(filter(None, why), "")
    only = None if doubt or holes else _only(reach, excluded)
    if only is None:
        names = " within ".join(item.text for item in parts)
        symbolic = tuple(item.symbolic for item in parts)
        text = except_text(names, statement.not_resources)
        unknowns = tuple(dict.fromkeys(each for item in parts for each in item.unknowns))
        resource = Resource(text, route, None, reach, symbolic, excluded, doubt, unknowns)
        own = tuple(entry.text for entry in statement.not_resources)
        return Term(resource, sure, doubt, (tuple(item.text for item in parts), own))
    as_written = len(parts) == 1 and parts[0].widest.literal is not None
    text = parts[0].text if as_written else escaped(only, variables=statement.variables)
    one = (literal(only),)
    return Term(Resource(text, route, only, one, one), sure, doubt, ("literal", only))


def _fewest(parts: tuple[Spelling, ...]) -> tuple[Spelling, ...]:
    """Return the sets to intersect without those that contain another one."""
    kept = list(dict.fromkeys(parts))
    for item in tuple(kept):
        others = [other.widest for other in kept if other is not item]
        plain = item.symbolic is item.widest
        if plain and any(covers((item.widest,), other) for other in others):
            kept.remove(item)
    return tuple(kept)


def _near(pattern: Pattern, reach: tuple[Pattern, ...]) -> bool:
    return all(overlaps(pattern, item) for item in reach)


def _left(reach: tuple[Pattern, ...], excluded: tuple[Pattern, ...]) -> bool:
    """Return whether any string is left."""
    if len(reach) == 1:
        return not covers(excluded, reach[0])
    return witness(reach, excluded) is not None


def _only(reach: tuple[Pattern, ...], excluded: tuple[Pattern, ...]) -> str | None:
    """Return the only string that is left, or None if there are several or none."""
    if len(reach) == 1 and (not excluded or reach[0].literal is not None):
        return reach[0].literal
    word = witness(reach, excluded)
    if word is None or witness(reach, (*excluded, literal(word))) is not None:
        return None
    return word
