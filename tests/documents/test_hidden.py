"""Nothing hides a policy: neither a file's size nor what the file looks like."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker import kinds
from checker.documents import Document, Outcome, Selection, find, load
from checker.problems import Json
from checker.reader import AS_GIVEN, Limits

KINDS = {kind.name: kind for kind in kinds.builtin()}
STATEMENT: dict[str, Json] = {"Effect": "Deny", "Action": "*", "Resource": "*"}
POLICY: dict[str, Json] = {"Version": "2012-10-17", "Statement": [STATEMENT]}
TEXT = json.dumps(POLICY)
LIMITS = Limits(max_bytes=1000)


def inside(folder: Path, name: str, text: str) -> list[Document]:
    """Return the documents in a file of a folder that is checked."""
    (folder / name).write_text(text, encoding="utf-8")
    selection = Selection([str(folder)], KINDS)
    contents = load(0, find(selection, AS_GIVEN), selection, LIMITS)
    found = list(contents.documents)
    assert found or contents.otherwise is Outcome.NONE
    return found


@pytest.mark.parametrize("text", [TEXT, "1"])
@pytest.mark.parametrize("name", ["a.json", "a.yaml", "a.jsonl", "a.tf", "a.json.tpl", "policy"])
def test_a_file_beyond_the_limit_is_broken_whatever_it_shows(
    tmp_path: Path, name: str, text: str
) -> None:
    (found,) = inside(tmp_path, name, text + " " * LIMITS.max_bytes)
    assert "larger than the limit" in found.problems[0].message


@pytest.mark.parametrize("name", ["a.json", "a.yaml", "a.jsonl", "a.tf", "a.json.tpl", "policy"])
def test_a_file_within_the_limit_is_not_broken_by_its_size(tmp_path: Path, name: str) -> None:
    assert inside(tmp_path, name, "1" + " " * (LIMITS.max_bytes - 1)) == []


@pytest.mark.parametrize(
    "data",
    [
        {"waivers": [], "Other": POLICY},
        {"waivers": [POLICY]},
        {"waivers": [{"reason": TEXT}]},
        {"waivers": [], "statements": [STATEMENT]},
        {"findings": [STATEMENT]},
        {"title": "t", "require": [STATEMENT]},
        {"id": "i", "title": "t", "severity": "low", "require": "true", "Action": [STATEMENT]},
        {"version": "1", "tool": {}, "summary": {}, "findings": [], "Other": POLICY},
        {"params": {"a-rule": {"statements": [STATEMENT]}}},
        {"template": "t", "id": "i", "params": {"policy": POLICY}},
        {"template": "t", "rules": [{"id": "i", "params": {"policy": POLICY}}]},
    ],
    ids=str,
)
def test_no_other_file_is_taken_for_one_of_the_tools_own(tmp_path: Path, data: Json) -> None:
    (found,) = inside(tmp_path, "a.json", json.dumps(data))
    if found.problems:
        assert found.problems[0].message.startswith("a policy statement is in ")
    else:
        assert found.data == POLICY


@pytest.mark.parametrize(
    "data",
    [
        {
            "waivers": [
                {
                    "rule": "r",
                    "document": "a.json",
                    "reason": TEXT,
                    "owner": "o",
                    "expires": "2027-01-01",
                }
            ]
        },
        {
            "id": "i",
            "title": "t",
            "severity": "low",
            "kind": "aws-iam-policy",
            "description": TEXT,
            "remediation": "r",
            "require": "true",
            "message": "m",
            "examples": [{"name": "e", "expect": "pass", "document": POLICY}],
        },
    ],
    ids=str,
)
def test_the_tools_own_files_may_show_a_policy(tmp_path: Path, data: Json) -> None:
    assert inside(tmp_path, "a.json", json.dumps(data)) == []


@pytest.mark.parametrize(
    "text",
    [
        '{"Version": "2012-10-17"}',
        '{"Version": "2012-10-17"',
        '{"Statement": [',
        "Statement: [",
        r'{"St\u0061tement": []}',
    ],
)
@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_a_file_with_a_word_of_policies_is_broken(tmp_path: Path, name: str, text: str) -> None:
    (found,) = inside(tmp_path, name, text)
    assert found.problems


@pytest.mark.parametrize(
    "text", ['{"Version": "1"', '{"statement": [', "A Statement, of 2012-10-17: [", '{"Effect": ']
)
@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_a_broken_file_without_one_holds_nothing(tmp_path: Path, name: str, text: str) -> None:
    assert inside(tmp_path, name, text) == []


def test_a_text_hides_no_file_of_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(TEXT, encoding="utf-8")
    selection = Selection([str(path)], KINDS, texts={str(path): b'{"Statement": 5}'})
    listing = find(selection, AS_GIVEN)
    found = [
        document
        for index in range(listing.size)
        for document in load(index, listing, selection, LIMITS).documents
    ]
    assert [bool(document.problems) for document in found] == [False, True]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.tf", "a.conf", "a.md", "a.py", "a"])
def test_a_named_file_that_cannot_be_read_is_broken_whatever_its_name(
    tmp_path: Path, name: str
) -> None:
    selection = Selection([str(tmp_path / name)], KINDS)
    (found,) = load(0, find(selection, AS_GIVEN), selection, LIMITS).documents
    assert "no such file" in found.problems[0].message
