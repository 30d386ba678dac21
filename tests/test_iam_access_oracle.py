"""What a policy as a whole allows of some actions, held against the enumeration of requests."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.iam.access import access
from checker.iam.patterns import matches
from checker.iam.resources import Resource
from checker.iam.statement import policy
from tests import iam_oracle as oracle


def disagreement(rnd: random.Random) -> str:
    """Return what is wrong about what a random policy allows: nothing, one hopes.

    Services and actions of the oracle are in no catalogue, so that any resource is one of theirs.
    """
    data: Any = oracle.policy(rnd, ["text"], principals=False)
    for statement in data["Statement"]:
        statement.pop("Condition", None)
    known = policy(data)
    space = oracle.dimensions([], principals=False)
    allowed = {(space[0][at[0]], space[1][at[1]]) for at in oracle.allowed(data, space)}
    for action in oracle.ACTIONS:
        found = access(known, [action])
        held = {
            text for text in oracle.RESOURCES if any(holds(each, text) for each in found.resources)
        }
        wanted = {text for name, text in allowed if name == action}
        if held != wanted:
            return f"{action} on {sorted(held ^ wanted)} of {data}"
        if wanted and not (found.granted and found.actions == (action,) and found.statements):
            return f"{action} is not granted by {data}"
    together = access(known, list(oracle.ACTIONS))
    missing = {name for name, _ in allowed} - set(together.actions)
    return f"{missing} missing of {data}" if missing else ""


def holds(found: Resource, text: str) -> bool:
    """Say whether a resource set holds one resource."""
    inside = all(matches(each, text) for each in found.reach)
    return inside and not any(matches(each, text) for each in found.excluded)


@given(st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_access_is_what_enumeration_says(rnd: random.Random) -> None:
    assert disagreement(rnd) == ""
