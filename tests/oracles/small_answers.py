"""Random small policies with several conditional Denies, and all requests to them.

Nothing here uses the project's own code: it is what answers about statements are held against.
"""

from __future__ import annotations

import copy
import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tests.oracles import iam_oracle as oracle

Json = Any
Values = tuple[str, ...]
Fixes = Callable[[str, str], bool]
"""Returns whether a value of a condition with an operator fixes its key."""
Held = Mapping[str, Callable[[str], bool]]
"""By condition key: whether a value is one that fixes the key."""

STRANGERS = (
    "AWS:arn:aws:iam::444444444444:role/s",
    "AWS:arn:aws:iam::444444444444:role/z",
    "Federated:anyone",
)
"""Callers that no policy names; the last one has no ARN."""
SERVICE = "Service:r.amazonaws.com"
PUBLIC = {"aws:text": "aws:PrincipalOrgID", "aws:flag": "aws:PrincipalIsAWSService"}
"""Names for keys, by which they restrict callers."""
DEPUTY = {"aws:text": "aws:SourceAccount"}
"""Names for keys, by which they say on whose behalf a service calls."""
PRINCIPAL_ARN = "aws:PrincipalArn"
_MORE: dict[str, tuple[Values, ...]] = {
    "aws:text": (("tt",), ("rrs",)),
    "aws:many": (("*",), ("*", "x"), ("*", "s"), ("*", "t")),
    "aws:flag": (("neither",),),
}
"""By key: further values, such as one that no pattern matches."""
_WORDS = ["".join(each) for n in range(1, 5) for each in itertools.product("rstz", repeat=n)]
_NAMES = [f"{service}:{word}" for service in "abz" for word in _WORDS if len(word) < 4]
_TEXTS = [oracle.BUCKET + word for word in _WORDS] + ["arn:aws:z:::z"]
"""All that the entries of these policies can tell apart; `z` is every letter they do not name."""


class Request(NamedTuple):
    """A whole request."""

    action: str
    resource: str
    principal: str
    context: dict[str, Values]

    def values(self, key: str) -> Values:
        """Return the values of a condition key."""
        if key != PRINCIPAL_ARN:
            return self.context.get(key, ())
        kind, _, name = self.principal.partition(":")
        return (oracle.role_of(self.principal) or name,) if kind == "AWS" else ()

    def is_outside(self, held: Held) -> bool:
        """Return whether no value of some keys is one that fixes the key."""
        return not any(fixes(value) for key, fixes in held.items() for value in self.values(key))


class World(NamedTuple):
    """A policy, and requests to it that stand for all others."""

    policy: Json
    space: oracle.Dimensions

    @property
    def keys(self) -> list[str]:
        """The condition keys of the policy, the caller's ARN last."""
        own = [PRINCIPAL_ARN] if PRINCIPAL_ARN in str(self.policy) else []
        return oracle.used_keys(self.policy) + own

    def allowed(self, at: int) -> list[Request]:
        """Return the requests that one of the policy's Allows allows after all Denies."""
        kept = [
            each
            for n, each in enumerate(self.policy["Statement"])
            if each["Effect"] == "Deny" or n == at
        ]
        actions, resources, callers, contexts = self.space
        return [
            Request(actions[one], resources[two], callers[three], contexts[four])
            for one, two, three, four in sorted(oracle.allowed({"Statement": kept}, self.space))
        ]

    def filled(self, values: dict[str, str]) -> World:
        """Return the world of the policy with values for its variables."""
        return _world(oracle.concrete(self.policy, values), self.space[1][:3], self.space[3])


def world(
    rnd: random.Random, names: Mapping[str, str] | None = None, *, variables: bool = False
) -> World:
    """Return a random policy with a few more Denies; `names` has other names for its keys."""
    names = names or {}
    principals = bool(names) or rnd.random() < 0.4
    kinds = rnd.sample(oracle.KINDS, 2)
    data = oracle.policy(rnd, kinds, principals=principals)
    more = [oracle.policy(rnd, kinds, principals=principals) for _ in range(rnd.randint(0, 2))]
    data["Statement"] += [e for each in more for e in each["Statement"] if e["Effect"] == "Deny"]
    data = oracle.with_variables(rnd, data) if variables else data
    keys = oracle.used_keys(data)
    *_, contexts = oracle.dimensions(keys, principals=principals)
    for key in _MORE.keys() & set(keys):
        if names.get(key) != PUBLIC["aws:flag"]:  # that one is a Boolean key
            less = [each for each in contexts if each[key] == ()]
            contexts += [{**each, key: more} for each in less for more in _MORE[key]]
    renamed = [{names.get(key, key): known for key, known in each.items()} for each in contexts]
    return _world(_renamed(data, names), rnd.sample(oracle.RESOURCES, 3), renamed)


