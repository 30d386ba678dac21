"""What AWS owns cannot be changed, so that a policy that allows it grants nothing."""

from __future__ import annotations

import pytest

from checker.iam import catalogue
from checker.iam.access import access
from checker.iam.owned import OWNED
from checker.iam.statement import Policy, policy
from checker.problems import Json

CASES = [(each, name) for each in OWNED for name in each.actions.split()]


def allow(action: str, *resources: str) -> Policy:
    return made(("Allow", action, *resources))


def made(*statements: tuple[str, ...]) -> Policy:
    rows: list[Json] = [
        {"Effect": effect, "Action": action, "Resource": [*resources]}
        for effect, action, *resources in statements
    ]
    return policy({"Version": "2012-10-17", "Statement": rows})


@pytest.mark.parametrize(("of", "name"), CASES, ids=[name for _, name in CASES])
def test_an_action_that_always_fails_is_not_granted(
    of: tuple[tuple[str, ...], str, str], name: str
) -> None:
    assert catalogue.exists(name)
    resources, *_ = of
    for text in (*resources, *(each.replace("/*", "/x/y") for each in resources)):
        assert not access(allow(name, text), [name]).granted
        assert not access(allow("*", text.replace("arn:*:", "arn:aws:")), [name]).granted
        beside = text.replace("/aws/", "/ours/").replace("/aws-", "/our-").replace("::aws:", "::1:")
        assert access(allow(name, text, beside), [name]).resources[0].text == beside


@pytest.mark.parametrize(
    ("name", "resource"),
    [
        ("iam:AttachRolePolicy", "arn:aws:iam::111122223333:role/*"),
        ("iam:GetPolicyVersion", "arn:aws:iam::aws:policy/*"),
        ("iam:DeleteServiceLinkedRole", "arn:aws:iam::*:role/aws-service-role/*"),
        ("iam:UpdateRoleDescription", "arn:aws:iam::*:role/aws-service-role/*"),
        ("iam:GetRole", "arn:aws:iam::*:role/aws-reserved/*"),
        ("kms:UpdateAlias", "arn:aws:kms:*:*:alias/aws*"),
    ],
)
def test_what_may_be_done_is_granted(name: str, resource: str) -> None:
    assert access(allow(name, resource), [name]).granted


API = "arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5"


@pytest.mark.parametrize(
    ("allowed", "denied", "left"),
    [
        ("execute-api:/*", "execute-api:/*", False),
        ("execute-api:/*", "execute-api:/prod/*", True),
        ("execute-api:/prod/*", "execute-api:/*", False),
        (f"{API}/prod/GET/pets", "execute-api:/prod/*", False),
        (f"{API}/dev/GET/pets", "execute-api:/prod/*", True),
        ("execute-api:/prod/GET/pets", "arn:aws*:execute-api:*:*:*/prod/*", False),
        ("execute-api:/prod/GET/pets", f"{API}/prod/*", True),
    ],
)
def test_a_short_resource_of_an_api_is_its_arn(allowed: str, denied: str, *, left: bool) -> None:
    name = "execute-api:Invoke"
    both = made(("Allow", name, allowed), ("Deny", name, denied))
    assert access(both, [name]).granted is left
    assert access(allow(name, allowed), [name]).resources[0].text == allowed
