"""Random small policies, all requests to them, and what each policy says of each, by enumeration.

Nothing here uses the project's own code: it is what that is held against.
"""

from __future__ import annotations

import copy
import itertools
import json
import random
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Json = Any
ACTIONS = ("a:r", "a:s", "a:rs", "b:r")
BUCKET = "arn:aws:s3:::"
RESOURCES = tuple(BUCKET + "".join(t) for n in (1, 2) for t in itertools.product("rst", repeat=n))
RESOURCES += tuple(BUCKET + text for text in ("rss", "rts", "ttr", "srt", "rrr", "str"))
PRINCIPALS = (
    "AWS:arn:aws:iam::111111111111:role/r",
    "AWS:arn:aws:iam::222222222222:role/s",
    "AWS:arn:aws:iam::111111111111:role/s",
    "AWS:arn:aws:iam::333333333333:role/t",
    "AWS:arn:aws-cn:iam::111111111111:role/r",
    "AWS:arn:aws:sts::111111111111:assumed-role/r/x",
    "AWS:arn:aws:iam::111111111111:root",
    "Service:r.amazonaws.com",
)
"""The callers; a role stands for any of its sessions but the one that is named."""
VALUES: dict[str, tuple[tuple[str, ...], ...]] = {
    "aws:text": (
        *((), ("r",), ("s",), ("rs",), ("rr",), ("t",), ("srs",)),
        *(("r*",), ("*s",), ("?",)),
    ),
    "aws:many": (
        (),
        ("x",),
        ("r",),
        ("s",),
        ("t",),
        ("*",),
        ("r", "s"),
        ("r", "t"),
        ("s", "t"),
        ("r", "s", "t"),
    ),
    "aws:flag": ((), ("true",), ("false",)),
    "aws:number": ((), ("0",), ("1",), ("1.5",), ("2",), ("3",)),
    "aws:sourceip": ((), ("10.0.0.1",), ("10.0.0.200",), ("10.0.1.1",), ("192.0.2.1",)),
}
"""By condition key: the values of a request that tell the generated conditions apart."""

_ACCOUNT = re.compile(r"(?:arn:(aws[a-z-]*):iam::)?([0-9]{12})(?::root)?")
_SESSION = re.compile(r"AWS:arn:(aws[a-z-]*):sts::([0-9]{12}):assumed-role/([^/]+)/.+")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    action: str
    resource: str
    principal: str
    context: dict[str, tuple[str, ...]]


Dimensions = tuple[list[str], list[str], list[str], list[dict[str, tuple[str, ...]]]]


def dimensions(keys: list[str], *, principals: bool) -> Dimensions:
    """Return the actions, resources, principals and contexts of all requests to tell apart."""
    contexts = [
        dict(zip(keys, values, strict=True))
        for values in itertools.product(*(VALUES[key] for key in keys))
    ]
    return list(ACTIONS), list(RESOURCES), list(PRINCIPALS) if principals else [""], contexts


def allowed(policy: Json, space: Dimensions) -> set[tuple[int, int, int, int]]:
    """Return all requests that a policy allows, as positions in each dimension."""
    found: dict[str, set[tuple[int, int, int, int]]] = {"Allow": set(), "Deny": set()}
    actions, resources, callers, contexts = space
    for statement in policy["Statement"]:
        about = [at for at, text in enumerate(actions) if is_listed(statement, "Action", text)]
        on = [at for at, text in enumerate(resources) if is_listed(statement, "Resource", text)]
        for by, caller in enumerate(callers):
            if not is_caller(statement, caller):
                continue
            where = [
                at for at, context in enumerate(contexts) if is_met(statement, caller, context)
            ]
            found[statement["Effect"]].update(itertools.product(about, on, [by], where))
    return found["Allow"] - found["Deny"]


def allows(policy: Json, asked: Asked) -> bool:
    """Say whether a policy allows a request."""
    space = ([asked.action], [asked.resource], [asked.principal], [asked.context])
    return bool(allowed(policy, space))


