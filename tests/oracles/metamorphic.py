"""Rewrites a policy in ways that keep what it allows: pure data in, pairs of policies out.

Nothing here knows a rule, or the project's own code. A rewriting that keeps the meaning only of
some policies is tried on all: whoever uses a pair proves first that both sides allow the same.
"""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from tests.oracles.deny_unless import listed, statements, to_allows, to_denies

Json = Any
_LISTED = ("Action", "NotAction", "Resource", "NotResource")
_SAME = re.compile(r"(.*?)(String|Arn)(Not)?(Equals|Like)(IfExists)?", re.IGNORECASE)
_MOST = 6
"""The most statements that one is split into."""


class Pair(NamedTuple):
    """A policy, and the same one rewritten in a way that should keep what it allows."""

    rewriting: str
    one: Json
    other: Json


def pairs(policy: Json, seed: str, rewritings: Iterable[str] = ()) -> Iterator[Pair]:
    """Yield a policy with each of its rewritings that differs from it, in the same order each time.

    `seed` decides what is random. Without `rewritings`, all are tried.
    """
    for name in tuple(rewritings) or REWRITINGS:
        rnd = random.Random(f"{name} {seed}")  # noqa: S311 - no secret
        seen = [repr(policy)]
        for made in REWRITINGS[name](rnd, copy.deepcopy(policy)):
            if repr(made) not in seen:
                seen.append(repr(made))
                yield Pair(name, policy, made)


def _each(change: Callable[[random.Random, Json], Json]) -> Callable[..., Iterator[Json]]:
    """Return a rewriting that changes every statement."""

    def rewritten(rnd: random.Random, policy: Json) -> Iterator[Json]:
        yield {**policy, "Statement": [change(rnd, each) for each in statements(policy)]}

    return rewritten


def _entries(statement: Json, change: Callable[[str, list[str]], Json]) -> Json:
    """Return a statement whose lists are changed: actions, resources, principals and values."""
    made = dict(statement)
    for name in {*_LISTED} & made.keys():
        made[name] = change(name, listed(made[name]))
    for name in {"Principal", "NotPrincipal"} & made.keys():
        if isinstance(made[name], dict):
            made[name] = {kind: change(name, listed(v)) for kind, v in made[name].items()}
    if "Condition" in made:
        made["Condition"] = {
            operator: {key: change("Condition", listed(v)) for key, v in block.items()}
            for operator, block in made["Condition"].items()
        }
    return made


def _in_case(rnd: random.Random, text: str) -> str:
    return rnd.choice((str.lower, str.upper, str.swapcase))(text)


def _case_of_actions(rnd: random.Random, statement: Json) -> Json:
    def change(name: str, items: list[str]) -> Json:
        return [_in_case(rnd, each) for each in items] if name.endswith("Action") else items

    return _entries(statement, change)


def _case_of_keys(rnd: random.Random, statement: Json) -> Json:
    return _conditions(statement, lambda operator, key: (operator, _in_case(rnd, key)))


def _case_of_operators(rnd: random.Random, statement: Json) -> Json:
    return _conditions(statement, lambda operator, key: (_in_case(rnd, operator), key))


def _conditions(statement: Json, change: Callable[[str, str], tuple[str, str]]) -> Json:
    """Return a statement with other operators and keys; as it is where two would be one."""
    made: dict[str, dict[str, Json]] = {}
    for operator, block in statement.get("Condition", {}).items():
        for key, wanted in block.items():
            named, of = change(operator, key)
            if of in made.setdefault(named, {}):
                return statement
            made[named][of] = wanted
    return {**statement, "Condition": made} if made else statement


def _as_lists(_: random.Random, statement: Json) -> Json:
    return _entries(statement, lambda _, items: items)


def _as_one(_: random.Random, policy: Json) -> Iterator[Json]:
    def change(_: str, items: list[str]) -> Json:
        return items[0] if len(items) == 1 else items

    made = [_entries(each, change) for each in statements(policy)]
    yield {**policy, "Statement": made[0] if len(made) == 1 else made}


def _same_operators(_: random.Random, statement: Json) -> Json:
    """Return a statement with Equals for Like and the other way, where that means the same."""

    def change(operator: str, key: str) -> tuple[str, str]:
        match = _SAME.fullmatch(operator)
        wanted = statement["Condition"][operator][key]
        wild = any(mark in str(each) for each in listed(wanted) for mark in "*?")
        if match is None or (wild and match[2].lower() == "string"):
            return operator, key
        than = "Like" if match[4].lower() == "equals" else "Equals"
        return f"{match[1]}{match[2]}{match[3] or ''}{than}{match[5] or ''}", key

    return _conditions(statement, change)


def _split(effect: str, *names: str) -> Callable[..., Iterator[Json]]:
    """Return a rewriting that makes several of each statement of an effect, by some elements."""

    def rewritten(rnd: random.Random, policy: Json) -> Iterator[Json]:
        made = []
        for each in statements(policy):
            parts = _parts(rnd, each, names) if each["Effect"] == effect else [each]
            made += [_numbered(part, n) for n, part in enumerate(parts)]
        yield {**policy, "Statement": made}

    return rewritten


