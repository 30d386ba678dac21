"""Defines the questions about a policy that are commands: what it grants, whether it is public.

They are two checks of IAM Access Analyzer, decided without it:
https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-checks-validating-policies.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from checker import cel
from checker.iam.asking import mistakes
from checker.iam.granting import granted, granting
from checker.iam.patterns import Undecided
from checker.iam.public_types import SERVICES, is_about, public_access
from checker.iam.request import Request
from checker.iam.statement import Policy, PolicyType, Statement
from checker.messages import did_you_mean, quoted
from checker.problems import InputError, Problem
from checker.report import Asked

_KINDS = {
    "boundary": "permissions boundaries",
    "endpoint": "policies of VPC endpoints",
    "rcp": "resource control policies",
    "scp": "service control policies",
}
"""The names of the types of policies that grant nothing by themselves."""
_GRANTING = frozenset({PolicyType.IDENTITY, PolicyType.RESOURCE, PolicyType.TRUST})


class Found(NamedTuple):
    """What a question finds out about a policy."""

    request: Request | None = None
    """A request that makes the answer yes."""
    statement: Statement | None = None
    """The statement that allows it; None if it is not sure which one does."""
    actions: tuple[str, ...] = ()
    """The actions of the question that are surely granted."""
    reason: str = ""
    """Why the question does not apply to the policy; empty if it does."""


class Question(NamedTuple):
    """A question about policies, and how it is decided.

    `decide` raises `Undecided`, and `BudgetError` if it takes too much work.
    """

    asked: Asked
    decide: Callable[[Policy], Found]


def grants(actions: Sequence[str], resources: Sequence[str]) -> Question:
    """Return the question whether a policy grants any of some actions on any of some resources.

    Without actions, any action counts, and without resources, any resource. Raises InputError with
    all mistakes in them, by the names of the options.
    """
    actions, resources = (tuple(dict.fromkeys(each)) for each in (actions, resources))
    told = mistakes(actions, resources)
    if told:
        raise InputError(*(Problem(f"--{each.about}", each.message) for each in told))

    def decide(policy: Policy) -> Found:
        if policy.type not in _GRANTING:
            return Found(reason=_nothing(policy))
        request = granted(policy, actions, resources)
        if request is None:
            return Found()
        several = actions if len(actions) > 1 else ()
        single = {each: _request(policy, each, resources) for each in several}
        proofs = [each for each in single.values() if each is not None]
        request = next(iter(proofs), request)
        sure = tuple(each for each in actions if single.get(each, request) is not None)
        return Found(request, granting(policy, request), sure)

    return Question(Asked("grants", actions, resources), decide)


def _nothing(policy: Policy) -> str:
    """Return why a policy is not asked what it grants."""
    kind = _KINDS.get(policy.type, f"policies of type {policy.type}")
    return f"{kind}, which grant nothing by themselves"


def _request(policy: Policy, action: str, resources: Sequence[str]) -> Request | None:
    """Return a request for one action on one of some resources that is surely allowed, if any."""
    try:
        return granted(policy, (action,), resources)
    except (Undecided, cel.BudgetError):
        return None


def public(resource_type: str = "") -> Question:
    """Return the question whether a policy lets strangers use the resource that it is attached to.

    With a type of resources, only actions on it count. Raises InputError for an unknown type.
    """
    if resource_type and resource_type not in SERVICES:
        near = did_you_mean(resource_type, SERVICES)
        hint = near or ": leave it out to ask about policies of every type"
        message = f"{quoted(resource_type)} is none of the {len(SERVICES)} types{hint}"
        raise InputError(Problem("--resource-type", message))

    def decide(policy: Policy) -> Found:
        if policy.type is PolicyType.IDENTITY:
            return Found(reason="identity policies, which let nobody in")
        if policy.type not in _GRANTING:
            return Found(reason=_nothing(policy))
        if resource_type and not is_about(policy, resource_type):
            return Found(reason=f"policies without an action on {resource_type}")
        found = public_access(policy, resource_type)
        return Found(found[1], found[0]) if found else Found()

    return Question(Asked("public", resource_type=resource_type), decide)
