"""Decides whether a policy grants any of some actions on any of some resources.

IAM Access Analyzer calls this question `CheckAccessNotGranted`. Its answer is FAIL if a policy
"might allow" some of the access, so what is allowed under a condition is granted here too:
https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CheckAccessNotGranted.html

An action is granted on resources of the types that it works on, as the catalogue lists them.
Actions and ARNs that a policy names and the catalogue does not know count, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from checker.iam import catalogue
from checker.iam.actions import matches_action, services_of
from checker.iam.arn import ATTACHED, EVERYTHING, action, fold, resource
from checker.iam.constraints import ACTION, RESOURCE, Asked, Constraint, Texts
from checker.iam.fitting import fitting
from checker.iam.formats import loosest, template
from checker.iam.patterns import Undecided, literal, overlaps
from checker.iam.question import actions as of_actions
from checker.iam.question import allowed
from checker.iam.request import allows, applies
from checker.iam.usable import is_foreign
from checker.iam.wanted import beyond, formats_of, wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from checker.iam.given import Values
    from checker.iam.patterns import Pattern
    from checker.iam.request import Request
    from checker.iam.statement import Policy, Statement
    from checker.iam.wanted import Wanted

_ANY = "*"
_NOWHERE = (literal(_ANY), EVERYTHING.widest)
"""The resources of an action that takes none: `*` or, if the policy names others, any."""


class _Group(NamedTuple):
    """Actions, and the resources that all of them work on."""

    actions: tuple[Pattern, ...]
    resources: tuple[Pattern, ...]
    others: tuple[Pattern, ...] = ()
    """Resources that they do not work on."""


def granted(
    policy: Policy, actions: Sequence[str], resources: Sequence[str] = ()
) -> Request | None:
    """Return a request for one of the actions on one of the resources that a policy allows.

    Actions are names or patterns. Resources are ARNs, whose wildcards stand for any resource that
    matches. Without actions, any action counts, and without resources, any resource. The result is
    None if there is no such request. Raises `Undecided`, `BudgetError`, and `FunctionError` for
    text that is not an action.
    """
    asked = wanted(actions, resources)
    try:
        return _granted(policy, actions, asked)
    except Undecided:
        found = _with_variables(policy, asked)
        if found is None:
            raise
        return found


def _with_variables(policy: Policy, asked: Wanted) -> Request | None:
    """Return a request that is surely allowed, with certain values of policy variables, if any."""
    for given in fitting(policy, asked.place):
        try:
            found = _first(_by_types(policy, asked.names or ()), policy, asked, given)
        except Undecided:
            continue
        if found is not None:
            return found
    return None


def _granted(policy: Policy, actions: Sequence[str], asked: Wanted) -> Request | None:
    doubt: Undecided | None = None
    found: Request | None = None
    try:
        # INVARIANT: what is not allowed on any resource is not allowed on those of its types.
        found = allowed(policy, Asked(of_actions(actions) + asked.where, shown=True))
    except Undecided as why:
        doubt = why
    if found or doubt:
        found = _real(policy, asked, found, doubt)
    if found is None and asked.place:
        _refuse_own(policy, asked)
    return found


def granting(policy: Policy, request: Request) -> Statement | None:
    """Return the first Allow statement of a policy that surely applies to a request, if any."""
    for each in policy.statements:
        try:
            if each.is_allow and applies(each, request):
                return each
        except Undecided:
            continue
    return None


def _real(
    policy: Policy, asked: Wanted, found: Request | None, doubt: Undecided | None
) -> Request | None:
    """Return an allowed request for an action on a resource of its types, or None.

    `found` is an allowed request on any resource, or else `doubt` says why there may be one.
    """
    names = asked.names
    if names is None:
        of = [services_of(each) for each in policy.statements if each.is_allow]
        names = None if None in of else asked.of({name for each in of for name in each or ()})
    if names is None and found is None and doubt is not None:
        raise doubt
    first = [found.action] if found and catalogue.exists(found.action) else []
    if names is None:  # any action of any service counts, so what was found will do
        return _first(_by_types(policy, first), policy, asked) or found
    near = [each for each in first if each in names]
    return _first(_groups(policy, asked, [*near, *names]), policy, asked)


def _groups(policy: Policy, asked: Wanted, names: Iterable[str]) -> Iterator[_Group]:
    """Yield groups of the wanted actions: some known ones, and those that are not known."""
    yield from _by_types(policy, names)
    yield from _unknown(policy, asked)
    if asked.idle:
        yield _Group(asked.idle, (EVERYTHING.widest,))


def _first(
    groups: Iterable[_Group],
    policy: Policy,
    asked: Wanted,
    given: Mapping[str, Values] | None = None,
) -> Request | None:
    """Return a request of one of some groups that a policy allows, or None.

    `given` has the values of condition keys, if they are known. Raises `Undecided` in the end if
    there is none, and one is in doubt.
    """
    doubt: Undecided | None = None
    wanted_ = Constraint(ACTION, Texts(asked.actions))
    for group in groups:
        names = Constraint(ACTION, Texts(group.actions))
        types = Constraint(RESOURCE, Texts(group.resources))
        others = Constraint(RESOURCE, Texts(group.others, inside=False))
        types_ = (types, others) if group.others else (types,)
        try:
            meant = (names, wanted_, *types_, *asked.where)
            found = allowed(policy, Asked(meant, shown=True), given or {})
        except Undecided as why:
            doubt = doubt or why
            continue
        if found is not None:
            return found if asked.place else _shown(policy, found)
    if doubt is not None:
        raise doubt
    return None


def _shown(policy: Policy, found: Request) -> Request:
    """Return a request on `*` in place of one for an action that takes no resource."""
    takes_none = catalogue.exists(found.action) and not catalogue.takes_resource(found.action)
    whole = found._replace(resource=_ANY)
    try:
        return whole if takes_none and allows(policy, whole) else found
    except Undecided:
        return found


def _by_types(policy: Policy, names: Iterable[str]) -> Iterator[_Group]:
    """Yield groups of some known actions, without those that no Allow may be about."""
    found: dict[tuple[str, ...], list[Pattern]] = {}
    grants = [each for each in policy.statements if each.is_allow]
    for name in dict.fromkeys(names):
        pattern = action(name).widest
        if any(matches_action(each, pattern) is not False for each in grants):
            found.setdefault(formats_of(name), []).append(pattern)
    strange = tuple(_strange(policy)) if found else ()
    for formats, patterns in found.items():
        services = {each.text.partition(":")[0] for each in patterns}
        ours = (each for each in strange if not all(is_foreign(each, of) for of in services))
        plain = sorted(formats, key=lambda each: each.count("${"))
        usual = (template(each, "aws") for each in plain)  # first, as the request is shown
        types = (*usual, *map(loosest, plain), ATTACHED.widest, *ours)
        yield _Group(tuple(patterns), types if formats else _NOWHERE, beyond(formats))


def _strange(policy: Policy) -> Iterator[Pattern]:
    """Yield the ARNs in the Allows of a policy that fit no format of the catalogue."""
    for statement in policy.statements:
        for entry in statement.resources if statement.is_allow else ():
            spelled = resource(entry.text, variables=statement.variables, runs_on=True)
            formats = catalogue.formats_in_arns(entry.text)
            near = any(overlaps(spelled.widest, loosest(each)) for each in formats or ())
            if formats is not None and not near:
                yield spelled.widest


def _unknown(policy: Policy, asked: Wanted) -> Iterator[_Group]:
    """Yield the wanted actions that Allows of a policy name and the catalogue does not know.

    On certain resources, only actions of services count that have other actions there.
    """
    at = {name.partition(":")[0] for name in asked.names or ()}
    found = tuple(
        action(entry.text).widest
        for each in policy.statements
        for entry in (each.actions if each.is_allow else ())
        if "${" not in entry.text and not catalogue.expanded(entry.text)
        if not asked.place or fold(entry.text).partition(":")[0] in at
    )
    if found:
        yield _Group(found, (EVERYTHING.widest,))


def _refuse_own(policy: Policy, asked: Wanted) -> None:
    """Raise `Undecided` if a policy may grant an action on a resource that it does not name."""
    own = [each.route for each in policy.statements if each.is_allow and not each.names_resources]
    for group in _groups(policy, asked, asked.names or ()) if own else ():
        meant = tuple(Constraint(ACTION, Texts(each)) for each in (group.actions, asked.actions))
        if any(allowed(policy, Asked(meant, via=route)) is not None for route in own):
            raise Undecided(
                "cannot decide: the policy does not name the resource that it is attached to, "
                "which may be one of those asked about; ask about the actions alone"
            )
