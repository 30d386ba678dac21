"""What is granted whatever the placeholders of a template are, held against their values."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.iam import pieces
from checker.iam.arn import Spelling, spelling
from checker.iam.containment import grants_beyond
from checker.iam.machine import Wild
from checker.iam.patterns import Undecided, covers, matches
from checker.iam.principals import account_of, is_account
from checker.iam.request import Request, allows
from checker.iam.statement import Policy, Principal, policy
from tests.oracles import iam_oracle as oracle

TEXTS = ("", "r", "s", "rs", "t", "*", "r*")
VALUES = {
    "${A}": TEXTS,
    "${B}": TEXTS,
    "${C}": ("111111111111", "222222222222", "333333333333"),
    "${flag}": ("true", "false"),
    "${number}": ("1", "2"),
    "${sourceip}": ("10.0.0.0/24", "10.0.0.1", "10.0.1.0/24"),
}


def drawn(rnd: random.Random) -> tuple[Any, Any, bool]:
    """Return two random policies with placeholders."""
    principals = rnd.random() < 0.4
    kinds = rnd.sample(oracle.KINDS, 2)
    base, other = (oracle.policy(rnd, kinds, principals=principals) for _ in range(2))
    one = oracle.with_unknowns(rnd, base)
    return one, oracle.with_unknowns(rnd, rnd.choice((base, base, other))), principals


def renderings(rnd: random.Random, *policies: Any) -> list[dict[str, str]]:
    """Return some ways to render policies: values for the placeholders in them."""
    used = [name for name in VALUES if name in str(policies)]
    every = list(itertools.product(*(VALUES[name] for name in used)))
    kept = rnd.sample(every, min(len(every), 12))
    return [dict(zip(used, each, strict=True)) for each in kept]


def filled(text: str, known: dict[str, str], run: str | None) -> str:
    """Return a text with a string that each value matches in place of its placeholder.

    A wildcard matches `run`; without one, it is plain text.
    """
    for name, value in known.items():
        meant = value if run is None else value.replace("*", run)
        text = text.replace(name, meant.removesuffix("/24"))
    account = text.removeprefix("AWS:")
    return f"AWS:arn:aws:iam::{account}:user/u" if account.isdigit() and account != text else text


def wrong(rnd: random.Random) -> str:
    """Return what is wrong about two random policies with placeholders: nothing, one hopes."""
    one, other, principals = drawn(rnd)
    try:
        found = grants_beyond(policy(one), policy(other))
    except Undecided:
        return ""
    space = oracle.dimensions(oracle.used_keys(one, other), principals=principals)
    for known in renderings(rnd, one, other):
        new, old = (oracle.rendered(each, known) for each in (one, other))
        if found is None:
            missed = oracle.allowed(new, space) - oracle.allowed(old, space)
            if missed:
                return f"missed: {min(missed)} of {one} beyond {other} with {known}"
            continue
        runs = itertools.product(("", "z", "zz"), (None, "", "z"))
        requests = [_rendered(found, known, run, other_run) for run, other_run in runs]
        if not any(oracle.allows(new, r) and not oracle.allows(old, r) for r in requests):
            return f"no new access: {found} of {one} beyond {other} with {known}"
    return ""


def _rendered(
    found: Request, known: dict[str, str], run: str, run_of_texts: str | None
) -> oracle.Asked:
    context = {
        key: tuple(filled(text, known, run_of_texts) for text in texts)
        for key, texts in found.context.items()
    }
    resource, principal = (filled(text, known, run) for text in (found.resource, found.principal))
    return oracle.Asked(found.action, resource, principal, context)


@given(st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_answer_holds_for_every_rendering(rnd: random.Random) -> None:
    assert wrong(rnd) == ""


def wrong_about_a_request(rnd: random.Random) -> str:
    """Return what is wrong about requests to a random policy with placeholders."""
    data, _, principals = drawn(rnd)
    meaning = policy(data)
    space = oracle.dimensions(oracle.used_keys(data), principals=principals)
    for _ in range(20):
        actions, resources, callers, contexts = space
        where = (rnd.choice(actions), rnd.choice(resources), rnd.choice(callers))
        asked = Request(*where, rnd.choice(contexts))
        request = oracle.Asked(*where, dict(asked.context))
        try:
            answer = allows(meaning, asked)
        except Undecided:
            continue
        for known in renderings(rnd, data):
            if oracle.allows(oracle.rendered(data, known), request) is not answer:
                return f"{answer} is wrong: {asked} to {data} with {known}"
    return ""


@given(st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_whether_a_request_is_allowed_holds_for_every_rendering(rnd: random.Random) -> None:
    assert wrong_about_a_request(rnd) == ""


S3 = "arn:aws:s3:::"
B, ACCOUNT = "${bucket}", "${AWS::AccountId}"
ROLE, ROOT = f"arn:aws:iam::{ACCOUNT}:role/x", f"arn:${{AWS::Partition}}:iam::{ACCOUNT}:root"
OURS = "arn:aws:iam::111122223333:root"


def allow(resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource, **more}


def deny(resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(resource, **more), "Effect": "Deny"}


def when(operator: str, key: str, value: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def known(statements: Any) -> Policy:
    return policy({"Version": "2012-10-17", "Statement": statements})


def by(principal: Any) -> dict[str, Any]:
    return {"Principal": principal}


ORGANISATION = when("StringEquals", "aws:PrincipalOrgID", "${org}")
RANGE = when("IpAddress", "aws:SourceIp", "${cidr}")
SAME_ROLE = when("ArnLike", "aws:PrincipalArn", ROLE)
YES, NO, UNKNOWN = "new access", "no new access", "undecided"
BEYOND = {
    "a bucket, and nothing": ([allow(S3 + B)], [], YES),
    "a bucket, and the same": ([allow(S3 + B)], [allow(S3 + B)], NO),
    "a bucket, and another name": ([allow(S3 + B)], [allow(f"{S3}${{other}}")], UNKNOWN),
    "a part of a bucket": ([allow(f"{S3}{B}/x")], [allow(f"{S3}{B}/*")], NO),
    "a bucket, and a part of it": ([allow(f"{S3}{B}/*")], [allow(f"{S3}{B}/x")], YES),
    "a Deny of a bucket it may be": ([allow(f"{S3}{B}/*"), deny(f"{S3}logs/*")], [], UNKNOWN),
    "a Deny of a part of it": ([allow(f"{S3}{B}/*"), deny(f"{S3}{B}/secret/*")], [], YES),
    "a Deny of all of it": ([allow(f"{S3}{B}/x"), deny(f"{S3}{B}/*")], [], NO),
    "a Deny of a bucket among all": ([allow(), deny(f"{S3}{B}/*")], [], YES),
    "a partition, and one": ([allow("arn:${p}:s3:::x")], [allow(f"{S3}x")], UNKNOWN),
    "a partition, and any": ([allow("arn:${p}:s3:::x")], [allow("arn:*:s3:::x")], NO),
    "an organisation": ([allow(**ORGANISATION)], [], YES),
    "an organisation, and the same": ([allow(**ORGANISATION)], [allow(**ORGANISATION)], NO),
    "all, and an organisation": ([allow()], [allow(**ORGANISATION)], YES),
    "an organisation it may be": (
        [allow(**ORGANISATION)],
        [allow(**when("StringEquals", "aws:PrincipalOrgID", "o-1"))],
        UNKNOWN,
    ),
    "another case of a name": (
        [allow(**when("StringEqualsIgnoreCase", "a:b", "${A}"))],
        [allow(**when("StringEqualsIgnoreCase", "a:b", "${a}"))],
        UNKNOWN,
    ),
    "addresses": ([allow(**RANGE)], [], YES),
    "addresses, and the same": ([allow(**RANGE)], [allow(**RANGE)], NO),
    "addresses they may be": (
        [allow(**RANGE)],
        [allow(**when("IpAddress", "aws:SourceIp", "10.0.0.0/8"))],
        UNKNOWN,
    ),
    "a number": ([allow(**when("NumericLessThan", "s3:max-keys", "${n}"))], [], UNKNOWN),
    "an account": ([allow(**by({"AWS": ROOT}))], [], YES),
    "an account it may be": ([allow(**by({"AWS": ROOT}))], [allow(**by({"AWS": OURS}))], UNKNOWN),
    "a role of an account": (
        [allow(**by({"AWS": ROLE}))],
        [allow(**by({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}))],
        NO,
    ),
    "everyone, and whoever": ([allow(**by("*"))], [allow(**by({"AWS": "${who}"}))], UNKNOWN),
    "a Deny of whoever": ([allow(**by("*")), deny(**by({"AWS": "${who}"}))], [], UNKNOWN),
    "a Deny of a role": ([allow(**by("*")), deny(**by({"AWS": ROLE}))], [], YES),
    "a caller, by condition": ([allow(**by("*"), **SAME_ROLE)], [], YES),
    "a Deny of whom it may be": (
        [allow(**by("*"), **SAME_ROLE), deny(**by({"AWS": "arn:aws:iam::111122223333:role/x"}))],
        [],
        UNKNOWN,
    ),
    "an action": ([{**allow(), "Action": "s3:${verb}"}], [], UNKNOWN),
    "an action of a service": (
        [{**allow(), "Action": "s3:${verb}"}],
        [{**allow(), "Action": "s3:*"}],
        NO,
    ),
}


@pytest.mark.parametrize("name", BEYOND)
def test_what_is_granted_whatever_a_placeholder_is(name: str) -> None:
    new, old, answer = BEYOND[name]
    one, other = known(new), known(old)
    if answer is UNKNOWN:
        with pytest.raises(Undecided, match="render the template before checking") as why:
            grants_beyond(one, other)
        assert why.value.unknown is not None
        address, route = why.value.unknown
        assert address in str((new, old))
        assert route[0] == "Statement"
    else:
        found = grants_beyond(one, other)
        assert (YES if found else NO) is answer
        assert "\0" not in str(found)
        assert "\1" not in str(found)


def test_a_request_shows_a_placeholder_as_it_is_written() -> None:
    found = grants_beyond(known([allow(S3 + B, **ORGANISATION)]), known([]))
    assert found is not None
    assert found.resource == S3 + B
    assert found.context == {"aws:principalorgid": ("${org}",)}


REQUEST = Request("s3:GetObject", f"{S3}logs", "AWS:arn:aws:iam::111122223333:role/x", {})
ALLOWED = {
    "a bucket it may be": ([allow(S3 + B, **by("*"))], None),
    "another service": ([allow(f"arn:aws:sqs:*:*:{B}", **by("*"))], False),
    "a bucket it may be, beside the bucket": ([allow([S3 + B, f"{S3}logs"], **by("*"))], True),
    "a Deny it may be": ([allow(**by("*")), deny(S3 + B, **by("*"))], None),
    "a Deny beside a sure one": (
        [allow(**by("*")), deny(S3 + B, **by("*")), deny(**by("*"))],
        False,
    ),
    "a Deny that never applies": (
        [allow(**by("*")), deny(S3 + B, **by("*"), **when("Bool", "a:b", "true"))],
        True,
    ),
    "an account it may be": ([allow(**by({"AWS": ROOT}))], None),
    "another role of the account": ([allow(**by({"AWS": f"{ROLE}y"}))], False),
    "a range that the request lacks": ([allow(**by("*"), **RANGE)], False),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_a_request_is_allowed_whatever_a_placeholder_is(name: str) -> None:
    statements, answer = ALLOWED[name]
    if answer is None:
        with pytest.raises(Undecided, match="render the template before checking"):
            allows(known(statements), REQUEST)
    else:
        assert allows(known(statements), REQUEST) is answer


PRINCIPALS = [
    # the principal, its account, and whether it is an account; None if that is undecided
    ("${who}", None, None),
    ("arn:aws:iam::111122223333:root", "111122223333", True),
    ("arn:${p}:iam::111122223333:root", "111122223333", True),
    (ROOT, None, True),
    (ROLE, None, False),
    ("arn:${p}:iam::111122223333:role/${name}", "111122223333", False),
    ("arn:aws:iam::111122223333:${name}", "111122223333", None),
    ("arn:aws:s3:::${name}", "", False),
]


@pytest.mark.parametrize(("text", "account", "is_root"), PRINCIPALS)
def test_which_account_a_principal_is_of(
    text: str, account: str | None, *, is_root: bool | None
) -> None:
    item = Principal("AWS", text, ("Statement", 0, "Principal", "AWS"))
    for question, answer in ((account_of, account), (is_account, is_root)):
        if answer is None:
            with pytest.raises(Undecided, match="render the template") as why:
                question(item)
            assert why.value.unknown is not None
            assert why.value.unknown[1] == item.route
        else:
            assert question(item) == answer


def test_typed_unknowns_are_as_wide_as_their_domain() -> None:
    def meant(*items: Any) -> Spelling:
        parts: list[Any] = []
        for item in items:
            parts += [item] if isinstance(item, pieces.Unknown) else item
        return spelling("typed", pieces.opened(parts), parts)

    account, segment, choice = (
        pieces.Unknown(str(at), domain)
        for at, domain in enumerate(
            (
                pieces.Domain(pieces.Kind.ACCOUNT),
                pieces.Domain(pieces.Kind.SEGMENT),
                pieces.Domain(pieces.Kind.CHOICE, ("logs-a", "logs-b")),
            )
        )
    )
    assert matches(meant("x:", account, ":y").widest, "x:111122223333:y")
    assert not matches(meant("x:", account, ":y").widest, "x:1:y")
    assert not matches(meant("x:", segment).widest, "x:")
    assert not matches(meant("x:", segment).widest, "x:y:z")
    assert matches(meant(choice).widest, "logs-b")
    assert not matches(meant(choice).widest, "b")
    assert covers([meant(segment, "/", [Wild.STAR]).symbolic], meant(segment, "/x").symbolic)
    assert not covers([meant(segment).symbolic], meant(account).symbolic)
