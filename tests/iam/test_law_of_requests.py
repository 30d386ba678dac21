"""A request that is given in full is allowed if and only if it may be allowed."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.iam.patterns import Undecided
from checker.iam.question import may_allow
from checker.iam.request import Request, allows
from checker.iam.statement import policy
from tests.oracles import iam_oracle as oracle

PRINCIPAL = oracle.PRINCIPALS[0][4:]
KEYS = (
    "aws:username",
    "aws:userid",
    "aws:text",
    "aws:many",
    "aws:flag",
    "aws:number",
    "aws:sourceip",
    "aws:securetransport",
)
CALLERS = (
    *oracle.PRINCIPALS,
    "AWS:arn:aws:iam::111111111111:user/r",
    "AWS:arn:aws:sts::111111111111:assumed-role/r/t",
)


def difference(rnd: random.Random) -> str:
    """Return how the two answers on a random request differ: not at all, one hopes."""
    principals = rnd.random() < 0.5
    kinds = rnd.sample(oracle.KINDS, 2)
    data = oracle.with_variables(rnd, oracle.policy(rnd, kinds, principals=principals))
    for statement in data["Statement"]:
        if rnd.random() < 0.2:
            name = rnd.choice(("Bool", "BoolIfExists", "StringNotEquals", "StringEqualsIgnoreCase"))
            block = statement.setdefault("Condition", {}).setdefault(name, {})
            block["aws:SecureTransport"] = rnd.choice(("true", "false"))
        if rnd.random() < 0.2:
            block = statement.setdefault("Condition", {}).setdefault("StringEqualsIgnoreCase", {})
            if "aws:text" not in str(statement):
                block["aws:text"] = rnd.choice(("R", "${aws:username}", "x${aws:userid, 'S'}"))
        if "NotPrincipal" in statement and rnd.random() < 0.5:
            listed = statement["NotPrincipal"]
            if isinstance(listed, dict) and "AWS" in listed:
                listed["AWS"] = [PRINCIPAL, PRINCIPAL.rpartition(":")[0] + ":root"]
    context = {key: rnd.choice(_values(key)) for key in KEYS}
    caller = rnd.choice(CALLERS) if principals else ""
    asked = Request(rnd.choice(oracle.ACTIONS), rnd.choice(oracle.RESOURCES), caller, context)
    answers = [_answer(each, data, asked) for each in (allows, may_allow)]
    # it is unsure whom a Deny of all but a role, without its account, spares
    unsure = answers[1] is None and "NotPrincipal" in str(data)
    return "" if unsure or len(set(answers)) == 1 else f"{answers}: {asked} of {data}"


def _values(key: str) -> tuple[tuple[str, ...], ...]:
    if key in oracle.VALUES:
        return oracle.VALUES[key]
    if key == "aws:securetransport":
        return (("true",), ("false",))
    return ((), ("r",), ("S",), ("*",))


def _answer(of: Any, data: Any, asked: Request) -> bool | None:
    try:
        return bool(of(policy(data), asked))
    except Undecided:
        return None


@given(st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_request_in_full_is_allowed_if_it_may_be(rnd: random.Random) -> None:
    assert difference(rnd) == ""
