"""Reads entries of Resource and NotResource as sets of resources that answer questions."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from checker.iam import catalogue, segments
from checker.iam.arn import ATTACHED, EVERY_ARN, EVERYTHING, Spelling, fold, resource
from checker.iam.formats import VALID, may_hold_names, of_any_length, segments_of, template
from checker.iam.machine import Wild
from checker.iam.patterns import Pattern, Undecided, covers, overlaps, pattern, witness
from checker.iam.pieces import is_atom, opened_text
from checker.iam.statement import PolicyType

if TYPE_CHECKING:
    from checker.iam.machine import Token
    from checker.iam.pieces import Unknown
    from checker.iam.statement import Entry, Policy, Statement
    from checker.problems import Route

PARTITIONS = ("aws", "aws-cn", "aws-us-gov")
_PARTS = 6
"""Parts of an ARN; the last one may contain colons."""
_PLACES = (1, 3, 4)
"""The positions in an ARN of the partition, the region and the account."""
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
    """The sets to intersect; in an Allow, a variable in them stands for any string, and so does an
    unknown."""
    symbolic: tuple[Pattern, ...]
    """The same sets with variables and unknowns as atoms."""
    excluded: tuple[Pattern, ...] = ()
    doubt: str = ""
    """Why it is not known which resources these are; empty if it is known."""
    unknowns: tuple[Unknown, ...] = ()
    """The unknowns in the sets: a question is undecided if its answer depends on their values."""
    is_denied: bool = False
    """Whether it is what a Deny is about."""

    def is_literal(self) -> bool:
        """Return whether this is exactly one resource; raises `Undecided`."""
        self._decided()
        wild = any(isinstance(token, Wild) for each in self.symbolic for token in each.tokens)
        if self.unknowns and not wild:
            raise self.undecided()
        return self.literal is not None

    def is_named(self) -> bool:
        """Return whether this is at most one resource in each account, region and partition.

        Raises `Undecided`.
        """
        self._decided()
        if self.literal is not None:
            return True
        if len(self.reach) == 1 and not self.excluded and not self.symbolic[0].suffix:
            last = self.symbolic[0].tokens[-1:]
            if not any(map(is_atom, last)):
                return False  # it ends in a wildcard
        if self.unknowns:
            return self._is_one_name()
        found = witness(self.reach, self.excluded)
        parts = found.split(":", 5) if found is not None else []
        if len(parts) < _PARTS:
            return False
        anywhere = (Wild.SEGMENT_STAR,)
        front = (*"arn:", *anywhere, ":", *parts[2], ":", *anywhere, ":", *anywhere, ":")
        named = pattern(parts[-1], (*front, *parts[-1]))
        return witness(self.reach, (named, *self.excluded)) is None

    def _is_one_name(self) -> bool:
        """Return what `is_named` does for a set with unknowns."""
        tokens = self.symbolic[0].tokens
        colons = [at for at, each in enumerate(tokens) if each == ":"]
        if len(self.symbolic) > 1 or self.excluded or len(colons) < _PARTS - 1:
            raise self.undecided()
        service = tokens[colons[1] + 1 : colons[2]]
        name = (*service, *tokens[colons[4] + 1 :])
        if any(isinstance(token, Wild) for token in name):
            return False
        if any(map(is_atom, name)):
            raise self.undecided()
        return True

    def covers(self, pattern: str) -> bool:
        """Return whether this holds all resources that a pattern matches; raises `Undecided`.

        For a pattern that matches every ARN, such as `*` or `arn:*`, it need only hold every ARN.
        """
        self._decided()
        item = _asked(pattern)
        asked = EVERY_ARN if covers((item.symbolic,), EVERY_ARN) else item.symbolic
        found = self._holds(asked)
        self._check(found, item)
        sure = self.unknowns and all(covers((each,), asked) for each in self.symbolic)
        if found and self.unknowns and not sure:
            raise self.undecided()
        return found

    def within(self, pattern: str) -> bool:
        """Return whether this holds only resources that a pattern matches; raises `Undecided`.

        A variable is equal only to itself here: `home/${aws:username}/*` lies within the same text
        and within `home/*`, but not within `home/alice/*`.
        """
        self._decided()
        item = _asked(pattern)
        none_of = (item.symbolic, *self.excluded)
        # Sets with variables may share a resource without sharing an atom. So each set is tested
        # alone, and then all of them with any string for a variable.
        if any(witness((item,), none_of) is None for item in self.symbolic):
            return True
        if len(self.reach) > 1 and witness(self.reach, none_of) is None:
            return True
        self._check(False, item)  # noqa: FBT003 - the answer
        if self.unknowns and not self._is_somewhere_outside(none_of):
            raise self.undecided()
        return False

    def _check(self, found: bool, asked: Spelling) -> None:  # noqa: FBT001 - the answer
        """Raise `Undecided` for a no that depends on an unknown in the pattern of a rule."""
        near = bool(asked.unknowns) and all(overlaps(each, asked.widest) for each in self.reach)
        if near and not found:
            raise asked.undecided()

    def _is_somewhere_outside(self, none_of: tuple[Pattern, ...]) -> bool:
        """Return whether one of the resources is outside some sets, whatever the unknowns are."""
        found = witness(self.symbolic, none_of)
        open_ = None if found is None else _likely(opened_text(found))
        return open_ is not None and not any(overlaps(each, open_) for each in none_of)

    def covers_all_of(self, service: str, types: tuple[str, ...] = ()) -> bool:
        """Return whether this holds all resources of some type of a service, or everything.

        `types` are the ARN formats of the types that count; all those of the service without any.
        `service` may name the type, as in `ec2:subnet`.
        All resources of one account in one region are enough, because an author of policies may
        have no others. What is allowed on all resources but some exceptions is allowed on all that
        nobody has named, so exceptions do not matter there. A service that the catalogue does not
        know is taken to have one type, with any resource. Raises `Undecided`, and `FunctionError`
        for text that cannot name a service.
        """
        self._decided()
        known = types or formats(service)
        found = self._holds(EVERY_ARN) or any(
            self._holds_somewhere(item, partition) for item in known for partition in PARTITIONS
        )
        if found and self.unknowns:
            # which partition, region and account these are does not matter
            sure = replace(self, reach=tuple(map(_anywhere, self.symbolic)), unknowns=())
            if not sure.covers_all_of(service, types):
                raise self.undecided()
        return found

    def holds(self, pattern: Pattern) -> bool:
        """Return whether this holds everything that a pattern matches; raises `Undecided`."""
        self._decided()
        found = self._holds(pattern)
        if found and self.unknowns and not all(covers((each,), pattern) for each in self.symbolic):
            raise self.undecided()
        return found

    def _holds_somewhere(self, arn: str, partition: str) -> bool:
        """Return whether this holds all resources of an ARN format in some account and region."""
        of_type = template(arn, partition, likely=not self.is_denied)
        if not all(_may_cover(item, of_type) for item in self.reach):
            return False  # most are of other services or types: skip the search
        found = witness((*self.reach, of_type), self.excluded)
        if found is None:
            return False
        _, _, _, region, account, _ = found.split(":", 5)
        placed = arn.replace("${Region}", region).replace("${Account}", account)
        place = template(placed, partition, likely=not self.is_denied)
        if self.is_denied:
            return self._holds(place)
        return all(covers((of_any_length(item),), place) for item in self.reach)

    def _holds(self, pattern: Pattern) -> bool:
        return all(covers((item,), pattern) for item in self.reach) and not any(
            overlaps(item, pattern) for item in self.excluded
        )

    def _decided(self) -> None:
        if self.doubt:
            raise Undecided(self.doubt)

    def undecided(self) -> Undecided:
        """Return the error that says on which unknown an answer depends."""
        unknown = self.unknowns[0].text
        return Undecided(
            f"cannot decide what `{self.text[:200]}` means: `{unknown}` is a placeholder of a "
            "template; render the template before checking",
            (unknown, self.route),
        )


def _likely(item: Pattern) -> Pattern:
    """Return the ARNs of a pattern with a valid partition, region and account.

    A placeholder in place of one of them is taken to be one, or to be a pattern of some.
    """
    tokens: list[Token] = []
    for at, segment in enumerate(segments_of(item.tokens)):
        tokens += ":" if at else ""
        tokens += VALID.get(at, segment) if segment == (Wild.SEGMENT_STAR,) else segment
    return pattern(item.text, tokens)


def _anywhere(item: Pattern) -> Pattern:
    """Return a pattern of ARNs with any partition, region and account in place of unknown ones."""
    tokens: list[Token] = []
    colons = 0
    for each in item.tokens:
        colons += each == ":"
        inside = colons in _PLACES and is_atom(each)
        tokens.append(Wild.SEGMENT_STAR if inside else each)
    return pattern(item.text, tokens)


def formats(service: str) -> tuple[str, ...]:
    """Return the ARN formats of a service, or of one of its types, such as `ec2:subnet`.

    A service that the catalogue does not know has any resource.
    """
    name, colon, kind = service.partition(":")
    if colon:
        return catalogue.resource_formats(name, kind)
    if _PREFIX.fullmatch(service) and not catalogue.is_service(service):
        return (f"arn:${{Partition}}:{fold(service)}:${{Region}}:${{Account}}:${{Resource}}",)
    return catalogue.resource_formats(service)


def _may_cover(item: Pattern, of_type: Pattern) -> bool:
    """Return whether a pattern may hold all resources of a type in some place: a quick test."""
    return (
        of_type.suffix.endswith(item.suffix)
        and overlaps(item, of_type)
        and may_hold_names(item, of_type)
    )


def _asked(text: str) -> Spelling:
    """Return the pattern that a rule gives as text."""
    return resource(text, variables=True)


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
    reach = item.widest if allow else item.narrowest or item.loose
    literal = item.text if item is ATTACHED else item.symbolic.literal
    symbolic = (item.symbolic,)
    unknowns = item.unknowns
    return Resource(
        item.text, route, literal, (reach,), symbolic, unknowns=unknowns, is_denied=not allow
    )


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
        is_denied=not statement.is_allow,
    )
