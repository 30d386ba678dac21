"""Any policy that the schema accepts gets an answer, or a reason why there is none.

The policies are drawn from the grammar of the schema, element by element, odd ones included.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker import cel
from checker.cel.types import DYN, STRING, list_of, map_of
from checker.iam.access import access
from checker.iam.containment import grants_beyond
from checker.iam.functions import POLICY, STRUCTS
from checker.iam.functions.samples import PRINCIPAL, STATEMENT
from checker.iam.patterns import Undecided
from checker.iam.statement import policy
from checker.iam.validation import CODES, findings
from checker.kinds import builtin

Json = Any
KIND = builtin()[0]
UNITS = 200_000
"""What one question may spend."""

# ---- policies, from the grammar of the schema ----

HOLES = [
    "${aws:username}",
    "${AWS:UserName}",
    "${*}",
    "${?}",
    "${$}",
    "${x}",
    "${",
    "${}",
    "}",
    "${aws:",
    "${aws:a,'b'}",
    "${${a:b}}",
    "${aws:PrincipalTag/A-b}",
    "${aws:ResourceTag/*}",
    "$",
    "$$",
    "${a:b:c}",
]
HOLES += ["${aws:PrincipalTag/a b, 'c*'}", "${ aws:userid }", "${aws:username, '}'}"]
PLAIN = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=8)
PARTS = st.one_of(
    st.sampled_from(["*", "?", ":", "/", "a", "b-1", "s3", "iam", "'", "123456789012", "::"]),
    st.sampled_from(HOLES),
    PLAIN,
)
ASCII = st.lists(PARTS, max_size=6).map("".join)
UNICODE = st.one_of(st.text(max_size=6), ASCII, st.sampled_from(["\u212a", "\x00", "\U0001f600"]))
TEMPLATE = re.compile(r"\{\{|<%|%\(|@@")


def rendered(text: str) -> str:
    """Return a text in which nothing is what the schema takes for a template."""
    return text if TEMPLATE.search(text) is None else "arn:aws:s3:::b"


LETTERS = "abzABZ09-"
ACTIONS = st.one_of(
    st.sampled_from(["*", "*:*", "s3:*", "iam:Pass?ole", "ecr:PutImage", "S3:get*Obj*", "s3:?*"]),
    st.builds(
        "{}:{}".format,
        st.one_of(
            st.sampled_from(["s3", "IAM", "sts", "ecr"]), st.text(LETTERS, min_size=1, max_size=4)
        ),
        st.text(LETTERS + "*?._", min_size=1, max_size=6),
    ),
)
RESOURCES = st.one_of(
    st.sampled_from(
        ["*", "arn:*", "arn:aws", "arn:::::", "arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:?*:**"]
    ),
    ASCII.map(lambda text: f"arn:aws:s3:::{rendered(text)}"),
    ASCII.map(lambda text: f"arn:{rendered(text)}:"),
    st.builds(
        lambda front, hole, end: rendered(f"{front}{hole}{end}"),
        ASCII,
        st.sampled_from([each for each in HOLES if "${" in each]),
        ASCII,
    ).map(lambda text: text if "${" in text else "${x}"),
)
NAMES = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
]
OPERATORS = st.builds(
    lambda change, *parts: change("".join(parts)),
    st.sampled_from([str, str, str.lower, str.upper, str.swapcase]),
    st.sampled_from(["", "", "ForAnyValue:", "ForAllValues:"]),
    st.one_of(
        st.just("Null"),
        st.builds("{}{}".format, st.sampled_from(NAMES), st.sampled_from(["", "IfExists"])),
    ),
)
KEYS = st.one_of(
    st.sampled_from(
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
            "aws:SourceArn",
            "aws:PrincipalOrgPaths",
            "aws:SourceAccount",
            "aws:PrincipalTag/${aws:username}",
            "${",
        ]
    ),
    PLAIN.map(lambda text: f"a{text}"),
)
VALUES = st.one_of(
    UNICODE,
    st.booleans(),
    st.integers(-(10**40), 10**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        [
            "true",
            "False",
            "10.0.0.0/8",
            "10.0.0.1/33",
            "::/0",
            "::ffff:1.2.3.4",
            "2030-01-01T00:00:00Z",
            "2030-13-01T00:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "1700000000",
            "-0",
            "+1.5",
            "1e5",
            "999999999999.999999999999",
            "o-1/r-1/ou-*/",
            "123456789012",
            "arn:aws:iam::*:role/${aws:username}",
            "arn:aws:s3:::b",
            "*",
            "?",
        ]
    ),
)
NAMED = st.one_of(
    st.sampled_from(
        [
            "123456789012",
            "arn:aws:iam::123456789012:root",
            "arn:aws:iam::1:role/r",
            "s3.amazonaws.com",
            "arn:aws:sts::123456789012:assumed-role/r/s",
            "AIDAEXAMPLE",
            "${x}",
            "arn:${y}:iam::1:root",
            "${",
        ]
    ),
    PLAIN.map(lambda text: re.sub(r"[*?]", "a", text)),
)


def many(items: st.SearchStrategy[Any], least: int = 1) -> st.SearchStrategy[Any]:
    """Return one item, or a list of some."""
    return st.one_of(items, st.lists(items, min_size=least, max_size=3))


def either(name: str, items: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return an element or its opposite."""
    return st.builds(lambda opposite, value: {opposite + name: value}, NOT, items)


