"""Which actions an Allow grants on all resources, by itself or together with others."""

from __future__ import annotations

from typing import Any

import pytest

from checker.iam.access import access
from checker.iam.on_all import on_all
from checker.iam.patterns import Undecided
from checker.iam.statement import Policy, policy
from checker.iam.unlimited import services_on_all

_EARLY, _LATE = "abcdefghijklm", "nopqrstuvwxyz"
_TAGGED = {"Condition": {"StringEquals": {"aws:ResourceTag/team": "a"}}}
_TAGS = ["*:ResourceTag/*"]


def buckets(letters: str, rest: str = "*") -> list[str]:
    return [f"arn:aws:s3:::{each}{rest}" for each in letters]


def tables(letters: str, kind: str) -> list[str]:
    return [f"arn:aws:dynamodb:*:*:{kind}/{each}*" for each in letters]


def allow(action: str, resource: str | list[str], **elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **elements}


def of(*statements: dict[str, Any]) -> Policy:
    data: Any = {"Version": "2012-10-17", "Statement": list(statements)}
    return policy(data)


def granted(found: Policy, limits: list[str] | None = None, level: str = "Write") -> list[str]:
    """Return the Allows, by their place, with what each grants on all resources."""
    return [
        f"{at} {name}"
        for at, each in enumerate(found.statements)
        if each.is_allow
        for name in on_all(found, each, level, limits or ())
    ]


HALVES = (
    allow("s3:DeleteBucket", buckets(_EARLY)),
    allow("s3:DeleteBucket", buckets(_LATE)),
)


@pytest.mark.parametrize(
    "other",
    [
        allow("s3:GetObject", "*"),
        allow("s3:GetObject", "arn:aws:s3:::*/*"),
        allow("s3:GetObject", "arn:aws:s3:::${Name}/*"),
        {**allow("s3:GetObject", ""), "Resource": [], "NotResource": "arn:aws:s3:::${Name}/*"},
    ],
    ids=str,
)
def test_what_another_allow_grants_hides_no_parts(other: dict[str, Any]) -> None:
    other = {key: value for key, value in other.items() if value != []}
    expected = ["0 s3:DeleteBucket", "1 s3:DeleteBucket"]
    assert granted(of(*HALVES, other)) == expected


def test_parts_of_one_type_hide_none_of_another() -> None:
    found = of(
        allow("dynamodb:DescribeGlobalTable", tables(_EARLY, "global-table")),
        allow("dynamodb:DescribeGlobalTable", tables(_LATE, "global-table")),
        allow("dynamodb:DeleteTable", tables(_EARLY, "table")),
        allow("dynamodb:DeleteTable", tables(_LATE, "table")),
    )
    assert granted(found) == ["2 dynamodb:DeleteTable", "3 dynamodb:DeleteTable"]


def test_an_allow_with_a_limit_hides_none_without() -> None:
    limited = [{**each, **_TAGGED} for each in HALVES]
    expected = ["2 s3:DeleteBucket", "3 s3:DeleteBucket"]
    assert granted(of(*limited, *HALVES), _TAGS) == expected


def test_a_part_beside_one_with_a_limit_is_not_all() -> None:
    assert not granted(of({**HALVES[0], **_TAGGED}, HALVES[1]), _TAGS)
    assert granted(of({**HALVES[0], **_TAGGED}, HALVES[1]))


def test_a_deny_of_a_part_leaves_no_whole() -> None:
    assert not granted(of(*HALVES, {**allow("s3:*", buckets("q")), "Effect": "Deny"}))
    assert granted(of(*HALVES, {**allow("s3:*", buckets("q", "1")), "Effect": "Deny"}))


def test_a_part_in_doubt_is_not_held_to_be_none() -> None:
    parts = (HALVES[0], allow("s3:DeleteBucket", [*buckets(_LATE[1:]), "arn:aws:s3:::${Name}"]))
    with pytest.raises(Undecided):
        granted(of(*parts))


@pytest.mark.parametrize("denied", ["aoss:DeleteCollection", "s3:GetObject"])
def test_whoever_names_the_only_one_of_a_type_names_it(denied: str) -> None:
    names = ["dashboards/default", "collection/*"]
    one = allow("aoss:*", [f"arn:aws:aoss:*:*:{each}" for each in names])
    found = granted(of(one, {**allow(denied, "*"), "Effect": "Deny"}))
    assert "0 aoss:UpdateCollection" in found
    assert "0 aoss:DashboardsAccessAll" not in found


def test_each_letter_of_any_name_names_none() -> None:
    assert granted(of(allow("s3:DeleteObject", buckets(_EARLY + _LATE, "*/*"))))
    assert not granted(of(allow("s3:DeleteObject", buckets(_EARLY + _LATE, "*/logs/*"))))


def test_a_service_is_granted_by_parts_but_for_a_deny() -> None:
    parts = allow("s3:*", buckets(_EARLY + _LATE))
    denied = {**allow("s3:DeleteBucket", "*"), "Effect": "Deny"}
    assert services_on_all(of(parts, denied).statements[0]) == ("s3",)


def test_a_type_that_only_one_of_two_lists_has_does_not_count_alone() -> None:
    text = "arn:aws:elasticloadbalancing:*:*:loadbalancer/app/*"
    name = "elasticloadbalancing:DeleteLoadBalancer"
    found = of(allow(name, text))
    assert granted(found) == [f"0 {name}"]
    assert access(found, (name,)).covering_all_of("elasticloadbalancing")


@pytest.mark.parametrize("pattern", ["*", "s3*:*", "?3:*"])
def test_a_pattern_beside_an_action_counts_with_all_types(pattern: str) -> None:
    found = of(allow("s3:*", "arn:aws:s3:::*/*"))
    assert not access(found, ("s3:DeleteBucket",)).covering_all_of("s3")
    assert access(found, ("s3:DeleteBucket", pattern)).covering_all_of("s3")
