"""Changes a policy at random so that it allows at least as much as before."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

from tests.fuzz.spelling import Policy, listed, statements

Statement = dict[str, Any]


def widened(rnd: random.Random, policy: Policy) -> Policy:
    """Return a policy that allows more, in one or a few ways."""
    made = copy.deepcopy(policy)
    for _ in range(rnd.choice((1, 1, 1, 2, 3))):
        rnd.choice(WAYS)(rnd, made)
    return made


def _allowing(policy: Policy) -> list[Statement]:
    return [each for each in statements(policy) if each["Effect"] == "Allow"]


def _action(rnd: random.Random, policy: Policy) -> None:
    """Put wildcards into an action of an Allow."""
    _wild(rnd, [each for each in _allowing(policy) if "Action" in each], "Action")


def _resource(rnd: random.Random, policy: Policy) -> None:
    """Put wildcards into a resource of an Allow."""
    _wild(rnd, [each for each in _allowing(policy) if "Resource" in each], "Resource")


def _wild(rnd: random.Random, among: list[Statement], name: str) -> None:
    if not among:
        return
    statement = rnd.choice(among)
    entries = list(listed(statement[name]))
    at = rnd.randrange(len(entries))
    if isinstance(entries[at], str) and "${" not in entries[at]:
        # In the policy of a resource `*` is that resource, which its own rules are about; where
        # none is named, the action alone tells which service it is of.
        of_resource = "Principal" in statement
        fixed = of_resource and (name == "Resource" or not _names_resources(statement))
        of_trust = of_resource and entries[at].lower().startswith("sts:")
        entries[at] = _wider(rnd, entries[at], fixed=fixed or of_trust)
    statement[name] = entries


def _names_resources(statement: Statement) -> bool:
    return not statement.keys().isdisjoint({"Resource", "NotResource"})


def _wider(rnd: random.Random, text: str, *, fixed: bool) -> str:
    """Return a pattern that matches what a text does, and more; `fixed`: of the same service."""
    front, colon, name = text.rpartition(":")
    if not name or (rnd.random() < 0.1 and not fixed):
        return "*"
    at = rnd.randrange(len(name))
    kept = rnd.choice((name[:at] + "*", name[:at] + "*" + name[at + 1 :], "*"))
    if name[at] != "*":
        kept = rnd.choice((kept, name[:at] + "?" + name[at + 1 :]))
    return front + colon + kept


def _more_entries(rnd: random.Random, policy: Policy) -> None:
    """Give an Allow another action or another resource."""
    among = [each for each in _allowing(policy) if "Action" in each and "Resource" in each]
    if among:
        name, entry = rnd.choice(_MORE)
        statement = rnd.choice(among)
        statement[name] = [*listed(statement[name]), entry]


_MORE = (
    ("Action", "cloudwatch:ListDashboards"),
    ("Action", "s3:*"),
    ("Resource", "arn:aws:s3:::another-bucket/*"),
    ("Resource", "arn:*"),
)


def _all_but(rnd: random.Random, policy: Policy) -> None:
    """Allow all actions but one that there is not, or all resources but one."""
    name = rnd.choice(("Action", "Resource"))
    other = {"Action": "unheardof:Nothing", "Resource": "arn:aws:s3:::unheard-of"}[name]
    among = [each for each in _allowing(policy) if name in each and f"Not{name}" not in each]
    among = [each for each in among if not any("s3" in text for text in map(str, each.values()))]
    among = [each for each in among if _names_resources(each) or "Principal" not in each]
    if among:
        statement = rnd.choice(among)
        del statement[name]
        statement[f"Not{name}"] = other


def _no_condition(rnd: random.Random, policy: Policy) -> None:
    """Take a condition off an Allow."""
    among = [each for each in _allowing(policy) if "Condition" in each]
    if among:
        del rnd.choice(among)["Condition"]


def _no_deny(rnd: random.Random, policy: Policy) -> None:
    """Take a Deny away, or let it hold only at times."""
    found = statements(policy)
    among = [each for each in found if each["Effect"] == "Deny"]
    if among and len(found) > 1:
        chosen = rnd.choice(among)
        if rnd.random() < 0.5:
            policy["Statement"] = [each for each in found if each is not chosen]
        else:
            condition = chosen.setdefault("Condition", {}).setdefault("StringEquals", {})
            condition["aws:PrincipalTag/nobody"] = "has this"


def _everyone(rnd: random.Random, policy: Policy) -> None:
    """Allow everyone what someone is allowed."""
    among = [each for each in _allowing(policy) if "Principal" in each]
    if among:
        rnd.choice(among)["Principal"] = "*"


WAYS: tuple[Callable[[random.Random, Policy], None], ...] = (
    *(_action, _action, _resource, _resource, _more_entries, _all_but),
    *(_no_condition, _no_deny, _everyone),
)
"""Each changes a policy in place, so that it allows what it did, and perhaps more."""
