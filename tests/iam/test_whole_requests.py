"""A request of which everything is given gets the same answer from `allows` and from `mayAllow`."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from checker import cel
from checker.errors import EvaluationError
from checker.iam.patterns import Undecided
from checker.iam.question import may_allow
from checker.iam.request import Request, allows
from checker.iam.statement import Policy, policy
from tests.oracles.whole_requests import asked


def answer(question: Callable[[Policy, Request], bool], of: Policy, about: Request) -> bool | None:
    """Return an answer, or None if there is a reason for none."""
    try:
        with cel.budget():
            return question(of, about)
    except (Undecided, EvaluationError):
        return None


def disagreement(rnd: random.Random, *, variables: bool = True, decided: bool = True) -> str:
    """Return what is wrong about two answers to one random question: nothing, one hopes.

    If only what is `decided` counts, a reason for no answer is never wrong.
    """
    found = asked(rnd, variables=variables)
    known = policy(found.policy)
    about = Request(found.action, found.resource, found.principal, found.context)
    one, other = (answer(each, known, about) for each in (allows, may_allow))
    if one == other or (decided and None in (one, other)):
        return ""
    return f"allows: {one}, mayAllow: {other}, of {about} and {found.policy}"


CASES = 1_500


@pytest.mark.slow
def test_a_whole_request_has_one_answer() -> None:
    answers = [disagreement(random.Random(case), variables=False) for case in range(CASES)]  # noqa: S311 - no secret
    assert list(filter(None, answers)) == []


@pytest.mark.slow
def test_a_whole_request_has_one_answer_with_variables_too() -> None:
    answers = [disagreement(random.Random(case)) for case in range(CASES)]  # noqa: S311 - no secret
    assert list(filter(None, answers)) == []
