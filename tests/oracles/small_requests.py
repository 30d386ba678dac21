"""Random small policies with sessions and accounts, and requests of which everything is given."""

from __future__ import annotations

import random

from tests.oracles import iam_oracle as oracle
from tests.oracles.whole_requests import Asked

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


def asked(rnd: random.Random) -> Asked:
    """Return a random small policy with variables, and a random whole request."""
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
    action, resource = rnd.choice(oracle.ACTIONS), rnd.choice(oracle.RESOURCES)
    return Asked(data, action, resource, caller, context)


def _values(key: str) -> tuple[tuple[str, ...], ...]:
    if key in oracle.VALUES:
        return oracle.VALUES[key]
    if key == "aws:securetransport":
        return (("true",), ("false",))
    return ((), ("r",), ("S",), ("*",))
