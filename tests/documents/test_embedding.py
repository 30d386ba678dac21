"""Documents in files whose resources hold policies: plans, dumps and Kubernetes objects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.documents import Selection, find, load
from checker.kinds import Kind
from checker.problems import Json
from checker.reader import Limits, Root
from tests.sources.test_account import allow, dump, holder, policy
from tests.support.command import Run

OBJECT = """\
apiVersion: iam.services.k8s.aws/v1alpha1
kind: Policy
metadata: {{name: {name}}}
spec:
  policyDocument: '{{"Statement": {{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}}}'
"""
LISTED = ("a", "b", "a", "a", "a#2")


def parts(path: Path, kinds: dict[str, Kind], **more: Any) -> list[tuple[str, str, int]]:
    """Return the address, the kind and the number of problems of each document in a file."""
    selection = Selection([str(path)], kinds, **more)
    listing = find(selection, Root(str(path.parent)))
    contents = load(0, listing, selection, Limits())
    return [
        (each.part, each.kind.name if each.kind else "", len(each.problems))
        for each in contents.documents
    ]


def test_no_two_documents_of_a_file_have_one_address(
    tmp_path: Path, known_kinds: dict[str, Kind]
) -> None:
    path = tmp_path / "a.yaml"
    texts = [OBJECT.format(name=name, action=f"s3:{n}") for n, name in enumerate(LISTED)]
    path.write_text("---\n".join([*texts, '{"Version": "2012-10-17", "Statement": []}\n']))
    found = parts(path, known_kinds)
    assert [each[0] for each in found] == [
        *("Policy/a", "Policy/b", "Policy/a#2", "Policy/a#3", "Policy/a#2#2", "#6"),
    ]


def test_a_line_of_a_file_may_be_a_dump(tmp_path: Path, known_kinds: dict[str, Kind]) -> None:
    path = tmp_path / "a.jsonl"
    role = holder("Role", "r", inline={"p": policy(allow("s3:Get*"))})
    path.write_text("{}\n" + json.dumps(dump(RoleDetailList=[role])) + "\n")
    assert parts(path, known_kinds) == [(":2 role/r/inline/p", "aws-identity-policy", 0)]


@pytest.mark.parametrize(
    "data",
    [
        {**policy(allow("s3:Get*")), "format_version": "1.0", "resource_changes": []},
        {**policy(allow("s3:Get*")), "RoleDetailList": []},
        {**policy(allow("s3:Get*")), "apiVersion": "v1", "kind": "Pod"},
    ],
)
def test_a_policy_is_not_hidden_by_keys_of_other_files(
    tmp_path: Path, known_kinds: dict[str, Kind], data: Json
) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(data))
    (found,) = parts(path, known_kinds)
    assert found[:2] == ("", "aws-iam-policy")
    assert found[2] > 0


def test_a_file_that_is_mapped_to_a_kind_is_of_this_kind(
    tmp_path: Path, known_kinds: dict[str, Kind]
) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(dump()))
    found = parts(path, known_kinds, mapped=[("**", "aws-scp")])
    assert [each[:2] for each in found] == [("", "aws-scp")]
    assert found[0][2] > 0


CASES = {
    "19-tf-plan.json": [("ecr-push-to-one-repository", "module.ci.aws_iam_policy.push", 15)],
    "21-account-dump.json": [
        ("escalation-pass-role", "role/ci/inline/inline", 13),
        ("escalation-pass-role-to-lambda-functions", "role/ci/together", 13),
    ],
    "22-k8s-multi-document.yaml": [("ecr-push-to-one-repository", "Policy/push", 20)],
    "23-workflow-not-a-policy.yaml": [],
}


@pytest.mark.parametrize("name", CASES)
def test_cases_of_others_come_out_as_expected(data: Path, policy_check: Run, name: str) -> None:
    folder = data / "sources"
    if not folder.is_dir():
        pytest.skip("POLICY_CHECK_DATA has no folder of sources")
    ran = policy_check("builtin", name, "--no-config", "-o", "json", cwd=folder)
    report = json.loads(ran.stdout)
    expected = CASES[name]
    assert ran.returncode == (1 if expected else 3)
    found = [(x["rule"], x["part"], x["location"]["line"]) for x in report["findings"]]
    rules = {rule for rule, _, _ in expected}
    assert [each for each in found if each[0] in rules] == expected
    assert all(each["status"] == "fail" for each in report["findings"])
