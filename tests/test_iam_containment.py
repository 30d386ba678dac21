"""What one policy grants beyond another, held against the enumeration of all requests."""

from __future__ import annotations

import itertools
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.iam.containment import grants_beyond
from checker.iam.request import Request, allows
from checker.iam.statement import policy
from tests import iam_oracle as oracle


def pair(rnd: random.Random) -> tuple[Any, Any, bool]:
    """Return two random policies with conditions on no more than two kinds of keys."""
    principals = rnd.random() < 0.4
    kinds = rnd.sample(oracle.KINDS, 2)
    one, other = (oracle.policy(rnd, kinds, principals=principals) for _ in range(2))
    return one, other, principals


def disagreement(rnd: random.Random) -> str:
    """Return what is wrong about two random policies: nothing, one hopes."""
    one, other, principals = pair(rnd)
    found = grants_beyond(policy(one), policy(other))
    if found is not None:
        request = oracle.Asked(found.action, found.resource, found.principal, dict(found.context))
        if oracle.allows(one, request) and not oracle.allows(other, request):
            return ""
        return f"no new access: {found} of {one} beyond {other}"
    space = oracle.dimensions(oracle.used_keys(one, other), principals=principals)
    missed = oracle.allowed(one, space) - oracle.allowed(other, space)
    return f"missed: {min(missed)} of {one} beyond {other}" if missed else ""


@given(st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_containment_is_what_enumeration_says(rnd: random.Random) -> None:
    assert disagreement(rnd) == ""


@given(st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_allows_is_what_enumeration_says(rnd: random.Random) -> None:
    data, _, principals = pair(rnd)
    known = policy(data)
    space = oracle.dimensions(oracle.used_keys(data), principals=principals)
    found = {
        at
        for at in itertools.product(*(range(len(each)) for each in space))
        if allows(known, Request(*(each[n] for each, n in zip(space, at, strict=True))))  # type: ignore[index]
    }
    assert found == oracle.allowed(data, space)


@given(st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_policy_grants_nothing_beyond_itself(rnd: random.Random) -> None:
    data = policy(pair(rnd)[0])
    assert grants_beyond(data, data) is None
