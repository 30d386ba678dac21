"""Any policy that the schema accepts gets an answer, or a reason why there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from checker import cel
from checker.iam.access import access
from checker.iam.containment import grants_beyond
from checker.iam.functions import STRUCTS
from checker.iam.patterns import Undecided
from checker.iam.statement import policy
from checker.iam.validation import CODES, findings
from checker.kinds import builtin

KIND = builtin()[0]
PARTS = st.sampled_from(
    ["*", "?", ":", "/", "a", "b-1", "s3", "iam", "${aws:username}", "${*}", "${x}", "${", "}", "'"]
)
TEXTS = st.lists(PARTS, max_size=6).map("".join)
ACTIONS = st.sampled_from(
    ["*", "*:*", "s3:*", "iam:Pass?ole", "nope:X", "s3:get*Obj*", "ecr:PutImage"]
)
RESOURCES = st.one_of(
    st.sampled_from(["*", "arn:aws:s3:::b", "arn:aws", "arn:*", "arn:::::"]),
    TEXTS.map(lambda text: f"arn:aws:s3:::{text}"),
    TEXTS.map(lambda text: f"arn:aws:{text}"),
)
OPERATORS = st.builds(
    lambda qualifier, name, suffix: qualifier + name + suffix,
    st.sampled_from(["", "ForAnyValue:", "forallvalues:"]),
    st.sampled_from(
        [
            "StringEquals",
            "stringnotlike",
            "NumericLessThan",
            "DateEquals",
            "Bool",
            "IpAddress",
            "NotIpAddress",
            "ArnLike",
            "ArnNotEquals",
            "BinaryEquals",
            "StringEqualsIgnoreCase",
        ]
    ),
    st.sampled_from(["", "IfExists"]),
)
KEYS = st.sampled_from(
    [
        "aws:username",
        "aws:SourceIp",
        "aws:TagKeys",
        "aws:ResourceTag/a",
        "aws:PrincipalArn",
        "aws:CurrentTime",
        "s3:max-keys",
        "nokey",
        "a:b:c",
        "aws:SecureTransport",
        "AWS:Username",
    ]
)
SCALARS = st.one_of(
    TEXTS, st.booleans(), st.integers(-9, 10**12), st.floats(-5, 5), st.just("10.0.0.0/8")
)
PRINCIPALS = st.one_of(
    st.just("*"),
    st.fixed_dictionaries({"AWS": st.sampled_from(["*", "123456789012", "arn:aws:iam::1:role/r"])}),
    st.fixed_dictionaries({"Service": st.sampled_from(["s3.amazonaws.com", "x"])}),
)


def many(items: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return one item, or a list of some."""
    return st.one_of(items, st.lists(items, min_size=1, max_size=3))


def either(name: str, items: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return an element or its opposite."""
    return st.builds(
        lambda which, value: {which: value}, st.sampled_from([name, f"Not{name}"]), items
    )


STATEMENTS = st.builds(
    lambda effect, *parts: {"Effect": effect, **{k: v for part in parts for k, v in part.items()}},
    st.sampled_from(["Allow", "Deny"]),
    either("Action", many(ACTIONS)),
    either("Resource", many(RESOURCES)),
    st.one_of(st.just({}), either("Principal", PRINCIPALS)),
    st.one_of(st.just({}), st.fixed_dictionaries({"Sid": TEXTS})),
    st.one_of(
        st.just({}),
        st.fixed_dictionaries(
            {
                "Condition": st.dictionaries(
                    OPERATORS, st.dictionaries(KEYS, many(SCALARS), max_size=2), max_size=2
                )
            }
        ),
    ),
)
POLICIES = st.builds(
    lambda version, statements: {**version, "Statement": statements},
    st.sampled_from([{}, {"Version": "2012-10-17"}, {"Version": "2008-10-17"}]),
    many(STATEMENTS),
)


def answered(question: Callable[[], object]) -> object:
    """Return an answer, or None where there is a reason for none."""
    try:
        with cel.budget():
            return question()
    except (Undecided, cel.EvaluationError):
        return None


@given(POLICIES, POLICIES)
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_question_has_an_answer_or_a_reason(one: Any, other: Any) -> None:
    assume(KIND.schema.accepts(one) and KIND.schema.accepts(other))
    first, second = policy(one), policy(other)
    for asked in (["*"], ["s3:GetObject", "iam:PassRole"], ["nope:*"]):
        found = answered(lambda asked=asked: access(first, asked))  # type: ignore[misc]
        for struct in STRUCTS:
            values = {"policy": [first], "statement": first.statements, "access": [found]}
            for value in values.get(struct.type.name, []):
                for field in struct.fields:
                    answered(lambda field=field, value=value: field.get(value))  # type: ignore[misc]
    answered(lambda: grants_beyond(first, second))
    assert answered(lambda: grants_beyond(first, first)) is None
    known = answered(lambda: findings(first))
    assert isinstance(known, tuple)
    assert {each.code for each in known} <= CODES.keys()
