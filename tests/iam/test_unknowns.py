"""What is granted whatever the placeholders of a template are, held against their values."""

from __future__ import annotations

import itertools
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.iam.containment import grants_beyond
from checker.iam.patterns import Undecided
from checker.iam.request import Request, allows
from checker.iam.statement import policy
from tests.oracles import iam_oracle as oracle

TEXTS = ("", "r", "s", "rs", "t", "*", "r*")
VALUES = {
    "${A}": TEXTS,
    "${B}": TEXTS,
    "${C}": ("111111111111", "222222222222", "333333333333"),
    "${flag}": ("true", "false"),
    "${number}": ("1", "2"),
    "${sourceip}": ("10.0.0.0/24", "10.0.0.1", "10.0.1.0/24"),
}


def drawn(rnd: random.Random) -> tuple[Any, Any, bool]:
    """Return two random policies with placeholders."""
    principals = rnd.random() < 0.4
    kinds = rnd.sample(oracle.KINDS, 2)
    base, other = (oracle.policy(rnd, kinds, principals=principals) for _ in range(2))
    one = oracle.with_unknowns(rnd, base)
    return one, oracle.with_unknowns(rnd, rnd.choice((base, base, other))), principals


def renderings(rnd: random.Random, *policies: Any) -> list[dict[str, str]]:
    """Return some ways to render policies: values for the placeholders in them."""
    used = [name for name in VALUES if name in str(policies)]
    every = list(itertools.product(*(VALUES[name] for name in used)))
    kept = rnd.sample(every, min(len(every), 12))
    return [dict(zip(used, each, strict=True)) for each in kept]


def filled(text: str, values: dict[str, str], run: str | None) -> str:
    """Return a text with a string that each value matches in place of its placeholder.

    A wildcard matches `run`; without one, it is plain text.
    """
    for name, value in values.items():
        meant = value if run is None else value.replace("*", run)
        text = text.replace(name, meant.removesuffix("/24"))
    account = text.removeprefix("AWS:")
    return f"AWS:arn:aws:iam::{account}:user/u" if account.isdigit() and account != text else text


def wrong(rnd: random.Random) -> str:
    """Return what is wrong about two random policies with placeholders: nothing, one hopes."""
    one, other, principals = drawn(rnd)
    try:
        found = grants_beyond(policy(one), policy(other))
    except Undecided:
        return ""
    space = oracle.dimensions(oracle.used_keys(one, other), principals=principals)
    for values in renderings(rnd, one, other):
        new, old = (oracle.rendered(each, values) for each in (one, other))
        if found is None:
            missed = oracle.allowed(new, space) - oracle.allowed(old, space)
            if missed:
                return f"missed: {min(missed)} of {one} beyond {other} with {values}"
            continue
        runs = itertools.product(("", "z", "zz"), (None, "", "z"))
        requests = [_rendered(found, values, run, other_run) for run, other_run in runs]
        if not any(oracle.allows(new, r) and not oracle.allows(old, r) for r in requests):
            return f"no new access: {found} of {one} beyond {other} with {values}"
    return ""


def _rendered(
    found: Request, values: dict[str, str], run: str, run_of_texts: str | None
) -> oracle.Asked:
    context = {
        key: tuple(filled(text, values, run_of_texts) for text in texts)
        for key, texts in found.context.items()
    }
    resource, principal = (filled(text, values, run) for text in (found.resource, found.principal))
    return oracle.Asked(found.action, resource, principal, context)


@given(st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_answer_holds_for_every_rendering(rnd: random.Random) -> None:
    assert wrong(rnd) == ""


def wrong_about_a_request(rnd: random.Random) -> str:
    """Return what is wrong about requests to a random policy with placeholders."""
    data, _, principals = drawn(rnd)
    known = policy(data)
    space = oracle.dimensions(oracle.used_keys(data), principals=principals)
    for _ in range(20):
        actions, resources, callers, contexts = space
        where = (rnd.choice(actions), rnd.choice(resources), rnd.choice(callers))
        asked = Request(*where, rnd.choice(contexts))
        request = oracle.Asked(*where, dict(asked.context))
        try:
            answer = allows(known, asked)
        except Undecided:
            continue
        for values in renderings(rnd, data):
            if oracle.allows(oracle.rendered(data, values), request) is not answer:
                return f"{answer} is wrong: {asked} to {data} with {values}"
    return ""


@given(st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_whether_a_request_is_allowed_holds_for_every_rendering(rnd: random.Random) -> None:
    assert wrong_about_a_request(rnd) == ""
