"""One statement: its parts and their places, its actions."""

from __future__ import annotations

from typing import Any

import pytest

from checker.iam import actions, unlimited
from checker.iam.patterns import Undecided
from checker.iam.statement import Statement, policy

NEW = "2012-10-17"


def statement(version: str | None = NEW, **elements: Any) -> Statement:
    data: dict[str, Any] = {} if version is None else {"Version": version}
    return policy({**data, "Statement": {"Effect": "Allow", **elements}}).statements[0]


# ---- parts and places ----

DOCUMENT: dict[str, Any] = {
    "Version": NEW,
    "Statement": [
        {"Sid": "One", "Effect": "Allow", "Action": "s3:Get*", "Resource": ["a", "b"]},
        {
            "Effect": "Deny",
            "NotAction": ["s3:Put*", "s3:Get*"],
            "NotResource": "c",
            "Principal": {"AWS": ["111122223333", "*"], "Service": "ec2.amazonaws.com"},
            "Condition": {
                "StringLike": {"aws:PrincipalArn": ["x", "y"]},
                "Bool": {"aws:SecureTransport": False, "aws:ViaAWSService": ["true", True]},
                "NumericLessThan": {"s3:max-keys": 10, "aws:MultiFactorAuthAge": [1.5, 2]},
            },
        },
        {"Effect": "Allow", "NotPrincipal": {"AWS": "1"}, "Action": [], "Resource": "*"},
        {"Effect": "Allow", "Principal": "*", "Action": "s3:*"},
    ],
}


def test_every_part_has_its_place() -> None:
    found = policy(DOCUMENT)
    first, second, third, fourth = found.statements
    assert (found.version, found.route) == (NEW, ())
    assert (first.sid, first.effect, first.is_allow) == ("One", "Allow", True)
    assert (second.sid, second.effect, second.is_allow) == ("", "Deny", False)
    assert first.route == ("Statement", 0)
    assert [(item.text, item.route) for item in first.actions] == [
        ("s3:Get*", ("Statement", 0, "Action"))
    ]
    assert [(item.text, item.route) for item in first.resources] == [
        ("a", ("Statement", 0, "Resource", 0)),
        ("b", ("Statement", 0, "Resource", 1)),
    ]
    assert [item.route for item in second.not_actions] == [
        ("Statement", 1, "NotAction", 0),
        ("Statement", 1, "NotAction", 1),
    ]
    assert [item.route for item in second.not_resources] == [("Statement", 1, "NotResource")]
    assert [(item.kind, item.text, item.route) for item in second.principals] == [
        ("AWS", "111122223333", ("Statement", 1, "Principal", "AWS", 0)),
        ("AWS", "*", ("Statement", 1, "Principal", "AWS", 1)),
        ("Service", "ec2.amazonaws.com", ("Statement", 1, "Principal", "Service")),
    ]
    assert [item.text for item in third.not_principals] == ["1"]
    assert third.actions == ()
    assert [(item.kind, item.route) for item in fourth.principals] == [
        ("*", ("Statement", 3, "Principal"))
    ]


def test_values_of_conditions_are_texts() -> None:
    found = policy(DOCUMENT).statements[1].conditions
    assert [(item.operator, item.key, item.values) for item in found] == [
        ("StringLike", "aws:PrincipalArn", ("x", "y")),
        ("Bool", "aws:SecureTransport", ("false",)),
        ("Bool", "aws:ViaAWSService", ("true", "true")),
        ("NumericLessThan", "s3:max-keys", ("10",)),
        ("NumericLessThan", "aws:MultiFactorAuthAge", ("1.5", "2")),
    ]
    assert found[0].route == ("Statement", 1, "Condition", "StringLike", "aws:PrincipalArn")


def test_a_statement_that_is_no_list_has_no_index() -> None:
    found = policy({"Statement": {"Effect": "Allow", "Action": ["s3:*"], "Resource": "*"}})
    assert found.version == ""
    assert found.statements[0].route == ("Statement",)
    assert found.statements[0].actions[0].route == ("Statement", "Action", 0)
    assert found.statements[0].resources[0].route == ("Statement", "Resource")


def test_which_principals_are_everyone() -> None:
    kinds = {"AWS": "*", "Service": "*", "Federated": "*", "CanonicalUser": "*"}
    found = [item.is_everyone for item in statement(Principal=kinds).principals]
    assert found == [True, False, False, False]
    assert statement(Principal="*").principals[0].is_everyone
    assert not statement(Principal={"AWS": "arn:aws:iam::1:root"}).principals[0].is_everyone


def test_whether_there_is_a_principal() -> None:
    assert statement(Principal={}).has_principal
    assert statement(NotPrincipal="*").has_principal
    assert not statement(Action="*").has_principal


# ---- actions ----

