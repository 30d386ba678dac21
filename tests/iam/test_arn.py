"""What the text of a Resource or an Action may mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.iam.arn import action, escaped, fold, resource
from checker.iam.formats import template
from checker.iam.patterns import Undecided, covers, matches, overlaps

ARN = "arn:aws:ecr:us-east-1:123456789012:repository/team/app"

REACH = [
    # pattern, text, at its widest, at its narrowest
    ("*", ARN, True, True),
    ("**", ARN, True, True),
    ("arn:*", ARN, True, True),
    ("arn:aws:ecr*", ARN, True, True),
    ("arn:aws:ecr:*:*:repository/*", ARN, True, True),
    ("arn:aws:ecr:*:*:*", ARN, True, True),
    ("arn:aws:ecr:*:123456789012:repository/team/app", ARN, True, True),
    ("arn:aws:ecr:*:repository/team/app", ARN, True, False),
    ("arn:aws:*:repository/team/app", ARN, True, False),
    ("*repository/team/app", ARN, True, False),
    ("*:*:*:*:*:repository/*", ARN, True, True),
    ("*ecr:us-east-1:123456789012:repository/team/app", ARN, True, False),
    ("arn:aws:ecr:*:*:*:repository/*", ARN, False, False),
    ("arn:aws:ecr:us-east-1:123456789012:repository/team?app", ARN, True, True),
    ("arn?aws:ecr:us-east-1:123456789012:repository/team/app", ARN, True, False),
    ("arn:aws?ecr:us-east-1:123456789012:repository/team/app", ARN, True, False),
    ("arn:aws:ecr:us-east-1?123456789012:repository:team/app", ARN, False, False),
    ("arn:aws:ecr:us-east-?:1234567890??:repository/team/app", ARN, True, True),
    ("arn:aws:ecr:us-*:123456789012:repository/team", ARN, False, False),
    ("ARN:aws:ecr:us-east-1:123456789012:repository/team/app", ARN, False, False),
    ("arn:aws:ecr:us-east-1:123456789012:repository/TEAM/app", ARN, False, False),
    ("arn:aws:logs:*:*:log-group:*:x", "arn:aws:logs:r:1:log-group:a:b:x", True, True),
    ("", "", True, True),
    ("", "a", False, False),
]


@pytest.mark.parametrize(("text", "arn", "widest", "narrowest"), REACH)
def test_how_far_wildcards_of_an_arn_reach(
    text: str,
    arn: str,
    *,
    widest: bool,
    narrowest: bool,
) -> None:
    found = resource(text, variables=True)
    assert matches(found.widest, arn) is widest
    assert found.narrowest is not None
    assert matches(found.narrowest, arn) is narrowest


@pytest.mark.parametrize("text", [row[0] for row in REACH])
def test_the_narrowest_meaning_lies_within_the_widest(text: str) -> None:
    found = resource(text, variables=True)
    assert found.narrowest is not None
    assert covers([found.widest], found.narrowest)


HOLES = [
    # text, knows variables, the only text that it matches
    ("a/${*}", True, "a/*"),
    ("a/${?}b", True, "a/?b"),
    ("a/${$}{aws:username}", True, "a/${aws:username}"),
    ("a/$", True, "a/$"),
    ("a/{b}", True, "a/{b}"),
    ("a/${aws:username}", False, "a/${aws:username}"),
    ("a/${$}", False, "a/${$}"),
    ("a/${", False, "a/${"),
    ("a/${*}", False, None),
    ("a/${?}", False, None),
    ("a/${aws:username}", True, None),
    ("a/${aws:PrincipalTag/team, 'none'}", True, None),
]


@pytest.mark.parametrize(("text", "variables", "only"), HOLES)
def test_what_is_a_literal(text: str, *, variables: bool, only: str | None) -> None:
    found = resource(text, variables=variables)
    assert found.widest.literal == only
    assert found.placeholder is None


def test_a_variable_in_front_of_the_resource_part_may_hold_colons() -> None:
    found = resource("arn:aws:${aws:x}:*:*:repository/a", variables=True)
    assert matches(found.widest, "arn:aws:ecr:eu-west-1:1:repository/b:x:repository/a")


def test_a_variable_is_any_text_at_its_widest_and_nothing_at_its_narrowest() -> None:
    found = resource("home/${aws:username}/x", variables=True)
    assert matches(found.widest, "home/a:b/c/x")
    assert found.narrowest is None
    assert not matches(found.symbolic, "home/alice/x")


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("${aws:username}", "${AWS:UserName}", True),
        ("${aws:username}", "${aws:username, 'x'}", False),
        ("${aws:username}", "${aws:userid}", False),
        ("${aws:PrincipalTag/a}", "${aws:PrincipalTag/b}", False),
        ("${token.actions.githubusercontent.com:sub}", "${aws:username}", False),
    ],
)
def test_which_variables_are_the_same(left: str, right: str, *, same: bool) -> None:
    first, second = (resource(text, variables=True).symbolic for text in (left, right))
    assert overlaps(first, second) is same
    assert covers([first], second) is same
    assert covers([action("*").widest, resource("*", variables=True).symbolic], first)
    assert not covers([resource("?*", variables=True).symbolic], first)


@pytest.mark.parametrize("variables", [True, False])
@pytest.mark.parametrize(
    "text", ["a/${account_id}", "${x}", "a/${AWS::Region}", "a/${}", "${var.a}", "${a${b}}"]
)
def test_a_placeholder_is_never_text(text: str, *, variables: bool) -> None:
    found = resource(text, variables=variables)
    assert found.placeholder is not None
    assert found.placeholder in text
    with pytest.raises(Undecided, match="render the template before checking"):
        found.settled()


@given(st.text(alphabet="ab*?${}:", max_size=8), st.booleans())
def test_an_escaped_text_means_itself(text: str, variables: bool) -> None:  # noqa: FBT001 - drawn
    if variables:
        assert resource(escaped(text, variables=True), variables=True).widest.literal == text
    else:
        assert escaped(text, variables=False) == text


def test_actions_fold_the_case_of_ascii_only() -> None:
    assert overlaps(action("ECR:PUTIMAGE").widest, action("ecr:PutImage").widest)
    assert fold("İſ\u212a") == "İſ\u212a"
    assert not overlaps(action("\u212aMS:Encrypt").widest, action("kms:Encrypt").widest)
    assert not overlaps(action("\u017f3:GetObject").widest, action("s3:GetObject").widest)
    assert covers([action("*").widest], action("*:*").widest)
    assert covers([action("*:*").widest], action("**").widest)
    assert not covers([action("?:*").widest], action("s3:*").widest)


def test_an_arn_format_holds_arns_of_one_partition() -> None:
    found = template("arn:${Partition}:ecr:${Region}:${Account}:repository/${Name}", "aws-cn")
    assert matches(found, "arn:aws-cn:ecr:cn-north-1:123456789012:repository/a/b")
    assert not matches(found, "arn:aws:ecr:cn-north-1:123456789012:repository/a/b")
    assert not matches(found, "arn:aws-cn:ecr:cn-north-1:123456789012:repository/")
