"""Asks the one question about a policy: whether it allows a request of some kind after all Denies.

A question says which action, resource and principal a request may have, which values some condition
keys have, and which Allow statement must allow it. The answer is such a request, or that there is
none. Everything else that rules ask about access is asked through here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checker.errors import FunctionError
from checker.iam.arn import CURRENT_VERSION, action, fold, resource
from checker.iam.constraints import (
    ACTION,
    ANYTHING,
    PRINCIPAL,
    RESOURCE,
    Asked,
    Conjunction,
    Constraint,
    Reading,
    Texts,
)
from checker.iam.containment import granted
from checker.iam.given import Values, for_session, meets, settled
from checker.iam.machine import Wild
from checker.iam.patterns import Undecided, pattern
from checker.iam.principals import AWS, known_account, named_alone, principal_patterns
from checker.iam.request import PRINCIPAL_ARN, Request
from checker.iam.space import Space
from checker.iam.statement import Policy, Principal
from checker.iam.statement import policy as normalised

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from checker.iam.statement import Statement
    from checker.problems import Json

_NOTHING = Policy(CURRENT_VERSION, ())
_WIDE, _NARROW = Reading(wide=True, exact=False), Reading(wide=False, exact=False)
_WITH_ARN = pattern("AWS:*", (*AWS, Wild.STAR))
_NO_KEYS: Mapping[str, Values] = {}


def allowed(
    policy: Policy, asked: Asked = ANYTHING, given: Mapping[str, Values] = _NO_KEYS
) -> Request | None:
    """Return a request that a policy allows and that meets what is `asked`, or None.

    `given` has the values of condition keys, by the key in lower case; a key without values is
    absent. Raises `Undecided`, and `BudgetError` if the search takes too many units.
    """
    asked = asked._replace(constraints=asked.constraints + calling(policy, given))
    try:
        found = granted(settled(policy, given), _NOTHING, asked)
    except Undecided:
        found = _without_doubt(policy, asked, given)
        if found is _DOUBTFUL:
            raise
    if found is not None and asked.perhaps:
        narrower = asked._replace(constraints=asked.constraints + asked.perhaps, perhaps=())
        if allowed(policy, narrower, given) is None:
            raise Undecided(
                "cannot decide which values a condition leaves: one is a placeholder of a "
                "template; render the template before checking"
            )
    return found and found._replace(context={**found.context, **given})


def calling(policy: Policy, given: Mapping[str, Values]) -> Conjunction:
    """Return what the callers must be if their ARN, which a condition could test, is given.

    A text that is no ARN of a principal says nothing: it stands for any that no one has named.
    """
    arns = given.get(PRINCIPAL_ARN)
    if arns is None or len(arns) > 1 or not policy.has_principals:
        return ()
    if not arns:
        return (Constraint(PRINCIPAL, Texts((_WITH_ARN,), inside=False)),)
    caller = Principal("AWS", arns[0], ())
    if not known_account(caller) or set("*?") & set(caller.text):
        return ()
    named = named_alone(caller)
    return (Constraint(PRINCIPAL, Texts(tuple(each.widest for each in named))),)


_DOUBTFUL = Request("", "", "", {})


def _without_doubt(policy: Policy, asked: Asked, given: Mapping[str, Values]) -> Request | None:
    """Return what `allowed` does if that is so whatever cannot be decided; else `_DOUBTFUL`.

    The policy is wider without the Denies that are in doubt, and narrower if they deny whatever
    they may be about. A condition of an Allow that is in doubt is taken to hold.
    """
    doubtful = {each.route for each in policy.statements if is_doubtful(each, given)}
    if not doubtful:
        return _DOUBTFUL

    def read(*, wide: bool) -> Policy:
        kept = (
            replace(each, conditions=()) if each.route in doubtful else each
            for each in policy.statements
            if each.route not in doubtful or each.is_allow or not wide
        )
        return replace(policy, statements=tuple(kept), memo={})

    try:
        if granted(settled(read(wide=True), given), _NOTHING, asked) is None:
            return None
        found = granted(settled(read(wide=False), given), _NOTHING, asked)
    except Undecided:
        return _DOUBTFUL
    return found or _DOUBTFUL


def is_doubtful(statement: Statement, given: Mapping[str, Values] = _NO_KEYS) -> bool:
    """Return whether it cannot be decided what the conditions of a statement by itself mean."""
    if not statement.conditions:
        return False
    everything = replace(statement, effect="Allow", policy=None)
    alone = Policy(CURRENT_VERSION, (everything,))
    try:
        granted(settled(alone, given), _NOTHING)
    except Undecided:
        return True
    return False


def admits(statement: Statement, key: str, values: Sequence[str]) -> bool:
    """Return whether a statement is about a request in which a key has the given values.

    An empty `values` means that the key is absent. An Allow must still allow the request after all
    Denies of its policy. For a Deny, only its own conditions on the key are asked about. Raises
    `Undecided`.
    """
    given = {fold(key): tuple(values)}
    if not meets(statement, given):
        return False
    policy = statement.policy
    if policy is None or not statement.is_allow:
        return True
    if is_alone(statement) and not calling(policy, given):
        return True
    memo = ("admits", statement.route, statement.asked, *sorted(given.items()))
    if memo not in policy.memo:
        asked = Asked(actions(statement.asked), via=statement.route)
        policy.memo[memo] = allowed(policy, asked, given) is not None
    return policy.memo[memo] is True


def lets_through(statement: Statement, given: Mapping[str, Values]) -> bool:
    """Return whether a request with some values of condition keys gets past a statement.

    `given` has the values by the key in lower case; a key without values is absent. An Allow lets
    through what it allows, after all Denies of its policy. A Deny lets through a request that it
    would deny but for its conditions on these keys, and that no Deny of its policy denies. Raises
    `Undecided`.
    """
    policy = statement.policy or Policy(CURRENT_VERSION, (statement,))
    asked = Asked(actions(statement.asked), via=statement.route)
    if statement.is_allow:
        return allowed(policy, asked, given) is not None
    if meets(statement, given):
        return False
    kept = tuple(each for each in statement.conditions if fold(each.key) not in given)
    scope = replace(statement, effect="Allow", conditions=kept)
    denies = tuple(each for each in policy.statements if not each.is_allow)
    about = replace(policy, statements=(scope, *denies), memo={})
    return allowed(about, asked, given) is not None


def is_alone(statement: Statement) -> bool:
    """Return whether no Deny of its policy can change what a statement allows."""
    policy = statement.policy
    return policy is None or all(each.is_allow for each in policy.statements)


def always_applies(deny: Statement, allow: Statement, required: Conjunction) -> bool:
    """Return whether a Deny is about the callers and the context of every request of an Allow.

    Only requests count that meet what is `required`. The actions and resources of the Deny do not
    matter. Variables are read so that the answer is no if it depends on them. Raises `Undecided`.
    """
    if deny.not_principals:
        return False  # whom it leaves out may have other names
    space = Space([Policy(CURRENT_VERSION, (allow, deny))])
    box = space.narrowed(space.everything(), *required)
    box = box and space.narrowed(box, *space.constraints(allow, _WIDE))
    return box is not None and all(
        space.narrowed(box, each.negated()) is None
        for each in space.constraints(deny, _NARROW)
        if each.dimension not in (ACTION, RESOURCE)
    )


def actions(asked: Iterable[str]) -> tuple[Constraint, ...]:
    """Return the constraint that an action is one of some actions; none for no actions."""
    patterns = tuple(action(each).settled().widest for each in asked)
    return (Constraint(ACTION, Texts(patterns)),) if patterns else ()


def witness(policy: Policy, part: Request) -> Request | None:
    """Return a request that a policy allows and that has the known part, or None.

    An empty string in `part` may be anything, and so may a key that its context lacks; a key
    without values is absent. `action` and `resource` may be patterns. Raises `Undecided`, and
    `FunctionError` if `part` has a principal and the policy names none.
    """
    key = ("witness", part.action, part.resource, part.principal, *sorted(part.context.items()))
    if key not in policy.memo:
        policy.memo[key] = allowed(for_session(policy, part), _asked(policy, part), part.context)
    found = policy.memo[key]
    return found if isinstance(found, Request) else None


def may_allow(policy: Policy, part: Request) -> bool:
    """Return whether a policy allows at least one request that has the known part.

    `part` and errors are as in `witness`.
    """
    return witness(policy, part) is not None


def denies(policy: Policy, part: Request) -> bool:
    """Return whether a policy's Denies refuse every request that has the known part.

    `part` and errors are as in `witness`.
    """
    key = ("denies", part.action, part.resource, part.principal, *sorted(part.context.items()))
    if key not in policy.memo:
        refused = tuple(each for each in policy.statements if not each.is_allow)
        statements = (_everything(policy), *refused)
        open_ = for_session(replace(policy, statements=statements, memo={}), part)
        policy.memo[key] = allowed(open_, _asked(policy, part), part.context) is None
    return policy.memo[key] is True


def _asked(policy: Policy, part: Request) -> Asked:
    """Return the question about requests that have the known part."""
    if part.principal and not policy.has_principals:
        raise FunctionError("the policy names no principals: leave `principal` out")
    constraints = actions([part.action] if part.action else [])
    if part.principal:
        kind, _, name = part.principal.partition(":")
        named = principal_patterns(Principal(kind, name, ()))
        constraints += (Constraint(PRINCIPAL, Texts(named)),)
    if not part.resource:
        return Asked(constraints, shown=True)
    entry = resource(part.resource, variables=True).settled()
    return Asked(constraints, ((RESOURCE, entry),), shown=True)


def _everything(policy: Policy) -> Statement:
    """Return an Allow of everything that has principals and resources if a policy has."""
    made: dict[str, Json] = {"Effect": "Allow", "Action": "*"}
    if policy.has_principals:
        made["Principal"] = "*"
    if any(each.names_resources for each in policy.statements):
        made["Resource"] = "*"
    statement = normalised({"Version": CURRENT_VERSION, "Statement": made}).statements[0]
    return replace(statement, route=("everything",))