def used_keys(*policies: Json) -> list[str]:
    """Return the condition keys of policies, without the caller's ARN, sorted."""
    found = {
        key
        for policy in policies
        for statement in policy["Statement"]
        for block in statement.get("Condition", {}).values()
        for key in block
    }
    return sorted(found - {"aws:PrincipalArn"})


@lru_cache(maxsize=1 << 17)
def matches(pattern: str, text: str) -> bool:
    """Say whether a pattern matches a text."""
    return _expression(pattern).fullmatch(text) is not None


@lru_cache(maxsize=1 << 12)
def _expression(pattern: str) -> re.Pattern[str]:
    parts = [".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern]
    return re.compile("".join(parts), re.DOTALL)


def _listed(value: Json) -> list[str]:
    return value if isinstance(value, list) else [value]


def is_listed(statement: Json, name: str, text: str) -> bool:
    """Say whether Action or NotAction (or the same of resources) is about a text."""
    fold = str.lower if name == "Action" else str
    outside = f"Not{name}" in statement
    entries = _listed(statement[f"Not{name}" if outside else name])
    return any(matches(fold(each), fold(text)) for each in entries) is not outside


def is_caller(statement: Json, caller: str) -> bool:
    """Say whether a statement is about a caller."""
    if "Principal" in statement:
        return is_named(statement["Principal"], caller)
    alone = statement["Effect"] == "Deny"
    named = statement.get("NotPrincipal", {})
    return "NotPrincipal" not in statement or not is_named(named, caller, alone=alone)


def is_met(statement: Json, caller: str, context: dict[str, tuple[str, ...]]) -> bool:
    """Say whether a caller and values of condition keys meet all conditions of a statement."""
    return all(
        _holds(operator, key, _listed(wanted), caller, context)
        for operator, block in statement.get("Condition", {}).items()
        for key, wanted in block.items()
    )


def is_named(named: Json, caller: str, *, alone: bool = False) -> bool:
    """Say whether a caller is among some principals.

    An account is everyone in it; `alone`, as in the NotPrincipal of a Deny, it is its root only.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    if named == "*":
        return True
    for kind, texts in named.items():
        for text in _listed(texts):
            account = _ACCOUNT.fullmatch(text) if kind == "AWS" else None
            if account:
                partition = account[1] or "aws[a-z-]*"
                whom = "iam::{}:root$" if alone else "(iam|sts)::{}:"
                if re.match(f"AWS:arn:{partition}:{whom.format(account[2])}", caller):
                    return True
            elif f"{kind}:{text}" in ("AWS:*", caller, f"AWS:{role_of(caller)}"):
                return True
    return False


def role_of(caller: str) -> str:
    """Return the ARN of the role whose session a caller is; empty if it is none."""
    found = _SESSION.fullmatch(caller)
    return f"arn:{found[1]}:iam::{found[2]}:role/{found[3]}" if found else ""


def _holds(
    operator: str, key: str, wanted: list[str], caller: str, context: dict[str, tuple[str, ...]]
) -> bool:
    if key == "aws:PrincipalArn":
        kind, _, name = caller.partition(":")
        given: tuple[str, ...] = (role_of(caller) or name,) if kind == "AWS" else ()
    else:
        given = context.get(key, ())
    qualifier, _, name = operator.rpartition(":")
    if name == "Null":
        return any((not given) == (text == "true") for text in wanted)
    if name.endswith("IfExists") and not given:
        return True
    base = name.removesuffix("IfExists")
    negated = base.startswith(("StringNot", "ArnNot", "NumericNot", "NotIp"))
    found = [any(_compares(base, text, each) for each in wanted) is not negated for text in given]
    if qualifier == "ForAllValues":
        return all(found)
    if not given:
        return negated and not qualifier
    return any(found)


def _compares(base: str, text: str, wanted: str) -> bool:
    base = base.replace("Not", "")
    if base in ("StringLike", "ArnLike", "ArnEquals"):
        return matches(wanted, text)
    if base == "StringEqualsIgnoreCase" or base == "Bool":  # noqa: PLR1714 - two operators
        return text.lower() == wanted.lower()
    if base == "IpAddress":
        return text.startswith(wanted.removesuffix("0/24")) if "/" in wanted else text == wanted
    if base.startswith("Numeric"):
        if not re.fullmatch("-?[0-9.]+", text):
            return False
        one, other = float(text), float(wanted)
        return {
            "Equals": one == other,
            "LessThan": one < other,
            "LessThanEquals": one <= other,
            "GreaterThan": one > other,
            "GreaterThanEquals": one >= other,
        }[base.removeprefix("Numeric")]
    return text == wanted


VARIABLES = ("${aws:username}", "${aws:userid}")


def with_variables(rnd: random.Random, policy: Json) -> Json:
    """Return a policy with variables in some of its resources and texts."""

    def varied(text: str) -> str:
        _, mark, end = text.rpartition(":::")
        if rnd.random() < 0.6 or (not mark and text == "*"):
            return text
        variable = rnd.choice(VARIABLES)
        return (BUCKET if mark else "") + re.sub("[rs]", variable, end, count=1)

    return _replaced(policy, lambda entries: [varied(each) for each in entries])


UNKNOWNS = ("${A}", "${B}")
ACCOUNTS = ("${C}",)


def with_unknowns(rnd: random.Random, policy: Json) -> Json:
    """Return a policy with placeholders of a template in some of its texts."""

    def varied(text: str) -> str:
        front, mark, end = text.rpartition(":::")
        if rnd.random() < 0.5 or (not mark and text == "*"):
            return text
        unknown = rnd.choice(UNKNOWNS)
        return front + mark + re.sub("[rs*]", lambda _: unknown, end, count=1)

    made = _replaced(policy, lambda entries: [varied(each) for each in entries])
    for statement in made["Statement"]:
        for name in {"Principal", "NotPrincipal"} & statement.keys():
            if isinstance(statement[name], dict) and rnd.random() < 0.5:
                statement[name] = {
                    kind: [each.replace("111111111111", ACCOUNTS[0]) for each in _listed(texts)]
                    for kind, texts in statement[name].items()
                }
        for block in statement.get("Condition", {}).values():
            for key in {"aws:flag", "aws:number", "aws:sourceip"} & block.keys():
                if rnd.random() < 0.4 and isinstance(block[key], str):
                    block[key] = "${" + key[4:] + "}"
    return made


def rendered(policy: Json, values: dict[str, str]) -> Json:
    """Return a policy with a value for each placeholder."""
    text = json.dumps(policy)
    for name, value in values.items():
        text = text.replace(name, value)
    return json.loads(text)


def concrete(policy: Json, values: dict[str, str]) -> Json:
    """Return a policy with a value for each variable; an entry whose variable has none is gone."""

    def filled(entries: list[str]) -> list[str]:
        for name, text in values.items():
            entries = [each.replace(name, text) for each in entries]
        return [each for each in entries if "$" not in each]

    return _replaced(policy, filled)


def _replaced(policy: Json, change: Callable[[list[str]], list[str]]) -> Json:
    """Return a policy with other resources and with other values of conditions on `aws:text`."""
    made = copy.deepcopy(policy)
    for statement in made["Statement"]:
        for name in {"Resource", "NotResource"} & statement.keys():
            statement[name] = change(_listed(statement[name]))
        for block in statement.get("Condition", {}).values():
            for key in {"aws:text"} & block.keys():
                if block[key] not in ("true", "false"):
                    block[key] = change(_listed(block[key]))
    return made


KINDS = ("text", "many", "flag", "number", "address", "arn")


def policy(rnd: random.Random, kinds: list[str], *, principals: bool) -> Json:
    """Return a random policy of one to four statements, with conditions of some kinds."""
    count = rnd.randint(1, 4)
    effects = ["Allow", *rnd.choices(("Allow", "Allow", "Deny"), k=count - 1)]
    statements = [_statement(rnd, effect, kinds, principals=principals) for effect in effects]
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(rnd: random.Random, effect: str, kinds: list[str], *, principals: bool) -> Json:
    actions = ("*", "a:*", "b:*", "a:r", "a:s", "a:r*", "a:?", "?:r", "A:R", "a:*s")
    resources = ("*", "r*", "*s", "r", "s", "rs", "?", "??", "r?s", "*t*", "t*", "???")
    made: dict[str, Any] = {"Effect": effect}
    made[rnd.choice(("Action", "Action", "NotAction"))] = rnd.sample(actions, rnd.randint(1, 2))
    made[rnd.choice(("Resource", "Resource", "NotResource"))] = rnd.sample(
        [text if text == "*" else BUCKET + text for text in resources], rnd.randint(1, 3)
    )
    if principals:
        root = f"arn:{rnd.choice(('aws', 'aws', 'aws-cn'))}:iam::111111111111:root"
        names = ("111111111111", root, "*", PRINCIPALS[0][4:], PRINCIPALS[1][4:])
        named: Any = {"AWS": rnd.sample(names, rnd.randint(1, 2))}
        if rnd.random() < 0.3:
            named = rnd.choice(({"Service": "r.amazonaws.com"}, "*"))
        element = rnd.choice(("Principal", "Principal", "Principal", "NotPrincipal"))
        if element == "NotPrincipal" and "111111111111" in str(named):
            named = _all_but(rnd, effect)
        made[element] = named
    for _ in range(rnd.choice((0, 0, 1, 1, 2))):
        operator, key, wanted = _condition(rnd, rnd.choice(kinds), principals=principals)
        made.setdefault("Condition", {}).setdefault(operator, {})[key] = wanted
    return made


def _all_but(rnd: random.Random, effect: str) -> Json:
    """Return a NotPrincipal with a role: in a Deny often with its account, as AWS says to do."""
    role, account = PRINCIPALS[0][4:], "111111111111"
    together = [role, rnd.choice((account, f"arn:aws:iam::{account}:root"))]
    return {"AWS": together if effect == "Deny" and rnd.random() < 0.7 else role}


def _condition(rnd: random.Random, kind: str, *, principals: bool) -> tuple[str, str, Json]:
    if kind in ("text", "many", "flag") and rnd.random() < 0.2:
        return "Null", f"aws:{kind}", rnd.choice(("true", "false"))
    if kind == "arn" and principals:
        operator = rnd.choice(("ArnLike", "ArnNotLike", "ArnLikeIfExists", "ArnEquals"))
        named = ("arn:aws:iam::111111111111:role/*", "arn:aws:iam::*:role/s", "*")
        return operator, "aws:PrincipalArn", rnd.choice(named)
    if kind == "many":
        name = rnd.choice(("StringEquals", "StringNotEquals", "StringLike"))
        qualifier = rnd.choice(("ForAllValues", "ForAnyValue"))
        return f"{qualifier}:{name}", "aws:many", rnd.sample(("r", "s", "*", "t"), 2)
    if kind == "flag":
        return rnd.choice(("Bool", "BoolIfExists")), "aws:flag", rnd.choice(("true", "false"))
    if kind == "number":
        name = rnd.choice(("Equals", "NotEquals", "LessThan", "GreaterThanEquals"))
        if_exists = rnd.choice(("", "", "IfExists"))
        return f"Numeric{name}{if_exists}", "aws:number", rnd.choice(("1", "2", ["1", "2"]))
    if kind == "address":
        name = rnd.choice(("IpAddress", "NotIpAddress"))
        return name, "aws:sourceip", rnd.choice(("10.0.0.0/24", "10.0.0.1", "10.0.1.0/24"))
    names = ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike")
    operator = rnd.choice(names) + rnd.choice(("", "", "IfExists"))
    return operator, "aws:text", rnd.sample(("r", "s", "r*", "*s", "?", "rs"), rnd.randint(1, 2))
