"""What one policy grants beyond another, held against the enumeration of all requests."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker import cel
from checker.iam.containment import grants_beyond
from checker.iam.patterns import Undecided
from checker.iam.request import Request, allows
from checker.iam.statement import policy
from tests.oracles import iam_oracle as oracle


def pair(rnd: random.Random) -> tuple[Any, Any, bool]:
    """Return two random policies with conditions on no more than two kinds of keys."""
    principals = rnd.random() < 0.4
    kinds = rnd.sample(oracle.KINDS, 2)
    one, other = (oracle.policy(rnd, kinds, principals=principals) for _ in range(2))
    return one, other, principals


def disagreement(rnd: random.Random) -> str:
    """Return what is wrong about two random policies: nothing, one hopes."""
    one, other, principals = pair(rnd)
    try:
        found = grants_beyond(policy(one), policy(other))
    except Undecided as error:
        doubts = ("whom a statement excludes", "whom an account in")
        unsure = "NotPrincipal" in str((one, other)) and any(d in str(error) for d in doubts)
        return "" if unsure else f"undecided: {error}"
    if found is not None:
        request = oracle.Asked(found.action, found.resource, found.principal, dict(found.context))
        if oracle.allows(one, request) and not oracle.allows(other, request):
            return ""
        return f"no new access: {found} of {one} beyond {other}"
    space = oracle.dimensions(oracle.used_keys(one, other), principals=principals)
    missed = oracle.allowed(one, space) - oracle.allowed(other, space)
    return f"missed: {min(missed)} of {one} beyond {other}" if missed else ""


@given(st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_containment_is_what_enumeration_says(rnd: random.Random) -> None:
    assert disagreement(rnd) == ""


def decided_otherwise(rnd: random.Random, *, sessions: bool = True) -> str:
    """Return what `allows` decides otherwise than enumeration: nothing, one hopes.

    Without `sessions`, no session of a role asks, and no account stands in a NotPrincipal.
    """
    data, _, principals = pair(rnd)
    if not sessions and any(_names_account(each) for each in data["Statement"]):
        return ""
    known = policy(data)
    actions, resources, callers, contexts = oracle.dimensions(
        oracle.used_keys(data), principals=principals
    )
    kept = [each for each in callers if sessions or ":sts:" not in each]
    space = (actions, resources, kept, contexts)
    found = {
        at
        for at in itertools.product(*(range(len(each)) for each in space))
        if allows(known, Request(*(each[n] for each, n in zip(space, at, strict=True))))  # type: ignore[index]
    }
    wrong = found ^ oracle.allowed(data, space)
    return f"{min(wrong)} of {data}" if wrong else ""


def _names_account(statement: Any) -> bool:
    return ("111111111111'" in (named := str(statement.get("NotPrincipal")))) or ":root" in named


@given(st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_allows_is_what_enumeration_says(rnd: random.Random) -> None:
    assert decided_otherwise(rnd, sessions=False) == ""


@pytest.mark.slow
def test_allows_is_what_enumeration_says_of_sessions_too() -> None:
    answers = (decided_otherwise(random.Random(case)) for case in range(25))  # noqa: S311 - no secret
    assert list(filter(None, answers)) == []


@given(st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_policy_grants_nothing_beyond_itself(rnd: random.Random) -> None:
    data = policy(pair(rnd)[0])
    assert grants_beyond(data, data) is None


def missed_by_a_variable(rnd: random.Random) -> str:
    """Return what is wrong about two random policies with variables: nothing, one hopes."""
    base, base_of_other, principals = pair(rnd)
    one = oracle.with_variables(rnd, base)
    other = oracle.with_variables(rnd, rnd.choice((base, base, base_of_other)))
    try:
        found = grants_beyond(policy(one), policy(other))
    except Undecided:
        return ""
    space = oracle.dimensions(oracle.used_keys(one, other), principals=principals)
    names = oracle.VARIABLES
    for texts in itertools.product((None, "r", "s", "t", "rs"), repeat=len(names)):
        values = {name: text for name, text in zip(names, texts, strict=True) if text}
        new, old = (oracle.concrete(each, values) for each in (one, other))
        if found is None and (missed := oracle.allowed(new, space) - oracle.allowed(old, space)):
            return f"missed: {min(missed)} of {one} beyond {other} with {values}"
    if found is not None:
        request = oracle.Asked(found.action, found.resource, found.principal, dict(found.context))
        values = {name: found.context.get(name[2:-1], ("",))[0] for name in names}
        new, old = (
            oracle.concrete(each, {k: v for k, v in values.items() if v}) for each in (one, other)
        )
        if oracle.allows(old, request) or not oracle.allows(new, request):
            return f"no new access: {found} of {one} beyond {other}"
    return ""


@given(st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_new_is_so_for_every_value_of_a_variable(rnd: random.Random) -> None:
    assert missed_by_a_variable(rnd) == ""


ARN = "arn:aws:s3:::"


def allow(action: Any = "s3:Get*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "s3:Get*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def when(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def beyond(new: list[Any], old: list[Any]) -> Request | None:
    one, other = (policy({"Version": "2012-10-17", "Statement": items}) for items in (new, old))
    return grants_beyond(one, other)


ROLE = "arn:aws:iam::111111111111:role/r"
SESSION = "arn:aws:sts::111111111111:assumed-role/r/s"
HOME = f"{ARN}home/${{aws:username}}/*"
NO_MORE = {
    "the same in another case": ([allow("S3:getobject")], [allow("s3:GetObject")]),
    "a pattern within a union": ([allow("s3:Get?*")], [allow(["s3:Get?", "s3:Get??*"])]),
    "what a Deny takes away": ([allow("*"), deny("iam:*")], [allow(NotAction="iam:*")]),
    "the same variable": ([allow(resource=HOME)], [allow(resource=HOME)]),
    "a variable within any text": ([allow(resource=HOME)], [allow(resource=f"{ARN}home/*")]),
    "the same Deny with a variable": (
        [allow(), deny(resource=HOME)],
        [deny(resource=HOME), allow()],
    ),
    "one more condition": ([allow(**when("Bool", "aws:SecureTransport", "true"))], [allow()]),
    "a narrower range": (
        [allow(**when("IpAddress", "aws:SourceIp", "10.0.1.0/24"))],
        [allow(**when("IpAddress", "aws:SourceIp", "10.0.0.0/16"))],
    ),
    "the same number": (
        [allow(**when("NumericLessThan", "s3:max-keys", "10"))],
        [allow(**when("NumericLessThan", "s3:max-keys", "+10.0"))],
    ),
    "an earlier date before 1970": (
        [allow(**when("DateLessThan", "aws:CurrentTime", "1950-01-01T00:00:00Z"))],
        [allow(**when("DateLessThan", "aws:CurrentTime", "1960-01-01T00:00:00Z"))],
    ),
    "fewer values": (
        [allow(**when("StringEquals", "aws:RequestedRegion", "eu-west-1"))],
        [allow(**when("StringLike", "aws:RequestedRegion", "eu-*"))],
    ),
    "a role of the account": (
        [{**allow(), "Principal": {"AWS": "arn:aws:iam::111111111111:role/r"}}],
        [{**allow(), "Principal": {"AWS": "111111111111"}}],
    ),
    "the caller's ARN as a condition": (
        [{**allow(), "Principal": {"AWS": "arn:aws:iam::111111111111:role/r"}}],
        [
            {
                **allow(**when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*")),
                "Principal": "*",
            }
        ],
    ),
    "fewer actions beside the same Deny of a role and its session": (
        [
            {**allow("s3:GetObject"), "Principal": "*"},
            {**deny(), "Principal": {"AWS": [ROLE, SESSION]}},
        ],
        [{**allow(), "Principal": "*"}, {**deny(), "Principal": {"AWS": [ROLE, SESSION]}}],
    ),
    "fewer actions beside the same Deny of all but a role": (
        [{**allow("s3:GetObject"), "Principal": "*"}, {**deny(), "NotPrincipal": {"AWS": ROLE}}],
        [{**allow(), "Principal": "*"}, {**deny(), "NotPrincipal": {"AWS": ROLE}}],
    ),
    "fewer actions beside the same Deny of an id": (
        [
            {**allow("s3:GetObject"), "Principal": "*"},
            {**deny(), "Principal": {"CanonicalUser": "79a59d"}},
        ],
        [
            {**allow(), "Principal": "*"},
            {**deny(), "Principal": {"CanonicalUser": "79a59d"}},
        ],
    ),
    "what the policy is attached to, of all resources": (
        [{"Effect": "Allow", "Action": "s3:Get*", "Principal": "*"}],
        [{**allow(), "Principal": "*"}],
    ),
    "less of what cannot be decided": (
        [
            allow(resource=f"{ARN}${{bucket}}/*"),
            deny("s3:Put*", **when("StringResembles", "a:b", "${c}")),
        ],
        [allow(resource=f"{ARN}${{bucket}}/*"), allow("iam:*")],
    ),
    "no statement that allows": ([deny()], [deny("iam:*")]),
}


@pytest.mark.parametrize("name", NO_MORE)
def test_nothing_new_is_granted(name: str) -> None:
    new, old = ([_clean(item) for item in side] for side in NO_MORE[name])
    assert beyond(new, old) is None


def _clean(statement: dict[str, Any]) -> dict[str, Any]:
    """Return a statement with one of Action and NotAction only."""
    return {k: v for k, v in statement.items() if k != "Action" or "NotAction" not in statement}


MORE = {
    "another action": ([allow("s3:*")], [allow("s3:Get*")], "s3:"),
    "a hole in a union": ([allow("s3:Get*")], [allow(["s3:GetO*", "s3:GetB*"])], "s3:Get"),
    "a condition that is gone": (
        [allow()],
        [allow(**when("Bool", "aws:SecureTransport", "true"))],
        "aws:securetransport",
    ),
    "a condition that a missing key passes": (
        [allow(**when("StringEqualsIfExists", "aws:PrincipalOrgID", "o-1"))],
        [allow(**when("StringEquals", "aws:PrincipalOrgID", "o-1"))],
        "aws:principalorgid",
    ),
    "everybody's home": ([allow(resource=f"{ARN}home/*")], [allow(resource=HOME)], "home/"),
    "a variable's own text": ([allow(resource=HOME)], [allow(resource=f"{ARN}home/a/*")], "home/"),
    "a wider range": (
        [allow(**when("IpAddress", "aws:SourceIp", "10.0.0.0/15"))],
        [allow(**when("IpAddress", "aws:SourceIp", "10.0.0.0/16"))],
        "10.1.",
    ),
    "a later date": (
        [allow(**when("DateLessThan", "aws:CurrentTime", "2031-01-01T00:00:00Z"))],
        [allow(**when("DateLessThan", "aws:CurrentTime", "2030-01-01T00:00:00Z"))],
        "2030-",
    ),
    "a later date before 1970": (
        [allow(**when("DateLessThan", "aws:CurrentTime", "1960-01-01T00:00:00Z"))],
        [allow(**when("DateLessThan", "aws:CurrentTime", "1950-01-01T00:00:00Z"))],
        "aws:currenttime",
    ),
    "a value that is no number": (
        [allow(**when("NumericNotEquals", "s3:max-keys", "10"))],
        [
            allow(**when("NumericLessThan", "s3:max-keys", "10")),
            allow(**when("NumericGreaterThan", "s3:max-keys", "10")),
        ],
        "s3:max-keys",
    ),
    "federated users, who have an ARN of STS": (
        [{**allow(**when("ArnLike", "aws:PrincipalArn", "arn:aws:*::*:*")), "Principal": "*"}],
        [{**allow(**when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:*")), "Principal": "*"}],
        "federated-user/",
    ),
    "a session of another role": (
        [
            {**allow(), "Principal": {"AWS": SESSION}},
            {**deny(), "Principal": {"AWS": "arn:aws:iam::111111111111:role/s"}},
        ],
        [deny(Principal="*")],
        "assumed-role/r/s",
    ),
    "a session of a role that is denied": (
        [{**allow(), "Principal": {"AWS": SESSION}}],
        [{**allow(), "Principal": "*"}, {**deny(), "Principal": {"AWS": ROLE}}],
        "assumed-role/r/s",
    ),
    "a role of which a session is denied": (
        [{**allow(), "Principal": {"AWS": ROLE.replace("/r", "/path/r")}}],
        [{**allow(), "Principal": "*"}, {**deny(), "Principal": {"AWS": SESSION}}],
        "assumed-role/r/s",
    ),
    "a session of a role that alone was not allowed": (
        [{**allow(), "Principal": {"AWS": SESSION}}],
        [{**allow(), "NotPrincipal": {"AWS": ROLE}}],
        "assumed-role/r/s",
    ),
    "all but an account": (
        [{**allow(), "NotPrincipal": {"AWS": "111111111111"}}],
        [{**allow(), "Principal": {"AWS": "222222222222"}}],
        "AWS:arn:aws",
    ),
    "a Deny that is gone": ([allow("*")], [allow("*"), deny("iam:*")], "iam:"),
    "one more principal": (
        [{**allow(), "Principal": {"Service": "ec2.amazonaws.com"}}],
        [{**allow(), "Principal": {"AWS": "111111111111"}}],
        "Service:ec2.amazonaws.com",
    ),
}


@pytest.mark.parametrize("name", MORE)
def test_new_access_has_its_proof(name: str) -> None:
    new, old, shown = MORE[name]
    found = beyond(new, old)
    assert found is not None
    assert shown in repr(found)


def said(effect: str, **more: Any) -> dict[str, Any]:
    """Return a statement about reading, without what `more` replaces."""
    return {"Effect": effect, "Action": "s3:Get*", **more}


def own(effect: str) -> dict[str, Any]:
    """Return a statement for everyone about what the policy is attached to."""
    return {**said(effect), **EVERYBODY}


EVERYBODY = {"Principal": "*"}
PEOPLE = f"{ARN}home/${{aws:userid}}/*"
UNDECIDED = {
    "a placeholder of a template": (
        [allow(resource=f"{ARN}${{bucket}}")],
        [allow(resource=f"{ARN}logs")],
        "render the template",
    ),
    "a variable in a Deny that is new": (
        [allow(resource=HOME)],
        [allow(), deny(resource=f"{ARN}home/a/*")],
        "aws:username",
    ),
    "all but a variable beside another variable": (
        [allow(resource=f"{ARN}home/alice/*")],
        [allow(resource=HOME), said("Allow", NotResource=PEOPLE)],
        "aws:userid",
    ),
    "a variable that a Deny asks a tag to be": (
        [allow(), deny(**when("StringNotEquals", "aws:ResourceTag/o", "${aws:username}"))],
        [allow(), deny(**when("StringEquals", "aws:ResourceTag/o", "root"))],
        "aws:username",
    ),
    "a Deny of all but a variable": (
        [allow(), said("Deny", NotResource=HOME)],
        [said("Allow", NotResource=f"{ARN}home/bob/*")],
        "aws:username",
    ),
    "a key compared as two kinds of values": (
        [allow(**when("StringEquals", "a:b", "1"))],
        [allow(**when("NumericEquals", "a:b", "1"))],
        "compared as",
    ),
    "a boolean that is also compared as a text": (
        [allow(**when("Bool", "a:b", "true"))],
        [allow(**when("StringEquals", "a:b", "true"))],
        "compared as",
    ),
    "a number that is none": (
        [allow(**when("NumericLessThan", "s3:max-keys", "ten"))],
        [allow(**when("NumericLessThan", "s3:max-keys", "10"))],
        "`ten` is not among the numbers",
    ),
    "a date that is none": (
        [allow(**when("DateLessThan", "aws:CurrentTime", "tomorrow"))],
        [allow(**when("DateLessThan", "aws:CurrentTime", "2030-01-01T00:00:00Z"))],
        "`tomorrow` is not among the dates",
    ),
    "an address that is none": (
        [allow(**when("IpAddress", "aws:SourceIp", "10.0.0"))],
        [allow(**when("IpAddress", "aws:SourceIp", "10.0.0.0/8"))],
        "not among the addresses",
    ),
    "a boolean that is none": (
        [allow(**when("Bool", "aws:SecureTransport", "yes"))],
        [allow()],
        "not among the booleans",
    ),
    "a key with one value and with several": (
        [allow(**when("StringEquals", "aws:TagKeys", "a"))],
        [allow(**when("ForAnyValue:StringEquals", "aws:TagKeys", "a"))],
        "one value or several",
    ),
    "a session and the ARN of its role": (
        [{**allow(), "Principal": {"AWS": SESSION}}],
        [{**allow(**when("ArnEquals", "aws:PrincipalArn", ROLE)), "Principal": "*"}],
        "the role of the session",
    ),
    "a federated user, whose user is denied": (
        [{**allow(), "Principal": {"AWS": "arn:aws:sts::111111111111:federated-user/f"}}],
        [
            {**allow(), "Principal": "*"},
            {**deny(), "Principal": {"AWS": "arn:aws:iam::111111111111:user/u"}},
        ],
        "whom a statement excludes",
    ),
    "a role in other letters": (
        [{**allow(), "Principal": {"AWS": SESSION}}],
        [{**allow(), "Principal": "*"}, {**deny(), "Principal": {"AWS": ROLE[:-1] + "R"}}],
        "whom a statement excludes",
    ),
    "a session of a role, which may have been denied by its id": (
        [{**allow(), "Principal": {"AWS": SESSION}}],
        [
            {**allow(), "Principal": "*"},
            {**deny(), "Principal": {"AWS": "AROADBQP57FF2AEXAMPLE"}},
        ],
        "whom a statement excludes",
    ),
    "an account, which may have been denied by its canonical id": (
        [{**allow(), "Principal": {"AWS": "111111111111"}}],
        [{**allow(), "Principal": "*"}, {**deny(), "Principal": {"CanonicalUser": "79a59d"}}],
        "whom a statement excludes",
    ),
    "a Deny of all but a role that is gone": (
        [{**allow(), "Principal": {"AWS": ROLE}}],
        [{**allow(), "Principal": {"AWS": ROLE}}, {**deny(), "NotPrincipal": {"AWS": ROLE}}],
        "whom a statement excludes",
    ),
    "all but a session, of a role that a condition asks for": (
        [
            {**allow(**when("ArnEquals", "aws:PrincipalArn", ROLE)), "Principal": "*"},
            {**deny(), "NotPrincipal": {"AWS": SESSION}},
        ],
        [{**allow(), "Principal": {"AWS": "arn:aws:iam::111111111111:user/u"}}],
        "the role of the session",
    ),
    "a Deny of what the policy may be attached to": (
        [own("Allow")],
        [own("Allow"), {**deny(resource="arn:aws:sqs:eu-west-1:111111111111:q"), **EVERYBODY}],
        "a statement without Resource",
    ),
    "what the policy is attached to, for all but one": (
        [own("Allow")],
        [{**said("Allow", NotResource="arn:aws:sqs:eu-west-1:111111111111:q"), **EVERYBODY}],
        "a statement without Resource",
    ),
    "an account in the NotPrincipal of an Allow": (
        [{**allow(), "Principal": {"AWS": "arn:aws:iam::222222222222:user/u"}}],
        [{**allow(), "NotPrincipal": {"AWS": "222222222222"}}],
        "the NotPrincipal of an Allow",
    ),
    "a Deny of all but a role and its account that is gone": (
        [{**allow(), "Principal": {"AWS": ROLE}}],
        [
            {**allow(), "Principal": {"AWS": ROLE}},
            {**deny(), "NotPrincipal": {"AWS": [ROLE, "111111111111"]}},
        ],
        "whom a statement excludes",
    ),
    "all but a role, spelt in another way than in its session": (
        [
            {**allow(), "Principal": {"AWS": SESSION}},
            {**deny(), "NotPrincipal": {"AWS": [ROLE[:-1] + "R", "111111111111"]}},
        ],
        [{**allow(), "Principal": {"AWS": "arn:aws:iam::222222222222:user/u"}}],
        "whom a statement excludes",
    ),
    "an operator that is not known": (
        [allow(**when("StringResembles", "a:b", "1"))],
        [allow()],
        "StringResembles",
    ),
    "too many values": (
        [allow(**when("NumericEquals", "a:b", [str(n) for n in range(501)]))],
        [allow()],
        "501 values",
    ),
    "principals on one side": ([{**allow(), "Principal": "*"}], [allow()], "names principals"),
}


@pytest.mark.parametrize("name", UNDECIDED)
def test_what_is_not_decided_says_why(name: str) -> None:
    new, old, reason = UNDECIDED[name]
    with pytest.raises(Undecided, match=reason):
        beyond(new, old)


def test_a_hostile_pair_stops_at_the_budget() -> None:
    words = [f"*{a}*{b}*" for a in "abcdefgh" for b in "abcdefgh"]
    new = [allow(words, words), *(deny(word, word) for word in words)]
    old = [allow(word, f"*{word}") for word in words]
    with cel.budget(200_000), pytest.raises((cel.BudgetError, Undecided)):
        beyond(new, old)


FAULTY = {("resource-policies/role-trust-policies/allowlist-federated-access-oidc.md", 1)}
"""Cases whose reference names `<ACCOUNT ID>`, which is nobody's account."""


def test_no_new_access_is_what_aws_says(data: Path) -> None:
    cases = json.loads((data / "no-new-access" / "cases.json").read_text())
    wrong = set()
    for case in cases:
        found = grants_beyond(policy(case["candidate"]), policy(case["reference"]))
        if ("PASS" if found is None else "FAIL") != case["verdict"]:
            wrong.add((case["file"], case["n"]))
    assert len(cases) == 106
    assert wrong == FAULTY
