"""Condition keys have values of their type, and some are in every request."""

from __future__ import annotations

from typing import Any

import pytest

from checker.iam.patterns import Undecided
from tests.iam.test_containment import allow, beyond, deny, when

TLS = "aws:SecureTransport"
MFA = "aws:MultiFactorAuthPresent"
SECURE = allow(**when("Bool", TLS, "true"))

NO_MORE: dict[str, tuple[list[Any], list[Any]]] = {
    "a Deny of requests without TLS": ([allow(), deny(**when("Bool", TLS, "false"))], [SECURE]),
    "a Deny that a missing key passes": (
        [allow(), deny(**when("BoolIfExists", MFA, "false"))],
        [allow(**when("Bool", MFA, "true"))],
    ),
    "a Boolean as a string": (
        [allow(), deny(**when("StringNotEquals", TLS, "true"))],
        [SECURE],
    ),
    "a Boolean as a string in other letters": (
        [allow(**when("StringEqualsIgnoreCase", TLS, "TRUE"))],
        [SECURE],
    ),
    "a Boolean as a pattern": ([allow(**when("StringLike", TLS, "t*"))], [SECURE]),
    "both values": (
        [allow(**when("Null", "aws:ViaAWSService", "false"))],
        [allow(**when("Bool", "aws:ViaAWSService", each)) for each in ("true", "false")],
    ),
    "both values of a key of a service": (
        [allow(**when("Null", "kms:GrantIsForAWSResource", "false"))],
        [allow(**when("Bool", "kms:GrantIsForAWSResource", each)) for each in ("true", "false")],
    ),
    "a key that is always there": ([allow()], [allow(**when("Null", TLS, "false"))]),
    "any region": ([allow()], [allow(**when("StringLike", "aws:RequestedRegion", "*"))]),
    "any time": (
        [allow()],
        [
            allow(**when("DateLessThan", "aws:CurrentTime", "2030-01-01T00:00:00Z")),
            allow(**when("DateGreaterThanEquals", "aws:CurrentTime", "2030-01-01")),
        ],
    ),
    "any number": (
        [allow(**when("Null", "s3:max-keys", "false"))],
        [
            allow(**when("NumericLessThanEquals", "s3:max-keys", "10")),
            allow(**when("NumericGreaterThan", "s3:max-keys", "10")),
        ],
    ),
    "any address": (
        [allow(**when("Null", "aws:SourceIp", "false"))],
        [allow(**when("IpAddress", "aws:SourceIp", ["0.0.0.0/0", "::/0"]))],
    ),
    "an identity, which signs its requests": (
        [allow()],
        [allow(**when("Null", "aws:PrincipalIsAWSService", "false"))],
    ),
    "no key that is always there": ([allow(**when("Null", TLS, "true"))], [deny()]),
}


@pytest.mark.parametrize("name", NO_MORE)
def test_nothing_new_is_granted(name: str) -> None:
    assert beyond(*NO_MORE[name]) is None


MORE: dict[str, tuple[list[Any], list[Any], dict[str, tuple[str, ...]]]] = {
    "without MFA, if the key may be missing": (
        [allow()],
        [allow(**when("Bool", MFA, each)) for each in ("true", "false")],
        {"aws:multifactorauthpresent": ()},
    ),
    "without TLS": ([allow()], [SECURE], {"aws:securetransport": ("false",)}),
    "a value that is neither, of a key that is not known": (
        [allow(**when("Null", "my:flag", "false"))],
        [allow(**when("Bool", "my:flag", each)) for each in ("true", "false")],
        {"my:flag": ("neither",)},
    ),
    "anonymous requests, which have no such key": (
        [{**allow(), "Principal": "*"}],
        [{**allow(**when("Null", "aws:PrincipalIsAWSService", "false")), "Principal": "*"}],
        {"aws:principalisawsservice": ()},
    ),
}


@pytest.mark.parametrize("name", MORE)
def test_new_access_is_a_request_that_can_be_made(name: str) -> None:
    new, old, context = MORE[name]
    found = beyond(new, old)
    assert found is not None
    assert dict(found.context) == context


def test_a_boolean_in_capitals_is_undecided() -> None:
    with pytest.raises(Undecided, match="write it in lower case"):
        beyond([allow(**when("StringEquals", TLS, "True"))], [SECURE])


def test_a_number_that_is_also_compared_as_a_string_is_undecided() -> None:
    with pytest.raises(Undecided, match="compared as"):
        beyond(
            [allow(**when("StringEquals", "s3:max-keys", "10"))],
            [allow(**when("NumericEquals", "s3:max-keys", "10"))],
        )
