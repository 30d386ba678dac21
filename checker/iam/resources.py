"""Reads entries of Resource and NotResource as sets of resources that answer questions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checker.iam import catalogue, segments
from checker.iam.arn import ATTACHED, EVERY_ARN, EVERYTHING, Spelling, fold, resource, template
from checker.iam.machine import Wild
from checker.iam.patterns import Pattern, Undecided, covers, overlaps, pattern, witness
from checker.iam.statement import PolicyType

if TYPE_CHECKING:
    from checker.iam.statement import Entry, Policy, Statement
    from checker.problems import Route

_PARTITIONS = ("aws", "aws-cn", "aws-us-gov")
_PARTS = 6
"""Parts of an ARN; the last one may contain colons."""
_PREFIX = re.compile(r"[A-Za-z0-9-]+")


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """The resources in every set of `reach` and in none of `excluded`."""

    text: str
    """The resources as the policy names them."""
    route: Route
    literal: str | None
    """The only resource of the set, if there is only one."""
    reach: tuple[Pattern, ...]
    """The sets to intersect; in an Allow, a variable in them stands for any string."""
    symbolic: tuple[Pattern, ...]
    """The same sets with variables as atoms."""
    excluded: tuple[Pattern, ...] = ()
    doubt: str = ""
    """Why it is not known which resources these are; empty if it is known."""

    def is_literal(self) -> bool:
        """Return whether this is exactly one resource; raises `Undecided`."""
        self._decided()
        return self.literal is not None

    def is_named(self) -> bool:
        """Return whether this is at most one resource in each account, region and partition.

        Raises `Undecided`.
        """
        if self.is_literal():
            return True
        if len(self.reach) == 1 and not self.excluded and not self.reach[0].suffix:
            return False  # it ends in a wildcard
        found = witness(self.reach, self.excluded)
        parts = found.split(":", 5) if found is not None else []
        if len(parts) < _PARTS:
            return False
        anywhere = (Wild.SEGMENT_STAR,)
        front = (*"arn:", *anywhere, ":", *parts[2], ":", *anywhere, ":", *anywhere, ":")
        named = pattern(parts[-1], (*front, *parts[-1]))
        return witness(self.reach, (named, *self.excluded)) is None

    def covers(self, pattern: str) -> bool:
        """Return whether this holds all resources that a pattern matches; raises `Undecided`.

        For a pattern that matches every ARN, such as `*` or `arn:*`, it need only hold every ARN.
        """
        self._decided()
        asked = _asked(pattern)
        return self._holds(EVERY_ARN if covers((asked,), EVERY_ARN) else asked)

    def within(self, pattern: str) -> bool:
        """Return whether this holds only resources that a pattern matches; raises `Undecided`.

        A variable is equal only to itself here: `home/${aws:username}/*` lies within the same text
        and within `home/*`, but not within `home/alice/*`.
        """
        self._decided()
        none_of = (_asked(pattern), *self.excluded)
        # Sets with variables may share a resource without sharing an atom. So each set is tested
        # alone, and then all of them with any string for a variable.
        if any(witness((item,), none_of) is None for item in self.symbolic):
            return True
        return len(self.reach) > 1 and witness(self.reach, none_of) is None

    def covers_all_of(self, service: str) -> bool:
        """Return whether this holds all resources of some type of a service, or everything.

        All resources of one account in one region are enough, because an author of policies may
        have no others. A service that the catalogue does not know is taken to have one type, with
        any resource. Raises `Undecided`, and `FunctionError` for text that cannot name a service.
        """
        self._decided()
        formats = (
            (f"arn:${{Partition}}:{fold(service)}:${{Region}}:${{Account}}:${{Resource}}",)
            if _PREFIX.fullmatch(service) and not catalogue.is_service(service)
            else catalogue.resource_formats(service)
        )
        return self._holds(EVERY_ARN) or any(
            self._holds_somewhere(item, partition) for item in formats for partition in _PARTITIONS
        )

    def _holds_somewhere(self, arn: str, partition: str) -> bool:
        """Return whether this holds all resources of an ARN format in some account and region."""
        of_type = template(arn, partition)
        if not all(_may_cover(item, of_type) for item in self.reach):
            return False  # most are of other services or types: skip the search
        found = witness((*self.reach, of_type), self.excluded)
        if found is None:
            return False
        _, _, _, region, account, _ = found.split(":", 5)
        placed = arn.replace("${Region}", region).replace("${Account}", account)
        return self._holds(template(placed, partition))

    def _holds(self, pattern: Pattern) -> bool:
        return all(covers((item,), pattern) for item in self.reach) and not any(
            overlaps(item, pattern) for item in self.excluded
        )

    def _decided(self) -> None:
        if self.doubt:
            raise Undecided(self.doubt)


def _may_cover(item: Pattern, of_type: Pattern) -> bool:
    """Return whether a pattern may hold all resources of a type in some place: a quick test."""
    return of_type.suffix.endswith(item.suffix) and overlaps(item, of_type)


def _asked(text: str) -> Pattern:
    """Return the pattern that a rule gives as text; raises `Undecided` for a placeholder."""
    return resource(text, variables=True).settled().symbolic


def spelled(
    statement: Statement, entries: tuple[Entry, ...], *, runs_on: bool = False
) -> tuple[Spelling, ...]:
    """Return what some entries of a statement's Resource or NotResource may mean.

    `runs_on` says whether a star that ends a segment matches colons, in services that have such
    ARNs.
    """
    return tuple(
        resource(
            each.text,
            variables=statement.variables,
            runs_on=runs_on and segments.runs_on(each.text),
        )
        for each in entries
    )


def reached(statement: Statement) -> tuple[Pattern, ...]:
    """Return the resources that a statement may be about if its stars run on.

    They are those that it is about if its stars stay, and those to which they may run. There are
    none if both readings are the same, and in NotResource stars always stay.
    """
    near = spelled(statement, statement.resources)
    wide = spelled(statement, statement.resources, runs_on=True)
    more = [
        each
        for one, other in zip(near, wide, strict=True)
        if one is not other
        for each in segments.far(one.text, other.widest)
    ]
    return (*(each.widest for each in near), *dict.fromkeys(more)) if more else ()


def is_read_twice(statement: Statement) -> bool:
    """Return whether stars that run on change what a statement is about."""
    return bool(reached(statement))


def check_resources(policy: Policy) -> None:
    """Raise `Undecided` if a resource control policy has a statement without resources.

    It is attached to no resource, and AWS requires the element:
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
    """
    if policy.type is PolicyType.RCP and not all(x.names_resources for x in policy.statements):
        raise Undecided(
            "cannot decide: a resource control policy needs Resource in every statement"
        )


def except_text(base: str, entries: tuple[Entry, ...]) -> str:
    """Return `base`, followed by the entries that are excepted from it, if any."""
    return f"{base} except {', '.join(entry.text for entry in entries)}" if entries else base


def resources(statement: Statement) -> tuple[Resource, ...]:
    """Return the resources that a statement by itself is about, one `Resource` for each entry.

    NotResource is one set, and so is the resource of a statement without either element. What a
    statement allows is read as wide as possible, and what it denies as narrow as possible.
    """
    if statement.has_not_resource:
        return (_outside(statement),)
    if not statement.has_resource:
        return (_plain(ATTACHED, statement.route, allow=True),)
    return tuple(
        _plain(item, entry.route, allow=statement.is_allow)
        for entry, item in zip(
            statement.resources, spelled(statement, statement.resources), strict=True
        )
    )


def _plain(item: Spelling, route: Route, *, allow: bool) -> Resource:
    reach = item.widest if allow else item.narrowest or item.symbolic
    literal = item.text if item is ATTACHED else item.symbolic.literal
    doubt = item.doubt() if item.placeholder is not None else ""
    return Resource(item.text, route, literal, (reach,), (item.symbolic,), doubt=doubt)


def _outside(statement: Statement) -> Resource:
    entries = spelled(statement, statement.not_resources)
    excluded = [item.narrowest if statement.is_allow else item.widest for item in entries]
    return Resource(
        except_text("*", statement.not_resources),
        statement.route,
        None,
        (EVERYTHING.widest,),
        (EVERYTHING.widest,),
        tuple(item for item in excluded if item is not None),
        next((item.doubt() for item in entries if item.placeholder is not None), ""),
    )
