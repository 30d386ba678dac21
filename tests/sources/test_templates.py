"""Whole templates: which policies are found in them, of which kind, and where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.problems import InputError, Json, Source
from checker.reader import DEFAULT_LIMITS
from checker.reader.reading import parse_dialect, parse_json
from checker.sources.cloudformation import nested, parts, template
from checker.sources.cloudformation.sections import YAML
from checker.sources.parameter_files import Given, Values
from checker.sources.part import Refused

DATA = Path(__file__).with_suffix(".yaml")


def cases() -> list[Any]:
    source = Source("cases.yaml", DATA.read_text(encoding="utf-8"), "")
    (read,) = parse_dialect(source, DEFAULT_LIMITS, YAML)
    listed: Any = read.data
    return [pytest.param(each["template"], each["found"], id=each["name"]) for each in listed]


def found_in(data: Json, *, elsewhere: bool = False) -> dict[str, str]:
    """Return the policies by their addresses: their kinds, or why they are refused."""
    read = template(parse_json(Source("a.json", json.dumps(data), ""), DEFAULT_LIMITS))
    if read is None:
        return {}
    found: dict[str, str] = {}
    for _, ways in parts(read, DEFAULT_LIMITS, is_elsewhere=lambda _: elsewhere):
        for each in ways:
            if isinstance(each, Refused):
                found[f"!{each.name}"] = each.problems[0].message
            else:
                found[each.name] = each.kind
    return found


@pytest.mark.parametrize(("data", "expected"), cases())
def test_what_is_found_in_a_template(data: Json, expected: dict[str, str]) -> None:
    found = found_in(data)
    assert list(found) == list(expected)
    for name, told in expected.items():
        assert told in found[name] if name.startswith("!") else told == found[name]


def test_a_name_in_another_file_makes_a_boundary_a_policy() -> None:
    bounds: Json = {
        "Resources": {
            "P": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {
                    "ManagedPolicyName": "edge",
                    "PolicyDocument": {"Statement": {"Effect": "Allow", "Action": "*"}},
                },
            },
            "R": {"Type": "AWS::IAM::Role", "Properties": {"PermissionsBoundary": {"Ref": "P"}}},
        }
    }
    assert set(found_in(bounds).values()) == {"aws-permissions-boundary"}
    assert set(found_in(bounds, elsewhere=True).values()) == {"aws-identity-policy"}


ALLOWED: Json = {
    "Parameters": {
        "Stage": {"Type": "String", "AllowedValues": ["test", "production"]},
        "Zones": {"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]},
    },
    "Resources": {
        "P": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {
                "PolicyDocument": {
                    "Statement": {"Effect": "Allow", "Action": "a:b", "Resource": {"Ref": "Stage"}}
                }
            },
        }
    },
}


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ({"Stage": "test", "Zones": "a, b", "Other": "x"}, False),
        ({"Stage": "staging"}, True),
        ({"Zones": "a,c"}, True),
    ],
    ids=str,
)
def test_a_value_that_a_template_does_not_allow_is_refused(
    values: dict[str, str], *, refused: bool
) -> None:
    read = template(parse_json(Source("a.json", json.dumps(ALLOWED), ""), DEFAULT_LIMITS))
    assert read is not None
    ((_, (part,)),) = parts(read, DEFAULT_LIMITS, Given((Values("v.json", values),)))
    assert isinstance(part, Refused) is refused
    if isinstance(part, Refused):
        assert part.problems[0].message.startswith("v.json gives it `")


NESTED = """\
Resources:
  S:
    Type: AWS::CloudFormation::StackSet
    Properties:
      TemplateBody: |
        Resources:
          P:
            Type: AWS::IAM::ManagedPolicy
            Properties:
              PolicyDocument:
                Statement: {Effect: Allow, Action: '*', Resource: '*'}
"""


def test_a_template_in_the_text_of_another_has_its_places_there() -> None:
    (read,) = parse_dialect(Source("a.yaml", NESTED, ""), DEFAULT_LIMITS, YAML)
    outer = template(read)
    assert outer is not None
    ((route, inner),) = nested(outer, DEFAULT_LIMITS)
    assert not isinstance(inner, InputError)
    assert route == ("Resources", "S", "Properties", "TemplateBody")
    ((_, (part,)),) = parts(inner, DEFAULT_LIMITS)
    assert not isinstance(part, Refused)
    place = part.reading.locate(("Statement", "Action"))
    assert (place.line, place.column) == (11, NESTED.split("\n")[10].index("'*'") + 1)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"Fn::Join": ["", ["Resources: {G: {Type: 'AWS::IAM::Group'}}"]]}, "a function makes"),
        ({"Fn::Sub": ["Resources: {G: {Type: 'AWS::IAM::Group'}}", {}]}, "a function makes"),
        ("Resources: {G: {Type: 'AWS::IAM::Group'}", ""),
    ],
)
def test_a_template_in_a_text_that_cannot_be_read_is_an_error(body: Json, message: str) -> None:
    resource: Json = {"Type": "AWS::CloudFormation::StackSet", "Properties": {"TemplateBody": body}}
    text = json.dumps({"Resources": {"S": resource}})
    read = template(parse_json(Source("a.json", text, ""), DEFAULT_LIMITS))
    assert read is not None
    ((_, error),) = nested(read, DEFAULT_LIMITS)
    assert isinstance(error, InputError)
    assert message in str(error)


NAMES = st.sampled_from(
    [
        *("Ref", "Fn::Sub", "Fn::Join", "Fn::If", "Fn::Select", "Fn::Split", "Fn::FindInMap"),
        *("Fn::GetAtt", "Fn::Transform", "Fn::ForEach::X", "Fn::Length", "Statement", "Effect"),
    ]
)
LEAVES = st.none() | st.booleans() | st.integers(-1, 3) | st.sampled_from(["C", "P", "${P}", "a"])
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=12,
)


@given(VALUES, VALUES, VALUES)
def test_no_data_makes_a_template_fail(value: Json, condition: Json, parameter: Json) -> None:
    data: Json = {
        "Parameters": {"P": parameter},
        "Conditions": {"C": condition},
        "Mappings": {"M": value},
        "Resources": {
            "P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": value}},
            "R": {"Type": "AWS::IAM::Role", "Properties": value, "Condition": "C"},
        },
    }
    try:
        found_in(data)
    except InputError as error:
        pytest.fail(str(error))
