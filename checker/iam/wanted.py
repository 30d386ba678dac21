"""Looks up in the catalogue the actions and resources that a question names."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from checker.budget import budget, spend
from checker.iam import catalogue
from checker.iam.actions import asked, services
from checker.iam.arn import fold, resource
from checker.iam.constraints import RESOURCE, Constraint, Texts
from checker.iam.formats import loosest
from checker.iam.patterns import matches, overlaps, witness

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from checker.iam.constraints import Conjunction
    from checker.iam.patterns import Pattern

_WITHOUT_SLASH = re.compile(r".*\$\{(?:AccessPoint|(?:Table)?Bucket)Name\}", re.DOTALL)
"""The formats of S3 that end in a name without slashes; what follows one is of another type:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-restrictions-limitations-naming-rules.html"""
_UNITS = 8
"""Units that it costs to look at one action."""
_MUCH = 1 << 40
"""Units that are more than any look-up costs."""


class Wanted(NamedTuple):
    """Actions and resources, as patterns and as what the catalogue knows of them."""

    actions: tuple[Pattern, ...]
    place: tuple[Pattern, ...]
    """The ARNs; none if they stand for every resource."""
    names: tuple[str, ...] | None
    """The known actions that work on the place; None if they may be of any service."""
    idle: tuple[Pattern, ...]
    """The patterns that match no action that works on the place.

    They count all the same: whoever asks about them may know better than the catalogue.
    """

    @property
    def where(self) -> Conjunction:
        """Return the constraint that a resource is one of the place."""
        return (Constraint(RESOURCE, Texts(self.place)),) if self.place else ()

    def of(self, found: Iterable[str]) -> tuple[str, ...]:
        """Return those of the wanted actions that are of some services."""
        names = [name for each in sorted(found) for name in catalogue.actions(each)]
        spend(_UNITS * len(names))
        return tuple(name for name in names if _is_one(name, self.actions))


def wanted(actions: Iterable[str], resources: Iterable[str]) -> Wanted:
    """Return what some actions and resources mean. Without actions, any action is meant.

    Raises `Undecided` for a placeholder, `FunctionError` for text that is not an action, and
    `BudgetError` if too few units are left.
    """
    found = _wanted(tuple(actions), tuple(resources))
    # a remembered answer costs the same, so a rule's result does not depend on what ran before
    spend(_UNITS * len(found.names or ()))
    return found


@lru_cache(maxsize=256)
def _wanted(actions: tuple[str, ...], resources: tuple[str, ...]) -> Wanted:
    patterns = tuple(asked(each) for each in actions or ("*",))
    place = places(resources)
    with budget(_MUCH):
        names = _names(patterns, place)
        idle = tuple(each for each in patterns if place and not _names((each,), place))
    return Wanted(patterns, place, names, idle)


def places(resources: Iterable[str]) -> tuple[Pattern, ...]:
    """Return the patterns of some ARNs; none if they stand for every resource."""
    found = tuple(resource(each, variables=False).widest for each in resources)
    return () if any(each.everything for each in found) else found


def _names(patterns: tuple[Pattern, ...], place: tuple[Pattern, ...]) -> tuple[str, ...] | None:
    of = services(patterns)
    if of is None and not place:
        return None
    found = of if of is not None else _services_at(place)
    likely = {part for each in place for part in each.text.split(":", 3)[2:3]}
    ordered = sorted(found, key=lambda each: (each not in likely, each))
    names = (name for each in ordered for name in catalogue.actions(each))
    near = (name for name in names if _is_one(name, patterns))
    return tuple(name for name in near if not place or _works_on(name, place))


def formats_of(name: str) -> tuple[str, ...]:
    """Return the ARN formats of the resources that a known action may work on.

    There are none for one that takes no resource. In a service with several lists of actions, an
    action may work on resources of any type, as the catalogue has its types of one list only.
    """
    service, found = name.partition(":")[0], catalogue.formats_of(name)
    several = bool(found) and service in catalogue.SEVERAL_LISTS
    return catalogue.resource_formats(service) if several else found


def beyond(formats: Iterable[str]) -> tuple[Pattern, ...]:
    """Return the ARNs that seem to fit one of some formats and are of another type.

    An object of a bucket is no bucket, unless the format of objects is one of them.
    """
    found = tuple(formats)
    ends = [f"{each}/" for each in found if _WITHOUT_SLASH.fullmatch(each)]
    near = [each for each in ends if not any(other.startswith(each) for other in found)]
    return tuple(loosest(f"{each}${{Name}}") for each in near)


def _is_one(name: str, patterns: Iterable[Pattern]) -> bool:
    return any(matches(each, fold(name)) for each in patterns)


def _works_on(name: str, place: Iterable[Pattern]) -> bool:
    """Return whether a known action works on some resource of a place."""
    formats = formats_of(name)
    others = beyond(formats)
    near = [
        (each, of_type)
        for each in place
        for of_type in map(loosest, formats)
        if overlaps(each, of_type)
    ]
    return any(not others or witness(each, others) is not None for each in near)


def _services_at(place: Iterable[Pattern]) -> Iterator[str]:
    """Yield the services with a type of resources of which some are in a place."""
    patterns = tuple(place)
    for name in catalogue.services():
        formats = map(loosest, catalogue.resource_formats(name))
        if any(overlaps(each, of_type) for of_type in formats for each in patterns):
            yield name
