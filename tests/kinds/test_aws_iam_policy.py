"""Which documents are IAM policies, which of them are valid, and what is wrong with the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker import cel, kinds
from checker.messages import quoted
from checker.problems import Json, pointer

KIND, *_ = kinds.builtin()
ARN = "arn:aws:s3:::bucket/*"


def statement(**elements: Json) -> dict[str, Json]:
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ARN, **elements}


def without(*names: str, **elements: Json) -> dict[str, Json]:
    return {key: value for key, value in statement(**elements).items() if key not in names}


def policy(one: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": [one]}


def condition(operator: str, keys: Json) -> Json:
    return statement(Condition={operator: keys})


ROLE = "arn:aws:iam::123456789012:role/deploy"
VALID: list[Json] = [
    {"Statement": statement()},
    {"Statement": [statement()]},
    {"Version": "2008-10-17", "Id": "x", "Statement": [statement(), statement(Effect="Deny")]},
    *map(
        policy,
        [
            statement(Sid=""),
            statement(Sid="a b-c"),
            statement(Action="*"),
            statement(Action="*:*"),
            statement(Action="s3:*"),
            statement(Action="S3:getobject"),
            statement(Action="s3:Get?bject*"),
            statement(Action=["s3:GetObject", "a4b:Get*", "aws-portal:ViewBilling"]),
            without("Action", NotAction="iam:*"),
            without("Action", NotAction=["iam:*", "sts:*"]),
            statement(Action="s3:GetObject,PutObject"),
            statement(Resource="*"),
            statement(Resource="execute-api:/*"),
            statement(Resource="arn:aws:s3:::b/caf\u00e9 \u00ff"),
            condition("StringEquals", {"aws:ResourceTag/stra\u00dfe": "\u00e4"}),
            statement(Principal={"AWS": "arn:aws:iam::123456789012:role/caf\u00e9"}),
            statement(Resource=["*", "arn:aws-cn:s3:::b"]),
            statement(Resource="arn:*:s3:::b"),
            statement(Resource="arn:aws:s3:::${aws:username}/*"),
            statement(Resource="${bucket_arn}/*"),
            without("Resource", NotResource=ARN),
            without("Resource", NotResource=[ARN, "*"]),
            without("Resource", Principal={"AWS": ROLE}, Action="sts:AssumeRole"),
            without("Resource", NotPrincipal={"AWS": ROLE}, Effect="Deny"),
            statement(Principal="*"),
            statement(Principal={"AWS": "*"}),
            statement(Principal={"AWS": "123456789012"}),
            statement(Principal={"AWS": ["123456789012", ROLE]}),
            statement(Principal={"Service": ["ec2.amazonaws.com"], "AWS": ROLE}),
            statement(Principal={"Federated": "cognito-identity.amazonaws.com"}),
            statement(Principal={"CanonicalUser": "79a59df900b949e55d96a1e698fbace"}),
            statement(Condition={}),
            condition("StringEquals", {"aws:SourceArn": ARN}),
            condition("stringequals", {"AWS:sourcearn": [ARN, "x"]}),
            condition("ForAnyValue:StringLikeIfExists", {"aws:TagKeys": ["a*"]}),
            condition("forallvalues:ArnNotLike", {"aws:SourceArn": "*"}),
            condition("Bool", {"aws:SecureTransport": True}),
            condition("NumericLessThan", {"aws:MultiFactorAuthAge": 3600}),
            condition("Null", {"aws:TokenIssueTime": "true"}),
            condition("IpAddress", {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]}),
            condition("BinaryEquals", {"key": "QmluYXJ5"}),
            condition("DateGreaterThanEqualsIfExists", {"aws:CurrentTime": "2026-01-01T00:00:00Z"}),
            condition("StringEquals", {"aws:ResourceTag/cost center": "x"}),
            condition("StringEquals", {"aws:PrincipalTag/a": "${aws:username, 'none'}"}),
        ],
    ),
]


@pytest.mark.parametrize("data", VALID, ids=json.dumps)
def test_a_valid_policy_is_accepted(data: Json) -> None:
    assert KIND.recognises(data)
    assert KIND.schema.violations(data) == []
    assert "policy" in KIND.bind(data)


ACTION = "is not an action: expected `service:Action` (`*` and `?` after the colon) or `*`"
RESOURCE = "is not a resource: expected an ARN of characters up to U+00FF, or `*`"
EVERYONE = 'is not a principal: expected `*`, or an object such as {"AWS": "arn:…"}'
NAMED = (
    "is not a principal: expected a name without wildcards"
    " (`*` is only allowed alone or under `AWS`)"
)
WHO = (
    "is not a principal: expected `*` alone, or text without wildcards"
    " (write account IDs in quotes)"
)
OPERATOR = "is not a condition operator"
KEY = "is not a condition key: expected characters up to U+00FF, such as `aws:SourceArn`"
VALUE = "expected a string or true or false or a number, not"

INVALID: list[tuple[Json, str, str]] = [
    (statement(Effect="allow"), "/Effect", "not `allow`; did you mean `Allow`?"),
    (statement(Effect="Permit"), "/Effect", "expected `Allow`, `Deny`, not `Permit`"),
    (statement(Effect=None), "/Effect", "expected `Allow`, `Deny`, not null"),
    (statement(Effect="Allow\n"), "/Effect", "not `Allow\\x0a`"),
    (without("Effect"), "", "the element `Effect` is missing"),
    (without("Action"), "", "the statement names no actions: add `Action` or `NotAction`"),
    (statement(NotAction="s3:*"), "", "the statement has both `Action` and `NotAction`: keep one"),
    (statement(NotResource="*"), "", "has both `Resource` and `NotResource`: keep one"),
    (
        statement(Principal="*", NotPrincipal="*"),
        "",
        "the statement has both `Principal` and `NotPrincipal`: keep one",
    ),
    (
        without("Resource"),
        "",
        "the statement names no resources: add `Resource` or `NotResource`",
    ),
    (statement(Sid=5), "/Sid", "expected a string, not `5`"),
    (statement(Actions="*"), "/Actions", "unknown element `Actions`; did you mean `Action`?"),
    (statement(effect="Deny"), "/effect", "unknown element `effect`; did you mean `Effect`?"),
    (statement(Foo=1), "/Foo", "unknown element `Foo`; expected one of `Action`, `Condition`, "),
    ("x", "", "expected an object, not `x`"),
    (None, "", "expected an object, not null"),
    ([], "", "expected an object, not an empty list"),
    *(
        (statement(Action=text), "/Action", f"{quoted(text)} {ACTION}")
        for text in [
            "", "s3", "s3:", ":Get", "s3*:Get", "*:Get", "?", "**", "s3:Get Object",
            "s3:Get:Object", "s3:Get\n", " s3:Get", "\u017f3:Get", "s3:GetObject\u212a",
            "${a:b}:Get", "s3:Get${a:b}",
        ]
    ),
    (statement(Action=None), "/Action", f"null {ACTION}"),
    (statement(Action={}), "/Action", f"an empty object {ACTION}"),
    (statement(Action=[]), "/Action", "the list of actions is empty: add at least one"),
    (statement(Action=["s3:Get", 1]), "/Action/1", f"`1` {ACTION}"),
    (statement(Action=[["s3:Get"]]), "/Action/0", f"a list {ACTION}"),
    (without("Action", NotAction="x"), "/NotAction", f"`x` {ACTION}"),
    (without("Action", NotAction=[]), "/NotAction", "the list of actions is empty"),
    *(
        (statement(Resource=text), "/Resource", f"{quoted(text)} {RESOURCE}")
        for text in [
            "", "bucket", "arn:", "ARN:aws:s3:::b", "**", " *", "* ", "*\n", "arn:aws:s3:::ē",
            "arn:aws:s3:::b\n", "arn:aws:s3:::\u202eb", "arn:aws:s3:::\x1b",
        ]
    ),
    (statement(Resource=5), "/Resource", f"`5` {RESOURCE}"),
    (statement(Resource=[]), "/Resource", "the list of resources is empty: add at least one"),
    (statement(Resource=["*", "b"]), "/Resource/1", f"`b` {RESOURCE}"),
    (without("Resource", NotResource="b"), "/NotResource", f"`b` {RESOURCE}"),
    (statement(Principal="AWS"), "/Principal", f"`AWS` {EVERYONE}"),
    (statement(Principal=ROLE), "/Principal", f"`{ROLE}` {EVERYONE}"),
    (statement(Principal=["*"]), "/Principal", "expected a string or an object, not a list"),
    (statement(Principal=None), "/Principal", "expected a string or an object, not null"),
    (statement(Principal={}), "/Principal", "expected at least 1, not an empty object"),
    (statement(Principal={"Aws": "*"}), "/Principal/Aws", "did you mean `AWS`?"),
    (statement(Principal={"AWS": []}), "/Principal/AWS", "the list of principals is empty"),
    (statement(Principal={"AWS": 12345678901}), "/Principal/AWS", f"`12345678901` {WHO}"),
    (statement(Principal={"AWS": "arn:*"}), "/Principal/AWS", f"`arn:*` {WHO}"),
    (statement(Principal={"AWS": ["*", "a?"]}), "/Principal/AWS/1", f"`a?` {WHO}"),
    (statement(Principal={"AWS": "ē"}), "/Principal/AWS", f"`ē` {WHO}"),
    (statement(Principal={"Service": "*"}), "/Principal/Service", f"`*` {NAMED}"),
    (statement(Principal={"Federated": "*"}), "/Principal/Federated", f"`*` {NAMED}"),
    (statement(Resource="arn:{{ a }}"), "/Resource", "`arn:{{ a }}` is a template: render it"),
    (without("Resource", NotPrincipal="x"), "/NotPrincipal", f"`x` {EVERYONE}"),
    (statement(Condition=[]), "/Condition", "expected an object, not an empty list"),
    *(
        (condition(name, {"a": "b"}), f"/Condition/{name}", f"{quoted(name)} {OPERATOR}{hint}")
        for name, hint in [
            ("StringEqual", "; did you mean `StringEquals`?"),
            ("ForAnyValues:Bool", "; did you mean `ForAnyValue:Bool`?"),
            ("ForAnyValues:StringEquals", "; did you mean `ForAnyValue:StringEquals`?"),
            ("ForAllValue:StringLike", "; did you mean `ForAllValues:StringLike`?"),
            ("StringEqualsIfExist", "; did you mean `StringEqualsIfExists`?"),
            ("ForAnyValue.ArnLikeIfExists", "; did you mean `ForAnyValue:ArnLikeIfExists`?"),
            ("NullIfExists", ""),
            ("StringEquals ", "; did you mean `StringEquals`?"),
            ("StringEquals\n", "; did you mean `StringEquals`?"),
            ("\u017ftringEquals", "; did you mean `StringEquals`?"),
            ("StringLi\u212ae", "; did you mean `StringLike`?"),
            ("", ""),
        ]
    ),
    (condition("Bool", {}), "/Condition/Bool", "expected at least 1, not an empty object"),
    (condition("Bool", "true"), "/Condition/Bool", "expected an object, not `true`"),
    (condition("Bool", {"": "true"}), "/Condition/Bool/", f"`` {KEY}"),
    (condition("Bool", {"ē": "true"}), "/Condition/Bool/ē", f"`ē` {KEY}"),
    (condition("Bool", {" a": "true"}), "/Condition/Bool/ a", f"` a` {KEY}"),
    (condition("Bool", {"a": None}), "/Condition/Bool/a", f"{VALUE} null"),
    (condition("Bool", {"a": {}}), "/Condition/Bool/a", f"{VALUE} an empty object"),
    (condition("Bool", {"a": ["x", []]}), "/Condition/Bool/a/1", f"{VALUE} an empty list"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "place", "message"), INVALID, ids=[f"{p} {m}"[:80] for _, p, m in INVALID]
)
def test_an_invalid_statement_is_told_at_its_place(one: Json, place: str, message: str) -> None:
    assert KIND.recognises(policy(one))
    (found,) = KIND.schema.violations(policy(one))
    assert pointer(found.route) == f"/Statement/0{place}"
    assert message in found.message


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        ({"Version": "2012-10-17"}, "", "the element `Statement` is missing"),
        ({"Statement": []}, "/Statement", "the list of statements is empty"),
        ({"Statement": None}, "/Statement", "expected an object or a list, not null"),
        ({"Statement": "x"}, "/Statement", "expected an object or a list, not `x`"),
        ({"Statement": statement(), "Id": 1}, "/Id", "expected a string, not `1`"),
        ({"Statement": statement(), "Foo": 1}, "/Foo", "unknown element `Foo`"),
        (
            {"Statement": statement(), "Version": "2012-10-18"},
            "/Version",
            "expected `2012-10-17`, `2008-10-17`, not `2012-10-18`",
        ),
        ({"Statement": statement(), "version": "2012-10-17"}, "/version", "did you mean `Version`"),
        ({"Statement": statement(Effect="deny")}, "/Statement/Effect", "did you mean `Deny`?"),
    ],
)
def test_an_invalid_policy_is_told_at_its_place(data: Json, place: str, message: str) -> None:
    (found,) = KIND.schema.violations(data)
    assert pointer(found.route) == place
    assert message in found.message


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        ({"Statement": None}, True),
        ({"Version": "2012-10-17", "Statment": []}, True),
        ({"Version": "2012-10-17"}, True),
        ({"Version": "2012-10-18"}, False),
        ({"statement": []}, False),
        ({}, False),
        ([statement()], False),
        ("Statement", False),
        (None, False),
    ],
)
def test_a_policy_is_recognised_by_what_it_has(data: Json, *, is_one: bool) -> None:
    assert KIND.recognises(data) is is_one


@pytest.mark.parametrize("folder", ["aws-managed", "docs-ecr-user-guide"])
def test_every_policy_of_aws_is_accepted(data: Path, folder: str) -> None:
    files = sorted((data / "policies" / folder).glob("*.json"))
    assert files
    for file in files:
        found = json.loads(file.read_text(encoding="utf-8"))
        assert KIND.recognises(found), file.name
        assert KIND.schema.violations(found) == [], file.name
        assert "policy" in KIND.bind(found)


REJECTED = {
    # placeholders that a reader is to replace: neither ARN nor action
    "data-perimeter/service_control_policies__resource_perimeter_scp.json": {
        f"`<third-party-resource>` {RESOURCE}",
    },
    "data-perimeter/vpc_endpoint_policies__s3_endpoint_policy.json": {
        f"`<action>` {ACTION}",
        f"`<third-party-resource-arn>` {RESOURCE}",
    },
    # the page shows a policy with a mistake: a blank before the `*`
    "docs-iam-user-guide/troubleshoot_policies-9.json": {f"` *` {RESOURCE}"},
}


def test_of_all_samples_only_placeholders_and_mistakes_are_rejected(data: Path) -> None:
    rejected = {}
    for file in sorted((data / "policies").rglob("*.json")):
        found = json.loads(file.read_text(encoding="utf-8"))
        assert KIND.recognises(found), file.name
        if violations := KIND.schema.violations(found):
            name = file.relative_to(data / "policies").as_posix()
            rejected[name] = {violation.message for violation in violations}
    assert rejected == REJECTED


@pytest.mark.parametrize(
    "text",
    [
        '{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Principle": "*"}}',
        '{"Statement": {"Effect": "allow", "Action": "s3:*", "Resource": "*"}}',
        "{}",
        "document.Statement",
    ],
)
def test_a_rule_has_no_policy_of_what_is_no_valid_policy(text: str) -> None:
    program = cel.compile(f"iamPolicy({text}).statements.size() >= 0", KIND.env)
    data = policy(statement())
    assert isinstance(data, dict)
    with pytest.raises(cel.EvaluationError, match="not a valid policy: "):
        program.evaluate(cel.Activation(KIND.variables(data)))
