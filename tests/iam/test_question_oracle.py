"""What may be allowed or is denied of requests of which a part is known, held against enumeration.

`mayAllow` and `denies` search for one request. If they find one, it must have the known part and
be allowed by the enumeration, and by `allows`; if not, the enumeration must find none.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.iam import question
from checker.iam.patterns import Undecided
from checker.iam.request import Request, allows
from checker.iam.statement import Policy, policy
from tests.oracles import iam_oracle as oracle

Json = Any
ACTIONS = ("", "a:r", "a:*", "?:r", "A:RS")
RESOURCES = ("", "r", "rs", "r*", "*s", "??")
_ALLOWED = question.allowed
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


class Found(NamedTuple):
    """An answer about a policy, and the request that a search found, if it made one."""

    answer: bool
    request: Request | None


def asked(
    about: Callable[[Policy, Request], bool], of: Policy, part: Request, *, principals: bool
) -> Found:
    """Return the answer to a question about a part, and a whole request as its proof."""
    found: list[Request | None] = []

    def searched(*given: Any) -> Request | None:
        found.append(_ALLOWED(*given))
        return found[-1]

    with mock.patch.object(question, "allowed", searched):
        answer = about(of, part)
    proof = found[-1] if found else None
    if proof is not None:
        caller = proof.principal if principals else ""
        proof = Request(proof.action, proof.resource, caller, {**proof.context, **part.context})
    return Found(answer, proof)


def disagreement(rnd: random.Random, *, sessions: bool = True) -> str:
    """Return what is wrong about two answers about a random policy: nothing, one hopes.

    The caller that is asked about may be the session of a role, if `sessions`.
    """
    principals = rnd.random() < 0.4
    data = oracle.policy(rnd, rnd.sample(oracle.KINDS, 2), principals=principals)
    everyone = {"Principal": "*"} if principals else {}
    refused = [each for each in data["Statement"] if each["Effect"] == "Deny"]
    open_ = {**data, "Statement": [{**EVERYTHING, **everyone}, *refused]}
    callers = [each for each in oracle.PRINCIPALS if sessions or ":sts:" not in each]
    part = _part(rnd, oracle.used_keys(data), callers if principals else [])
    try:
        may = asked(question.may_allow, policy(data), part, principals=principals)
        denied = asked(question.denies, policy(data), part, principals=principals)
    except Undecided as error:
        doubts = ("whom a statement excludes", "whom an account in")
        excludes = "NotPrincipal" in str(data) or part.principal.startswith("AWS:")
        unsure = excludes and any(each in str(error) for each in doubts)
        return "" if unsure else f"undecided: {error}"
    space = oracle.dimensions(oracle.used_keys(data), principals=principals)
    for found, of in ((may, data), (denied._replace(answer=not denied.answer), open_)):
        wrong = next(_wrong(found, of, part, space), "")
        if wrong:
            return f"{wrong}, of {part} and {of}"
    return ""


def _part(rnd: random.Random, keys: list[str], callers: list[str]) -> Request:
    context = {key: rnd.choice(oracle.VALUES[key]) for key in keys if rnd.random() < 0.4}
    resource = rnd.choice(RESOURCES)
    principal = rnd.choice(["", *callers])
    return Request(
        rnd.choice(ACTIONS), oracle.BUCKET + resource if resource else "", principal, context
    )


def _wrong(found: Found, of: Json, part: Request, space: oracle.Dimensions) -> Iterator[str]:
    """Say what is wrong about an answer; yes means that a request with a part is allowed."""
    if found.request is not None:
        whole = oracle.Asked(*found.request[:3], dict(found.request.context))
        if not (allows(policy(of), found.request) and oracle.allows(of, whole)):
            yield f"not allowed: {found.request}"
        if not _has(found.request, part):
            yield f"another part: {found.request}"
    if found.answer is not (found.request is not None):
        yield f"{found.answer} with {found.request}"
    actions, resources, callers, contexts = space
    for at in () if found.answer else sorted(oracle.allowed(of, space)):
        one = Request(actions[at[0]], resources[at[1]], callers[at[2]], contexts[at[3]])
        if _has(one, part):
            yield f"missed: {one}"


def _has(request: Request, part: Request) -> bool:
    """Say whether a request has a known part; a principal is read as in a statement."""
    kind, _, name = part.principal.partition(":")
    texts = ((part.action.lower(), request.action.lower()), (part.resource, request.resource))
    return (
        all(not wanted or oracle.matches(wanted, text) for wanted, text in texts)
        and (not kind or oracle.is_named({kind: name}, request.principal))
        and all(request.context.get(key, ()) == values for key, values in part.context.items())
    )


@given(st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_may_be_allowed_is_what_enumeration_says(rnd: random.Random) -> None:
    assert disagreement(rnd, sessions=False) == ""


@pytest.mark.slow
def test_a_session_that_is_asked_about_is_one_of_its_role() -> None:
    answers = (disagreement(random.Random(case)) for case in (3, 73, 215))  # noqa: S311 - no secret
    assert list(filter(None, answers)) == []


_ASKED = question._asked  # noqa: SLF001 - mistakes are planted in it
BUGS: dict[str, tuple[str, Callable[..., object]]] = {
    "the action is not asked for": (
        "_asked",
        lambda of, part: _ASKED(of, part._replace(action="")),
    ),
    "the resource is not asked for": (
        "_asked",
        lambda of, part: _ASKED(of, part._replace(resource="")),
    ),
    "the principal is not asked for": (
        "_asked",
        lambda of, part: _ASKED(of, part._replace(principal="")),
    ),
    "every known key passes every condition": ("settled", lambda of, _: of),
}


@pytest.mark.parametrize("name", BUGS)
def test_the_oracle_sees_a_planted_bug(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place, wrong = BUGS[name]
    monkeypatch.setattr(question, place, wrong)
    assert any(disagreement(random.Random(case), sessions=False) for case in range(500))  # noqa: S311 - no secret


def test_the_parts_differ() -> None:
    parts = [_part(random.Random(n), ["aws:flag"], ["AWS:a"]) for n in range(50)]  # noqa: S311 - no secret
    seen = [
        {field for field, known in zip(each._fields, each, strict=True) if known} for each in parts
    ]
    assert set(itertools.chain(*seen)) == {"action", "resource", "principal", "context"}
