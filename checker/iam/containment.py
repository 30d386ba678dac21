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
from checker.iam.constraints import Box, Reading
from checker.iam.patterns import Undecided
from checker.iam.request import Request, allows
from checker.iam.resources import is_read_twice
from checker.iam.space import Space, without

if TYPE_CHECKING:
    from checker.iam.constraints import Conjunction
    from checker.iam.statement import Policy, Statement

_FRESH = ("someone", "x", "zq7", "0")
"""Values to try for a policy variable: any value that the policies do not name will do."""


def grants_beyond(policy: Policy, reference: Policy) -> Request | None:
    """Return a request that a policy allows and a reference does not, or None if there is none.

    Raises `Undecided` if the answer depends on a template placeholder, on the value of a policy
    variable or on operators that cannot be combined. Raises `BudgetError` if the search takes more
    units than the open budget has.
    """
    if _is_reduced(policy, reference):
        return None
    found = _granted(policy, reference)
    if found is None:
        if doubts.about_resources(policy, reference):
            raise Undecided(
                "cannot decide: a statement without Resource may be about a resource that another "
                "statement names"
            )
        wider = doubts.widened(policy, reference)
        if wider and _granted(*wider) is not None:
            raise Undecided(
                "cannot decide whom a statement excludes by name, because a session has several "
                "names: use a condition on aws:PrincipalArn"
            )
    return found


def _granted(policy: Policy, reference: Policy) -> Request | None:
    """Return what `grants_beyond` does, if a statement excludes exactly the callers it names."""
    both = policy.statements and reference.statements
    if both and policy.has_principals is not reference.has_principals:
        raise Undecided("cannot compare: only one of the policies names principals")
    space = Space((policy, reference))
    box = _searched(policy, reference, space, exact=True)
    if box is not None:
        return _confirmed(policy, reference, space, box)
    if space.variables and _searched(policy, reference, space, exact=False) is not None:
        names = ", ".join(sorted(f"`{name}`" for name in space.variables))
        raise Undecided(f"cannot decide what is granted: it depends on the value of {names}")
    return None


def _is_reduced(policy: Policy, reference: Policy) -> bool:
    """Return whether a policy is a reference with fewer Allows, more Denies, or both.

    Such a policy grants nothing more, even if the meaning of its statements cannot be decided.
    """

    def contents(of: Policy, *, allows: bool) -> set[object]:
        return {item.content for item in of.statements if item.is_allow is allows}

    given = contents(policy, allows=True) <= contents(reference, allows=True)
    return given and contents(reference, allows=False) <= contents(policy, allows=False)


def _confirmed(policy: Policy, reference: Policy, space: Space, box: Box) -> Request:
    """Return the request that a search found, with a value for each variable in it.

    INVARIANT: a request is only returned if `request.allows`, the plain definition of access,
    confirms it.
    """
    for fresh in _FRESH:
        for real in (True, False):
            request = space.request(box, fresh, real=real)
            if allows(policy, request) and not allows(reference, request):
                return request
    raise Undecided(f"cannot decide whether `{request.action}` is granted beyond the reference")


def _searched(policy: Policy, reference: Policy, space: Space, *, exact: bool) -> Box | None:
    """Return the constraints on a request that only the first policy allows, or None.

    If `exact`, a variable matches only itself, so a result holds whatever the variables' values
    are. If not, the policy is read as granting as much, and the reference as little, as any values
    allow, so None means that there is no such request. A statement that both policies have is the
    same in both.
    """
    twice = any(not item.is_allow and is_read_twice(item) for item in policy.statements)
    for runs_on in (True, False)[: 1 + twice]:
        found = _Search(policy, reference, space, exact=exact, runs_on=runs_on).found()
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
        own = [item for item in policy.statements if not item.is_allow]
        self.taken = [space.constraints(item, self.narrow, runs_on=runs_on) for item in own]
        contents = {item.content for item in own}
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

    def found(self) -> Box | None:
        """Return the constraints on such a request, or None if there is none."""
        for statement in self.allows:
            granted = self.space.constraints(statement, self.wide, runs_on=self.runs_on)
            box = self.space.narrowed(self.space.everything(), *granted)
            found = None if box is None else self._beyond(statement, box)
            if found is not None:
                return found
        return None

    def _beyond(self, statement: Statement, box: Box) -> Box | None:
        if statement.content not in self.kept:
            given = self._given(statement, runs_on=True)
            found = without(box, [*self.taken, *given], self.space)
            if found is not None:
                return found
        near = self._given(statement, runs_on=False) if self.far else []
        for denial, given in (*((d, []) for d in self.denials), *((d, near) for d in self.far)):
            inner = self.space.narrowed(box, *denial)
            found = None if inner is None else without(inner, [*self.taken, *given], self.space)
            if found is not None:
                return found
        return None

    def _given(self, statement: Statement, *, runs_on: bool) -> list[Conjunction]:
        """Return the constraints of the reference's Allows, beside one of the policy's."""
        beside = self.narrow._replace(beside=self.space.lists(statement))
        return [self.space.constraints(item, beside, runs_on=runs_on) for item in self.given]