def maybe(elements: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(st.just({}), elements)


def joined(*parts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.items()}


NOT = st.sampled_from(["", "Not"])
PRINCIPALS = st.one_of(
    st.just("*"),
    st.dictionaries(
        st.sampled_from(["Service", "Federated", "CanonicalUser"]), many(NAMED), min_size=1
    ),
    st.fixed_dictionaries({"AWS": many(st.one_of(st.just("*"), NAMED))}),
    st.fixed_dictionaries({"AWS": many(NAMED), "Service": many(NAMED)}),
)
CONDITIONS = st.dictionaries(
    OPERATORS, st.dictionaries(KEYS, many(VALUES, 0), min_size=1, max_size=2), max_size=2
)
ON = either("Resource", many(RESOURCES))
STATEMENTS = st.builds(
    joined,
    st.sampled_from([{"Effect": "Allow"}, {"Effect": "Allow"}, {"Effect": "Deny"}]),
    either("Action", many(ACTIONS)),
    st.one_of(ON, ON, st.builds(joined, either("Principal", PRINCIPALS), maybe(ON))),
    maybe(st.fixed_dictionaries({"Sid": UNICODE})),
    maybe(st.fixed_dictionaries({"Condition": CONDITIONS})),
)
POLICIES = st.builds(
    joined,
    st.sampled_from([{}, {"Version": "2012-10-17"}, {"Version": "2012-10-17"}, {"Id": "\u212a"}]),
    st.sampled_from([{}, {}, {}, {"Version": "2008-10-17"}]),
    st.fixed_dictionaries({"Statement": many(STATEMENTS)}),
)


# ---- questions ----


def answered(question: Callable[[], object], reason: type[Exception] = Undecided) -> object:
    """Return an answer, or None where there is a reason for none, be it the budget."""
    try:
        with cel.budget(UNITS):
            return question()
    except (cel.BudgetError, reason):
        return None


def parts(value: object) -> Iterator[object]:
    """Return a value and all that it is made of, asking each for all of its fields."""
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        for each in value:
            yield from parts(each)
        return
    yield value
    for struct in STRUCTS:
        if isinstance(value, struct.host):
            for field in struct.fields:
                yield from parts(answered(lambda field=field: field.get(value)))  # type: ignore[misc]


ACTS = (["*"], ["s3:GetObject", "iam:PassRole"], ["nope:*", "ecr:Put?mage", "*:*"])


@given(POLICIES, POLICIES)
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_question_has_an_answer_or_a_reason(one: Json, other: Json) -> None:
    assert KIND.schema.accepts(one), KIND.schema.violations(one)
    first, second = policy(one), policy(other)
    assert list(parts(first))
    for asked in ACTS:
        list(parts(answered(lambda asked=asked: access(first, asked))))  # type: ignore[misc]
    list(parts(answered(lambda: grants_beyond(first, second))))
    assert answered(lambda: grants_beyond(first, first)) is None
    known = answered(lambda: findings(first))
    assert isinstance(known, tuple)
    assert {each.code for each in known} <= CODES.keys()


TEXTS = (
    "*",
    "s3",
    "s3:Get*",
    "Write",
    "arn:aws:s3:::b*",
    "arn:aws:s3:::${aws:username}/*",
    "${x}",
    "",
)
GIVEN: dict[object, tuple[object, ...]] = {
    STRING: TEXTS,
    list_of(STRING): ([], list(TEXTS[:2]), ["s3:*"], ["Write", "Read"]),
    map_of(DYN): (
        {"action": "s3:GetObject", "resource": "arn:aws:s3:::b", "context": {"aws:TagKeys": ["a"]}},
        {"action": "s3:GetObject", "resource": "*", "principal": "AWS:arn:aws:iam::1:role/r"},
        {"action": "s3:GetObject", "context": {"a": 1}},
    ),
    map_of(list_of(STRING)): ({}, {"aws:MultiFactorAuthPresent": [], "aws:username": ["a"]}),
}


@given(POLICIES, POLICIES, ASCII)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_function_has_an_answer_or_a_reason(one: Json, other: Json, text: str) -> None:
    first = policy(one)
    found = [*parts(first), *parts(answered(lambda: access(first, ["s3:*"])))]
    hosts = {struct.type: struct.host for struct in STRUCTS}
    known = {**GIVEN, STRING: (*TEXTS, text), POLICY: (policy(other),), DYN: (one, other, text)}
    known[STATEMENT] = (*first.statements[:2], *policy(other).statements[:1])
    known[list_of(PRINCIPAL)] = ([], *(list(each.principals) for each in first.statements[:2]))
    for function in KIND.env.functions:
        of = function.receiver
        receivers = [] if of is None else [each for each in found if isinstance(each, hosts[of])]
        on = [()] if of is None else [(each,) for each in receivers[:4]]
        for arguments in itertools.product(*(known[each] for each in function.parameters)):
            for receiver in on:
                answered(
                    lambda call=function.call, given=(*receiver, *arguments): call(*given),  # type: ignore[misc]
                    cel.FunctionError,
                )


CEL = (
    (
        'policy.access(["s3:*", "iam:PassRole"]).resources.all(r, r.isLiteral() || r.isNamed()'
        ' || r.isAnyones() || r.coversAllOf("s3") || r.covers("arn:aws:s3:::b/*")'
        ' || r.within("arn:aws:*"))'
    ),
    "policy.access(policy.statements.map(s, s.actions.map(a, a.text)).flatten()).granted",
    "policy.statements.filter(s, s.isPublic || s.isConfusedDeputy).map(s, s.wholeServices)",
    (
        'policy.statements.exists(s, s.coversAction("s3:Get*") && s.matchesAction("iam:*")'
        ' && s.resources.exists(r, r.within("arn:aws:s3:::${aws:username}/*")))'
    ),
    (
        'policy.allows({"action": "s3:GetObject", "resource": "arn:aws:s3:::b", "principal":'
        ' "Service:x", "context": {"aws:username": "a", "aws:TagKeys": ["a", "b"]}})'
    ),
    "policy.grantsBeyond(iamPolicy(document)).hasValue()",
    (
        'policy.mayAllow({"action": "s3:*", "context": {"aws:username": "a"}})'
        ' || policy.denies({"resource": "arn:aws:s3:::b*", "context": {"aws:TagKeys": []}})'
    ),
    'policy.statements.map(s, s.conditionKeys.map(k, s.admits(k, []) || s.admits(k, ["a"])))',
    (
        'policy.grantsBeyond(iamPolicy({"Statement": [{"Effect": "Allow", "Action": "s3:*",'
        ' "Resource": "arn:aws:s3:::b*"}]})).hasValue()'
    ),
    (
        "policy.statements.all(s, s.actions.all(a, expandAction(a.text).all(e, isAction(e)"
        ' && accessLevel(e) != "" && (takesResource(e) || !takesResource(e)))))'
    ),
    (
        'policy.statements.map(s, s.wholeServices.map(w, actionsOf(w, ["Write", "List"]).size()'
        " + resourceFormatsOf(w).size() + conditionKeysOf(w).size()))"
    ),
    (
        "policy.statements.all(s, s.conditions.all(c, isConditionKey(c.key) || globOverlaps(c.key,"
        ' "aws:*") || c.values.all(v, globMatches(v, c.key))))'
    ),
    (
        "policy.statements.map(s, s.resources.map(r, r.text)).all(texts, globCovers(texts, texts)"
        ' && globEquivalent(texts, texts) && !globDifference(texts, texts + ["*"]).hasValue())'
    ),
    'policy.statements.map(s, policy.actionsOnAll(s, "Write", ["aws:*", "s3:*"]).size())',
    'policy.statements.map(s, s.missableKeys(["aws:*", policy.unnamedValue("aws:username", "*")]))',
    'policy.conditionKeys.map(k, policy.unnamedValue(k, "a-*"))',
    'policy.grants(["s3:GetObject"], ["arn:aws:s3:::b/*"]).hasValue()',
    "policy.findings.map(f, f.topic + f.code)",
    (
        'policy.access(["s3:GetObject", policy.unnamedAction("s3")]).given("aws:username", ["a"])'
        '.unconfined(["aws:*"]).unconfinedUpTo(["s3:*"], "/").coveringAllOf("s3").size()'
    ),
    'policy.statements.map(s, policy.access(["s3:*"]).resourcesBy(s).map(r, r.text))',
    'policy.unnamedValue("aws:username", "u-*") != ""',
    'policy.access(["s3:*"]).witness().hasValue() || policy.witness({"action": "s3:*"}).hasValue()',
    (
        'policy.statements.map(s, s.confines(["aws:*"]) || s.confinesAccount(["aws:*"])'
        ' || s.confinesUpTo(["aws:*"], "/") || s.confinesTo(["aws:*"], ["a*"])'
        ' || s.confinesEvery(["aws:*"]) || s.letsThrough({"aws:username": ["a"]}))'
    ),
    (
        'policy.statements.map(s, s.openIssuers(["unlisted", "web"]).map(i, i.name + i.key)'
        ' + s.deputies(["aws:*"]).filter(p, actsForOthers(p.text)).map(p, p.issuer)'
        ' + [string(s.limitsCallers(s.principals, ["aws:*"]))])'
    ),
    'policy.unnamedValue("aws:username", "a*")',
    (
        'policy.statements.map(s, s.strangers(["123456789012"]).size()'
        ' + policy.access(["s3:*"]).strangersBy(s, policy.services).size())'
    ),
    'policy.deniedToEveryone(["s3:*"]).map(r, r.text + policy.unnamedValue("aws:userid", "*"))',
)
"""Conditions that use every function."""


@cache
def compiled(text: str, engine: cel.Engine) -> cel.Program:
    return cel.compile(text, KIND.env, engine=engine)


def test_the_conditions_use_every_function() -> None:
    unused = {each.name for each in KIND.env.functions if f"{each.name}(" not in "".join(CEL)}
    assert unused == set(), f"use {sorted(unused)} in an expression of CEL in this file"


@pytest.mark.parametrize("engine", ["codegen", "interpret"])
@given(POLICIES)
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_condition_has_a_value_or_a_reason(engine: cel.Engine, data: Json) -> None:
    activation = cel.Activation(KIND.variables(data))
    for text in CEL:
        try:
            with cel.budget(UNITS):
                compiled(text, engine).evaluate(activation)
        except cel.BudgetError:
            continue
        except cel.LimitError:
            raise  # a limit that is no budget is a defect of ours, told of as one
        except cel.EvaluationError:
            continue
