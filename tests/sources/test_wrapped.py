"""Policies in wrappers: as objects and as texts, with the places of their files."""

from __future__ import annotations

import json
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.problems import InputError, Location, Source
from checker.reader import Limits, Reading, parse
from checker.sources.part import Part
from checker.sources.wrapped import SHAPES, parts, unread

if TYPE_CHECKING:
    from collections.abc import Collection

    from checker.problems import Json, Route

STATEMENT: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
POLICY: dict[str, Any] = {"Version": "2012-10-17", "Statement": [STATEMENT]}
TEXT = json.dumps(POLICY)


def reading(data: Json) -> Reading:
    return parse(Source("x.json", json.dumps(data, indent=1), "digest"))


def found(document: Reading) -> list[tuple[str, str]]:
    """Return the names and kinds of the policies, whose data is that of all examples."""
    result = []
    for part in parts(document, Limits()):
        assert isinstance(part, Part), part
        assert part.reading.data == POLICY
        assert part.reading.file_pointer(()) == part.name
        result.append((part.name, part.kind))
    return result


def organization(kind: str) -> dict[str, Any]:
    summary = {"Id": "p-1", "Arn": "arn", "Name": "n", "Type": kind, "AwsManaged": False}
    return {"Policy": {"PolicySummary": summary, "Content": TEXT}}


IDENTITY, RESOURCE, TRUST = "aws-identity-policy", "aws-resource-policy", "aws-trust-policy"
WRAPPED: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    "document": ({"PolicyDocument": POLICY}, [("/PolicyDocument", "")]),
    "document as text": ({"PolicyDocument": TEXT}, [("/PolicyDocument", "")]),
    "create-policy": (
        {"PolicyName": "n", "PolicyDocument": TEXT},
        [("/PolicyDocument", "")],
    ),
    "get-policy-version": (
        {"PolicyVersion": {"Document": POLICY, "VersionId": "v1", "IsDefaultVersion": True}},
        [("/PolicyVersion/Document", IDENTITY)],
    ),
    "get-role-policy": (
        {"RoleName": "r", "PolicyName": "n", "PolicyDocument": POLICY},
        [("/PolicyDocument", IDENTITY)],
    ),
    "get-user-policy": (
        {"UserName": "u", "PolicyName": "n", "PolicyDocument": POLICY},
        [("/PolicyDocument", IDENTITY)],
    ),
    "get-group-policy": (
        {"GroupName": "g", "PolicyName": "n", "PolicyDocument": POLICY},
        [("/PolicyDocument", IDENTITY)],
    ),
    "create-vpc-endpoint": (
        {"VpcId": "vpc-1", "ServiceName": "s", "PolicyDocument": TEXT},
        [("/PolicyDocument", "aws-vpc-endpoint-policy")],
    ),
    "get-role": (
        {"Role": {"RoleName": "r", "AssumeRolePolicyDocument": POLICY}},
        [("/Role/AssumeRolePolicyDocument", TRUST)],
    ),
    "create-role": (
        {"RoleName": "r", "AssumeRolePolicyDocument": TEXT},
        [("/AssumeRolePolicyDocument", TRUST)],
    ),
    "get-bucket-policy": ({"Policy": TEXT}, [("/Policy", "")]),
    "get-key-policy": ({"Policy": TEXT, "PolicyName": "default"}, [("/Policy", "")]),
    "lambda get-policy": ({"Policy": TEXT, "RevisionId": "1"}, [("/Policy", RESOURCE)]),
    "get-queue-attributes": (
        {"Attributes": {"Policy": TEXT, "QueueArn": "arn"}},
        [("/Attributes/Policy", RESOURCE)],
    ),
    "get-topic-attributes": (
        {"Attributes": {"TopicArn": "arn", "Policy": TEXT}},
        [("/Attributes/Policy", RESOURCE)],
    ),
    "get-repository-policy": (
        {"registryId": "1", "repositoryName": "n", "policyText": TEXT},
        [("/policyText", RESOURCE)],
    ),
    "get-registry-policy": ({"registryId": "1", "policyText": TEXT}, [("/policyText", RESOURCE)]),
    "get-resource-policy": (
        {"ARN": "arn", "Name": "n", "ResourcePolicy": TEXT},
        [("/ResourcePolicy", RESOURCE)],
    ),
    "describe-policy scp": (
        organization("SERVICE_CONTROL_POLICY"),
        [("/Policy/Content", "aws-scp")],
    ),
    "describe-policy rcp": (
        organization("RESOURCE_CONTROL_POLICY"),
        [("/Policy/Content", "aws-rcp")],
    ),
    "describe-policy other": (organization("S3_POLICY"), [("/Policy/Content", "")]),
    "list of policies": ([POLICY, POLICY], [("/0", ""), ("/1", "")]),
    "list of texts": ([TEXT, "x", 1], [("/0", "")]),
    "list of wrappers": (
        [{"x": 1}, {"PolicyDocument": POLICY, "RoleName": "r"}, organization("TAG_POLICY")],
        [("/1/PolicyDocument", IDENTITY), ("/2/Policy/Content", "")],
    ),
    "text alone": (TEXT, [("", "")]),
    "two of a role": (
        {"AssumeRolePolicyDocument": POLICY, "PolicyDocument": POLICY, "RoleName": "r"},
        [("/PolicyDocument", IDENTITY), ("/AssumeRolePolicyDocument", TRUST)],
    ),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_a_policy_is_found_in_its_wrapper(name: str) -> None:
    data, expected = WRAPPED[name]
    assert found(reading(data)) == expected


