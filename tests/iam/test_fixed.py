"""What fixes the values of condition keys, where placeholders stand for some."""

from __future__ import annotations

from typing import Any

import pytest

from checker.errors import FunctionError
from checker.iam.confines import confines
from checker.iam.fixed import EVERY, any_of, up_to
from checker.iam.patterns import Undecided
from checker.iam.statement import Statement, policy

_TAGS = any_of(["aws:TagKeys"], EVERY)


def tagging(*values: str) -> Statement:
    condition: Any = {"ForAllValues:StringLike": {"aws:TagKeys": list(values)}}
    allow: Any = {"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "*"}
    return policy(
        {"Version": "2012-10-17", "Statement": {**allow, "Condition": condition}}
    ).statements[0]


def test_each_value_of_a_list_is_fixed_or_not() -> None:
    assert confines(tagging("team-*", "cost"), _TAGS)
    assert not confines(tagging("team-*", "*"), _TAGS)


@pytest.mark.parametrize("values", [["${Tag}"], ["team-*", "${Tag}"], ["${Tag}", "${Other}"]])
def test_a_placeholder_among_several_values_is_in_doubt(values: list[str]) -> None:
    with pytest.raises(Undecided):
        confines(tagging(*values), _TAGS)


def test_a_separator_is_not_empty() -> None:
    with pytest.raises(FunctionError, match="separator is empty"):
        up_to("")
