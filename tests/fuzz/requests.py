"""Random policies in the terms of one harm, and which of them do it, by asking single requests.

What a policy allows is worked out by `tests.oracles.iam_oracle`, request by request, which knows
nothing of the project's own sets of actions and resources.
"""

from __future__ import annotations

import random
from typing import Any, NamedTuple

from tests.fuzz.spelling import Policy, listed, statements
from tests.oracles.iam_oracle import Asked, allows

_NAMES = ("zq9-x", "kvv/7w")
"""Names that no policy here spells out: who may use both may use any, by a wildcard."""
_OWN = ("deploy", "team/app", "build")
"""Names that policies spell out."""
_ACCOUNT = "123456789012"


class Harm(NamedTuple):
    """What a rule is against: one of some actions on things of any name, others beside it."""

    rule: str
    actions: tuple[tuple[str, str], ...]
    """Each with the ARN of what it is done to, `{}` for the name."""
    beside: tuple[tuple[str, str], ...] = ()
    """What must be allowed as well, on anything at all."""

    def is_done(self, policy: Policy) -> bool:
        """Say whether a policy does the harm for certain."""
        asked = _certain(policy)
        return any(
            all(_may(asked, action, arn.format(name)) for name in _NAMES)
            for action, arn in self.actions
        ) and all(
            any(_may(asked, action, arn.format(name)) for name in (*_NAMES, *_OWN))
            for action, arn in self.beside
        )


def _iam(kind: str) -> str:
    return f"arn:aws:iam::{_ACCOUNT}:{kind}/{{}}"


def _arn(service: str, kind: str) -> str:
    return f"arn:aws:{service}:eu-west-1:{_ACCOUNT}:{kind}{{}}"


_PASS = (("iam:PassRole", _iam("role")),)
HARMS = (
    Harm(
        "ecr-push-to-one-repository",
        tuple(
            (f"ecr:{name}", _arn("ecr", "repository/"))
            for name in (
                *("InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage"),
            )
        ),
    ),
    Harm(
        "escalation-inline-policies",
        (
            ("iam:PutUserPolicy", _iam("user")),
            ("iam:PutGroupPolicy", _iam("group")),
            ("iam:PutRolePolicy", _iam("role")),
        ),
    ),
    Harm(
        "escalation-attach-policies",
        (
            ("iam:AttachUserPolicy", _iam("user")),
            ("iam:AttachGroupPolicy", _iam("group")),
            ("iam:AttachRolePolicy", _iam("role")),
        ),
    ),
    Harm("escalation-group-membership", (("iam:AddUserToGroup", _iam("group")),)),
    Harm("escalation-pass-role", _PASS),
    Harm(
        "escalation-pass-role-to-lambda-functions",
        _PASS,
        (("lambda:CreateFunction", _arn("lambda", "function:")),),
    ),
    Harm("escalation-pass-role-to-glue-jobs", _PASS, (("glue:CreateJob", _arn("glue", "job/")),)),
)


def random_policy(rnd: random.Random, harm: Harm) -> Policy:
    """Return a random policy of a few statements about the actions of a harm and others."""
    found = [_statement(rnd, harm, "Allow") for _ in range(rnd.choice((1, 1, 2, 3)))]
    found += [_statement(rnd, harm, "Deny") for _ in range(rnd.choice((0, 0, 1, 1, 2)))]
    rnd.shuffle(found)
    version = rnd.choice(({"Version": "2012-10-17"}, {"Version": "2012-10-17"}, {}))
    return {**version, "Statement": found}


