"""Decides whether, by which statements and on which resources a policy allows given actions.

How statements work together:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from checker.errors import FunctionError
from checker.iam import actions as action_rules
from checker.iam import catalogue
from checker.iam.arn import ATTACHED, EVERYTHING, loosest
from checker.iam.patterns import Undecided, covers, overlaps
from checker.iam.resources import resources
from checker.iam.terms import Budget, Denial, Term, terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from checker.iam.patterns import Pattern
    from checker.iam.resources import Resource
    from checker.iam.statement import Policy, Statement
    from checker.problems import Route


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """What a policy as a whole allows of some actions. Every property may raise `Undecided`."""

    asked: tuple[str, ...]
    """The actions: names, or patterns such as `ecr:*`."""
    allows: tuple[Statement, ...]
    """The Allow statements that may be about the actions."""
    denies: tuple[Statement, ...]
    """The Deny statements without a condition that may be about the actions."""
    route: Route = ()
    _terms: dict[object, tuple[Term, ...]] = field(default_factory=dict, repr=False)
    _denials: dict[str, tuple[Denial, ...]] = field(default_factory=dict, repr=False)
    _budget: Budget = field(default_factory=Budget, repr=False)

    @property
    def granted(self) -> bool:
        """Whether any of the actions may be allowed on any resource."""
        return _any(self._left(self.allows, self.asked))

    @property
    def actions(self) -> tuple[str, ...]:
        """The asked actions that may be allowed on some resource, in the order of `asked`."""
        return tuple(text for text in self.asked if _any(self._left(self.allows, (text,))))

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The Allow statements that may allow any of the actions, in the policy's order."""
        return tuple(item for item in self.allows if _any(self._left((item,), self.asked)))

    @property
    def resources(self) -> tuple[Resource, ...]:
        """The resources on which an action may be allowed: each set once, in order of place."""
        found: dict[object, Resource] = {}
        for term in self._left(self.allows, self.asked):
            if term.doubt:
                raise Undecided(term.doubt)
            known = found.get(term.key)
            found[term.key] = _merged(known, term.resource) if known else term.resource
        return tuple(sorted(found.values(), key=lambda item: _place(item.route)))

    def _left(self, statements: Iterable[Statement], asked: Iterable[str]) -> Iterator[Term]:
        """Yield what statements allow of actions after all Denies."""
        names = tuple(asked)
        for statement in statements:
            for text in names:
                key = (statement.route, text)
                if key not in self._terms:
                    self._terms[key] = self._worked_out(statement, text)
                yield from self._terms[key]

    def _worked_out(self, statement: Statement, text: str) -> tuple[Term, ...]:
        pattern = action_rules.asked(text)
        try:
            matched = action_rules.matches_action(statement, pattern)
            if matched is False:
                return ()
            doubt = action_rules.doubt(statement) if matched is None else ""
            if text not in self._denials:
                self._denials[text] = tuple(_denials(self.denies, pattern))
            # Usually the same Denies apply to all actions, so the sets are computed only once.
            denials = self._denials[text]
            key = (statement.route, doubt, tuple((d.statement.route, d.doubt) for d in denials))
            if key not in self._terms:
                self._terms[key] = terms(statement, denials, doubt, self._budget)
            return _usable(self._terms[key], text)
        except Undecided as why:
            return (Term.unknown(statement, str(why)),)


def _usable(found: tuple[Term, ...], text: str) -> tuple[Term, ...]:
    """Return the terms without those whose resources an action cannot work on.

    A term is left out only if it holds no resource of any of the action's types. If the catalogue
    does not know the action, no term is left out.
    """
    if all(
        term.resource.reach == (EVERYTHING.widest,) and not term.resource.excluded for term in found
    ):
        return found
    formats = [loosest(each) for each in catalogue.formats_of(text)]
    if not formats:
        return found
    return tuple(
        term for term in found if any(_holds_some(term.resource, each) for each in formats)
    )