def _numbered(statement: Json, n: int) -> Json:
    """Return one of several statements made of one, with a Sid of its own."""
    if not n or not statement.get("Sid"):
        return statement
    return {**statement, "Sid": f"{statement['Sid']}{n + 1}"}


def _parts(rnd: random.Random, statement: Json, names: Iterable[str]) -> list[Json]:
    found = [statement]
    for name in names:
        found = [
            part
            for each in found
            for part in ([{**each, name: some} for some in _groups(rnd, each, name)] or [each])
        ]
    return found


def _groups(rnd: random.Random, statement: Json, name: str) -> list[Json]:
    """Return the values of an element in groups, none if it has only one."""
    value = statement.get(name)
    if name == "Condition":
        return _by_values(value or {})
    items: list[Json] = listed(value) if value is not None else []
    if isinstance(value, dict):
        items = [{kind: each} for kind, texts in value.items() for each in listed(texts)]
    if len(items) < 2:
        return []
    if len(items) <= _MOST:
        return items
    at = rnd.randrange(1, len(items))
    return [] if isinstance(value, dict) else [items[:at], items[at:]]


def _by_values(block: Json) -> list[Json]:
    """Return a Condition for each value of the first positive operator that has several."""
    for operator, asked in block.items():
        negated = "not" in operator.lower() or "forallvalues" in operator.lower()
        for key, wanted in asked.items():
            if not negated and 1 < len(listed(wanted)) <= _MOST:
                return [{**block, operator: {**asked, key: each}} for each in listed(wanted)]
    return []


def _merged(_: random.Random, policy: Json) -> Iterator[Json]:
    """Yield policies in which two statements that differ in one list have become one."""
    items = statements(policy)
    for at, one in enumerate(items):
        for other in items[at + 1 :]:
            names = sorted(one.keys() | other.keys())
            apart = [each for each in names if one.get(each) != other.get(each) and each != "Sid"]
            if len(apart) == 1 and apart[0] in ("Action", "Resource"):
                lists = [listed(each[apart[0]]) for each in (one, other) if apart[0] in each]
                both = list(dict.fromkeys(text for each in lists for text in each))
                kept = [each for each in items if each is not one and each is not other]
                if len(lists) > 1:
                    yield {**policy, "Statement": [{**one, apart[0]: both}, *kept]}


def _in_order(part: str) -> Callable[..., Iterator[Json]]:
    """Return a rewriting that turns the order of statements, entries or keys around."""

    def turned(value: Json) -> Json:
        if isinstance(value, dict):
            return {key: turned(value[key]) for key in reversed(value)}
        return value

    def rewritten(_: random.Random, policy: Json) -> Iterator[Json]:
        items = statements(policy)
        if part == "entries":
            items = [_entries(each, lambda _, texts: texts[::-1]) for each in items]
        made = {**policy, "Statement": items[::-1] if part == "statements" else items}
        if part == "keys":
            made = turned({**made, "Statement": [turned(each) for each in items]})
        yield made

    return rewritten


def _all_but(_: random.Random, policy: Json) -> Iterator[Json]:
    """Yield policies in which an element of an Allow has become all, and a Deny of the rest."""
    items = statements(policy)
    for statement in [each for each in items if each["Effect"] == "Allow"]:
        for name in ("Action", "Resource"):
            for own, other in ((name, f"Not{name}"), (f"Not{name}", name)):
                if own not in statement or statement[own] in ("*", ["*"]):
                    continue
                wide = {key: text for key, text in statement.items() if key != own}
                rest = {k: v for k, v in wide.items() if k not in ("Sid", "Effect", "Condition")}
                deny = {"Effect": "Deny", **rest, other: statement[own]}
                kept = [each if each is not statement else {**wide, name: "*"} for each in items]
                yield {**policy, "Statement": [*kept, deny]}


_Rewriting = Callable[[random.Random, Json], Iterator[Json]]
FAMILIES: dict[str, dict[str, _Rewriting]] = {
    "unless": {
        "Allow-if to Deny-unless": lambda _, policy: to_denies(policy),
        "Deny-unless to Allow-if": lambda _, policy: to_allows(policy),
    },
    "rest": {"all, and a Deny of the rest": _all_but},
    "splits": {
        "Allow by action": _split("Allow", "Action"),
        "Allow by resource": _split("Allow", "Resource"),
        "Allow by principal": _split("Allow", "Principal"),
        "Allow by value": _split("Allow", "Condition"),
        "Allow by action and resource": _split("Allow", "Action", "Resource"),
        "Deny by action": _split("Deny", "Action"),
        "Deny by resource": _split("Deny", "Resource"),
        "Deny by principal": _split("Deny", "Principal"),
        "Deny by value": _split("Deny", "Condition"),
        "two statements as one": _merged,
    },
    "spelling": {
        "case of actions": _each(_case_of_actions),
        "case of keys": _each(_case_of_keys),
        "case of operators": _each(_case_of_operators),
        "one as a list": _each(_as_lists),
        "a list as one": _as_one,
        "operators of one meaning": _each(_same_operators),
        "order of statements": _in_order("statements"),
        "order of entries": _in_order("entries"),
        "order of keys": _in_order("keys"),
    },
}
"""The rewritings by name, in families."""
REWRITINGS = {name: made for family in FAMILIES.values() for name, made in family.items()}
