"""Decides whether one violation of a policy follows from another one on the same statement.

A violation claims that an Allow statement grants requests of some kind. It follows from another one
if each of its requests is one of the other's: then what ends the other one ends it too, or leaves
nothing of it that this statement grants.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from checker.budget import spend
from checker.errors import FunctionError
from checker.iam import actions, catalogue
from checker.iam.access import access
from checker.iam.asked import MOST, Ask
from checker.iam.patterns import covers, matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from checker.iam.patterns import Pattern
    from checker.iam.statement import Entry, Policy, Statement
    from checker.problems import Route

_UNITS = 20
"""Units that it costs to find out whether a statement grants an action."""
_ALL = Ask(("*",))
_EVERYTHING, _WHOLE, _LISTED = range(3)
"""How much a question is about, the most first."""


class _Part(NamedTuple):
    """What a violation claims of one statement."""

    statement: Statement
    asks: tuple[Ask, ...]
    resources: frozenset[Route]
    """The places of the resources that it is about; empty for all of the statement's."""
    principals: frozenset[Route]
    """Those of the principals; empty for all."""


class Claim:
    """What a violation claims: which requests some Allow statements of a policy grant."""

    def __init__(
        self, policy: Policy, asks: Sequence[Ask], routes: Iterable[Route], *, alike: bool
    ) -> None:
        """Make the claim of a violation that points to some routes.

        With `alike`, the violation points to one of several statements that are alike, such as to
        a resource that several statements name.
        """
        self._policy = policy
        self._asks = tuple(asks)
        self._known = len(asks) <= MOST
        pointed = tuple(routes)
        self._parts = {
            each.route: self._part(each, pointed) for each in self._statements(pointed, alike=alike)
        }
        self._covering = {route: self._widest(part) for route, part in self._parts.items()}

    @property
    def statements(self) -> tuple[Route, ...]:
        """The places of the statements that it is about."""
        return tuple(self._parts)

    @property
    def can_imply(self) -> bool:
        """Whether another violation may follow from this one."""
        return any(each is not None for each in self._covering.values())

    @property
    def breadth(self) -> tuple[int, int]:
        """How much it claims: it sorts before that of a violation that claims less."""
        return min((_breadth(each) for each in self._covering.values() if each), default=(3, 0))

    def follows_from(self, other: Claim) -> bool:
        """Return whether this violation follows from another one; raises `BudgetError`."""
        if not self._known or not self._parts:
            return False
        try:
            return all(
                self._is_within(part, other._parts.get(route), other._covering.get(route))
                for route, part in self._parts.items()
            )
        except FunctionError:
            return False

    def _statements(self, pointed: Sequence[Route], *, alike: bool) -> list[Statement]:
        """Return the Allow statements that a violation is about."""
        allows = [each for each in self._policy.statements if each.is_allow]
        spend(len(allows) * (1 + len(pointed)))
        found = [each for each in allows if any(_holds(each.route, route) for route in pointed)]
        if not found:
            return [each for each in allows if self._may_grant(each)]
        if alike:
            places = set(pointed)
            texts = {e.text for each in found for e in each.resources if e.route in places}
            known = {each.route for each in found}
            found += [
                each
                for each in allows
                if each.route not in known
                and any(entry.text in texts for entry in each.resources)
                and self._may_grant(each)
            ]
        return found

    def _may_grant(self, statement: Statement) -> bool:
        return any(
            _grants(self._policy, statement, text)
            for ask in self._asks or (_ALL,)
            for text in ask.actions
        )

    def _part(self, statement: Statement, pointed: Sequence[Route]) -> _Part:
        asks = _refined(each for each in self._asks if each.via in (None, statement.route))
        places = set(pointed)
        return _Part(
            statement,
            asks,
            frozenset(each.route for each in statement.resources if each.route in places),
            frozenset(each.route for each in statement.principals if each.route in places),
        )

    def _widest(self, part: _Part) -> Ask | None:
        """Return the only question that a violation answers about a statement; None if several.

        INVARIANT: of several questions it is not known whether a request must meet one or all, so
        nothing follows from them.
        """
        if not self._known:
            return None
        asks = [each for each in part.asks if _is_open(each, part.statement, self._policy)]
        widest = [
            each
            for at, each in enumerate(asks)
            if not any(
                _covered(each, other)
                for number, other in enumerate(asks)
                if number != at and (number < at or not _covered(other, each))
            )
        ]
        if len(widest) != 1 or not widest[0].actions:
            return None
        only = widest[0]
        if part.statement.has_principal and not part.principals and only != _ALL:
            return None  # it may be about some of the principals
        return only

    def _is_within(self, part: _Part, other: _Part | None, covering: Ask | None) -> bool:
        """Return whether all that is claimed of a statement is within what another claim covers."""
        if other is None or covering is None:
            return False
        statement = part.statement
        if not _among(part.resources, other.resources, statement.resources):
            return False
        # who may do something is another matter than what may be done
        mine, others = part.principals, other.principals
        if mine != others and not (mine and mine <= others):
            return False
        for ask in part.asks or (_ALL,):
            limited = set(covering.limits) <= set(ask.limits)
            for text in ask.actions:
                if not (limited and _matched(text, covering.actions)) and _grants(
                    self._policy, statement, text
                ):
                    return False
        return True