def _statement(rnd: random.Random, harm: Harm, effect: str) -> dict[str, Any]:
    pairs = [*harm.actions, *harm.beside, *harm.beside]
    action, arn = rnd.choice(pairs)
    made: dict[str, Any] = {"Effect": effect}
    opposite = rnd.random()
    if opposite < 0.15:
        others = ["s3:*", "ec2:Run*", "unheardof:*", _pattern(rnd, rnd.choice(pairs)[0])]
        made["NotAction"] = rnd.sample(others, rnd.choice((1, 2)))
    else:
        more = [_pattern(rnd, each) for each, _ in rnd.sample(pairs, rnd.randint(0, len(pairs)))]
        made["Action"] = [_pattern(rnd, action), *more]
    entries = [
        _place(rnd, rnd.choice((arn, rnd.choice(pairs)[1]))) for _ in range(rnd.choice((1, 1, 2)))
    ]
    made[rnd.choice(("Resource",) * 5 + ("NotResource",))] = entries
    if rnd.random() < 0.2:
        made["Condition"] = {
            rnd.choice(("StringEquals", "StringNotEquals", "StringLikeIfExists")): {
                "aws:PrincipalTag/team": rnd.choice(("blue", ["blue", "r*"]))
            }
        }
    return made


def _pattern(rnd: random.Random, action: str) -> str:
    """Return an action, or a pattern that it is, or nearly is, one of."""
    service, _, name = action.partition(":")
    at = rnd.randrange(1, len(name))
    return rnd.choice(
        (
            *(
                action,
                action,
                f"{service}:*",
                "*",
                f"{service}:{name[:at]}*",
                f"{service}:*{name[at:]}",
            ),
            *(
                f"{service}:{name[:at]}?{name[at + 1 :]}",
                f"{service}:{name[:at]}",
                f"{service}:{name}?",
            ),
            *(f"{service}:?{name[1:at]}*{name[at:]}", f"{service}:{name}*"),
        )
    )


def _place(rnd: random.Random, arn: str) -> str:
    """Return a resource, or a pattern that it is one of."""
    name = rnd.choice(_OWN)
    front = arn.format("")
    at = rnd.randrange(1, len(name))
    return rnd.choice(
        (
            *("*", front + name, front + "*", front + name[:at] + "*", front + "*" + name[at:]),
            *(
                front + "?" * rnd.randint(1, 8),
                front + name[:at] + "?" * rnd.choice((0, 1)),
                front + "*/*",
            ),
            *(
                front.replace(_ACCOUNT, "*") + "*",
                front.replace(_ACCOUNT, "*") + name,
                front + "?*",
            ),
            *(
                front.replace("aws", "*", 1) + "*",
                front + "z*",
                front + "*w",
                front + "*-*",
                "arn:*",
            ),
        )
    )


def is_more(old: Policy, new: Policy) -> bool:
    """Say whether some request is allowed by a new policy and is not by an old one."""
    before, after = (
        {"Statement": [_with_lists(each) for each in statements(policy)]} for policy in (old, new)
    )
    return any(allows(after, each) and not allows(before, each) for each in _REQUESTS)


def _certain(policy: Policy) -> Policy:
    """Return what a policy allows for certain, or may allow: conditions of an Allow may hold.

    Those of a Deny need not, so that such a Deny takes nothing away for certain.
    """
    kept = [
        each for each in statements(policy) if each["Effect"] == "Allow" or "Condition" not in each
    ]
    bare = [{key: value for key, value in each.items() if key != "Condition"} for each in kept]
    return {"Statement": [_with_lists(each) for each in bare]}


def _with_lists(statement: dict[str, Any]) -> dict[str, Any]:
    plain = ("Effect", "Condition")
    return {key: value if key in plain else listed(value) for key, value in statement.items()}


def _may(policy: Policy, action: str, resource: str) -> bool:
    return allows(policy, Asked(action, resource, "", {}))


_TEAMS: tuple[tuple[str, ...], ...] = ((), ("blue",), ("x",))
_REQUESTS = [
    Asked(action, arn.format(name), "", {"aws:PrincipalTag/team": team})
    for harm in HARMS
    for action, arn in (*harm.actions, *harm.beside)
    for name in (*_NAMES, *_OWN)
    for team in _TEAMS
]
