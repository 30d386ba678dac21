"""Policies in Kubernetes objects."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings

from checker.problems import Location, Source
from checker.reader import Limits, parse
from checker.reader.reading import parse_dialect
from checker.sources.kubernetes import YAML, is_object, parts
from checker.sources.part import Part, Refused
from tests.sources.test_plan import ANY, POLICY

if TYPE_CHECKING:
    from checker.problems import Json

CASES: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
)


def found(data: Json) -> list[Part | Refused]:
    text = json.dumps(data).replace("ThePolicy", json.dumps(POLICY)[1:-1])
    return list(parts(parse(Source("object.json", text, "")), Limits()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_found_in_an_object(case: dict[str, Any]) -> None:
    result = found({"metadata": {"name": "x"}, **case["object"]})
    policies = {each.name: each for each in result if isinstance(each, Part)}
    refused = {each.name: each for each in result if isinstance(each, Refused)}
    assert {name: each.kind for name, each in policies.items()} == case["is"]
    assert all(each.reading.data == json.loads(POLICY) for each in policies.values())
    assert refused.keys() == case.get("refused", {}).keys()
    for name, message in case.get("refused", {}).items():
        (problem,) = refused[name].problems
        assert message in problem.message
        assert problem.location is not None


BLOCK = """\
apiVersion: iam.services.k8s.aws/v1alpha1
kind: Policy
metadata: {name: a}
spec:
  policyDocument: |
    {
      "Statement": [
        {"Effect": "Allow", "Action": "s3:*",
         "Resource": "*"}]}
"""


def test_each_character_of_a_block_has_its_place() -> None:
    (reading,) = parse_dialect(Source("a.yaml", BLOCK, ""), Limits(), YAML)
    (part,) = parts(reading, Limits())
    assert isinstance(part, Part)
    assert part.reading.locate(("Statement", 0, "Resource")) == Location(9, 22, 9, 25)


@pytest.mark.parametrize("data", [None, [], {}, {"kind": "Role"}, {"apiVersion": 1, "kind": "x"}])
def test_other_documents_are_no_objects(data: Json) -> None:
    assert not is_object(data)


@settings(deadline=None)
@given(ANY, ANY, ANY)
def test_wrong_types_anywhere_are_no_crash(metadata: Json, spec: Json, data: Json) -> None:
    for kind in ("iam.services.k8s.aws/v1", "iam.aws.upbound.io/v1", "v1"):
        whole: Json = {
            "apiVersion": kind,
            "kind": "Role",
            "metadata": metadata,
            "spec": {"forProvider": spec, "assumeRolePolicyDocument": spec},
            "data": data,
        }
        for each in found(whole):
            assert isinstance(each, Part) or each.problems


def test_a_long_list_of_objects_is_read_in_its_share_of_time() -> None:
    def seconds(size: int) -> float:
        item: Json = {
            "apiVersion": "s3.services.k8s.aws/v1",
            "kind": "Bucket",
            "metadata": {"name": "a"},
            "spec": {"policy": POLICY},
        }
        data: Json = {"apiVersion": "v1", "kind": "List", "items": [item] * size}
        before = time.process_time()
        assert len(found(data)) == size
        return time.process_time() - before

    small, large = seconds(500), seconds(5_000)
    assert large < 10 * 8 * small + 0.5
