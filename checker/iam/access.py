"""Decides whether, by which statements and on which resources a policy allows given actions.

How statements work together:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

from checker.errors import FunctionError
from checker.iam import actions as action_rules
from checker.iam import catalogue
from checker.iam.arn import Spelling, fold, resource
from checker.iam.constraints import RESOURCE, Asked, Conjunction, Constraint, Texts
from checker.iam.covering import covering_all_of
from checker.iam.fixed import NAMED, any_of, unfixed, up_to
from checker.iam.formats import any_of_format
from checker.iam.given import settled
from checker.iam.key_values import never_holds
from checker.iam.near import about, near
from checker.iam.patterns import Undecided, overlaps
from checker.iam.question import actions, allowed, always_applies, calling
from checker.iam.request import PRINCIPAL_ARN
from checker.iam.resources import formats
from checker.iam.terms import Budget, Denial, Term, terms
from checker.iam.usable import fitting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from checker.iam.asked import Limit
    from checker.iam.fixed import Wanted
    from checker.iam.near import Near
    from checker.iam.patterns import Pattern
    from checker.iam.request import Request
    from checker.iam.resources import Resource
    from checker.iam.statement import Policy, Statement
    from checker.problems import Route


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """What a policy as a whole allows of some actions. Every property may raise `Undecided`.

    All statements count, and a condition counts by what it requires: something is allowed if a
    request with some values of condition keys is allowed after all Denies.
    """

    asked: tuple[str, ...]
    """The actions: names, or patterns such as `ecr:*`."""
    policy: Policy
    """The policy, without the conditions that certainly hold in the requests asked about."""
    required: Conjunction = ()
    """What else the requests that are asked about must meet."""
    perhaps: Conjunction = ()
    """What they must meet too, unless a placeholder stands for a wildcard."""
    written: Policy | None = None
    """The policy with all its conditions, if that is another one."""
    route: Route = ()
    limits: tuple[Limit, ...] = ()
    """What the requests that are asked about must meet, by names that only tell it apart."""
    _terms: dict[object, tuple[Term, ...]] = field(default_factory=dict, repr=False)
    _near: dict[str, Near] = field(default_factory=dict, repr=False)
    _budget: Budget = field(default_factory=Budget, repr=False)

    @property
    def granted(self) -> bool:
        """Whether any of the actions may be allowed on any resource."""
        return _any(self._left(self._allows(), self.asked))

    @property
    def actions(self) -> tuple[str, ...]:
        """The asked actions that may be allowed on some resource, in the order of `asked`."""
        allows = self._allows()
        return tuple(text for text in self.asked if _any(self._left(allows, (text,))))

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The Allow statements that may allow any of the actions, in the policy's order.

        What they are asked is about these actions only.
        """
        routes = {each.route for each in self._allows() if _any(self._left((each,), self.asked))}
        return tuple(
            replace(each, asked=self.asked)
            for each in (self.written or self.policy).statements
            if each.route in routes
        )

    @property
    def resources(self) -> tuple[Resource, ...]:
        """The resources on which an action may be allowed: each set once, in order of place.

        Where several Denies deny something only together, it is still in the sets.
        """
        found: dict[object, Resource] = {}
        for term in self._left(self._allows(), self.asked):
            if term.doubt:
                raise Undecided(term.doubt)
            known = found.get(term.key)
            found[term.key] = _merged(known, term.resource) if known else term.resource
        return tuple(sorted(found.values(), key=lambda item: _place(item.route)))

    def by(self, statement: Statement) -> tuple[Resource, ...]:
        """Return the sets of resources on which a statement of the policy allows an action."""
        mine = [each for each in self._allows() if each.route == statement.route]
        return tuple(
            replace(term.resource, doubt=term.doubt) if term.doubt else term.resource
            for term in self._left(mine, self.asked)
        )

    def witness(self) -> Request | None:
        """Return a request for one of the actions that the policy allows, or None."""
        asked = Asked(actions(self.asked) + self.required, shown=True, perhaps=self.perhaps)
        return allowed(self.policy, asked)

    def given(self, key: str, values: Sequence[str]) -> Access:
        """Return what is allowed if a condition key has these values, or is absent if none."""
        known = {fold(key): tuple(values)}
        policy = settled(self.policy, known)
        written = self.written or self.policy
        limits = (*self.limits, ("given", *known.items()))
        required = self.required + calling(policy, known)
        if policy is self.policy and required == self.required:
            return replace(self, limits=limits)
        return Access(self.asked, policy, required, self.perhaps, written, self.route, limits)

    def unconfined(self, keys: Sequence[str]) -> Access:
        """Return what is allowed although no condition fixes even a part of the value of some keys.

        A condition fixes nothing if it accepts any value, or a request that lacks the key.
        In the name of a key, `*` stands for any text.
        """
        return self._unfixed(("unconfined", *map(fold, keys)), any_of(keys, NAMED))

    def unconfined_up_to(self, keys: Sequence[str], separator: str) -> Access:
        """Return what is allowed although no condition fixes what comes before a separator.

        Keys are as in `unconfined`, and one is fixed if its value up to the first separator is.
        """
        known = ("unconfined up to", separator, *map(fold, keys))
        return self._unfixed(known, any_of(keys, up_to(separator)))

    def _unfixed(self, known: tuple[str, ...], wanted: Wanted) -> Access:
        """Return what is allowed although no key is fixed as it is `wanted`; `known` tells that."""
        if known not in self.policy.memo:
            self.policy.memo[known] = unfixed(self.policy, wanted)
        policy, asked = cast("tuple[Policy, Asked]", self.policy.memo[known])
        limits = (*self.limits, known)
        if policy is self.policy:
            return replace(self, limits=limits)
        written = self.written or self.policy
        required, perhaps = self.required + asked.constraints, self.perhaps + asked.perhaps
        return Access(self.asked, policy, required, perhaps, written, self.route, limits)

    def covering_all_of(self, service: str) -> tuple[Resource, ...]:
        """Return the sets that hold all resources of a type of a service, alone or together.

        Only types count that one of the actions works on, if the catalogue knows all of them.
        `service` may name the type, as in `ec2:subnet`; then a request for one must be allowed.
        """
        if ":" in service:
            found = covering_all_of(self.resources, service)
            return found if found and self._reaches(service) else ()
        every = action_rules.asked(f"{service}:*")
        own = [each for each in self.asked if overlaps(action_rules.asked(each), every)]
        known = [catalogue.types_of(each) for each in own]
        types = tuple(dict.fromkeys(each for formats in known for each in formats))
        return covering_all_of(self.resources, service, types if all(known) else ())

    def _reaches(self, kind: str) -> bool:
        """Return whether a request for an action on a resource of a type is allowed."""
        asked = Asked(actions(self.asked) + self.required, perhaps=self.perhaps)
        within = (resource(any_of_format(each), variables=False) for each in formats(kind))
        return any(
            allowed(self.policy, asked._replace(entries=((RESOURCE, each),))) is not None
            for each in within
        )

    def _allows(self) -> tuple[Statement, ...]:
        services = action_rules.services(map(action_rules.asked, self.asked))
        return tuple(each for each in about(self.policy, services) if each.is_allow)

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
            if text not in self._near:
                self._near[text] = near(self.policy, pattern)
            denies = self._near[text]
            denials = [*denies.whole]
            rest: list[Statement] = []
            for each in denies.rest:
                if self._is_barred(statement, each, pattern):
                    denials.append(Denial(each, ""))
                else:
                    rest.append(each)
            # Usually the same Denies apply to all actions, so the sets are computed only once.
            key = (statement.route, doubt, tuple((d.statement.route, d.doubt) for d in denials))
            if key not in self._terms:
                self._terms[key] = terms(statement, denials, doubt, self._budget)
            found = fitting(self._terms[key], text)
            if not (rest or self.required or may_contradict(statement)):
                return found
            # The other Denies are about all of an action, or none of it, so that equal sets beside
            # equal Denies have equal answers.
            same = "" if pattern.literal is not None else text
            beside = replace(self.policy, statements=(statement, *rest), memo={})
            return tuple(self._possible(found, beside, text, same))
        except Undecided as why:
            return (Term.unknown(statement, str(why)),)

    def _is_barred(self, statement: Statement, deny: Statement, pattern: Pattern) -> bool:
        """Return whether a Deny denies all that an Allow grants on the resources of the Deny."""
        if action_rules.covers_action(deny, pattern) is not True:
            return False
        key = ("barred", statement.route, deny.route, self.required)
        if key not in self.policy.memo:
            self.policy.memo[key] = _always_applies(deny, statement, self.required)
        return self.policy.memo[key] is True

    def _possible(
        self, found: tuple[Term, ...], beside: Policy, text: str, same: str
    ) -> Iterator[Term]:
        """Yield the sets on which an Allow allows a request beside the Denies of a policy.

        Answers for actions with the `same` text are equal.
        """
        memo = self.policy.memo
        routes = tuple(each.route for each in beside.statements)
        for term in found:
            reach, excluded = term.resource.reach, term.resource.excluded
            key = ("possible", routes, self.required, self.perhaps, same, reach, excluded)
            if key not in memo:
                memo[key] = self._answer(term, beside, text)
            answer = memo[key]
            if isinstance(answer, str):
                yield term._replace(sure=False, doubt=term.doubt or answer)
            elif answer:
                yield term

    def _answer(self, term: Term, policy: Policy, text: str) -> bool | str:
        """Return whether a policy allows a request for an action in a set, or why not known."""
        asked = self.on(term.resource, (text,))
        try:
            return allowed(policy, asked) is not None
        except Undecided as why:
            return str(why)

    def on(self, found: Resource, texts: Iterable[str]) -> Asked:
        """Return the question about requests for some actions in a set of resources."""
        outside = Constraint(RESOURCE, Texts(found.excluded, inside=False))
        wanted = actions(texts) + self.required + ((outside,) if found.excluded else ())
        within = tuple(
            (RESOURCE, Spelling(found.text, widest, None, symbolic, found.unknowns))
            for widest, symbolic in zip(found.reach, found.symbolic, strict=True)
        )
        return Asked(wanted, within, perhaps=self.perhaps)


def _always_applies(deny: Statement, allow: Statement, required: Conjunction) -> bool:
    try:
        return always_applies(deny, allow, required)
    except Undecided:
        return False


def may_contradict(statement: Statement) -> bool:
    """Return whether an Allow may be such that no request meets it."""
    keys = {fold(each.key) for each in statement.conditions}
    several = len(keys) < len(statement.conditions)
    nobody = any(each.text == "*" for each in statement.not_principals)
    caller = PRINCIPAL_ARN in keys  # which must be an ARN, and that of the principal
    return several or nobody or caller or any(map(never_holds, statement.conditions))


def access(policy: Policy, actions: Sequence[str]) -> Access:
    """Return what a policy allows of some actions, each a name or a pattern such as `ecr:*`.

    A pattern is allowed if any of its actions is. Raises `FunctionError` if `actions` is empty or
    holds text that is not an action, and `Undecided` for an action with a placeholder.
    """
    key = tuple(actions)
    if not key:
        raise FunctionError("no action is given: name at least one")
    found = policy.memo.get(key)
    if not isinstance(found, Access):
        for each in key:
            action_rules.asked(each)
        found = policy.memo[key] = Access(key, policy)
    return found


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
