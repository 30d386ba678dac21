"""The documents of one file: several YAML documents, JSON Lines, and wrapped policies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker import kinds
from checker.documents import Document, Selection, find, load
from checker.problems import Json
from checker.reader import AS_GIVEN, Limits
from checker.report import Exit, Report, Status
from checker.run.pipeline import check
from checker.settings import Settings

KINDS = {kind.name: kind for kind in kinds.builtin()}
STATEMENT: dict[str, Json] = {"Effect": "Deny", "Action": "*", "Resource": "*"}
POLICY: dict[str, Json] = {"Version": "2012-10-17", "Statement": [STATEMENT]}
ALLOW: dict[str, Json] = {**POLICY, "Statement": [{**STATEMENT, "Effect": "Allow"}]}
TEXT = json.dumps(POLICY)
GOT: dict[str, Json] = {"PolicyVersion": {"Document": POLICY, "VersionId": "v1"}}
UNTYPED: dict[str, Json] = {"Resources": {"P": {"Properties": {"PolicyDocument": POLICY}}}}
RULE = {
    "id": "no-allow",
    "title": "Nothing is allowed",
    "severity": "high",
    "kind": "aws-iam-policy",
    "description": "d",
    "remediation": "r",
    "require": "document.Statement.all(s, s.Effect == 'Deny')",
    "at": "document.Statement",
    "message": "something is allowed",
}


def documents(folder: Path, name: str, text: str, limits: Limits | None = None) -> list[Document]:
    (folder / name).write_text(text, encoding="utf-8", newline="")
    selection = Selection([str(folder)], KINDS)
    listing = find(selection, AS_GIVEN)
    return [
        document
        for index in range(listing.size)
        for document in load(index, listing, selection, limits or Limits()).documents
    ]


def parts(found: list[Document]) -> dict[str, str]:
    """Return the kind of each part, or what is wrong with it."""
    assert len({document.part for document in found}) == len(found)
    return {
        document.part: (
            document.problems[0].message
            if document.problems
            else document.kind.name
            if document.kind
            else ""
        )
        for document in found
    }


def report(folder: Path, *names: str) -> Report:
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "no-allow.yaml").write_text(json.dumps(RULE), encoding="utf-8")
    policies = [str(folder / name) for name in names]
    return check(Settings(rules=[str(folder / "rules")], policies=policies, root=AS_GIVEN))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TEXT, [""]),
        (f"---\n{TEXT}\n", [""]),
        (f"{TEXT}\n---\n", [""]),
        (f"---\n---\n{TEXT}\n...\n---\n# nothing\n", [""]),
        (f"{TEXT}\n---\n{TEXT}\n", ["#1", "#2"]),
        (f"a: 1\n---\n{TEXT}\n---\nb: 2\n---\n{TEXT}\n", ["#2", "#4"]),
        ("a: 1\n---\nb: 2\n", []),
        ("---\n---\n", []),
        ("", []),
    ],
)
def test_each_yaml_document_is_a_document(tmp_path: Path, text: str, expected: list[str]) -> None:
    found = documents(tmp_path, "a.yaml", text)
    assert [document.part for document in found] == expected
    assert all(document.problems == () for document in found)


def test_places_in_a_later_yaml_document_are_those_in_the_file(tmp_path: Path) -> None:
    _, second = documents(tmp_path, "a.yaml", f"{TEXT}\n---\nStatement:\n  Effect: Deny\n")
    assert {problem.location.line for problem in second.problems if problem.location} == {4}


def test_a_yaml_document_that_cannot_be_read_makes_the_whole_file_broken(tmp_path: Path) -> None:
    found = documents(tmp_path, "a.yaml", f"{TEXT}\n---\nStatement: [\n")
    assert len(found) == 1
    assert found[0].problems
    assert documents(tmp_path, "a.yaml", "a: 1\n---\nb: [\n") == []


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_line_of_json_lines_is_a_document(tmp_path: Path, end: str) -> None:
    lines = ['{"a": 1}', TEXT, "", "  ", json.dumps(GOT), "[1]", TEXT]
    found = documents(tmp_path, "a.jsonl", end.join(lines))
    assert list(parts(found)) == [":2", ":5/PolicyVersion/Document", ":7"]
    assert [document.reading.locate(()).line for document in found if document.reading] == [2, 5, 7]
    assert all(document.problems == () for document in found)


def test_a_line_that_cannot_be_read_hides_none_of_the_others(tmp_path: Path) -> None:
    lines = [TEXT, TEXT[:-1], "{", TEXT, " " * 400 + TEXT, " " * 9, TEXT]
    found = documents(tmp_path, "a.jsonl", "\n".join(lines), Limits(max_bytes=300))
    assert [(document.part, bool(document.problems)) for document in found] == [
        (":1", False),
        (":2", True),
        (":4", False),
        (":5", True),
        (":7", False),
    ]


def test_two_documents_on_one_line_are_no_document(tmp_path: Path) -> None:
    (found,) = documents(tmp_path, "a.jsonl", f"{TEXT} {TEXT}\n")
    assert (found.part, bool(found.problems)) == (":1", True)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (GOT, {"/PolicyVersion/Document": "aws-identity-policy"}),
        ({"PolicyVersion": {"Document": TEXT}}, {"/PolicyVersion/Document": "aws-identity-policy"}),
        ({"Policy": TEXT, "RevisionId": "1"}, {"/Policy": "aws-resource-policy"}),
        ([POLICY, ALLOW], {"/0": "aws-iam-policy", "/1": "aws-iam-policy"}),
        ([{"x": 1}, POLICY], {"/1": "aws-iam-policy"}),
        (TEXT, {"": "aws-iam-policy"}),
        ([], {}),
        ([[], {}, "Statement", None], {}),
        ({"PolicyVersion": {"VersionId": "v1"}}, {}),
        ({"PolicyVersion": {"Document": "see below"}}, {}),
    ],
    ids=str,
)
def test_what_is_wrapped_has_its_pointer(
    tmp_path: Path, data: Json, expected: dict[str, str]
) -> None:
    assert parts(documents(tmp_path, "a.json", json.dumps(data))) == expected


def test_a_wrapped_policy_that_is_not_valid_is_broken_at_its_place(tmp_path: Path) -> None:
    text = '{\n "PolicyVersion": {"Document": {\n  "Statement": {"Effect": "Deny"}}}}'
    (found,) = documents(tmp_path, "a.json", text)
    assert found.part == "/PolicyVersion/Document"
    assert {problem.location.line for problem in found.problems if problem.location} == {3}


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (UNTYPED, "/Resources/P/Properties/PolicyDocument"),
        ({"policy": {"text": TEXT}}, "/policy/text"),
        ({**GOT, "Other": POLICY}, "/Other"),
        ({"logs": [{"policy": POLICY, "time": 1}]}, "/logs/0/policy"),
    ],
    ids=str,
)
def test_a_policy_in_any_data_is_a_document(tmp_path: Path, data: Json, part: str) -> None:
    *_, found = documents(tmp_path, "a.json", json.dumps(data))
    assert (found.part, found.problems, found.data) == (part, (), POLICY)


@pytest.mark.parametrize(
    ("name", "data", "place"),
    [
        ("a.json", [STATEMENT], "/0"),
        ("a.json", [POLICY, {"deeper": [STATEMENT]}], "/1/deeper/0"),
        ("a.jsonl", {"deeper": STATEMENT}, "/deeper"),
    ],
    ids=str,
)
def test_a_statement_outside_of_any_policy_is_an_error(
    tmp_path: Path, name: str, data: Json, place: str
) -> None:
    *good, broken = documents(tmp_path, name, json.dumps(data))
    (problem,) = broken.problems
    assert problem.message.startswith("a policy statement is in ")
    assert problem.pointer == place
    assert problem.location is not None
    assert all(each.problems == () for each in good)
    assert report(tmp_path, name).exit_code is Exit.NOT_EVALUATED


@pytest.mark.parametrize(
    "data",
    [
        {"Effect": "Allow"},
        {"effect": "Allow", "resource": "x"},
        {"taints": [{"effect": "NoSchedule", "key": "a"}]},
        {"Effect": "NoEffect", "Action": "x"},
        {"Type": "AWS::IAM::Policy"},
        {"Action": "s3:GetObject", "Resource": "*"},
        {"text": "the effect of an action"},
    ],
    ids=str,
)
def test_what_only_resembles_a_statement_is_none(tmp_path: Path, data: Json) -> None:
    assert documents(tmp_path, "a.json", json.dumps(data)) == []


def test_several_texts_that_cannot_be_read_are_one_broken_document(tmp_path: Path) -> None:
    texts: list[Json] = [TEXT[:-1], POLICY, TEXT[:-2]]
    found = documents(tmp_path, "a.json", json.dumps(texts))
    assert [(each.part, len(each.problems)) for each in found] == [("", 2), ("/1", 0)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", f"{json.dumps(ALLOW)}\n---\n{json.dumps(ALLOW)}\n"),
        ("a.jsonl", f"{json.dumps(ALLOW)}\n{json.dumps(ALLOW)}\n"),
        ("a.json", json.dumps([ALLOW, ALLOW])),
    ],
)
def test_two_equal_policies_in_one_file_have_two_identities(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = report(tmp_path, name)
    assert [each.status for each in found.findings] == [Status.FAIL] * 2
    assert len({each.part for each in found.findings}) == 2
    assert len({each.fingerprint for each in found.findings}) == 2
    assert (found.documents, found.files.read) == (2, 1)
    assert [len(each) for _, each in found.by_document()] == [1, 1]


def test_a_policy_alone_in_its_file_is_known_by_the_file_however_it_is_written(
    tmp_path: Path,
) -> None:
    identities: set[str] = set()
    for text in (
        json.dumps(ALLOW),
        f"---\n{json.dumps(ALLOW)}\n---\n",
        json.dumps(ALLOW, indent=1),
    ):
        (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
        identities |= {each.fingerprint for each in report(tmp_path, "a.yaml").findings}
    assert len(identities) == 1


def test_a_part_that_is_broken_hides_no_violation_of_another(tmp_path: Path) -> None:
    invalid: dict[str, Any] = {**ALLOW, "Statement": [{"Effect": "Allow"}]}
    text = "\n---\n".join(map(json.dumps, (invalid, ALLOW, POLICY)))
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    found = report(tmp_path, "a.yaml")
    assert found.exit_code is Exit.NOT_EVALUATED
    assert {(each.part, each.status) for each in found.findings} == {
        ("#1", Status.ERROR),
        ("#2", Status.FAIL),
    }
