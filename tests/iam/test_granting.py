"""Whether a policy grants any of some actions on any of some resources."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from checker.budget import budget
from checker.errors import BudgetError
from checker.iam import catalogue
from checker.iam.arn import fold
from checker.iam.asking import mistakes
from checker.iam.granting import granted, granting
from checker.iam.patterns import Undecided, matches
from checker.iam.request import Request, allows
from checker.iam.statement import Policy, policy
from checker.iam.wanted import wanted

CASES = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))


def of(*statements: Any) -> Policy:
    return policy({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_granted(case: dict[str, Any]) -> None:
    asked = case.get("actions", []), case.get("resources", [])
    assert not mistakes(*asked)
    with budget():
        if "undecided" in case:
            with pytest.raises(Undecided, match=re.escape(case["undecided"])):
                granted(of(*case["statements"]), *asked)
            return
        found = granted(of(*case["statements"]), *asked)
    assert (found and [found.action, found.resource]) == case.get("proof")


ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:ListBucket", "iam:PassRole", "ec2:DescribeVpcs")
PATTERNS = (*ACTIONS, "*", "s3:*", "s3:*Object", "iam:*", "*:P*")
RESOURCES = (
    *("arn:aws:s3:::a", "arn:aws:s3:::a/x", "arn:aws:s3:::b/x", "arn:aws:s3:::b/y"),
    *("arn:aws:iam::123456789012:role/x", "arn:aws:iam::123456789012:role/y"),
)
PLACES = (*RESOURCES, "arn:aws:s3:::a/*", "arn:aws:s3:::*/x", "arn:aws:iam::*:role/*")
CONDITIONS: tuple[Any, ...] = (
    *({}, {}),
    {"Condition": {"StringEquals": {"aws:PrincipalTag/t": "1"}}},
    {"Condition": {"StringNotEquals": {"aws:PrincipalTag/t": "1"}}},
    {"Condition": {"Null": {"aws:PrincipalTag/t": "true"}}},
)


def statement(rnd: random.Random) -> dict[str, Any]:
    no_action, no_resource = (rnd.choice(("", "", "", "Not")) for _ in range(2))
    return {
        "Effect": rnd.choice(("Allow", "Deny")),
        f"{no_action}Action": rnd.sample(PATTERNS, rnd.randint(1, 2)),
        f"{no_resource}Resource": rnd.sample((*PLACES, "*"), rnd.randint(1, 2)),
        **rnd.choice(CONDITIONS),
    }


def requests(actions: list[str], resources: list[str]) -> Iterator[Request]:
    """Yield requests that are asked about, each on a resource of a type of its action."""
    asked = wanted(actions, resources)
    for name in ACTIONS:
        if not any(matches(each, fold(name)) for each in asked.actions):
            continue
        on = RESOURCES if catalogue.takes_resource(name) else ("*",)
        for resource in on:
            ours = catalogue.formats_in_arns(resource)
            fits = any((":role/" in each) is (":role/" in resource) for each in ours or ())
            object_ = "/" in resource
            if resource.startswith("arn:aws:s3") and object_ is not name.endswith("Object"):
                continue
            if resource != "*" and (not fits or resource.split(":")[2] != name.split(":")[0]):
                continue
            if asked.place and not any(matches(each, resource) for each in asked.place):
                continue
            for tag in ((), ("1",), ("2",)):
                yield Request(name, resource, "", {"aws:principaltag/t": tag})


@pytest.mark.parametrize("seed", range(300))
def test_the_answer_is_that_of_trying_all_requests(seed: int) -> None:
    rnd = random.Random(seed)  # noqa: S311 - a sample, no secret
    given = of(*(statement(rnd) for _ in range(rnd.randint(1, 4))))
    actions = rnd.sample(PATTERNS[:-1], rnd.randint(1, 2))
    resources = rnd.choice(([], rnd.sample(PLACES, rnd.randint(1, 2))))
    if mistakes(actions, resources):
        return
    found = granted(given, actions, resources)
    if found is None:
        assert not [each for each in requests(actions, resources) if allows(given, each)]
        return
    asked = wanted(actions, resources)
    assert allows(given, found)
    assert granting(given, found) in given.statements
    assert any(matches(each, fold(found.action)) for each in asked.actions)
    assert not asked.place or any(matches(each, found.resource) for each in asked.place)


def test_no_statement_is_named_where_it_is_not_sure_which_one_it_is() -> None:
    given = of({"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::${bucket}/*"})
    found = granted(given, ["s3:GetObject"])
    assert found is not None
    assert granting(given, found) is None


def test_the_statement_is_the_one_that_allows_it() -> None:
    given = of(
        {"Effect": "Deny", "Action": "iam:PassRole", "Resource": "arn:aws:iam::1:role/x"},
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "iam:*", "Resource": "*"},
    )
    found = granted(given, ["iam:PassRole"])
    assert found is not None
    assert granting(given, found) is given.statements[2]


def test_the_statement_is_no_deny_whose_star_may_run_on() -> None:
    group = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/x"
    given = of(
        {"Effect": "Deny", "Action": "logs:*", "Resource": "arn:aws:logs:*:*:/aws/*"},
        {"Effect": "Allow", "Action": "logs:*", "Resource": "*"},
    )
    found = granted(given, ["logs:DeleteLogGroup"], [group])
    assert found is not None
    assert granting(given, found) is given.statements[1]


def test_looking_up_many_actions_is_paid_for_each_time() -> None:
    given = of({"Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*"})
    for _ in range(2):
        with budget(1_000), pytest.raises(BudgetError):
            granted(given, ["ec2:*"])


MISTAKES = [
    ([], [], "nothing is asked"),
    (["s3:GetObjekt"], [], "unknown action `s3:GetObjekt`; did you mean `GetObject`?"),
    (["lamda:InvokeFunction"], [], "unknown service in `lamda:InvokeFunction`; did you mean"),
    (["s3:Gett*"], [], "no known action matches `s3:Gett*`"),
    (["GetObject"], [], "`GetObject` is not an action"),
    (["s3:GetObject,s3:PutObject"], [], "name each by itself"),
    (["s3:GetObject s3:PutObject"], [], "name each by itself"),
    (["${action}"], [], "`${action}` is not an action"),
    (["s3:Get\x1b[31m"], [], r"`s3:Get\x1b[31m` is not an action"),
    ([""], [], "`` is not an action"),
    (["s3:" + "é" * 100_000], [], "is not an action"),
    ([], ["bucket"], "`bucket` is not an ARN"),
    ([], [""], "`` is not an ARN"),
    ([], ["arn:aws:s3"], "is not an ARN"),
    ([], ["arn:aws:s3:::"], "is not an ARN"),
    ([], ["arn:aws:s3:::${bucket}/*"], "has a variable: write `*` in its place"),
    ([], ["arn:aws:s3:::{{ bucket }}/*"], "has a variable: write `*` in its place"),
    ([], ["arn:aws:s3:::b,arn:aws:s3:::c"], "has several ARNs: name each by itself"),
    ([], ["arn:aws:s3:::b/* arn:aws:s3:::c"], "has several ARNs: name each by itself"),
    ([], ["arn:aws:s3:::b/*\r"], r"`arn:aws:s3:::b/*\x0d` has a character that cannot be seen"),
    ([], [" arn:aws:s3:::b"], "has a character that cannot be seen"),
    ([], ["arn:aws:s3:::b/* "], "has a character that cannot be seen: leave it out"),
    ([], ["arn:aws:s3:::b\u200b/*"], "has a character that cannot be seen"),
    ([], ["arn:aws:s3:::" + "b" * 3_000], "has more than 2,048 characters"),
    ([], ["arn:aws:sqz:*:*:q"], "unknown service `sqz`; did you mean `sqs`?"),
    ([], ["arn:aw:sqs:*:*:q"], "unknown partition `aw`; did you mean `aws`?"),
    ([], ["arn:aws:sqs:*:1234:q"], "`1234` is not an account: expected 12 digits"),
    ([], ["arn:aws:s3:eu-west-1::b"], "have no region: leave it empty"),
    ([], ["arn:aws:iam::123456789012:rol/x"], "is no ARN of a resource that is known"),
    (["s3:GetObject"], ["arn:aws:s3:::b"], "`s3:GetObject` works on none of the resources"),
    (["ec2:DescribeVpcs"], ["arn:aws:ec2:*:*:vpc/*"], "`ec2:DescribeVpcs` takes no resource"),
]


@pytest.mark.parametrize(
    ("actions", "resources", "told"), MISTAKES, ids=lambda each: str(each)[:40]
)
def test_what_can_be_granted_by_no_policy_is_a_mistake(
    actions: list[str], resources: list[str], told: str
) -> None:
    (found,) = mistakes(actions, resources)
    assert told in found.message
    assert found.about == ("resource" if resources and not actions else "action")
    assert len(found.message) < 250


def test_all_mistakes_are_told_at_once() -> None:
    found = mistakes(["s3:GetObjekt", "x"], ["y", "arn:aws:sqs:::q"])
    assert [each.about for each in found] == ["action", "action", *["resource"] * 3]


def test_patterns_that_take_too_long_to_look_up_are_a_mistake() -> None:
    (found,) = mistakes(["*:" + "*a" * 3_000], [])
    assert "too much work" in found.message


def test_it_decides_what_aws_decides_about_its_samples(data: Path) -> None:
    """A reference policy that allows all but some actions asks whether one of these is granted."""
    cases = json.loads((data / "no-new-access" / "cases.json").read_text())
    asked = 0
    for case in cases:
        everything, *denies = case["reference"]["Statement"]
        keys = [each.keys() & {"Condition", "NotAction", "NotResource"} for each in denies]
        if everything.get("Action") != "*" or "Principal" in everything or any(keys) or not denies:
            continue
        found = [granted(of(*listed(case["candidate"]["Statement"])), *both(d)) for d in denies]
        assert any(found) is (case["verdict"] == "FAIL"), case["file"]
        asked += 1
    assert asked > 70


def both(deny: dict[str, Any]) -> tuple[list[str], list[str]]:
    return listed(deny["Action"]), listed(deny["Resource"])


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
