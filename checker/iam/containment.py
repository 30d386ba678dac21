"""Searches for a request that one policy allows and another one does not.

A statement is a conjunction of constraints, each on one dimension of a request: the action, the
resource, the principal, or the values of one condition key. A request that a policy grants beyond
another matches one of the policy's Allows and none of its Denies, and it matches either none of
the other's Allows or one of the other's Denies. A request does not match a statement if it
violates one of the statement's constraints. The search picks a constraint to violate for each such
statement, and backtracks when the constraints on a dimension have no solution.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from checker.budget import spend
from checker.iam import catalogue, doubts
from checker.iam.arn import (
    ATTACHED,
    ATTACHED_TEXT,
    EVERY_ARN,
    Spelling,
    action,
    template,
    variable_of,
)
from checker.iam.conditions import Family, Test, compares, samples, spelling, test
from checker.iam.machine import Wild
from checker.iam.patterns import Pattern, Undecided, literal, matches, overlaps, pattern, witness
from checker.iam.principals import AWS, is_account, principal_patterns
from checker.iam.request import PRINCIPAL_ARN, Request, allows
from checker.iam.resources import spelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from checker.iam.statement import Policy, Statement

_ACTION, _RESOURCE, _PRINCIPAL = "action", "resource", "principal"
_REQUIRED = frozenset({_ACTION, _RESOURCE, _PRINCIPAL})
"""Dimensions that have exactly one value; all others are condition keys, which may have none."""
_SOME = (Wild.SEGMENT_ANY, Wild.SEGMENT_STAR)
_ANY_ACTION = pattern("*:*", (*_SOME, ":", *_SOME))
_ANY_NAME = (Wild.ANY, Wild.STAR)
_SOMEONE = pattern("AWS:*", (*AWS, *_ANY_NAME))
_IN_ACCOUNT = (*"::", *(Wild.SEGMENT_ANY,) * 12, ":")
_USERS_AND_ROLES, _SESSIONS, _FEDERATED = (
    pattern(
        f"the callers of {name}{kind}",
        (*AWS, *"arn:aws", Wild.SEGMENT_STAR, ":", *name, *_IN_ACCOUNT, *kind, *_ANY_NAME),
    )
    for name, kind in (("iam", ""), ("sts", ""), ("sts", "federated-user/"))
)
"""The callers that have an ARN. For sessions other than those of federated users, it is not the
value of `aws:PrincipalArn`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""
_OTHERS = tuple(
    pattern(f"{kind}:*", (*kind, ":", *_ANY_NAME))
    for kind in ("Service", "Federated", "CanonicalUser")
)
"""The callers without an ARN that a condition could test."""
_UNITS = 20
"""Units that it costs to look at one constraint."""
_WELL_KNOWN = ("iam", "s3", "ec2", "sts", "kms", "lambda")
"""Services whose actions are shown as examples if the action may be of any service."""
_FRESH = ("someone", "x", "zq7", "0")
"""Values to try for a policy variable: any value that the policies do not name will do."""


class _Set(NamedTuple):
    """The strings that match one of some patterns, or if not `inside`, none of them."""

    patterns: tuple[Pattern, ...]
    inside: bool = True

    def complement(self) -> _Set:
        """Return the set of all other strings."""
        return _Set(self.patterns, not self.inside)

    def holds(self, text: str) -> bool:
        """Return whether a string is in the set."""
        texts, others = _sorted(self.patterns)
        return (text in texts or any(matches(each, text) for each in others)) is self.inside


@lru_cache(maxsize=256)
def _sorted(patterns: tuple[Pattern, ...]) -> tuple[frozenset[str], tuple[Pattern, ...]]:
    """Return the strings of the patterns that match only one, and the other patterns."""
    texts = frozenset(each.literal for each in patterns if each.literal is not None)
    return texts, tuple(each for each in patterns if each.literal is None)