def _holds_some(found: Resource, of_type: Pattern) -> bool:
    if not any(each.prefix.startswith("arn:") for each in found.reach) and not found.excluded:
        return True
    if not all(overlaps(each, of_type) for each in found.reach if each is not ATTACHED.widest):
        return False
    near = tuple(each for each in found.excluded if overlaps(each, of_type))
    whole = found.reach == (EVERYTHING.widest,)
    return not (near and whole and covers(near, of_type))


def access(policy: Policy, actions: Sequence[str]) -> Access:
    """Return what a policy allows of some actions, each a name or a pattern such as `ecr:*`.

    A pattern is allowed if any of its actions is. An Allow counts even if it has a condition,
    because the condition may hold. A Deny counts only if it has no condition, applies to everyone
    and covers all of the name or pattern. Raises `FunctionError` if `actions` is empty or holds
    text that is not an action, and `Undecided` for an action with a placeholder.
    """
    key = tuple(actions)
    if not key:
        raise FunctionError("no action is given: name at least one")
    found = policy.memo.get(key)
    if not isinstance(found, Access):
        found = policy.memo[key] = _access(policy, key)
    return found


def on_all(policy: Policy, statement: Statement, level: str) -> tuple[str, ...]:
    """Return the known actions of an access level that an Allow grants on all resources.

    That means all resources of some type of the action's service, after all Denies of the policy.
    Actions that take no resource are left out, because they can only be allowed on `*`. Raises
    `Undecided` for a placeholder, and `FunctionError` for an unknown level.
    """
    if not statement.is_allow:
        return ()
    named = dict.fromkeys(
        name for entry in statement.actions for name in catalogue.confinable(entry.text, level)
    )
    services = {name.partition(":")[0] for name in named}
    given = resources(statement)
    whole = {each for each in services if _holds_all(given, each)}
    denied = {each for each in whole if _access(policy, (f"{each}:*",)).denies}
    return tuple(
        name
        for name in named
        for service in [name.partition(":")[0]]
        if service in whole
        and (service not in denied or _holds_all(access(policy, (name,)).resources, service))
    )


def _holds_all(found: Iterable[Resource], service: str) -> bool:
    return any(each.covers_all_of(service) for each in found)


def _access(policy: Policy, asked: tuple[str, ...]) -> Access:
    services = action_rules.services(map(action_rules.asked, asked))
    near = list(_near(policy, services))
    return Access(
        asked,
        tuple(item for item in near if item.is_allow),
        tuple(item for item in near if item.effect == "Deny" and not item.conditions),
    )


def _near(policy: Policy, services: frozenset[str] | None) -> Iterator[Statement]:
    """Yield the statements that may be about actions of some services: a quick first filter."""
    known = policy.memo.get(_near)
    if not isinstance(known, list):
        known = policy.memo[_near] = [action_rules.services_of(item) for item in policy.statements]
    for item, named in zip(policy.statements, known, strict=True):
        if services is None or named is None or not named.isdisjoint(services):
            yield item


def _denials(denies: Iterable[Statement], pattern: Pattern) -> Iterator[Denial]:
    for statement in denies:
        covered = action_rules.covers_action(statement, pattern)
        if covered is False:
            continue
        doubt = action_rules.doubt(statement) if covered is None else ""
        try:
            applies = statement.is_for_everyone
        except Undecided as why:
            applies, doubt = True, str(why)
        if applies:
            yield Denial(statement, doubt)


def _any(found: Iterator[Term]) -> bool:
    """Return whether there is a term that is sure; raises `Undecided` if there are only others."""
    doubt = ""
    for term in found:
        if term.sure:
            return True
        doubt = doubt or term.doubt
    if doubt:
        raise Undecided(doubt)
    return False


def _merged(left: Resource, right: Resource) -> Resource:
    """Return one set for two that differ only in what is excluded; it holds both of them."""
    kept = tuple(item for item in left.excluded if item in right.excluded)
    return left if kept == left.excluded else replace(left, excluded=kept)


def _place(route: Route) -> tuple[int, ...]:
    return tuple(step for step in route if isinstance(step, int))
