"""Finds the sets of resources that hold all resources of a service, alone or together."""

from __future__ import annotations

import re
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING

from checker.iam.arn import fold
from checker.iam.formats import may_hold_names, of_any_length, template
from checker.iam.patterns import Undecided, covers, overlaps, witness
from checker.iam.resources import PARTITIONS, formats

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from checker.iam.patterns import Pattern
    from checker.iam.resources import Resource


_SERVICE = 2
"""The segment of an ARN that names the service."""
_ANYTHING = "arn:${Partition}:${Service}:${Region}:${Account}:${Resource}"
_NAME = re.compile(r"\$\{(?!Partition)[^}]*\}")
"""A variable of an ARN format, in which the region and the account are known."""


def covering_all_of(
    found: Sequence[Resource], service: str, types: tuple[str, ...] = ()
) -> tuple[Resource, ...]:
    """Return the sets that hold all resources of a type of a service, by themselves or together.

    `types` are the ARN formats of the types that count; all those of the service without any.
    Sets that do so only together are returned if none does so alone. Raises as
    `Resource.covers_all_of` does; a set in doubt does not matter beside one that holds them all.
    """
    alone = tuple(_covering(found, service, types))
    if alone:
        return alone
    return together(found, types or formats(service))


def together(found: Sequence[Resource], types: Iterable[str]) -> tuple[Resource, ...]:
    """Return the sets that hold all resources of one of some ARN formats, but only together.

    Sets that do so alone do not count for that format. Raises `Undecided` if it depends on an
    unknown.
    """
    sure = [each for each in found if not each.doubt]
    wild = [each for each in sure if len(each.reach) == 1 and each.literal is None]
    if not wild[1:]:
        return ()
    sets: dict[Resource, None] = {}
    for arn in types:
        alone: dict[Resource, bool] = {}
        for where in PARTITIONS:
            sets.update(dict.fromkeys(_together(wild, arn, where, alone)))
    for each in sets:
        if each.unknowns:
            raise each.undecided()
    return tuple(sets)


def _covering(
    found: Sequence[Resource], service: str, types: tuple[str, ...]
) -> Iterator[Resource]:
    """Yield the sets that hold all resources of a type of a service.

    Raises `Undecided` in the end if there is none, and one in doubt.
    """
    doubt: Undecided | None = None
    any_ = False
    for each in found:
        try:
            if each.covers_all_of(service, types):
                any_ = True
                yield each
        except Undecided as why:
            doubt = doubt or why
    if doubt is not None and not any_:
        raise doubt


def holds_all_of(found: Sequence[Resource], service: str, types: tuple[str, ...] = ()) -> bool:
    """Return whether some sets hold all resources of a type of a service, alone or together.

    `types` are the ARN formats of the types that count; all those of the service without any.
    Raises `Undecided` if they do not, and one is in doubt.
    """
    return bool(covering_all_of(found, service, types))


def is_anyones(found: Resource) -> bool:
    """Return whether a set holds all resources of some type, whoever owns them.

    Those of one partition are enough. Raises `Undecided`.
    """
    if found.covers("*"):
        return True
    starts = [each.prefix.split(":", _SERVICE + 1) for each in found.reach]
    named = {fold(parts[_SERVICE]) for parts in starts if len(parts) > _SERVICE + 1}
    known = [each for name in named for each in formats(name)] or [_ANYTHING]
    return any(found.holds(template(arn, each)) for arn in known for each in PARTITIONS)


def _together(
    found: Sequence[Resource], arn: str, partition: str, alone: dict[Resource, bool]
) -> tuple[Resource, ...]:
    """Return the sets that only together hold all resources of an ARN format in a place, if any.

    `alone` remembers which sets hold all of the format by themselves, in any partition.
    """
    of_type = template(arn, partition, likely=True)
    near = [each for each in found if overlaps(each.reach[0], of_type)]
    unnamed = any(may_hold_names(each.reach[0], of_type) for each in near)
    if not near[1:] or not (unnamed or near[len(ascii_lowercase) - 1 :]):
        return ()  # too few, or together they hold no name that nobody names and not every letter
    for each in near:
        if each not in alone:
            alone[each] = each.covers_all_of("", (arn,))
    near = [each for each in near if not alone[each]]
    places: dict[tuple[str, ...], None] = {}
    for each in near if near[1:] else ():
        some = witness((each.reach[0], of_type), each.excluded)
        if some is not None:
            places[tuple(some.split(":", 5)[3:5])] = None
    for region, account in places:
        here = arn.replace("${Region}", region).replace("${Account}", account)
        placed = template(here, partition, likely=True)
        sets = [each for each in near if _reaches(each, placed)]
        reach = [of_any_length(each.reach[0]) for each in sets]
        if covers(reach, placed) or _by_letter(reach, placed.text, partition):
            return tuple(each for each in sets if overlaps(each.reach[0], placed))
    return ()


def _reaches(found: Resource, pattern: Pattern) -> bool:
    """Return whether a set with one pattern holds some of what another one matches."""
    reach = found.reach[0]
    if not found.excluded:
        return overlaps(reach, pattern)  # which takes less work than to find what they share
    return witness((reach, pattern), found.excluded) is not None


def _by_letter(reach: Sequence[Pattern], arn: str, partition: str) -> bool:
    """Return whether sets hold all ARNs in which a name begins, or ends, with any letter.

    Small or capital letters are enough: who lists one pattern for each of them names nothing.
    """
    if len(reach) < len(ascii_lowercase):
        return False
    ways = (
        [f"{arn[: name.start()]}{form.format(each)}{arn[name.end() :]}" for each in letters]
        for name in _NAME.finditer(arn)
        for letters in (ascii_lowercase, ascii_uppercase)
        for form in ("{}${{Name}}", "${{Name}}{}")
    )
    return any(all(covers(reach, template(each, partition)) for each in way) for way in ways)