class _Constraint(NamedTuple):
    """Requires that `some` value of a dimension is in a set, or else that every value is."""

    dimension: str
    texts: _Set
    some: bool = True

    def negated(self) -> _Constraint:
        """Return the constraint that holds if and only if this one does not."""
        some = not self.some or self.dimension in _REQUIRED
        return _Constraint(self.dimension, self.texts.complement(), some)


_Conjunction = tuple[_Constraint, ...]
_EVERY_ACTION: _Conjunction = (_Constraint(_ACTION, _Set((_ANY_ACTION,))),)
_Box = dict[str, _Conjunction]
"""The constraints on each dimension so far; those on each dimension have a solution."""


class _Reading(NamedTuple):
    """How to read entries that have variables, or wildcards that may match colons.

    They are read as `wide`, or else as narrow, as possible. If `exact`, a variable matches only
    itself; else it matches any string in a wide reading and none in a narrow one. `beside` holds
    the granting statement's constraints on dimensions with one value.
    """

    wide: bool
    exact: bool
    beside: _Conjunction = ()

    def of(self, item: Spelling, dimension: str, *, inside: bool) -> Pattern | None:
        """Return how an entry of a list (`inside`) or of a Not list is read; None for nothing."""
        as_wide = self.wide is inside
        if item.symbolic is item.widest:
            return item.widest if as_wide else item.narrowest
        if self.exact:
            return item.symbolic
        same = inside and any(
            _is_only(item, each.texts.patterns)
            for each in self.beside
            if each.dimension == dimension
        )
        return item.widest if as_wide or same else None


def _is_only(item: Spelling, granted: Iterable[Pattern]) -> bool:
    """Return whether an entry can match what is granted only through an entry in the same words.

    Both then match the same string, whatever the values of the variables are.
    """
    near = [each for each in granted if overlaps(_opened(each), item.widest)]
    return all(each.tokens == item.symbolic.tokens for each in near)


def _opened(item: Pattern) -> Pattern:
    """Return a pattern with stars in place of its variables."""
    if not any(isinstance(token, str) and len(token) > 1 for token in item.tokens):
        return item
    tokens = [Wild.STAR if isinstance(t, str) and len(t) > 1 else t for t in item.tokens]
    return pattern(item.text, tokens)


_EXACTLY = _Reading(wide=True, exact=True)


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
    if both and _has_principals(policy) is not _has_principals(reference):
        raise Undecided("cannot compare: only one of the policies names principals")
    space = _Space((policy, reference))
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


def _has_principals(policy: Policy) -> bool:
    return any(item.has_principal for item in policy.statements)


def _confirmed(policy: Policy, reference: Policy, space: _Space, box: _Box) -> Request:
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


