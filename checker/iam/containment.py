"""Searches for a request that one policy allows and another one does not.

A statement is a conjunction of constraints, each on one dimension of a request: the action, the
resource, the principal, or the values of one condition key. A request that a policy grants beyond
another matches one of the policy's Allows and none of its Denies, and it matches either none of
the other's Allows or one of the other's Denies. A request does not match a statement if it
violates one of the statement's constraints. The search picks a constraint to violate for each such
statement, and backtracks when the constraints on a dimension have no solution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.iam import doubts
from checker.iam.arn import ATTACHED_TEXT, fold
from checker.iam.constraints import ACTION, ANYTHING, PRINCIPAL, RESOURCE, Asked, Box, Reading
from checker.iam.patterns import Undecided
from checker.iam.rendering import examples, rendered, unknowns_of
from checker.iam.request import Request, allows, applies
from checker.iam.resources import is_read_twice
from checker.iam.space import Space, without

if TYPE_CHECKING:
    from checker.iam.constraints import Conjunction
    from checker.iam.statement import Policy, Statement

_FRESH = ("someone", "x", "zq7", "0")
"""Values to try for a policy variable: any value that the policies do not name will do."""
_SHOWN = 3
"""The most variables and unknowns that a message names."""


def grants_beyond(policy: Policy, reference: Policy) -> Request | None:
    """Return a request that a policy allows and a reference does not, or None if there is none.

    Raises `Undecided` if the answer depends on a template placeholder, on the value of a policy
    variable or on operators that cannot be combined. Raises `BudgetError` if the search takes more
    units than the open budget has.
    """
    if _is_reduced(policy, reference):
        return None
    return granted(policy, reference)


def granted(policy: Policy, reference: Policy, asked: Asked = ANYTHING) -> Request | None:
    """Return a request that meets what is `asked` and that only the first policy allows, or None.

    Raises as `grants_beyond` does.
    """
    found = _granted(policy, reference, asked)
    if found is None:
        if doubts.about_resources(policy, reference):
            raise Undecided(
                "cannot decide: a statement without Resource may be about a resource that another "
                "statement names"
            )
        wider = doubts.widened(policy, reference)
        if wider and _granted(*wider, asked) is not None:
            raise Undecided(
                "cannot decide whom a statement excludes by name, because a session has several "
                "names: use a condition on aws:PrincipalArn"
            )
    return found


def _granted(policy: Policy, reference: Policy, asked: Asked) -> Request | None:
    """Return what `granted` does, if a statement excludes exactly the callers it names."""
    both = policy.statements and reference.statements
    if both and policy.has_principals is not reference.has_principals:
        raise Undecided("cannot compare: only one of the policies names principals")
    space = Space((policy, reference))
    box = _searched(policy, reference, space, asked, exact=True)
    if box is not None:
        return _confirmed(policy, reference, space, asked, box)
    # INVARIANT: what is asked may have variables that no statement has.
    asked_open = any(item.symbolic is not item.widest for _, item in asked.entries)
    open_ = space.variables or space.has_unknowns or asked_open
    if open_ and _searched(policy, reference, space, asked, exact=False) is not None:
        raise _unsettled(space, (policy, reference))
    return None


def _unsettled(space: Space, policies: tuple[Policy, Policy]) -> Undecided:
    """Return the error that names what it depends on whether anything is granted."""
    found = unknowns_of(policies)
    names = [*sorted(space.variables), *dict.fromkeys(each.text for each, _ in found)]
    if not names:
        return Undecided("cannot decide what is granted: it depends on a variable")
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    shown += f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    message = f"cannot decide what is granted: it depends on the value of {shown}"
    if not found:
        return Undecided(message)
    (unknown, route), *_ = found
    cure = f"`{unknown.text}` is a placeholder of a template; render the template before checking"
    return Undecided(f"{message}; {cure}", (unknown.text, route))


def _is_reduced(policy: Policy, reference: Policy) -> bool:
    """Return whether a policy is a reference with fewer Allows, more Denies, or both.

    Such a policy grants nothing more, even if the meaning of its statements cannot be decided.
    """

    def contents(of: Policy, *, allows: bool) -> set[object]:
        return {item.content for item in of.statements if item.is_allow is allows}

    given = contents(policy, allows=True) <= contents(reference, allows=True)
    return given and contents(reference, allows=False) <= contents(policy, allows=False)


def _confirmed(policy: Policy, reference: Policy, space: Space, asked: Asked, box: Box) -> Request:
    """Return the request that a search found, with a value for each variable in it.

    INVARIANT: a request is only returned if `request.allows`, the plain definition of access,
    confirms it.
    """
    for fresh in _FRESH:
        known = examples((policy, reference), fresh) if space.has_unknowns else {}
        new, old = (rendered(each, known) if known else each for each in (policy, reference))
        for real in (asked.shown, not asked.shown):
            request = space.request(box, fresh, known, real=real)
            if not allows(new, request) or allows(old, request):
                continue
            if _is_asked(new, request, asked):
                names = {address: f"${{{address}}}" for address in known}
                return space.request(box, fresh, names, real=real) if known else request
    if space.has_unknowns:
        raise _unsettled(space, (policy, reference))
    raise Undecided(f"cannot decide whether `{request.action}` is granted beyond the reference")


def _is_asked(policy: Policy, request: Request, asked: Asked) -> bool:
    """Return whether a request that is allowed meets the constraints that have no variables."""
    if asked.via is not None and not any(
        applies(each, request) for each in policy.statements if each.route == asked.via
    ):
        return False
    own = request.resource == ATTACHED_TEXT  # an atom, which the search has compared
    parts = {
        ACTION: (fold(request.action),),
        RESOURCE: (request.resource,),
        PRINCIPAL: (request.principal,),
    }
    return all(
        each.holds(parts.get(each.dimension) or request.values(each.dimension))
        for each in asked.constraints
        if not own or each.dimension != RESOURCE
    )


def _searched(
    policy: Policy, reference: Policy, space: Space, asked: Asked, *, exact: bool
) -> Box | None:
    """Return the constraints on a request that only the first policy allows, or None.

    If `exact`, a variable or an unknown matches only itself, so a result holds whatever their
    values are. If not, the policy is read as granting as much, and the reference as little, as any
    values allow, so None means that there is no such request. A statement that both policies have
    is the same in both.
    """
    start = space.narrowed(space.everything(), *asked.meant(exact=exact))
    if start is None:
        return None
    twice = any(not item.is_allow and is_read_twice(item) for item in policy.statements)
    for runs_on in (True, False)[: 1 + twice]:
        search = _Search(policy, reference, space, exact=exact, runs_on=runs_on)
        found = search.found(start, asked)
        if found is not None:
            return found
    return None


class _Search:
    """The search for a request that a policy allows in one reading, and a reference in none.

    In the reading in which stars at the end of segments run on, every statement is about more. So
    the reference allows a request in no reading if none of its Allows that run on applies, or if a
    Deny does even though its stars stay, or if a Deny that runs on does and no Allow whose stars
    stay.
    """

    def __init__(
        self, policy: Policy, reference: Policy, space: Space, *, exact: bool, runs_on: bool
    ) -> None:
        self.space, self.runs_on = space, runs_on
        self.wide, self.narrow = Reading(wide=True, exact=exact), Reading(wide=False, exact=exact)
        self.allows = [item for item in policy.statements if item.is_allow]
        self.given = [item for item in reference.statements if item.is_allow]
        self.kept = {item.content for item in self.given}
        self.own = [item for item in policy.statements if not item.is_allow]
        self.taken = [space.constraints(item, self.narrow, runs_on=runs_on) for item in self.own]
        self.unsettled = space.has_unknowns and not exact
        contents = {item.content for item in self.own}
        denies = [item for item in reference.statements if not item.is_allow]
        self.denials = [
            space.constraints(item, self.wide, runs_on=False)
            for item in denies
            if item.content not in contents
        ]
        twice = any(map(is_read_twice, self.given))
        self.far = [
            space.constraints(item, self.wide)
            for item in denies
            if twice and is_read_twice(item) and not (runs_on and item.content in contents)
        ]
        """The Denies that run on, if that matters because an Allow runs on, too."""

    def found(self, start: Box, asked: Asked) -> Box | None:
        """Return the constraints on such a request, or None if there is none."""
        for statement in self.allows:
            if asked.via not in (None, statement.route):
                continue
            granted = self.space.constraints(statement, self.wide, runs_on=self.runs_on)
            box = self.space.narrowed(start, *granted)
            found = None if box is None else self._beyond(statement, box)
            if found is not None:
                return found
        return None

    def _beyond(self, statement: Statement, box: Box) -> Box | None:
        taken = self.taken
        if self.unsettled:  # what is granted may be what is denied, whatever the unknowns are
            taken = self._beside(statement, self.own, runs_on=self.runs_on)
        if statement.content not in self.kept:
            given = self._beside(statement, self.given, runs_on=True)
            found = without(box, [*taken, *given], self.space)
            if found is not None:
                return found
        near = self._beside(statement, self.given, runs_on=False) if self.far else []
        for denial, given in (*((d, []) for d in self.denials), *((d, near) for d in self.far)):
            inner = self.space.narrowed(box, *denial)
            found = None if inner is None else without(inner, [*taken, *given], self.space)
            if found is not None:
                return found
        return None

    def _beside(
        self, statement: Statement, others: list[Statement], *, runs_on: bool
    ) -> list[Conjunction]:
        """Return the constraints of other statements, beside those of one of the policy's."""
        beside = self.narrow._replace(beside=self.space.lists(statement))
        return [self.space.constraints(item, beside, runs_on=runs_on) for item in others]
