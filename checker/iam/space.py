"""Holds the dimensions of the requests to some policies, and the values that constraints leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.budget import spend
from checker.iam import catalogue, keys
from checker.iam.apart import atoms, meanings, unknowns
from checker.iam.arn import ATTACHED, EVERY_ARN, EVERYTHING, action, variable_of
from checker.iam.conditions import Family, Test, compares, test
from checker.iam.constraints import (
    ACTION,
    EXACTLY,
    PRINCIPAL,
    REQUIRED,
    RESOURCE,
    Box,
    Conjunction,
    Constraint,
    Reading,
    Texts,
    picked,
)
from checker.iam.formats import template
from checker.iam.key_values import is_single, representatives
from checker.iam.machine import Wild
from checker.iam.patterns import Pattern, Undecided, literal, pattern
from checker.iam.pieces import compared, has_unknown, with_values
from checker.iam.principals import AWS, callers, session_of
from checker.iam.request import PRINCIPAL_ARN, Request
from checker.iam.resources import check_resources, reached, spelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from checker.iam.statement import Policy, Statement

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
_ORIGIN_ACCESS = pattern(
    "identities of CloudFront",
    (*AWS, *"arn:aws", Wild.SEGMENT_STAR, *":iam::cloudfront:user/", *_ANY_NAME),
)
"""https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html"""
_OTHERS = tuple(
    pattern(f"{kind}:*", (*kind, ":", *_ANY_NAME))
    for kind in ("Service", "Federated", "CanonicalUser")
)
"""The callers without an ARN that a condition could test."""
_ANYTHING = Texts((EVERYTHING.widest,))
_ANY_ARN = Texts((pattern("arn:*", (*"arn:", *_ANY_NAME)),))
"""The values that `aws:PrincipalArn` may have, so that no condition on other text can hold."""
_TEXTUAL = (Family.TEXT, Family.FOLDED, Family.ARN)
_EVERY_ACTION: Conjunction = (Constraint(ACTION, Texts((_ANY_ACTION,))),)
_UNITS = 20
"""Units that it costs to look at one constraint."""
_WELL_KNOWN = ("iam", "s3", "ec2", "sts", "kms", "lambda")
"""Services whose actions are shown as examples if the action may be of any service."""


class Space:
    """The dimensions of requests to two policies, and the values that constraints leave."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        self.principals = any(each.has_principals for each in policies)
        self.tests: dict[str, list[Test]] = {}
        self.variables: set[str] = set()
        """The policy variables, as they stand in patterns."""
        self.named: list[Pattern] = []
        """The principals that are named in full."""
        self._known: dict[Conjunction, tuple[str, ...] | None] = {}
        for policy in policies:
            check_resources(policy)
        statements = [item for policy in policies for item in policy.statements]
        for statement in statements:
            for condition in statement.conditions:
                asked = test(condition)
                self.tests.setdefault(asked.key, []).append(asked)
        self.samples = {key: representatives(key, found) for key, found in self.tests.items()}
        """By key: values that represent all others; None if the key is compared as a string."""
        self.single = {key for key, found in self.tests.items() if is_single(key, found)}
        for statement in statements:
            self._check_principals(statement)
        textual = {key for key, known in self.samples.items() if known is None}
        self.unknowns = unknowns(statements, textual)
        """By dimension: the entries that have unknowns."""
        self.atoms = atoms(statements, textual)
        """By key that is not compared as a string: atoms for its values that are unknown."""
        for statement in statements:
            for each in self.constraints(statement, EXACTLY):
                self.variables.update(_variables(each))
                if each.dimension == PRINCIPAL:
                    self.named += [p for p in each.texts.patterns if p.literal is not None]

    def _check_principals(self, statement: Statement) -> None:
        named = (*statement.principals, *statement.not_principals)
        sessions = [item.text for item in named if session_of(item)[1]]
        if PRINCIPAL_ARN in self.tests and sessions:
            raise Undecided(
                "cannot decide: a condition on aws:PrincipalArn depends on the role of the "
                f"session `{sessions[0]}`"
            )

    @property
    def has_unknowns(self) -> bool:
        """Whether any entry of the policies has an unknown."""
        return bool(self.unknowns or self.atoms)

    def _is_text(self, asked: Test) -> bool:
        """Return whether a condition compares strings or ARNs."""
        return self.samples[asked.key] is None or asked.family in _TEXTUAL

    def constraints(
        self, statement: Statement, reading: Reading, *, runs_on: bool = True
    ) -> Conjunction:
        """Return the constraints of a statement, read in some way.

        `runs_on` says whether a star that ends a segment of a resource matches colons.
        """
        reading = reading._replace(apart=self.unknowns)
        outside = statement.has_not_action
        entries = statement.not_actions if outside else statement.actions
        patterns = reading.of([action(e.text) for e in entries], ACTION, inside=not outside)
        found = [Constraint(ACTION, Texts(tuple(patterns), not outside))]
        outside = statement.has_not_resource
        entries = statement.not_resources if outside else statement.resources
        far = reached(statement) if runs_on else ()
        about = spelled(statement, entries, runs_on=bool(far))
        patterns = reading.of(about, RESOURCE, inside=not outside)
        if not statement.names_resources:
            patterns = [ATTACHED.widest]
        found.append(Constraint(RESOURCE, Texts(tuple(patterns), not outside)))
        if far:
            found.append(Constraint(RESOURCE, Texts(far)))
        if statement.has_principal:
            outside = bool(statement.not_principals)
            named = [each for _, each in callers(statement)]
            patterns = reading.of(named, PRINCIPAL, inside=not outside)
            found.append(Constraint(PRINCIPAL, Texts(tuple(patterns), not outside)))
        for condition in statement.conditions:
            asked = test(condition)
            inside = not asked.negated
            if self._is_text(asked):
                patterns = reading.of(meanings(statement, asked), asked.key, inside=inside)
            else:
                patterns = self._compared(asked, reading)
            found += self._of_key(Constraint(asked.key, Texts(tuple(patterns), inside), asked.some))
        return tuple(found)

    def _compared(self, asked: Test, reading: Reading) -> list[Pattern]:
        """Return the values that compare to one of a test, of a key that is not a string.

        An unknown value compares to its own atom. It may compare to any other value, too.
        """
        known = self.samples[asked.key] or ()
        apart = self.atoms.get(asked.key, ())
        as_wide = reading.wide is not asked.negated
        wanted = [each for each in asked.values if not has_unknown(each)]
        spend(len(known) * len(wanted))
        found = [each for each in known if any(compares(asked, each, value) for value in wanted)]
        open_ = len(wanted) < len(asked.values)
        if open_ and as_wide is not reading.exact:
            found = [*known]
        if reading.exact:
            own = [compared(asked.than, each) for each in asked.values if has_unknown(each)]
            found += own if as_wide else apart
        return [pattern(each, (each,)) if each in apart else literal(each) for each in found]

    def lists(self, statement: Statement) -> Conjunction:
        """Return a statement's constraints that list the values which a single value may have."""
        return tuple(
            each
            for each in self.constraints(statement, EXACTLY)
            if each.some and each.texts.inside
            if each.dimension in REQUIRED or each.dimension in self.single
        )

    def _of_key(self, constraint: Constraint) -> Iterator[Constraint]:
        """Yield a condition's constraints; one on the caller's ARN becomes one on the principal."""
        if constraint.dimension != PRINCIPAL_ARN or not self.principals:
            yield constraint
            return
        texts = constraint.texts
        named = tuple(pattern(each.text, (*AWS, *each.tokens)) for each in texts.patterns)
        if constraint.some:
            yield Constraint(PRINCIPAL, Texts((_SOMEONE,)))
        elif texts.inside:
            named = (*_OTHERS, *named)
        yield Constraint(PRINCIPAL, Texts(named, texts.inside))

    def everything(self) -> Box:
        """Return the constraints on every request."""
        box: Box = {ACTION: _EVERY_ACTION}
        if self.principals:
            # every named principal counts as a caller, whatever its form
            # in a session of a role, the value of the condition key is the ARN of the role
            sessions = _FEDERATED if PRINCIPAL_ARN in self.tests else _SESSIONS
            kinds = (_USERS_AND_ROLES, sessions, _ORIGIN_ACCESS, *_OTHERS)
            unknown = [each.symbolic for each in self.unknowns.get(PRINCIPAL, ())]
            known_callers = dict.fromkeys((*kinds, *self.named, *unknown))
            box[PRINCIPAL] = (Constraint(PRINCIPAL, Texts(tuple(known_callers))),)
        for key, known in self.samples.items():
            if known is not None:
                unknown = [pattern(each, (each,)) for each in self.atoms.get(key, ())]
                values = Texts((*map(literal, known), *unknown))
                box[key] = (Constraint(key, values, some=False),)
            elif key == PRINCIPAL_ARN and not self.principals:
                box[key] = (Constraint(key, _ANY_ARN, some=False),)
            if keys.is_always_there(key, signed=not self.principals):
                box[key] = (*box.get(key, ()), Constraint(key, _ANYTHING))
        return box

    def narrowed(self, box: Box, *constraints: Constraint) -> Box | None:
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

    def _values(self, asked: Conjunction) -> tuple[str, ...] | None:
        """Return values of one dimension that meet all constraints on it, or None if none do."""
        if asked not in self._known:
            self._known[asked] = self._solved(asked)
        return self._known[asked]

    def _solved(self, asked: Conjunction) -> tuple[str, ...] | None:
        required = asked[0].dimension in REQUIRED
        every = [each.texts for each in asked if not each.some]
        some = [each.texts for each in asked if each.some]
        if not some and not required:
            return ()
        alone = required or asked[0].dimension in self.single
        found = [picked([*every, *group]) for group in ([some] if alone else [[s] for s in some])]
        texts = tuple(dict.fromkeys(text for text in found if text is not None))
        return None if None in found else texts

    def request(self, box: Box, fresh: str, values: Mapping[str, str], *, real: bool) -> Request:
        """Return a request that meets a box's constraints.

        Variables have the value `fresh`, and unknowns have `values`, by address. If `real`, its
        action is one of the catalogue and its resource fits the action, if possible.
        """
        found = {dimension: self._values(asked) or () for dimension, asked in box.items()}
        context = {key: texts for key, texts in found.items() if key not in REQUIRED}
        used: dict[str, str] = {}

        def filled(text: str) -> str:
            text = with_values(text, values)
            for symbol in sorted(self.variables):
                if symbol in text:
                    key, _ = variable_of(symbol)
                    own = next(iter(context.get(key, ())), fresh)
                    used[key] = fresh if own == symbol else own
                    text = text.replace(symbol, used[key])
            return text

        (name,) = found[ACTION]
        name = (_real_action(name, box[ACTION]) if real else None) or name
        resource = filled(self._resource(box, name) if real else found[RESOURCE][0])
        context = {key: tuple(map(filled, texts)) for key, texts in context.items()}
        for key, text in used.items():
            context[key] = context.get(key) or (text,)
        principal = filled(*found.get(PRINCIPAL, ("",)))
        return Request(name, resource, principal, context)

    def _resource(self, box: Box, name: str) -> str:
        """Return a resource that meets a box's constraints, if possible one that fits an action.

        If none fits it, it is one of its service, if possible.
        """
        service = name.partition(":")[0]
        fitting = sorted(catalogue.formats_of(name), key=lambda each: each.count("${"))
        others = catalogue.resource_formats(service) if catalogue.is_service(service) else ()
        for likely in (*(template(each, "aws") for each in (*fitting, *others)), EVERY_ARN):
            found = self._values((*box[RESOURCE], Constraint(RESOURCE, Texts((likely,)))))
            if found is not None:
                return self._tidy(box, found[0])
        return (self._values(box[RESOURCE]) or ("",))[0]

    def _tidy(self, box: Box, resource: str) -> str:
        """Return a resource with the name `x` at its end in place of slashes, if that may be."""
        tidy = resource.rstrip("/") + "/x"
        if resource.endswith("/") and self.narrowed(box, _only(tidy)) is not None:
            return tidy
        return resource


def _only(resource: str) -> Constraint:
    return Constraint(RESOURCE, Texts((literal(resource),)))


def _variables(constraint: Constraint) -> Iterator[str]:
    for item in constraint.texts.patterns:
        for token in item.tokens:
            if isinstance(token, str) and len(token) > 1 and token.startswith("${"):
                yield token


def without(box: Box, statements: Sequence[Conjunction], space: Space) -> Box | None:
    """Return the constraints on a request that meets a box and matches no statement, or None."""
    near: list[tuple[list[Box], Conjunction]] = []
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
        found = without(way, rest, space)
        if found is not None:
            return found
    return None


def _real_action(found: str, asked: Conjunction) -> str | None:
    """Return an action of the catalogue that meets the constraints, or None if none is found.

    It is looked for in the service of `found`, or else in well-known services.
    """
    service = found.partition(":")[0]
    for name in [service] if catalogue.is_service(service) else _WELL_KNOWN:
        for each in catalogue.actions(name):
            if all(item.texts.holds(each.lower()) for item in asked if item not in _EVERY_ACTION):
                return each
    return None
