"""No answer is no where AWS says yes."""

from __future__ import annotations

from typing import Any

import pytest

from checker.iam.conditions import moment
from checker.iam.patterns import Undecided
from checker.iam.question import may_allow
from checker.iam.request import Request, allows
from checker.iam.statement import PolicyType, policy
from tests.iam.test_containment import ROLE, SESSION, allow, beyond, deny, when

HOME = "arn:aws:s3:::home/a"
USER = "AWS:arn:aws:iam::111111111111:user/u"


def may(*statements: Any, **asked: Any) -> bool | None:
    """Return whether a request is allowed; None if that cannot be decided."""
    data: Any = {"Version": "2012-10-17", "Statement": list(statements)}
    context = {key: tuple(values) for key, values in asked.pop("context", {}).items()}
    request = Request(
        **{"action": "s3:GetObject", "resource": HOME, "principal": "", **asked}, context=context
    )
    try:
        return allows(policy(data), request)
    except Undecided:
        return None


def by(who: Any, statement: dict[str, Any]) -> dict[str, Any]:
    return {**statement, "Principal": who if who == "*" else {"AWS": who}}


# ---- values ----


@pytest.mark.parametrize("operator", ["StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"])
def test_the_value_of_a_variable_ignores_case_too(operator: str) -> None:
    owned = allow(**when(operator, "aws:ResourceTag/owner", "${aws:username}"))
    context = {"aws:resourcetag/owner": ["Bob"], "aws:username": ["bOB"]}
    assert may(owned, context=context) is ("Not" not in operator)
    assert may(owned, context={**context, "aws:username": ["al"]}) is ("Not" in operator)


def test_a_variable_with_several_values_is_undecided() -> None:
    owned = allow(resource="arn:aws:s3:::home/${aws:PrincipalOrgPaths}")
    assert may(owned, context={"aws:principalorgpaths": ["a"]}) is True
    assert may(owned, context={"aws:principalorgpaths": ["b"]}) is False
    assert may(owned, context={"aws:principalorgpaths": ["a", "b"]}) is None
    assert may(owned, allow(), context={"aws:principalorgpaths": ["a", "b"]}) is True
    assert may(owned, allow(), deny(), context={"aws:principalorgpaths": ["a", "b"]}) is False


DAY = 1_767_225_600


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-01", 0),
        ("2026-01-01", 0),
        ("2026-01-01T00:01Z", 60),
        ("2026-01-01T01:00+01:00", 0),
        ("2026-01-01T00:00:01Z", 1),
        ("2026-01-01T00:00:01", 1),
        ("2026-01-01T00:00:01-01:00", 3601),
        ("1767225600", 0),
    ],
)
def test_the_forms_of_a_date(text: str, seconds: int) -> None:
    assert moment(text) == DAY + seconds
    later = allow(**when("DateGreaterThan", "aws:CurrentTime", text))
    for shift, expected in ((-1, False), (0, False), (1, True)):
        now = [str(DAY + seconds + shift)]
        assert may(later, context={"aws:currenttime": now}) is expected


@pytest.mark.parametrize("text", ["2026", "2026-13", "2026-01-32", "2026-01T00:00Z", "26-01-01"])
def test_what_is_no_date(text: str) -> None:
    assert moment(text) is None


# ---- resources ----

GROUP = "arn:aws:logs:eu-west-1:111111111111:log-group:/aws/x1"
RUNS_ON = "arn:aws:logs:*:*:/aws/x*"


def logs(effect: str, resource: str) -> dict[str, Any]:
    return {"Effect": effect, "Action": "logs:*", "Resource": resource}


@pytest.mark.parametrize("text", [RUNS_ON, "arn:aws:logs:*:log-group:/aws/x*"])
def test_a_star_that_ends_a_segment_runs_over_colons_when_it_grants(text: str) -> None:
    asked = {"action": "logs:GetLogEvents", "resource": GROUP}
    assert may(logs("Allow", text), **asked) is True
    assert beyond([logs("Allow", GROUP)], [logs("Allow", text)]) is None
    found = beyond([logs("Allow", text)], [logs("Allow", "arn:aws:logs:*:*:log-stream:*")])
    assert found is not None


def test_no_deny_relies_on_a_star_that_runs_over_colons() -> None:
    asked = {"action": "logs:GetLogEvents", "resource": GROUP}
    everything, secret = logs("Allow", "*"), logs("Deny", RUNS_ON)
    assert may(everything, secret, **asked) is True
    asked["resource"] = "arn:aws:logs:eu-west-1:111111111111:/aws/x1"
    assert may(everything, secret, **asked) is False
    exact = logs("Deny", "arn:aws:logs:*:*:log-group:/aws/x*")
    assert beyond([everything, secret], [everything, exact]) is not None


def test_a_deny_of_the_same_words_denies_all_that_they_allow() -> None:
    both = [logs("Allow", RUNS_ON), logs("Deny", RUNS_ON)]
    assert beyond(both, [logs("Deny", "*")]) is None
    secret = [logs("Allow", "arn:aws:logs:*:*:/aws/*"), logs("Deny", RUNS_ON)]
    assert beyond([*secret, logs("Allow", GROUP)], secret) is not None
    assert beyond([secret[0]], secret) is not None


@pytest.mark.parametrize("text", ["arn:aws:s3:*-1:*:home/a", "arn:aws:s3:?:111111111111:home/a"])
def test_other_wildcards_stay_in_their_segment(text: str) -> None:
    assert may(allow(resource=text), resource="arn:aws:s3:a:b-1:1:home/a") is False


