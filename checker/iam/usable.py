"""Decides whether an action can work on what a policy names as its resources.

The catalogue lists the types of resources that an action works on, and may be out of date. So an
action counts as useless only on resources that the catalogue knows to be of another type.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from checker.iam import catalogue
from checker.iam.arn import ATTACHED, EVERYTHING, fold
from checker.iam.formats import is_of_another_form, loosest
from checker.iam.owned import unchangeable
from checker.iam.patterns import covers, overlaps, overlaps_any

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
_ALSO = {"redshift": frozenset({"redshift-serverless"})}
"""By service: others on whose resources some of its actions work, although AWS's list lacks that:
https://docs.aws.amazon.com/redshift/latest/mgmt/zero-etl-using.redshift-iam.html"""


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
    service = fold(action).partition(":")[0]
    return tuple(
        term
        for term in found
        if any(_holds_some(term.resource, each) for each in types)
        or not all(_is_of_known_type(each, service) for each in term.resource.reach)
    )


def useless(actions: Iterable[str], resources: Sequence[Pattern]) -> Iterator[str]:
    """Yield the known actions that work on none of some resources, whose types are all known."""
    on_names = all(each.prefix[-1:] != ":" for each in resources)

    @cache
    def holds_some(text: str) -> bool:
        of_type = loosest(text)
        near = (each for each in resources if overlaps(of_type, each))
        return any(not is_of_another_form(each, text) for each in near)

    @cache
    def knows_all(service: str) -> bool:
        return all(_is_of_known_type(item, service) for item in resources)

    for name in actions:
        service = fold(name).partition(":")[0]
        types = catalogue.types_of(name)
        on_some = bool(types) or (on_names and service in _ON_ALL)
        if on_some and not any(map(holds_some, types)) and knows_all(service):
            yield name


def _types(action: str) -> tuple[Pattern, ...]:
    """Return the ARNs that an action works on, or nothing if that is not known for sure."""
    return tuple(loosest(each) for each in catalogue.types_of(action))


def _is_of_known_type(found: Pattern, service: str) -> bool:
    """Return whether a set holds resources of a type that an action of a service can tell.

    That is so for a type of the service, and for resources of which it knows nothing because they
    are another service's.
    """
    if is_foreign(found, service):
        return True
    own = _by_service(service)
    formats = [own[named]] if (named := _named(found)) in own else own.values()
    return any(overlaps_any(found, patterns) for patterns in formats)


def _named(found: Pattern) -> str:
    """Return the service that an ARN names before its first wildcard, or an empty text."""
    parts = found.prefix.split(":", _SERVICE + 1)
    return fold(parts[_SERVICE]) if len(parts) > _SERVICE + 1 else ""


def is_foreign(found: Pattern, service: str) -> bool:
    """Return whether a set holds resources of another known service than those of a service.

    Some services have only resources whose ARNs name another service.
    """
    named, own = _named(found), _by_service(service)
    mine = {service, *_ALSO.get(service, ())} if service in own else own
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
