"""Policies in the JSON of Terraform plans."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.problems import Location, Source
from checker.reader import Limits, parse
from checker.sources.part import Part, Refused
from checker.sources.plan import is_plan, parts

if TYPE_CHECKING:
    from checker.problems import Json

POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
CASES: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
)


def filled(node: Any) -> Any:
    """Return data with the policy in place of its name in texts."""
    if isinstance(node, dict):
        return {key: filled(value) for key, value in node.items()}
    if isinstance(node, list):
        return [filled(each) for each in node]
    return node.replace("ThePolicy", POLICY) if isinstance(node, str) else node


def plan(changes: Any, **more: Any) -> dict[str, Any]:
    """Return a plan; what a case writes beside the address and type is the change."""
    outside = ("address", "type", "mode", "changed")
    listed = [
        {
            **{key: each[key] for key in outside if key in each},
            **(
                {"change": {key: x for key, x in each.items() if key not in outside}}
                if "actions" in each
                else {}
            ),
        }
        if isinstance(each, dict)
        else each
        for each in changes
    ]
    return {"format_version": "1.2", "resource_changes": listed, **more}


def found(data: Json) -> list[Part | Refused]:
    return list(parts(parse(Source("plan.json", json.dumps(data), "")), Limits()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_found_in_a_plan(case: dict[str, Any]) -> None:
    configuration = {"root_module": case["configuration"]} if "configuration" in case else None
    data = plan(filled(case["changes"]))
    result = found({**data, "configuration": configuration} if configuration else data)
    policies = {each.name: each for each in result if isinstance(each, Part)}
    refused = {each.name: each for each in result if isinstance(each, Refused)}
    assert {name: each.kind for name, each in policies.items()} == case["is"]
    assert all(each.reading.data == json.loads(POLICY) for each in policies.values())
    assert refused.keys() == case.get("refused", {}).keys()
    for name, message in case.get("refused", {}).items():
        (problem,) = refused[name].problems
        assert message in problem.message
        assert problem.location is not None


def test_what_the_plan_repeats_is_not_read() -> None:
    resource = {"address": "a", "type": "aws_iam_policy", "values": {"policy": POLICY}}
    root = {"root_module": {"resources": [resource]}}
    more = {"planned_values": root, "prior_state": {"values": root}, "field_of_2031": POLICY}
    assert found(plan([], **more)) == []


def test_a_wrapper_beside_the_plan_is_read() -> None:
    (part,) = found(plan([], PolicyDocument=json.loads(POLICY)))
    assert isinstance(part, Part)
    assert part.name == "/PolicyDocument"


def test_a_format_that_is_not_known_is_an_error() -> None:
    (refused,) = found({**plan([]), "format_version": "2.0"})
    assert isinstance(refused, Refused)
    assert "of format 2.0, which is not known" in refused.problems[0].message


def test_each_character_has_its_place_in_the_escaped_text() -> None:
    change = {"address": "a", "type": "aws_iam_policy", "actions": ["create"]}
    text = json.dumps(plan([{**change, "after": {"policy": POLICY}}]), indent=1)
    (part,) = parts(parse(Source("plan.json", text, "")), Limits())
    assert isinstance(part, Part)
    line = next(at for at, each in enumerate(text.split("\n"), 1) if "Statement" in each)
    shown = text.split("\n")[line - 1]
    start = shown.index(r"\"s3:*\"") + 1
    expected = Location(line, start, line, start + len(r"\"s3:*\""))
    assert part.reading.locate(("Statement", 0, "Action")) == expected
    assert part.reading.file_pointer(()) == "/resource_changes/0/change/after/policy"


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"format_version": "1.2"},
        {"format_version": "1.2", "values": {}},
        {"resource_changes": []},
        {"format_version": 1, "resource_changes": []},
        {"format_version": "1.2", "resource_changes": {}},
    ],
)
def test_other_files_are_no_plans(data: Json) -> None:
    assert not is_plan(data)


NAMES = (
    "address type change actions after after_unknown policy inline_policy mode "
    "root_module resources expressions references module_calls module"
)
ANY = st.recursive(
    st.sampled_from([None, True, 1, "", "x", POLICY, "aws_iam_role", "a.b", ["create"], []]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES.split()),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.lists(ANY, max_size=3), ANY)
def test_wrong_types_anywhere_are_no_crash(changes: list[Json], configuration: Json) -> None:
    data: Json = {
        "format_version": "1.0",
        "resource_changes": changes,
        "configuration": configuration,
    }
    for each in found(data):
        assert isinstance(each, Part) or each.problems


def test_a_large_plan_is_read_in_its_share_of_time() -> None:
    def seconds(size: int) -> float:
        change = {"type": "aws_iam_policy", "actions": ["create"], "after": {"policy": POLICY}}
        unknown = {**change, "after": {}, "after_unknown": {"policy": True}}
        changes = [{"address": f"a.{n}", **(unknown if n % 2 else change)} for n in range(size)]
        written = [
            {"address": f"a.{n}", "expressions": {"policy": {"references": ["b.c"]}}}
            for n in range(size)
        ]
        data = plan(changes, configuration={"root_module": {"resources": written}})
        before = time.process_time()
        assert len(found(data)) == size
        return time.process_time() - before

    small, large = seconds(500), seconds(5_000)
    assert large < 10 * 8 * small + 0.5
