"""A request of which everything is given gets the same answer from `allows` and from `mayAllow`."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker import cel
from checker.errors import EvaluationError
from checker.iam.patterns import Undecided
from checker.iam.question import may_allow
from checker.iam.request import Request, allows
from checker.iam.statement import Policy, policy
from tests.oracles import small_requests
from tests.oracles.whole_requests import Asked, asked


def answer(question: Callable[[Policy, Request], bool], of: Policy, about: Request) -> bool | None:
    """Return an answer, or None if there is a reason for none."""
    try:
        with cel.budget():
            return question(of, about)
    except (Undecided, EvaluationError):
        return None


def compared(found: Asked) -> str:
    """Return how the two answers about a whole request differ: not at all, one hopes."""
    known = policy(found.policy)
    about = Request(found.action, found.resource, found.principal, found.context)
    one, other = (answer(each, known, about) for each in (allows, may_allow))
    return (
        "" if one == other else f"allows: {one}, mayAllow: {other}, of {about} and {found.policy}"
    )


def disagreement(rnd: random.Random, *, variables: bool = True) -> str:
    """Return what is wrong about two answers to one random question; one may have no answer."""
    wrong = compared(asked(rnd, variables=variables))
    return "" if "None" in wrong.partition(", of ")[0] else wrong


CASES = 1_500


@pytest.mark.slow
def test_a_whole_request_has_one_answer() -> None:
    answers = [disagreement(random.Random(case), variables=False) for case in range(CASES)]  # noqa: S311 - no secret
    assert list(filter(None, answers)) == []


@pytest.mark.slow
def test_a_whole_request_has_one_answer_with_variables_too() -> None:
    answers = [disagreement(random.Random(case)) for case in range(CASES)]  # noqa: S311 - no secret
    assert list(filter(None, answers)) == []


@given(st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_whole_request_to_a_small_policy_has_one_answer(rnd: random.Random) -> None:
    found = small_requests.asked(rnd)
    wrong = compared(found)
    # it is unsure whom a Deny of all but a role, without its account, spares
    unsure = "mayAllow: None" in wrong and "NotPrincipal" in str(found.policy)
    assert unsure or not wrong