@pytest.mark.parametrize("name", WRAPPED)
def test_nothing_is_left_unread_beside_it(name: str) -> None:
    document = reading(WRAPPED[name][0])
    policies = [part for part in parts(document, Limits()) if isinstance(part, Part)]
    assert unread(document, [part.reading.origin for part in policies]) is None
    assert unread(document, []) is not None


NOT_WRAPPED: dict[str, Any] = {
    "a policy": POLICY,
    "a policy with a wrapper's key": {**POLICY, "PolicyDocument": POLICY},
    "nothing": {},
    "null": None,
    "a list of lists": [[POLICY]],
    "too deep": {"x": {"PolicyDocument": POLICY}},
    "a template": {"Resources": {"R": {"Properties": {"PolicyDocument": POLICY}}}},
    "a plan": {"resource_changes": [{"change": {"after": {"policy": TEXT}}}]},
    "no policy": {"PolicyDocument": {"x": 1}, "Policy": ["y"]},
    "a name": {"Policy": "strict", "PolicyDocument": "file://Statement.json"},
    "a placeholder": {"Policy": "{{ policy }}", "PolicyDocument": "${policy}"},
    "another policy language": {"Policy": '{"rules": [{"allow": "*"}]}'},
    "another text": {"PolicyDocument": '"2012-10-17"'},
    "metadata": {"Policy": {"PolicyName": "n", "Arn": "arn", "DefaultVersionId": "v1"}},
    "another case": {"policydocument": POLICY, "policy": TEXT},
}


@pytest.mark.parametrize("name", NOT_WRAPPED)
def test_nothing_else_is_a_wrapper(name: str) -> None:
    assert parts(reading(NOT_WRAPPED[name]), Limits()) == []


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ('{"Statement": [{]}', "expected a key in double quotes or `}`, not `]`", 32),
        ('{"Version": "2012-10-17",}', "trailing comma before `}`: remove it", 42),
        ("Statement: {Effect: Allow, Action: x}", "expected a value, not `Statement`", 14),
        ("%7B%22Version%22%3A%222012-10-17%22%7D", "expected a value, not `%`", 14),
    ],
)
def test_a_text_that_is_no_json_is_an_error_with_its_place(
    text: str, message: str, column: int
) -> None:
    source = Source("x.json", json.dumps([{"Policy": text}, {"Policy": TEXT}]), "")
    broken, sound = parts(parse(source), Limits())
    assert isinstance(broken, InputError)
    (problem,) = broken.problems
    assert message in problem.message
    assert problem.location is not None
    assert problem.location.column == column
    assert problem.pointer == "/0/Policy"
    assert isinstance(sound, Part)
    assert sound.name == "/1/Policy"


def test_a_policy_in_yaml_has_the_places_of_its_block() -> None:
    text = 'PolicyDocument: |\n  {"Version": "2012-10-17",\n   "Statement": []}\n'
    (part,) = parts(parse(Source("x.yaml", text, "")), Limits())
    assert isinstance(part, Part)
    assert part.reading.locate(("Statement",)) == Location(3, 17, 3, 19)


def _member(model: dict[str, Any], shape: str, key: str) -> str:
    """Return the shape of a member of a structure, or of the values of a map."""
    outer = model["shapes"][shape]
    return str((outer["value"] if outer["type"] == "map" else outer["members"][key])["shape"])


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.reference.rsplit("/")[-1])
def test_every_shape_is_that_of_its_command(shape: Any) -> None:
    """The shapes are held against AWS's own models of its commands."""
    *_, service, page = shape.reference.split("/")
    operation = "".join(word.title() for word in page.removesuffix(".html").split("-"))
    loader = import_module("botocore.loaders").Loader()
    name = {"s3api": "s3"}.get(service, service)
    model = loader.load_service_model(name, "service-2")
    side = "input" if operation.startswith("Create") else "output"
    at = model["operations"][operation][side]["shape"]
    if shape.beside:
        assert shape.beside in model["shapes"][at]["members"]
    for key in shape.path:
        at = _member(model, at, key)
    assert model["shapes"][at]["type"] == "string"