class _Space:
    """The dimensions of requests to two policies, and the values that constraints leave."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        self.principals = any(map(_has_principals, policies))
        self.tests: dict[str, list[Test]] = {}
        self.variables: set[str] = set()
        """The policy variables, as they stand in patterns."""
        self.named: list[Pattern] = []
        """The principals that are named in full."""
        self._known: dict[_Conjunction, tuple[str, ...] | None] = {}
        statements = [item for policy in policies for item in policy.statements]
        for statement in statements:
            for condition in statement.conditions:
                asked = test(condition)
                self.tests.setdefault(asked.key, []).append(asked)
        self.samples = {key: _samples(key, found) for key, found in self.tests.items()}
        """By key: values that represent all others; None if the key is compared as a string."""
        self.single = {key for key, found in self.tests.items() if _is_single(key, found)}
        for statement in statements:
            self._check_principals(statement)
            for each in self.constraints(statement, _EXACTLY):
                self.variables.update(_variables(each))
                if each.dimension == _PRINCIPAL:
                    self.named += [p for p in each.texts.patterns if p.literal is not None]

    def _check_principals(self, statement: Statement) -> None:
        if any(map(is_account, statement.not_principals)):
            raise Undecided("cannot decide whom an account in NotPrincipal excludes: name users")
        sessions = [item.text for item in statement.principals if ":sts:" in item.text]
        if PRINCIPAL_ARN in self.tests and sessions:
            raise Undecided(
                "cannot decide: a condition on aws:PrincipalArn depends on the role of the "
                f"session `{sessions[0]}`"
            )

    def constraints(self, statement: Statement, reading: _Reading) -> _Conjunction:
        """Return the constraints of a statement, read in some way."""

        def meant(items: Iterable[Spelling], dimension: str, *, inside: bool) -> list[Pattern]:
            found = (reading.of(item.settled(), dimension, inside=inside) for item in items)
            return [each for each in found if each is not None]

        outside = statement.has_not_action
        entries = statement.not_actions if outside else statement.actions
        patterns = [action(item.text).settled().widest for item in entries]
        found = [_Constraint(_ACTION, _Set(tuple(patterns), not outside))]
        outside = statement.has_not_resource
        entries = statement.not_resources if outside else statement.resources
        patterns = meant(spelled(statement, entries), _RESOURCE, inside=not outside)
        if not statement.names_resources:
            patterns = [ATTACHED.widest]
        found.append(_Constraint(_RESOURCE, _Set(tuple(patterns), not outside)))
        if statement.has_principal:
            outside = bool(statement.not_principals)
            named = statement.not_principals if outside else statement.principals
            patterns = [each for item in named for each in principal_patterns(item)]
            found.append(_Constraint(_PRINCIPAL, _Set(tuple(patterns), not outside)))
        for condition in statement.conditions:
            asked = test(condition)
            known = self.samples[asked.key]
            if known is None:
                variables = statement.variables
                items = [spelling(asked, each, variables=variables) for each in asked.values]
                patterns = meant(items, asked.key, inside=not asked.negated)
            else:
                spend(len(known) * len(asked.values))
                patterns = [
                    literal(each)
                    for each in known
                    if any(compares(asked, each, wanted) for wanted in asked.values)
                ]
            texts = _Set(tuple(patterns), not asked.negated)
            found += self._of_key(_Constraint(asked.key, texts, asked.some))
        return tuple(found)

    def lists(self, statement: Statement) -> _Conjunction:
        """Return a statement's constraints that list the values which a single value may have."""
        return tuple(
            each
            for each in self.constraints(statement, _EXACTLY)
            if each.some and each.texts.inside
            if each.dimension in _REQUIRED or each.dimension in self.single
        )

    def _of_key(self, constraint: _Constraint) -> Iterator[_Constraint]:
        """Yield a condition's constraints; one on the caller's ARN becomes one on the principal."""
        if constraint.dimension != PRINCIPAL_ARN or not self.principals:
            yield constraint
            return
        texts = constraint.texts
        named = tuple(pattern(each.text, (*AWS, *each.tokens)) for each in texts.patterns)
        if constraint.some:
            yield _Constraint(_PRINCIPAL, _Set((_SOMEONE,)))
        elif texts.inside:
            named = (*_OTHERS, *named)
        yield _Constraint(_PRINCIPAL, _Set(named, texts.inside))

    def everything(self) -> _Box:
        """Return the constraints on every request."""
        box: _Box = {_ACTION: _EVERY_ACTION}
        if self.principals:
            # every named principal counts as a caller, whatever its form
            # in a session of a role, the value of the condition key is the ARN of the role
            sessions = _FEDERATED if PRINCIPAL_ARN in self.tests else _SESSIONS
            callers = dict.fromkeys((_USERS_AND_ROLES, sessions, *_OTHERS, *self.named))
            box[_PRINCIPAL] = (_Constraint(_PRINCIPAL, _Set(tuple(callers))),)
        for key, known in self.samples.items():
            if known is not None:
                box[key] = (_Constraint(key, _Set(tuple(map(literal, known))), some=False),)
        return box

    def narrowed(self, box: _Box, *constraints: _Constraint) -> _Box | None:
        """Return a box with more constraints, or None if they have no solution."""
        for each in constraints:
            known = box.get(each.dimension, ())
            spend(1 + len(each.texts.patterns) // 4)
            if each in known:
                continue
            asked = (*known, each)
            if self._values(asked) is None:
                return None
            box = {**box, each.dimension: asked}
        return box

    def _values(self, asked: _Conjunction) -> tuple[str, ...] | None:
        """Return values of one dimension that meet all constraints on it, or None if none do."""
        if asked not in self._known:
            self._known[asked] = self._solved(asked)
        return self._known[asked]

    def _solved(self, asked: _Conjunction) -> tuple[str, ...] | None:
        required = asked[0].dimension in _REQUIRED
        every = [each.texts for each in asked if not each.some]
        some = [each.texts for each in asked if each.some]
        if not some and not required:
            return ()
        alone = required or asked[0].dimension in self.single
        found = [_picked([*every, *group]) for group in ([some] if alone else [[s] for s in some])]
        texts = tuple(dict.fromkeys(text for text in found if text is not None))
        return None if None in found else texts

    def request(self, box: _Box, fresh: str, *, real: bool) -> Request:
        """Return a request that meets a box's constraints, with `fresh` as value of variables.

        If `real`, its action is one of the catalogue and its resource fits the action, if possible.
        """
        found = {dimension: self._values(asked) or () for dimension, asked in box.items()}
        context = {key: texts for key, texts in found.items() if key not in _REQUIRED}
        used: dict[str, str] = {}

        def filled(text: str) -> str:
            for symbol in sorted(self.variables):
                if symbol in text:
                    key, _ = variable_of(symbol)
                    own = next(iter(context.get(key, ())), fresh)
                    used[key] = fresh if own == symbol else own
                    text = text.replace(symbol, used[key])
            return text

        (name,) = found[_ACTION]
        name = (_real_action(name, box[_ACTION]) if real else None) or name
        resource = filled(self._resource(box, name) if real else found[_RESOURCE][0])
        context = {key: tuple(map(filled, texts)) for key, texts in context.items()}
        for key, text in used.items():
            context[key] = context.get(key) or (text,)
        (principal,) = found.get(_PRINCIPAL, ("",))
        return Request(name, resource, principal, context)

    def _resource(self, box: _Box, name: str) -> str:
        """Return a resource that meets a box's constraints, if possible one of the service."""
        service = name.partition(":")[0]
        formats = catalogue.resource_formats(service) if catalogue.is_service(service) else ()
        for likely in (*(template(each, "aws") for each in formats), EVERY_ARN):
            found = self._values((*box[_RESOURCE], _Constraint(_RESOURCE, _Set((likely,)))))
            if found is not None:
                return found[0]
        return (self._values(box[_RESOURCE]) or ("",))[0]


def _variables(constraint: _Constraint) -> Iterator[str]:
    for item in constraint.texts.patterns:
        for token in item.tokens:
            if isinstance(token, str) and len(token) > 1 and token != ATTACHED_TEXT:
                yield token


def _samples(key: str, found: Sequence[Test]) -> tuple[str, ...] | None:
    """Return values of a key that represent all others, or None if it is compared as a string."""
    families = {each.family for each in found} - {Family.PRESENCE}
    if families <= {Family.TEXT, Family.ARN} or families == {Family.FOLDED}:
        return None
    if len(families) > 1:
        shown = " and as ".join(sorted(family.value for family in families))
        raise Undecided(f"cannot decide what `{key}` is: it is compared as {shown}")
    return samples([each for each in found if each.family in families])


def _is_single(key: str, found: Sequence[Test]) -> bool:
    """Return whether a key has one value; raises `Undecided` if operators disagree on that."""
    plain = {each.plain for each in found if each.family is not Family.PRESENCE}
    if len(plain) > 1:
        raise Undecided(
            f"cannot decide whether `{key}` has one value or several: use `ForAnyValue` or "
            "`ForAllValues` with all of its operators or with none"
        )
    return True in plain


def _searched(policy: Policy, reference: Policy, space: _Space, *, exact: bool) -> _Box | None:
    """Return the constraints on a request that only the first policy allows, or None.

    If `exact`, a variable matches only itself, so a result holds whatever the variables' values
    are. If not, the policy is read as granting as much, and the reference as little, as any values
    allow, so None means that there is no such request. A statement that both policies have is the
    same in both.
    """
    wide, narrow = _Reading(wide=True, exact=exact), _Reading(wide=False, exact=exact)
    own = [item for item in policy.statements if not item.is_allow]
    contents = {item.content for item in own}
    kept = {item.content for item in reference.statements if item.is_allow}
    taken = [space.constraints(item, narrow) for item in own]
    denials = [
        space.constraints(item, wide)
        for item in reference.statements
        if not item.is_allow and item.content not in contents
    ]
    for statement in policy.statements:
        if not statement.is_allow:
            continue
        granted = space.constraints(statement, wide)
        box = space.narrowed(space.everything(), *granted)
        if box is None:
            continue
        if statement.content not in kept:
            beside = narrow._replace(beside=space.lists(statement))
            given = [space.constraints(s, beside) for s in reference.statements if s.is_allow]
            found = _without(box, [*taken, *given], space)
            if found is not None:
                return found
        for denial in denials:
            inner = space.narrowed(box, *denial)
            found = None if inner is None else _without(inner, taken, space)
            if found is not None:
                return found
    return None


def _without(box: _Box, statements: Sequence[_Conjunction], space: _Space) -> _Box | None:
    """Return the constraints on a request that meets a box and matches no statement, or None."""
    near: list[tuple[list[_Box], _Conjunction]] = []
    for statement in statements:
        spend(_UNITS * len(statement))
        if any(space.narrowed(box, each) is None for each in statement):
            continue
        misses = [space.narrowed(box, each.negated()) for each in statement]
        ways = [each for each in misses if each is not None]
        if not ways:
            return None
        near.append((ways, statement))
    if not near:
        return box
    ways, chosen = min(near, key=lambda pair: len(pair[0]))
    rest = [statement for _, statement in near if statement is not chosen]
    for way in ways:
        found = _without(way, rest, space)
        if found is not None:
            return found
    return None


def _picked(sets: Sequence[_Set]) -> str | None:
    """Return a string that is in all of some sets, or None if there is none."""
    outside = [item for item in sets if not item.inside]
    excluded = dict.fromkeys(each for item in outside for each in item.patterns)
    unions = sorted((item for item in sets if item.inside), key=lambda item: len(item.patterns))

    def only(text: str, rest: Sequence[_Set]) -> str | None:
        spend(1 + sum(len(_sorted(item.patterns)[1]) for item in (*rest, *outside)) // 8)
        return text if all(item.holds(text) for item in (*rest, *outside)) else None

    def picked(index: int, all_of: tuple[Pattern, ...]) -> str | None:
        if index == len(unions):
            spend(1 + len(excluded))
            near = [item for item in excluded if all(overlaps(item, other) for other in all_of)]
            return witness(all_of, tuple(near))
        union = unions[index].patterns
        spend(1 + len(union) // 8)
        for item in [item for item in union if item in all_of] or union:
            if all(overlaps(item, other) for other in all_of):
                more = all_of if item in all_of else (*all_of, item)
                if item.literal is None:
                    found = picked(index + 1, more)
                else:
                    found = only(item.literal, unions[index + 1 :])
                if found is not None:
                    return found
        return None

    return picked(0, ())


def _real_action(found: str, asked: _Conjunction) -> str | None:
    """Return an action of the catalogue that meets the constraints, or None if none is found.

    It is looked for in the service of `found`, or else in well-known services.
    """
    service = found.partition(":")[0]
    for name in [service] if catalogue.is_service(service) else _WELL_KNOWN:
        for each in catalogue.actions(name):
            if all(item.texts.holds(each.lower()) for item in asked if item not in _EVERY_ACTION):
                return each
    return None
