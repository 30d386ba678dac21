"""What cannot be decided of a policy is an error, and only where it matters."""

from __future__ import annotations

from typing import Any

import pytest

from checker import cel
from checker.budget import shared
from checker.iam.access import Access, access
from checker.iam.patterns import Undecided
from checker.iam.statement import policy
from tests.support.work import moments

ECR = "arn:aws:ecr:eu-west-1:123456789012:repository/"


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, **more}


def ask(actions: str | list[str], *statements: dict[str, Any]) -> Access:
    data: Any = {"Version": "2012-10-17", "Statement": list(statements)}
    return access(policy(data), [actions] if isinstance(actions, str) else actions)


def texts(found: Access) -> list[str]:
    return [item.text for item in found.resources]


HERE: dict[str, Any] = {"Effect": "Allow", "Action": "ecr:*", "Principal": "*"}


def test_granted_may_be_known_when_resources_are_not() -> None:
    found = ask("s3:Put", allow("s3:*", ["a", "b/${bucket}"]))
    assert found.granted
    assert found.actions == ("s3:Put",)
    assert len(found.statements) == 1
    assert texts(found) == ["a", "b/${bucket}"]
    with pytest.raises(Undecided, match=r"`b/\$\{bucket\}` means.*render the template"):
        found.resources[1].is_literal()


def test_a_placeholder_in_a_deny() -> None:
    found = ask("s3:Put", allow("s3:*", "a*"), deny("s3:*", Resource="ab${x}"))
    assert found.granted
    with pytest.raises(Undecided, match=r"\$\{x\}"):
        _ = found.resources
    found = ask("s3:Put", allow("s3:*", "a"), deny("s3:*", Resource="${x}"))
    for question in ("granted", "resources", "actions", "statements"):
        with pytest.raises(Undecided, match=r"\$\{x\}"):
            getattr(found, question)
    assert texts(ask("s3:Put", allow("s3:*", "a"), deny("s3:*", Resource="b${x}"))) == ["a"]
    assert not ask("s3:Put", allow("s3:*", "${x}"), deny("*", Resource="*")).granted
    for denied in ({"Resource": "b*"}, {"NotResource": "b*"}):
        with pytest.raises(Undecided, match=r"\$\{x\}"):
            _ = ask("s3:Put", allow("s3:*", "${x}c"), deny("*", **denied)).granted


def test_a_placeholder_in_a_deny_of_the_attached_resource() -> None:
    with pytest.raises(Undecided, match=r"\$\{x\}"):
        _ = ask("ecr:A", HERE, deny("ecr:*", Principal="*", Resource="${x}")).granted
    with pytest.raises(Undecided, match=r"\$\{x\}"):
        _ = ask("ecr:A", HERE, deny("ecr:${x}", Principal="*")).granted
    assert ask("s3:A", HERE, deny("ecr:${x}", Principal="*")).granted is False


def test_what_one_statement_leaves_open_another_may_settle() -> None:
    found = ask("s3:Put", allow("s3:${verb}"), allow("s3:Put", "a"))
    assert found.granted
    with pytest.raises(Undecided):
        _ = found.statements


def test_an_asked_action_with_a_placeholder_is_an_error() -> None:
    with pytest.raises(Undecided, match="placeholder"):
        ask("s3:${verb}", allow("s3:*"))


def test_too_many_sets_are_undecided() -> None:
    denies = [deny("s3:*", NotResource=[f"*{end}{i}*" for i in range(60)]) for end in "xyz"]
    with pytest.raises(Undecided, match="more than 500 sets"):
        _ = ask("s3:Put", allow("s3:*", "*"), *denies).granted


def test_denies_that_repeat_their_entries_are_not_too_many_sets() -> None:
    every = [f"{ECR}r{index}" for index in range(300)]
    denies = [deny("ecr:*", NotResource=every[index:]) for index in range(4)]
    assert texts(ask("ecr:Put", allow("ecr:*"), *denies)) == every[3:]


def test_a_deny_for_a_principal_that_may_be_everyone() -> None:
    maybe = deny("s3:*", Resource="*", Principal={"AWS": "${who}"})
    with pytest.raises(Undecided, match="cannot decide whom"):
        _ = ask("s3:Put", allow("s3:*"), maybe).granted
    everyone = deny("s3:*", Resource="*", Principal={"AWS": ["${who}", "*"]})
    assert not ask("s3:Put", allow("s3:*"), everyone).granted
    someone = deny("s3:*", Resource="*", Principal={"AWS": "arn:aws:iam::${account}:root"})
    assert ask("s3:Put", allow("s3:*"), someone).granted
    assert ask("ecr:Put", allow("ecr:*"), maybe).granted


def test_a_deny_under_a_condition_that_is_not_decided() -> None:
    strange = {"ForAnyValue:StringEqualsIfExists": {"a:b": "c"}}
    found = ask("s3:Put", allow("s3:*", "a"), deny("s3:*", Resource="*", Condition=strange))
    with pytest.raises(Undecided, match="use either `ForAnyValue` or `IfExists`"):
        _ = found.granted


def test_all_searches_of_one_rule_share_a_budget() -> None:
    hard = ["*a?" + str(at) + "*a??" * 9 for at in range(20)]
    taken = ["*b?a*b*?a", "*a???????????????", "*?b????????????a*", "*c?????????????*"]
    statements = [allow("s3:*", item) for item in hard]
    found = ask("s3:Put", *statements, deny("*", Resource=taken))

    def search() -> None:
        with cel.budget(), pytest.raises(cel.BudgetError):
            _ = found.granted

    assert moments(search) < 2000


def test_a_search_costs_the_same_again() -> None:
    def units() -> int:
        with cel.budget(1_000_000):
            _ = ask("s3:Put", allow("s3:*", "*ab?c*"), deny("*", Resource=["*b*d", "*b?c"])).granted
            left = shared()
            assert left is not None
            return 1_000_000 - int(left[0])

    assert units() == units() > 0


def test_a_hostile_policy_takes_no_more_than_a_moment() -> None:
    statements = [
        allow(["s3:*" + "a*" * 900, "s3:" + "?*" * 500], ["*a" + "?" * 40 + "b", "*b*" * 600]),
        deny("s3:*", Resource=["*b" + "?" * 39 + "a*", "*a" * 900]),
        deny("s3:*", NotResource=["*a" + "?" * 50, "*c*" * 600]),
    ]

    def answer() -> None:
        found = ask("s3:Put", *statements)
        for question in ("granted", "resources", "actions", "statements"):
            try:
                getattr(found, question)
            except Undecided as why:
                assert "use fewer" in str(why)  # noqa: PT017 - being undecided is allowed

    assert moments(answer) < 2000


def test_all_of_a_service_is_undecided_where_its_place_is(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "arn:aws:ecr:*:123456789012:repository/*"
    (found,) = ask("ecr:PutImage", allow("ecr:*", text)).resources

    def gives_up(*_: object) -> None:
        raise Undecided("too many steps")

    monkeypatch.setattr("checker.iam.resources.witness", gives_up)
    with pytest.raises(Undecided, match="too many steps"):
        found.covers_all_of("ecr")