ACTIONS: list[tuple[dict[str, Any], str, bool, bool]] = [
    # elements, asked, about every such action, about some
    ({"Action": "s3:GetObject"}, "s3:getobject", True, True),
    ({"Action": "S3:GETOBJECT"}, "s3:GetObject", True, True),
    ({"Action": "s3:GetObject"}, "s3:Get*", False, True),
    ({"Action": "s3:*"}, "s3:Get*", True, True),
    ({"Action": ["s3:A*", "s3:??*"]}, "s3:*", False, True),
    ({"Action": "s3:?*"}, "s3:*", True, True),
    ({"Action": "s3:*"}, "*:*", False, True),
    ({"Action": "*"}, "*:*", True, True),
    ({"Action": "*:*"}, "*", True, True),
    ({"Action": "**"}, "*:*", True, True),
    ({"Action": "?*"}, "*", True, True),
    ({"Action": "*:?*"}, "*:*", True, True),
    ({"Action": "s*"}, "*:*", False, True),
    ({"Action": "iam:*"}, "s3:*", False, False),
    ({"Action": []}, "s3:*", False, False),
    ({"Action": "\u017f3:*"}, "s3:*", False, False),
    ({"NotAction": "iam:*"}, "s3:*", True, True),
    ({"NotAction": "s3:Get*"}, "s3:*", False, True),
    ({"NotAction": "s3:*"}, "s3:Get*", False, False),
    ({"NotAction": ["s3:", "s3:?*"]}, "s3:*", False, False),
    ({"NotAction": []}, "*:*", True, True),
    ({"NotAction": "*"}, "*:*", False, False),
]


@pytest.mark.parametrize(("elements", "asked", "every", "some"), ACTIONS)
def test_which_actions_a_statement_is_about(
    elements: dict[str, Any], asked: str, *, every: bool, some: bool
) -> None:
    found = statement(**elements)
    assert actions.covers_action(found, actions.asked(asked)) is every
    assert actions.matches_action(found, actions.asked(asked)) is some
    denied = statement(**{**elements, "Effect": "Deny"})
    assert actions.covers_action(denied, actions.asked(asked)) is every


def test_a_placeholder_in_an_action_matters_only_where_it_could_match() -> None:
    found = statement(Action=["iam:Get*", "s3:${verb}Object"])
    assert actions.matches_action(found, actions.asked("s3:GetObject")) is None
    assert actions.matches_action(found, actions.asked("s3:GetBucketAcl")) is False
    assert actions.matches_action(found, actions.asked("iam:*")) is True
    assert actions.covers_action(found, actions.asked("s3:*")) is False
    assert actions.covers_action(found, actions.asked("s3:PutObject")) is None
    with pytest.raises(Undecided, match=r"\$\{verb\}.*render the template before checking"):
        actions.decided(found, None)
    with pytest.raises(Undecided, match="placeholder"):
        actions.asked("s3:${verb}")


INITIALS = [f"s3:{chr(code)}*" for code in range(ord("A"), ord("Z") + 1)]

WHOLE: list[tuple[Any, list[str]]] = [
    ("s3:*", ["s3"]),
    ("S3:**", ["s3"]),
    ("s3:?*", ["s3"]),
    (INITIALS, ["s3"]),
    ([name.lower() for name in INITIALS], ["s3"]),
    ([name for name in INITIALS if name != "s3:P*"], []),
    (["ecr:*", "s3:Get*", "iam:*"], ["ecr", "iam"]),
    (["ecr:*", "ECR:*"], ["ecr"]),
    ("nosuchservice:*", ["nosuchservice"]),
    ("nosuchservice:?*", ["nosuchservice"]),
    ("nosuchservice:A*", []),
    (["s3:Get*", "s3:Put*"], []),
    ("*", []),
    ("*:*", []),
    ("s3*", []),
    ("s?:*", []),
    ([], []),
]


@pytest.mark.parametrize(("entries", "expected"), WHOLE)
def test_whole_services(entries: object, expected: list[str]) -> None:
    assert list(unlimited.whole_services(statement(Action=entries))) == expected


def test_only_the_action_element_of_an_allow_names_whole_services() -> None:
    assert unlimited.whole_services(statement(NotAction="s3:*")) == ()
    assert unlimited.whole_services(statement(Effect="Deny", Action="s3:*")) == ()


def test_a_whole_service_may_be_named_action_by_action() -> None:
    from checker.iam import catalogue  # noqa: PLC0415 - only this test needs every name

    every = [name.upper() for name in catalogue.actions("ecr")]
    assert unlimited.whole_services(statement(Action=every)) == ("ecr",)
    assert unlimited.whole_services(statement(Action=every[:-1])) == ()
    assert unlimited.whole_services(statement(Action=[*every[:-1], every[-1][:-1] + "?"])) == (
        "ecr",
    )


@pytest.mark.parametrize("all_actions", ["*", "*:*", ["s3:GetObject", "*"]])
@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ("arn:aws:iam::123456789012:*", {"iam"}),
        ("ARN:aws:IAM::123456789012:*", {"iam"}),
        (["arn:aws:ecr:*:*:*", "arn:aws:s3:::*"], {"ecr", "s3"}),
        ("arn:aws:eks-au??:*:*:*", {"eks-auth"}),
        ("arn:aws:gone:*:*:*", {"gone"}),
        ("*", set()),
        ("arn:*", set()),
    ],
)
def test_everything_means_the_services_of_the_arns(
    all_actions: object, resources: object, expected: set[str]
) -> None:
    found = unlimited.whole_services(statement(Action=all_actions, Resource=resources))
    assert set(found) == expected


def test_a_placeholder_among_whole_services() -> None:
    assert unlimited.whole_services(statement(Action=["s3:*", "s3:${x}"])) == ("s3",)
    assert unlimited.whole_services(statement(Action="s3:Get${x}")) == ()
    for entry in ("s3:${x}", "${service}:*", "${x}"):
        with pytest.raises(Undecided, match="placeholder"):
            unlimited.whole_services(statement(Action=entry))