def _holds(outer: Route, route: Route) -> bool:
    return route[: len(outer)] == outer


def _refined(asks: Iterable[Ask]) -> tuple[Ask, ...]:
    """Return questions without those that others only begin with, and with their own limits."""
    given = [each._replace(via=None) for each in asks]
    more = tuple(
        dict.fromkeys(limit for each in given if not each.actions for limit in each.limits)
    )
    found = dict.fromkeys(each for each in given if each.actions)
    kept = [
        each
        for each in found
        if not any(
            other.actions == each.actions
            and len(other.limits) > len(each.limits)
            and other.limits[: len(each.limits)] == each.limits
            for other in found
        )
    ]
    return tuple(each._replace(limits=each.limits + more) for each in kept)


def _is_open(ask: Ask, statement: Statement, policy: Policy) -> bool:
    """Return whether a question counts: one about whole services does on unnamed resources only."""
    if not ask.whole:
        return True
    try:
        return all(
            any(each.covers_all_of(text.partition(":")[0]) for each in granted)
            for text in ask.actions
            if (granted := access(policy, (text,)).by(statement))
        )
    except FunctionError:
        return False


def _breadth(ask: Ask) -> tuple[int, int]:
    if ask.actions == ("*",):
        return _EVERYTHING, 0
    kind = _WHOLE if ask.whole else _LISTED
    try:
        return kind, -sum(len(catalogue.expanded(t)) if "*" in t else 1 for t in ask.actions)
    except FunctionError:
        return kind, -len(ask.actions)


def _covered(ask: Ask, by: Ask) -> bool:
    limited = set(by.limits) <= set(ask.limits)
    return limited and all(_matched(text, by.actions) for text in ask.actions)


def _matched(text: str, names: tuple[str, ...]) -> bool:
    """Return whether names or patterns of actions match all that a text does."""
    literals, patterns = _read(names)
    spend(1 + len(patterns))
    wanted = actions.asked(text)
    if wanted.literal is None:
        return covers(patterns, wanted)
    return wanted.literal in literals or any(matches(each, wanted.literal) for each in patterns)


@lru_cache(maxsize=64)
def _read(names: tuple[str, ...]) -> tuple[frozenset[str], tuple[Pattern, ...]]:
    """Return the names of single actions, and the patterns of several."""
    read = [actions.asked(each) for each in names]
    literals = frozenset(each.literal for each in read if each.literal is not None)
    return literals, tuple(each for each in read if each.literal is None)


def allowing(policy: Policy, asks: Iterable[Ask]) -> list[Route]:
    """Return the places of the Allows of actions that questions about the whole policy name."""
    texts = dict.fromkeys(text for each in asks if each.via is None for text in each.actions)
    return [
        statement.route
        for statement in policy.statements
        if statement.is_allow and any(_is_about(statement, text) for text in texts)
    ]


def _is_about(statement: Statement, text: str) -> bool:
    try:
        return actions.matches_action(statement, actions.asked(text)) is not False
    except FunctionError:
        return True


def _grants(policy: Policy, statement: Statement, text: str) -> bool:
    """Return whether a statement grants an action after all Denies; true if that is in doubt."""
    spend(_UNITS)
    try:
        return bool(access(policy, (text,)).by(statement))
    except FunctionError:
        return True


def _among(mine: frozenset[Route], others: frozenset[Route], every: Sequence[Entry]) -> bool:
    """Return whether entries of a statement are among others; an empty set means all of them."""
    if not others or (mine and mine <= others):
        return True
    named = [each for each in every if each.route in others]
    return any(each.text == "*" for each in named) or 0 < len(every) == len(named)