def _world(data: Json, kept: Sequence[str], contexts: list[dict[str, Values]]) -> World:
    principals = any("rincipal" in name for each in data["Statement"] for name in each)
    actions = _told_apart(data, "Action", oracle.ACTIONS, _NAMES)
    resources = _told_apart(data, "Resource", kept, _TEXTS)
    callers = [*oracle.PRINCIPALS, *STRANGERS] if principals else [""]
    return World(data, (actions, resources, callers, contexts))


def _told_apart(data: Json, name: str, kept: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Return some texts, and of others one for each set of statements that are about it."""
    found: dict[tuple[bool, ...], str] = {}
    for text in (*kept, *texts):
        about = tuple(oracle.is_listed(each, name, text) for each in data["Statement"])
        found.setdefault(about, text)
    return list(dict.fromkeys((*kept, *found.values())))


def _renamed(data: Json, names: Mapping[str, str]) -> Json:
    made = copy.deepcopy(data)
    for statement in made["Statement"]:
        for operator, block in statement.get("Condition", {}).items():
            statement["Condition"][operator] = {names.get(k, k): v for k, v in block.items()}
    return made


def given(data: Json, known: Mapping[str, Values]) -> Json:
    """Return a policy without the statements that are about no request with some known values."""
    kept = [each for each in data["Statement"] if meets(each, known)]
    return {**data, "Statement": kept}


def meets(statement: Json, known: Mapping[str, Values]) -> bool:
    """Return whether a statement's conditions on some keys hold for their known values."""
    blocks = {
        operator: {key: wanted for key, wanted in block.items() if key in known}
        for operator, block in statement.get("Condition", {}).items()
    }
    return oracle.is_met({**statement, "Condition": blocks}, "", dict(known))


def held(data: Json, keys: Sequence[str], fixes: Fixes) -> Held:
    """Return which values of some keys compare to a value in a condition that fixes the key."""
    return {key: _comparing([*_fixing(data, key, fixes)]) for key in keys}


def _fixing(data: Json, key: str, fixes: Fixes) -> Iterator[tuple[str, str]]:
    for statement in data["Statement"]:
        for operator, block in statement.get("Condition", {}).items():
            wanted = block.get(key, [])
            for text in wanted if isinstance(wanted, list) else [wanted]:
                if operator != "Null" and "$" not in text and fixes(operator, text):
                    yield operator, text


def _comparing(found: Sequence[tuple[str, str]]) -> Callable[[str], bool]:
    return lambda value: any(_compares(operator, text, value) for operator, text in found)


def _compares(operator: str, text: str, value: str) -> bool:
    if "IpAddress" in operator:
        return value.startswith(text.removesuffix("0/24")) if "/" in text else value == text
    return oracle.matches(text, value) if _is_like(operator) else value == text


def _is_like(operator: str) -> bool:
    return "Like" in operator or "Arn" in operator


def is_whole(operator: str, text: str) -> bool:
    """Return whether a value of a condition is text, or a Boolean, without wildcards."""
    textual = "Numeric" not in operator and "Ip" not in operator
    return textual and not (_is_like(operator) and set("*?") & set(text))


def is_named(operator: str, text: str) -> bool:
    """Return whether a value of a condition is text, or a Boolean, and more than wildcards."""
    textual = "Numeric" not in operator and "Ip" not in operator
    return is_whole(operator, text) or (textual and bool(text.strip("*?")))


def is_for_everyone(statement: Json) -> bool:
    """Return whether a statement with a principal is for everyone."""
    named = statement.get("Principal", "*")
    return named == "*" or "*" in named.get("AWS", [])