@pytest.mark.parametrize(
    ("text", "resource", "expected"),
    [
        ("arn:aws:sqs:*:111111111111", "arn:aws:sqs:eu-west-1:111111111111:q", True),
        ("arn:aws:sqs:*:111111111111", "arn:aws:sqs:eu-west-1:222222222222:q", False),
        ("arn:aws:sqs:*:111111111111", "arn:aws:sqs:eu-west-1:222222222222:111111111111", None),
        ("arn:aws:sqs:?:111111111111", "arn:aws:sqs:e:111111111111:q", True),
        ("arn:aws:sqs:*:q", "arn:aws:sqs:eu-west-1:111111111111:q", None),
        ("arn:aws:sqs", "arn:aws:sqs:eu-west-1:111111111111:q", True),
        ("arn:aws:sqs:eu-*", "arn:aws:sqs:eu-west-1:111111111111:q", True),
    ],
)
def test_an_incomplete_arn_is_never_narrow(
    text: str, resource: str, *, expected: bool | None
) -> None:
    asked = {"action": "sqs:SendMessage", "resource": resource}
    allowed = {"Effect": "Allow", "Action": "sqs:*", "Resource": text}
    assert may(allowed, **asked) is expected
    denied = may({**allowed, "Resource": "*"}, {**allowed, "Effect": "Deny"}, **asked)
    assert denied is (expected if expected is None else not expected)


def test_a_resource_control_policy_needs_resources() -> None:
    data: Any = {"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*"}]}
    asked = Request("s3:GetObject", HOME, USER, {})
    for ask in (allows, may_allow):
        with pytest.raises(Undecided, match="needs Resource in every statement"):
            ask(
                policy({"Statement": [by("*", allow()), *data["Statement"]]}, PolicyType.RCP), asked
            )


# ---- callers ----


@pytest.mark.parametrize("role", [ROLE, ROLE.replace("/r", "/some/path/r")])
def test_the_session_of_a_role_is_the_role(role: str) -> None:
    session = f"AWS:{SESSION}"
    assert may(by(role, allow()), principal=session) is True
    assert may(by("*", allow()), by(role, deny()), principal=session) is False
    assert may(by("*", allow()), {**deny(), "NotPrincipal": {"AWS": role}}, principal=session)
    for other in (ROLE + "2", ROLE.replace("1", "2"), ROLE.replace(":aws:", ":aws-cn:")):
        assert may(by(other, allow()), principal=session) is False
    assert beyond([by(SESSION, allow())], [by(role, allow())]) is None
    assert beyond([by(role, allow())], [by(SESSION, allow())]) is not None


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("ArnEquals", ROLE, None),
        ("ArnLike", "arn:aws:iam::111111111111:role/*", True),
        ("ArnLike", "arn:aws:iam::111111111111:role/*r", True),
        ("ArnLike", "arn:aws:iam::111111111111:role/path/*", None),
        ("ArnNotLike", "arn:aws:iam::111111111111:role/*", False),
        ("ArnNotLike", "arn:aws:iam::111111111111:role/path/s", True),
        ("ArnLike", SESSION, False),
        ("StringEquals", ROLE, None),
        ("StringEqualsIgnoreCase", ROLE.replace("/r", "/S"), False),
        ("Null", "true", False),
        ("Null", "false", True),
    ],
)
def test_the_principal_arn_of_a_session_is_that_of_its_role(
    operator: str, value: str, *, expected: bool | None
) -> None:
    asked = by("*", allow(**when(operator, "aws:PrincipalArn", value)))
    assert may(asked, principal=f"AWS:{SESSION}") is expected
    arn = {"aws:principalarn": [ROLE]}
    if expected is None:
        assert may(asked, principal=f"AWS:{SESSION}", context=arn) is ("path" not in value)


SPARED = {"NotPrincipal": {"AWS": [ROLE, "arn:aws:iam::111111111111:root"]}}


@pytest.mark.parametrize("role", [ROLE, SESSION])
def test_a_role_is_named_with_its_account_in_not_principal(role: str) -> None:
    everyone, spared = by("*", allow()), {**deny(), **SPARED}
    assert may(everyone, spared, principal=f"AWS:{role}") is True
    assert may(everyone, spared, principal="AWS:arn:aws:iam::111111111111:root") is True
    assert may(everyone, spared, principal=USER) is False
    assert beyond([everyone, spared], [by([ROLE, "111111111111"], allow())]) is None
    found = beyond([everyone, spared], [by(ROLE, allow())])
    assert found is not None
    assert found.principal == "AWS:arn:aws:iam::111111111111:root"


def test_an_account_in_the_not_principal_of_an_allow() -> None:
    others = {**allow(), **SPARED}
    assert may(others, principal=USER) is None
    assert may(others, principal=f"AWS:{ROLE}") is False
    assert may(others, principal=USER.replace("1", "2")) is True
    assert may(others, by(USER[4:], allow()), principal=USER) is True


def test_a_role_of_an_account_that_was_allowed_is_nothing_new() -> None:
    for account in ("111111111111", "arn:aws:iam::111111111111:root"):
        assert beyond([by([ROLE, SESSION], allow())], [by(account, allow())]) is None
        assert beyond([by(account, allow())], [by(ROLE, allow())]) is not None
