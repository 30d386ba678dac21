"""Every spelling of "push to more than one repository" is found, and no look-alike is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checker.iam.access import access
from checker.iam.patterns import Undecided
from checker.iam.statement import policy

PUSH = (
    "ecr:InitiateLayerUpload",
    "ecr:UploadLayerPart",
    "ecr:CompleteLayerUpload",
    "ecr:PutImage",
)
BASE = "arn:aws:ecr:eu-west-1:123456789012:repository/"
ONE, TWO = BASE + "team/one", BASE + "team/two"
NEW = "2012-10-17"


def allow(action: Any = "ecr:PutImage", resource: Any = ONE, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "ecr:PutImage", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def without(statement: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in statement.items() if key not in names}


def deny_outside(resource: Any, action: Any = "ecr:*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "NotResource": resource, **more}


def doc(*statements: dict[str, Any], version: str | None = NEW) -> str:
    data: dict[str, Any] = {} if version is None else {"Version": version}
    return json.dumps({**data, "Statement": list(statements)})


VIOLATIONS = {
    "everything": doc(allow("*", "*")),
    "everything, spelled with a colon": doc(allow("*:*", "*")),
    "the whole service": doc(allow("ecr:*", "*")),
    "a prefix of the name": doc(allow("ecr:Put*", "*")),
    "another case": doc(allow("ECR:putimage", "*")),
    "a question mark in the action": doc(allow("ecr:Pu?Image", "*")),
    "a star inside the action": doc(allow("ecr:*Layer*", "*")),
    "stars and question marks": doc(allow("eCr:?*t?ma*ge", "*")),
    "only the first of the four": doc(allow("ecr:InitiateLayerUpload", "*")),
    "the last of a long list": doc(allow(["ecr:Get*", "s3:*", "ecr:CompleteLayerUpload"], "*")),
    "two repositories in a list": doc(allow(resource=[ONE, TWO])),
    "one repository in each of two statements": doc(allow(), allow(resource=TWO)),
    "each action on a repository of its own": doc(
        allow("ecr:PutImage", ONE), allow("ecr:UploadLayerPart", TWO)
    ),
    "any region": doc(allow(resource="arn:aws:ecr:*:123456789012:repository/team/one")),
    "any account": doc(allow(resource="arn:aws:ecr:eu-west-1:*:repository/team/one")),
    "any partition": doc(allow(resource=ONE.replace(":aws:", ":*:"))),
    "two partitions": doc(allow(resource=[ONE, ONE.replace(":aws:", ":aws-cn:")])),
    "two regions": doc(allow(resource=[ONE, ONE.replace("eu-west-1", "eu-west-2")])),
    "a star at the end": doc(allow(resource=BASE + "team/one*")),
    "a question mark in the name": doc(allow(resource=BASE + "team/on?")),
    "a question mark in the account": doc(allow(resource=ONE.replace("12:", "1?:"))),
    "every ARN": doc(allow(resource="arn:*")),
    "a star that swallows segments": doc(allow(resource="arn:aws:ecr:*")),
    "a star and the end of an ARN": doc(allow(resource="*team/one")),
    "two stars": doc(allow(resource="**")),
    "a question mark and a star": doc(allow(resource="?*")),
    "a star that the escaped one hides": doc(allow(resource=BASE + "${*}/*")),
    "the user's name in the repository": doc(allow(resource=BASE + "${aws:username}")),
    "a variable with a default": doc(allow(resource=BASE + "${aws:PrincipalTag/team, 'none'}/app")),
    "a variable as the whole resource": doc(allow(resource="${aws:PrincipalTag/repository}")),
    "an escaped star without a version": doc(allow(resource=BASE + "${*}"), version=None),
    "an escaped star in the old version": doc(allow(resource=BASE + "${*}"), version="2008-10-17"),
    "a statement that is no list": json.dumps({"Version": NEW, "Statement": allow("ecr:*", "*")}),
    "escapes of JSON": doc(allow("ecr:PutImage", "*")).replace(
        "ecr:PutImage", r"\u0065cr\u003aPutIm\u0061ge"
    ),
    "an escaped star of JSON": doc(allow(resource="STAR")).replace("STAR", r"\u002a"),
    "all actions but some": doc(
        without(allow(NotAction=["s3:*", "iam:*"], resource="*"), "Action")
    ),
    "all actions but most of the push": doc(
        without(
            allow(NotAction=["ecr:Initiate*", "ecr:Upload*", "ecr:Complete*"], resource="*"),
            "Action",
        )
    ),
    "all actions but ones spelled without a star": doc(
        without(allow(NotAction=["ecr:Put", "ecr"], resource="*"), "Action")
    ),
    "all resources but one": doc(without(allow(NotResource=ONE), "Resource")),
    "all resources but most": doc(without(allow(NotResource=[ONE, "arn:aws:s3*"]), "Resource")),
    "no resources but a variable's": doc(
        without(allow(NotResource="${aws:PrincipalTag/none}"), "Resource")
    ),
    "no action and no resource left out": doc(
        {"Effect": "Allow", "NotAction": "s3:*", "NotResource": "arn:aws:s3:::*"}
    ),
    "under a condition": doc(
        allow(resource="*", Condition={"StringEquals": {"aws:username": "alice"}})
    ),
    "a deny under a condition": doc(
        allow(resource="*"), deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})
    ),
    "a deny that never holds": doc(
        allow(resource="*"), deny(Condition={"StringEquals": {"aws:username": []}})
    ),
    "a deny for another principal": doc(
        allow(resource="*", Principal="*"),
        deny(Principal={"AWS": "arn:aws:iam::123456789012:role/other"}),
    ),
    "a deny for all but some": doc(
        allow(resource="*", Principal="*"),
        deny(NotPrincipal={"AWS": "arn:aws:iam::123456789012:role/builder"}),
    ),
    "a deny for a service": doc(
        allow(resource="*", Principal="*"), deny(Principal={"Service": "ec2.amazonaws.com"})
    ),
    "a deny of other actions": doc(allow(resource="*"), deny(["ecr:Get*", "ecr:Put"])),
    "a deny of three of the four": doc(allow("ecr:*", "*"), deny(list(PUSH[:3]))),
    "a deny of other resources": doc(allow(resource="*"), deny(resource=TWO)),
    "a deny of a prefix that leaves two": doc(allow(resource=BASE + "*"), deny(resource=ONE + "*")),
    "a deny outside two repositories": doc(allow(resource="*"), deny_outside([ONE, TWO])),
    "a deny outside a pattern": doc(allow(resource="*"), deny_outside(BASE + "team/*")),
    "a deny outside a variable": doc(allow(resource="*"), deny_outside(BASE + "${aws:username}")),
    "a deny outside one repository, of other actions": doc(
        allow(resource="*"), deny_outside(ONE, "ecr:Get*")
    ),
    "a deny outside one repository, under a condition": doc(
        allow(resource="*"),
        deny_outside(ONE, Condition={"StringNotEquals": {"aws:PrincipalTag/admin": "yes"}}),
    ),
    "a deny of a variable": doc(allow(resource="*"), deny(resource="${aws:PrincipalTag/any}")),
    "a deny of the end of an ARN": doc(
        allow(resource=[ONE, TWO]), deny(resource="arn:aws:ecr:*:repository/team/two")
    ),
    "a deny of all actions but push": doc(
        allow(resource="*"), without(deny(NotAction=["ecr:P*", "s3:*"]), "Action")
    ),
    "a deny with no resources": doc(allow(resource="*"), deny(resource=[])),
    "a deny in another case of the ARN": doc(
        allow(resource=[ONE, TWO]), deny(resource=TWO.upper())
    ),
    "a deny by a look-alike action": doc(allow(resource="*"), deny("ecr:PutImag\u0435")),
}

COMPLIANT = {
    "one repository": doc(allow()),
    "the four actions on one repository": doc(allow(list(PUSH))),
    "the whole service on one repository": doc(allow("ecr:*")),
    "one repository twice": doc(allow(resource=[ONE, ONE])),
    "one repository in two statements": doc(allow(), allow("ecr:Upload*", [ONE])),
    "one repository, spelled in two ways": doc(allow(resource=[BASE + "a$b", BASE + "a${$}b"])),
    "a statement that is no list": json.dumps({"Version": NEW, "Statement": allow()}),
    "pull on all, push on one": doc(
        allow(["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], "*"), allow()
    ),
    "the token on all, push on one": doc(
        allow("ecr:GetAuthorizationToken", "*"), allow(list(PUSH))
    ),
    "reading on all": doc(allow(["ecr:Get*", "ecr:Describe*", "ecr:List*", "ecr:Batch*"], "*")),
    "an escaped star": doc(allow(resource=BASE + "${*}")),
    "an escaped question mark": doc(allow(resource=BASE + "${?}")),
    "a variable without a version": doc(allow(resource=BASE + "${aws:username}"), version=None),
    "all denied": doc(allow("*", "*"), deny("*")),
    "all denied in front": doc(deny("*"), allow("*", "*")),
    "all denied to everyone": doc(allow(resource="*", Principal="*"), deny(Principal={"AWS": "*"})),
    "denied under an empty condition": doc(allow(resource="*"), deny("ecr:*", Condition={})),
    "denied in another case": doc(allow("ecr:Put*", "*"), deny("ECR:PUT*")),
    "each action denied by a statement of its own": doc(
        allow("ecr:*", "*"), *(deny(name) for name in PUSH)
    ),
    "all but one repository denied": doc(allow("ecr:*", "*"), deny_outside(ONE)),
    "all but one repository denied, named twice": doc(
        allow(resource=[BASE + "*", "*"]), deny_outside([ONE, ONE], "*")
    ),
    "two denies that leave one": doc(
        allow(resource="*"), deny_outside([ONE, TWO]), deny_outside([ONE, BASE + "x"])
    ),
    "the other of two denied": doc(allow(resource=[ONE, TWO]), deny(resource=TWO)),
    "the other of two denied by a pattern": doc(
        allow(resource=[ONE, TWO]), deny(resource="arn:*:ecr:*:*:*/t?am/tw*")
    ),
    "the rest of a pattern denied": doc(
        allow(resource=BASE + "ab*"), deny(resource=[BASE + "ab?*"])
    ),
    "all but one pattern, of which one is left": doc(
        allow(resource=BASE + "*/app"), deny_outside(BASE + "team/app")
    ),
    "denied by all actions but others": doc(
        allow(resource="*"), without(deny(NotAction=["s3:*", "ecr:Get*"]), "Action")
    ),
    "an action with a Kelvin sign": doc(allow("\u212aMS:*", "*"), allow("ec\u0280:PutImage", "*")),
    "an action with a Cyrillic letter": doc(allow("\u0435cr:PutImage", "*")),
    "an action with a full-width letter": doc(allow("\uff45cr:*", "*")),
    "an action without its star": doc(allow(["ecr:Put", "ecr:PutImag", "ecr", "PutImage"], "*")),
    "an action with a space": doc(allow("ecr:PutImage ", "*")),
    "a longer action": doc(allow(["ecr:PutImages*", "ecr:PutImageTagMutability"], "*")),
    "other services": doc(
        allow(["ecr-public:PutImage", "ecrs:*", "xecr:PutImage", "s3:*", "ec2:*"], "*")
    ),
    "all actions but the service's": doc(without(allow(NotAction="ecr:*", resource="*"), "Action")),
    "all actions but the push, in another case": doc(
        without(allow(NotAction=[name.upper() for name in PUSH], resource="*"), "Action")
    ),
    "all resources but all": doc(without(allow(NotResource="*"), "Resource")),
    "no resources": doc(allow(resource=[])),
    "no actions": doc(allow([], "*")),
    "no statements": doc(),
    "only a deny": doc(deny("ecr:*", ONE)),
    "the attached repository": doc(without(allow("ecr:*", Principal="*"), "Resource")),
    "the attached repository, twice": doc(
        without(allow("ecr:*", Principal={"AWS": "123456789012"}), "Resource"),
        without(allow("ecr:Put*", Principal="*"), "Resource"),
    ),
}


def is_violation(text: str) -> bool:
    found = access(policy(json.loads(text)), PUSH)
    if not found.granted:
        return False
    return not (len(found.resources) == 1 and found.resources[0].is_literal())


def test_there_are_enough_cases() -> None:
    assert len(VIOLATIONS) >= 40
    assert len(COMPLIANT) >= 25


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_violation_is_found(name: str) -> None:
    assert is_violation(VIOLATIONS[name])


@pytest.mark.parametrize("name", COMPLIANT)
def test_a_look_alike_is_left_alone(name: str) -> None:
    assert not is_violation(COMPLIANT[name])


UNDECIDED = {
    "a placeholder in the resource": doc(allow(resource=ONE.replace("123456789012", "${account}"))),
    "a placeholder of a stack": doc(allow(resource=ONE.replace("eu-west-1", "${AWS::Region}"))),
    "a placeholder without a version": doc(allow(resource=BASE + "${name}"), version=None),
    "a placeholder in the action": doc(allow("ecr:${verb}Image")),
    "a placeholder as the action": doc(allow("${actions}", "*")),
    "a placeholder in an exception": doc(
        without(allow(NotAction="${actions}", resource="*"), "Action")
    ),
    "a placeholder in a deny": doc(allow(), deny(resource=BASE + "${name}")),
    "a placeholder in the action of a deny": doc(allow(), deny("ecr:${verb}*")),
    "a placeholder that a deny leaves": doc(allow(resource="*"), deny_outside("${only}")),
}


@pytest.mark.parametrize("name", UNDECIDED)
def test_a_placeholder_that_matters_is_an_error(name: str) -> None:
    with pytest.raises(Undecided, match="render the template before checking"):
        is_violation(UNDECIDED[name])


DECIDED = {
    "in an action of another service": (doc(allow("s3:${verb}*", "*"), allow()), False),
    "in a resource of another action": (doc(allow("ecr:Get*", "${any}"), allow()), False),
    "in a deny of another resource": (
        doc(allow(), deny(resource="arn:aws:s3:::${bucket}/*")),
        False,
    ),
    "in a deny under a condition": (
        doc(allow(), deny(resource="${any}", Condition={"Bool": {"aws:SecureTransport": "false"}})),
        False,
    ),
    "in a resource that is denied anyway": (doc(allow(resource="${any}"), deny("*")), False),
    "in an action that is denied anyway": (doc(allow("${any}", "*"), deny("*")), False),
}


@pytest.mark.parametrize("name", DECIDED)
def test_a_placeholder_that_does_not_matter_is_no_error(name: str) -> None:
    text, violation = DECIDED[name]
    assert is_violation(text) is violation
