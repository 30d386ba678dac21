"""Which regular expressions match no text with a wildcard, as CloudFormation reads them."""

from __future__ import annotations

import re

import pytest

from checker.sources.expressions import sample

CLOSED = ["[a-z]+", "(?i)[a-z]{3,63}", "(?:a|b)+", "[]a]+", r"[a\[b]+", "[^*?$]+", "^$|^[a-z]+$"]
OPEN = [
    *("[ -~]+", "[!-/]+", r"\S+", r"\W", "[^a]", ".*", "a|.", "(?!x).+", "(?<=x).", r"\x2a", "[*]"),
    *("[a[^b]]", "[a-z&&[^b]]", r"[\]a[^b]]", "(?x)[a]", "(?x:[a])", r"\p{Alpha}", r"\Q*\E", "("),
]
LARGE = [
    "((([a-z]{400}){400}){400}){400}",
    "((((((a{0}){500}){500}){500}){500}){500}){500}",
    "((((($){500}){500}){500}){500}){500}",
    "(" * 5_000 + "a" + ")" * 5_000,
    "((((([a-z]{8}){2}){8}){8}){8}){8}",
]


@pytest.mark.parametrize("expression", CLOSED)
def test_an_expression_without_wildcards_has_a_sample(expression: str) -> None:
    found = sample(expression, "Name")
    assert found is not None
    assert re.fullmatch(expression, found)


@pytest.mark.parametrize("expression", OPEN)
def test_an_expression_that_may_match_a_wildcard_has_none(expression: str) -> None:
    assert sample(expression, "Name") is None


@pytest.mark.parametrize("expression", LARGE, ids=range(len(LARGE)))
def test_a_large_expression_ends(expression: str) -> None:
    assert sample(expression, "Name") is None