# ---- what is left ----

LEFT: dict[str, tuple[Any, list[Any], Any]] = {
    "a statement": (STATEMENT, [], ()),
    "in a template": (
        {"Resources": {"R": {"P": [POLICY]}}},
        [],
        ("Resources", "R", "P", 0, "Statement", 0),
    ),
    "the first": ({"a": [1, {"b": STATEMENT}], "c": STATEMENT}, [], ("a", 1, "b")),
    "beside a taken one": ({"a": POLICY, "b": POLICY}, [("a",)], ("b", "Statement", 0)),
    "a taken index": ([STATEMENT, STATEMENT], [(0,)], (1,)),
    "a key like an index": ({"0": STATEMENT}, [(0,)], ("0",)),
    "above a taken one": ({**STATEMENT, "x": POLICY}, [("x",)], ()),
    "text": ({"p": TEXT}, [], ("p",)),
    "text with escapes": ({"p": json.dumps(TEXT)}, [], ("p",)),
    "yaml in text": ({"p": "- Effect: Allow\n  Action: x\n"}, [], ("p",)),
    "deny": ({"Effect": "Deny", "NotPrincipal": "*"}, [], ()),
    "a function": ({"Effect": {"Fn::If": ["a", "Allow", "Deny"]}, "Action": "x"}, [], ()),
    "a placeholder": ({"Effect": "${effect}", "Action": "x"}, [], ()),
    "another case": ({"Effect": "ALLOW", "Action": "x"}, [], ()),
    "lower case": ({"effect": "Allow", "actions": ["x"], "resources": ["*"]}, [], ()),
    "nothing": ({}, [], None),
    "a taken root": (POLICY, [()], None),
    "all taken": ({"a": POLICY, "b": {"c": TEXT}}, [("a",), ("b", "c")], None),
    "below a taken one": ({"a": {"b": POLICY}}, [("a",)], None),
    "a taint": ({"effect": "NoSchedule", "resources": {}, "actions": []}, [], None),
    "azure": ({"then": {"effect": "Deny"}, "resources": []}, [], None),
    "an effect alone": ({"Effect": "Allow"}, [], None),
    "an action alone": ({"Action": "x", "Resource": "*"}, [], None),
    "a schema": (
        {"properties": {"Effect": {"enum": ["Allow", "Deny"]}, "Action": {"type": "string"}}},
        [],
        None,
    ),
    "another effect": ({"Effect": "fade", "Action": "x"}, [], None),
    "rbac": ({"rules": [{"resources": ["pods"], "verbs": ["get"], "effect": "x"}]}, [], None),
}


@pytest.mark.parametrize("name", LEFT)
def test_a_statement_that_is_not_read_is_found(name: str) -> None:
    data, taken, expected = LEFT[name]
    assert unread(reading(data), taken) == expected


NODES = st.recursive(
    st.sampled_from([1, None, "x", STATEMENT, TEXT, POLICY]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=8,
)


def _statements(data: Json, taken: Collection[Route], route: Route = ()) -> list[Route]:
    if route in taken:
        return []
    if data in (STATEMENT, TEXT):
        return [route]
    children: list[tuple[str | int, Json]] = []
    if isinstance(data, dict):
        children = list(data.items())
    elif isinstance(data, list):
        children = list(enumerate(data))
    return [each for step, child in children for each in _statements(child, taken, (*route, step))]


@settings(deadline=None)
@given(NODES, st.data())
def test_what_is_left_is_what_a_plain_search_finds_first(data: Json, drawn: st.DataObject) -> None:
    every = _statements(data, ())
    taken = drawn.draw(st.sets(st.sampled_from(every))) if every else set()
    left = _statements(data, taken)
    assert unread(reading(data), taken) == (left[0] if left else None)


def test_a_deep_and_wide_document_is_searched_in_its_share_of_time() -> None:
    def seconds(size: int) -> float:
        data: Any = {"x": [{"a": {"b": "c" * 30}}] * size}
        document = reading(data)
        before = time.process_time()
        assert unread(document, [("x", index, "a") for index in range(0, size, 2)]) is None
        return time.process_time() - before

    small, large = seconds(2_000), seconds(20_000)
    assert large < 10 * 8 * small + 0.5
