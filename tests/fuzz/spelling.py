"""Rewrites a policy at random without changing what it allows.

Each way is one that AWS documents, or that follows from what JSON is:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

Json = Any
Policy = dict[str, Any]
ENTRIES = ("Action", "NotAction", "Resource", "NotResource")
_CALLERS = ("Principal", "NotPrincipal")
_ROOT = re.compile(r"arn:aws:iam::([0-9]{12}):root")
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def statements(policy: Policy) -> list[dict[str, Any]]:
    """Return the statements of a policy."""
    found = policy["Statement"]
    return found if isinstance(found, list) else [found]


def listed(value: Json) -> list[Json]:
    """Return a list of what is one, or is not."""
    return value if isinstance(value, list) else [value]


def respelled(rnd: random.Random, policy: Policy, *, whole: bool = False) -> Policy:
    """Return a policy that says the same in a few other ways; `whole`: no statement is split."""
    made = copy.deepcopy(policy)
    ways = [way for way in WAYS if not (whole and way is split)]
    for _ in range(rnd.choice((1, 1, 2, 3, 6))):
        rnd.choice(ways)(rnd, made)
    return made


def _action_letters(rnd: random.Random, policy: Policy) -> None:
    """Change the case of actions, which IAM does not mind."""
    for statement in statements(policy):
        for name in {"Action", "NotAction"} & statement.keys():
            _replace(statement, name, lambda text: _letters(rnd, text))


def _letters(rnd: random.Random, text: str) -> str:
    if "${" in text:
        return text  # the name of a placeholder is none of ours
    change = rnd.choice((str.upper, str.lower, str.swapcase, _some(rnd)))
    return change(text) if text.isascii() else text


def _some(rnd: random.Random) -> Callable[[str], str]:
    return lambda text: "".join(each.swapcase() if rnd.random() < 0.5 else each for each in text)


def _stars(rnd: random.Random, policy: Policy) -> None:
    """Write a star as several, which match the same."""
    for statement in statements(policy):
        for name in ENTRIES:
            if name in statement and rnd.random() < 0.5:
                _replace(statement, name, lambda text: _more_stars(rnd, text))


def _more_stars(rnd: random.Random, text: str) -> str:
    if text in ("*", "*:*") or "${" in text:
        return text  # these are words of their own; the star in `${*}` is no wildcard
    return re.sub(r"\*", lambda _: "*" * rnd.choice((1, 2, 3)), text)


def _one_or_list(rnd: random.Random, policy: Policy) -> None:
    """Write one entry as a list of one, or a list of one as its entry."""
    places: list[tuple[Any, str]] = [(policy, "Statement")]
    for statement in statements(policy):
        places += [(statement, name) for name in ENTRIES if name in statement]
        places += [(each, kind) for each in _callers(statement) for kind in each]
        places += [(block, key) for block in _blocks(statement) for key in block]
    for owner, name in places:
        value = owner[name]
        if not isinstance(value, list) and rnd.random() < 0.5:
            owner[name] = [value]
        elif isinstance(value, list) and len(value) == 1 and rnd.random() < 0.5:
            owner[name] = value[0]


def _order(rnd: random.Random, policy: Policy) -> None:
    """Change the order of statements, of entries, of the keys of objects."""
    for node in list(_nodes(policy)):
        if isinstance(node, list):
            rnd.shuffle(node)
        else:
            items = list(node.items())
            rnd.shuffle(items)
            node.clear()
            node.update(items)


def _twice(rnd: random.Random, policy: Policy) -> None:
    """Write an entry twice."""
    statement = rnd.choice(statements(policy))
    name = rnd.choice([each for each in ENTRIES if each in statement] or [""])
    if name and (entries := listed(statement[name])):
        statement[name] = [*entries, rnd.choice(entries)]


def _everyone(rnd: random.Random, policy: Policy) -> None:
    """Write everyone in another of the three ways there are."""
    for statement in statements(policy):
        if statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]}):
            statement["Principal"] = rnd.choice(("*", {"AWS": "*"}, {"AWS": ["*"]}))


def _account(rnd: random.Random, policy: Policy) -> None:
    """Write an account as its ARN, or the ARN as the account."""
    for statement in statements(policy):
        for callers in _callers(statement):
            if "AWS" in callers and rnd.random() < 0.7:
                _replace(callers, "AWS", _other_account)


def _other_account(text: str) -> str:
    if re.fullmatch("[0-9]{12}", text):
        return f"arn:aws:iam::{text}:root"
    return found[1] if (found := _ROOT.fullmatch(text)) else text


def _condition_letters(rnd: random.Random, policy: Policy) -> None:
    """Change the case of operators and keys of conditions, which IAM does not mind."""
    for statement in statements(policy):
        for operator, block in list(statement.get("Condition", {}).items()):
            if rnd.random() < 0.5:
                keys = {_key(rnd, key): value for key, value in block.items()}
                if len(keys) < len(block):
                    continue
                del statement["Condition"][operator]
                statement["Condition"].setdefault(_letters(rnd, operator), {}).update(keys)


def _key(rnd: random.Random, key: str) -> str:
    name, slash, tag = key.partition("/")
    return _letters(rnd, name) + slash + tag


def _typed(_rnd: random.Random, policy: Policy) -> None:
    """Write truth and numbers in conditions as text, or the other way round."""
    for statement in statements(policy):
        for block in _blocks(statement):
            for key in block:
                _replace(block, key, _other_type)


def _other_type(value: Json) -> Json:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def split(rnd: random.Random, policy: Policy) -> None:
    """Make two statements of one, each with a part of its actions or resources."""
    found = statements(policy)
    places = [
        (at, name)
        for at, each in enumerate(found)
        for name in ("Action", "Resource")
        if len(listed(each.get(name, []))) > 1
    ]
    if not places:
        return
    at, name = rnd.choice(places)
    entries = listed(found[at][name])
    cut = rnd.randrange(1, len(entries))
    second = {key: value for key, value in copy.deepcopy(found[at]).items() if key != "Sid"}
    first = {**found[at], name: entries[:cut]}
    policy["Statement"] = [*found[:at], first, {**second, name: entries[cut:]}, *found[at + 1 :]]


def _repeat(rnd: random.Random, policy: Policy) -> None:
    """Say a statement twice."""
    found = statements(policy)
    again = {key: value for key, value in rnd.choice(found).items() if key != "Sid"}
    policy["Statement"] = [*found, copy.deepcopy(again)]


def _names(rnd: random.Random, policy: Policy) -> None:
    """Change what only names something: Sid and Id."""
    if rnd.random() < 0.3:
        policy["Id"] = _word(rnd)
    for statement in statements(policy):
        if rnd.random() < 0.5:
            statement["Sid"] = _word(rnd)
        elif rnd.random() < 0.5:
            statement.pop("Sid", None)


def _word(rnd: random.Random) -> str:
    return "".join(rnd.choices(_LETTERS, k=rnd.randint(1, 12)))


WAYS: tuple[Callable[[random.Random, Policy], None], ...] = (
    *(_action_letters, _stars, _one_or_list, _order, _twice, _everyone, _account),
    *(_condition_letters, _typed, split, _repeat, _names),
)
"""Each changes a policy in place, so that it says the same."""


def _replace(owner: dict[str, Any], name: str, change: Callable[[Any], Any]) -> None:
    value = owner[name]
    if isinstance(value, list):
        owner[name] = [change(each) for each in value]
    else:
        owner[name] = change(value)


def _callers(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (statement[name] for name in _CALLERS if isinstance(statement.get(name), dict))


def _blocks(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return iter(statement.get("Condition", {}).values())


def _nodes(value: Json) -> Iterator[Any]:
    """Yield all objects and lists inside one another, the outer ones first."""
    if isinstance(value, dict | list):
        yield value
        for each in list(value.values()) if isinstance(value, dict) else list(value):
            yield from _nodes(each)
