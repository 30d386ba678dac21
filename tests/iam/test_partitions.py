"""An account by its id is that of an ARN where the old policy tells so, and nothing else does."""

from __future__ import annotations

from typing import Any

import pytest

from checker.iam.containment import grants_beyond
from checker.iam.partitions import located
from checker.iam.request import Request
from checker.iam.statement import Policy, policy

ID = "111111111111"
ROOT = f"arn:aws:iam::{ID}:root"
CHINA = f"arn:aws-cn:iam::{ID}:root"
USER = f"arn:aws:iam::{ID}:user/u"


def of(*principals: str, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    named = {"AWS": list(principals)}
    return {"Effect": effect, "Principal": named, "Action": "s3:Get*", "Resource": "*", **more}


def deny(*principals: str, **more: Any) -> dict[str, Any]:
    return of(*principals, effect="Deny", **more)


def when(operator: str, pattern: str) -> dict[str, Any]:
    return {"Condition": {operator: {"aws:PrincipalArn": pattern}}}


def beyond(new: list[Any], old: list[Any]) -> Request | None:
    one, other = (read(items) for items in (new, old))
    return grants_beyond(located(one, other), other)


def read(statements: list[Any]) -> Policy:
    return policy({"Version": "2012-10-17", "Statement": statements})


NO_MORE = {
    "its id for its ARN": ([of(ID)], [of(ROOT)]),
    "its id for its ARN in China": ([of(ID)], [of(CHINA)]),
    "its id for ARNs in two partitions": ([of(ID)], [of(ROOT, CHINA)]),
    "its ARN for its id": ([of(ROOT)], [of(ID)]),
    "its id beside that of a user": ([of(ID, USER)], [of(ROOT)]),
    "one of two accounts": ([of(ID)], [of("222222222222", ROOT)]),
    "its id for its ARN, less what is denied by its id": (
        [of(ID), deny(ID, Resource="arn:aws:s3:::b/*")],
        [of(ROOT), deny(ID, Resource="arn:aws:s3:::b/*")],
    ),
    "everyone but an account by its id, which is let in by its ARN": (
        [of("*"), deny(ID)],
        [of("*", ROOT), deny(ID)],
    ),
    "a Deny by its id": ([of("*"), deny(ID)], [of("*"), deny(ROOT)]),
    "what cannot be decided, in the same words": (
        [of(ID, Resource="arn:aws:s3:::${bucket}")],
        [of(ID, Resource="arn:aws:s3:::${bucket}"), of(ROOT)],
    ),
}


@pytest.mark.parametrize("name", NO_MORE)
def test_nothing_new_is_granted(name: str) -> None:
    assert beyond(*NO_MORE[name]) is None


MIXED = "arn:*:s3:::b/*"
CHINESE = of("*", **when("ArnLike", f"arn:aws-cn:*::{ID}:*"))
"""An account in China, by no ARN of a principal."""
MORE = {
    "another account": ([of("222222222222")], [of(ROOT)]),
    "all of an account of which one user was let in": ([of(ID)], [of(USER)]),
    "more actions": ([of(ID, Action="s3:*")], [of(ROOT)]),
    "an ARN in another partition": ([of(CHINA)], [of(ROOT)]),
    "an ARN in another partition beside the id": ([of(ID, CHINA)], [of(ROOT)]),
    "a Deny by an ARN in another partition": ([of("*"), deny(CHINA)], [of("*"), deny(ID)]),
    "a Deny by an ARN in another partition, which the new policy lets in": (
        [of("*"), of(CHINA), deny(CHINA)],
        [of("*"), deny(ID)],
    ),
    "a Deny by an ARN in another partition than the policy lets in": (
        [of(ROOT), deny(CHINA)],
        [of(ROOT), deny(ID)],
    ),
    "its id, which the new policy alone puts into a partition": ([of(ID), of(CHINA)], [CHINESE]),
    "its id, which was kept out by its ARN": ([of(ID)], [CHINESE, deny(CHINA, Action="s3:Put*")]),
    "a Deny that is gone beside resources in China": (
        [of("*", Resource=MIXED), deny("*", Resource="arn:aws-cn:s3:::b/x"), deny(CHINA)],
        [of("*", Resource=MIXED), deny("*", Resource="arn:aws-cn:s3:::b/x"), deny(ID)],
    ),
    "a Deny that is gone beside callers that are not in China": (
        [of("*", **when("ArnNotLike", "arn:aws-cn:iam::*:*"))],
        [of("*", **when("ArnNotLike", "arn:aws-cn:iam::*:*")), deny(ID)],
    ),
}


@pytest.mark.parametrize("name", MORE)
def test_new_access_is_found(name: str) -> None:
    assert beyond(*MORE[name]) is not None
