"""Decides whether an action can work on what a policy names as its resources.

The catalogue knows the types of resources that an action works on, and it ages: an action is only
held to be useless on resources whose type it knows to be another one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from checker.iam import catalogue
from checker.iam.arn import ATTACHED, EVERYTHING, fold
from checker.iam.formats import loosest
from checker.iam.owned import unchangeable
from checker.iam.patterns import covers, overlaps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from checker.iam.patterns import Pattern
    from checker.iam.resources import Resource
    from checker.iam.terms import Term

_SERVICE = 2
"""The segment of an ARN that names the service."""

_ON_ALL = frozenset({"s3"})
"""Services of which the actions without a type only work on `*`, or on a pattern of all names:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
AWS's list lacks the types of some actions of other services."""


def fitting(found: tuple[Term, ...], action: str) -> tuple[Term, ...]:
    """Return the terms without those whose resources an action cannot work on.

    A term is left out only if it holds no resource of any of the action's types, or only resources
    that AWS does not let anyone change. If the catalogue does not know the action, no term is left
    out.
    """
    fixed = unchangeable(action)
    if fixed:
        found = tuple(e for e in found if not any(covers(fixed, r) for r in e.resource.reach))
    everywhere = (EVERYTHING.widest,)
    if all(e.resource.reach == everywhere and not e.resource.excluded for e in found):
        return found
    types = _types(action)
    if not types:
        return found
    return tuple(
        term
        for term in found
        if any(_holds_some(term.resource, each) for each in types)
        or not all(_is_of_another_type(each, action) for each in term.resource.reach)
    )


def useless(actions: Iterable[str], resources: Sequence[Pattern]) -> Iterator[str]:
    """Yield the known actions that work on none of some resources, whose types are all known."""
    reached: dict[str, frozenset[str]] = {}
    for name in actions:
        service = fold(name).partition(":")[0]
        if service not in reached:
            reached[service] = _reached(service, resources)
        types = {each.text for each in _types(name)}
        on_all = service in _ON_ALL and not types and all(e.prefix[-1:] != ":" for e in resources)
        if reached[service] and (on_all or types) and types.isdisjoint(reached[service]):
            yield name


def _reached(service: str, resources: Sequence[Pattern]) -> frozenset[str]:
    """Return the types that some resources are of, as far as an action of a service sees them.

    The result is empty if the type of a resource is not known.
    """
    found: set[str] = set()
    for each in resources:
        own = {
            of.text
            for formats in _by_service(service).values()
            for of in formats
            if overlaps(of, each)
        }
        if not own and not _is_foreign(each, service):
            return frozenset()
        found |= own or {each.text}
    return frozenset(found)


def _types(action: str) -> tuple[Pattern, ...]:
    """Return the ARNs that an action works on, or nothing if that is not known for sure."""
    if fold(action).partition(":")[0] in catalogue.SEVERAL_LISTS:
        return ()
    return tuple(loosest(each) for each in catalogue.formats_of(action))


def _is_of_another_type(found: Pattern, action: str) -> bool:
    """Return whether a set holds resources of a known type, if it holds none of the action's.

    That is so for a type of the action's service, and for one of a service whose resources the
    action's service does not have.
    """
    service = fold(action).partition(":")[0]
    own = _by_service(service)
    if any(overlaps(found, each) for formats in own.values() for each in formats):
        return True
    return _is_foreign(found, service)


def _is_foreign(found: Pattern, service: str) -> bool:
    """Return whether a set holds resources of another known service than those of a service.

    Some services have only resources whose ARNs name another service.
    """
    parts = found.prefix.split(":", _SERVICE + 1)
    named = fold(parts[_SERVICE]) if len(parts) > _SERVICE + 1 else ""
    own = _by_service(service)
    mine = {service} if service in own else own
    return catalogue.is_service(named) and named not in mine


@lru_cache(maxsize=512)
def _by_service(name: str) -> dict[str, tuple[Pattern, ...]]:
    """Return the resources of a service by the service that their ARNs name."""
    if not catalogue.is_service(name):
        return {}
    found: dict[str, tuple[Pattern, ...]] = {}
    for each in catalogue.resource_formats(name):
        service = each.split(":")[_SERVICE]
        found[service] = (*found.get(service, ()), loosest(each))
    return found


def _holds_some(found: Resource, of_type: Pattern) -> bool:
    if not any(each.prefix.startswith("arn:") for each in found.reach) and not found.excluded:
        return True
    if not all(overlaps(each, of_type) for each in found.reach if each is not ATTACHED.widest):
        return False
    near = tuple(each for each in found.excluded if overlaps(each, of_type))
    whole = found.reach == (EVERYTHING.widest,)
    return not (near and whole and covers(near, of_type))
