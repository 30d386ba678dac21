"""Makes policies narrower in ways that a reviewer would: pure data in, pairs of policies out.

Nothing here knows a rule, or the project's own code.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tests.oracles.deny_unless import listed, statements
from tests.oracles.metamorphic import Pair

Json = Any
_MORE: tuple[tuple[str, str, str], ...] = (
    ("StringEquals", "aws:PrincipalOrgID", "o-narrower"),
    ("Bool", "aws:MultiFactorAuthPresent", "true"),
    ("StringEquals", "aws:RequestedRegion", "eu-west-1"),
    ("IpAddress", "aws:SourceIp", "192.0.2.0/24"),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/narrower-*"),
)
_UNLESS: tuple[tuple[str, str, str], ...] = (
    ("Bool", "aws:SecureTransport", "false"),
    ("StringNotEquals", "aws:PrincipalOrgID", "o-narrower"),
    ("BoolIfExists", "aws:MultiFactorAuthPresent", "false"),
    ("StringNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/narrower-*"),
)
_ENTRIES = ("Action", "Resource", "Principal")


def narrower(policy: Json, seed: str, ways: Iterable[str] = ()) -> Iterator[Pair]:
    """Yield a policy with each of some narrower ones, in the same order each time.

    `seed` decides what is random. Without `ways`, all are tried.
    """
    for name in tuple(ways) or WAYS:
        rnd = random.Random(f"{name} {seed}")  # noqa: S311 - no secret
        for made in WAYS[name](rnd, copy.deepcopy(policy)):
            if made != policy:
                yield Pair(name, policy, made)


def _allows(policy: Json) -> list[tuple[int, Json]]:
    return [(at, s) for at, s in enumerate(statements(policy)) if s["Effect"] == "Allow"]


def _with(policy: Json, at: int, *instead: Json) -> Json:
    items = statements(policy)
    return {**policy, "Statement": [*items[:at], *instead, *items[at + 1 :]]}


def _deny(statement: Json) -> Json:
    """Return a Deny of all that a statement allows under any condition."""
    kept = {k: v for k, v in statement.items() if k not in ("Sid", "Condition")}
    return {**kept, "Effect": "Deny"}


def _a_deny(rnd: random.Random, policy: Json) -> Iterator[Json]:
    """Yield policies with a Deny of a part of each Allow."""
    for at, statement in _allows(policy):
        deny = _deny(statement)
        for name in ("Action", "Resource"):
            if name in deny:
                deny[name] = rnd.choice(listed(deny[name]))
        yield _with(policy, at, statement, deny)


def _a_deny_if(rnd: random.Random, policy: Json) -> Iterator[Json]:
    """Yield policies with a Deny of each Allow, or of everything, under a condition."""
    for at, statement in _allows(policy):
        operator, key, value = rnd.choice(_UNLESS)
        deny = {**_deny(statement), "Condition": {operator: {key: value}}}
        yield _with(policy, at, statement, deny)


def _an_allow_less(_: random.Random, policy: Json) -> Iterator[Json]:
    if len(statements(policy)) > 1:
        for at, _allow in _allows(policy):
            yield _with(policy, at)


def _an_entry_less(rnd: random.Random, policy: Json) -> Iterator[Json]:
    """Yield policies without one action, resource or principal of each Allow that has several."""
    for at, statement in _allows(policy):
        for name in _ENTRIES:
            value = statement.get(name)
            items = value if isinstance(value, list) else []
            if isinstance(value, dict):
                items = [(kind, text) for kind, texts in value.items() for text in listed(texts)]
            if len(items) > 1:
                at_one = rnd.randrange(len(items))
                left = [*items[:at_one], *items[at_one + 1 :]]
                yield _with(policy, at, {**statement, name: _named(left, value)})


def _named(items: list[Json], before: Json) -> Json:
    if not isinstance(before, dict):
        return items
    made: dict[str, list[str]] = {}
    for kind, text in items:
        made.setdefault(kind, []).append(text)
    return made


def _a_condition_more(rnd: random.Random, policy: Json) -> Iterator[Json]:
    for at, statement in _allows(policy):
        operator, key, value = rnd.choice(_MORE)
        known = statement.get("Condition", {})
        if key not in known.get(operator, {}):
            block = {**known.get(operator, {}), key: value}
            yield _with(policy, at, {**statement, "Condition": {**known, operator: block}})


def _a_value_less(_: random.Random, policy: Json) -> Iterator[Json]:
    """Yield policies with one of several values less where an Allow compares to any of them."""
    for at, statement in _allows(policy):
        for operator, block in statement.get("Condition", {}).items():
            for key, wanted in block.items():
                if "not" not in operator.lower() and len(listed(wanted)) > 1:
                    less = {**block, key: wanted[1:]}
                    known = {**statement["Condition"], operator: less}
                    yield _with(policy, at, {**statement, "Condition": known})


def _no_missing_key(_: random.Random, policy: Json) -> Iterator[Json]:
    """Yield policies in which a condition of an Allow is no longer met by a missing key."""
    for at, statement in _allows(policy):
        for operator, block in statement.get("Condition", {}).items():
            known = {k: v for k, v in statement["Condition"].items() if k != operator}
            short = operator.removesuffix("IfExists")
            if short != operator and short not in known:
                yield _with(policy, at, {**statement, "Condition": {**known, short: block}})


def _a_narrower_entry(_: random.Random, policy: Json) -> Iterator[Json]:
    """Yield policies with a longer text in place of a `*` at the end of an action or resource."""
    for at, statement in _allows(policy):
        for name, more in (("Action", "Get*"), ("Resource", "narrower/*")):
            items = listed(statement.get(name, []))
            for n, text in enumerate(items):
                if isinstance(text, str) and len(text) > 1 and text.endswith("*"):
                    made = [*items[:n], text[:-1] + more, *items[n + 1 :]]
                    yield _with(policy, at, {**statement, name: made})


WAYS: dict[str, Callable[[random.Random, Json], Iterator[Json]]] = {
    "a Deny more": _a_deny,
    "a Deny with a condition more": _a_deny_if,
    "an Allow less": _an_allow_less,
    "an entry less": _an_entry_less,
    "a condition more": _a_condition_more,
    "a value less": _a_value_less,
    "no missing key": _no_missing_key,
    "a narrower entry": _a_narrower_entry,
}
"""The ways to make a policy narrower, by name."""
