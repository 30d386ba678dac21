"""What the policies of a principal violate together, beside what each of them violates."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker import cli
from tests.sources.test_account import AWS, OURS, allow, dump, holder, managed, policy
from tests.support.command import Run as Command

Run = Callable[..., tuple[int, Any]]


def rule(name: str, about: str, **more: Any) -> str:
    texts = dict.fromkeys(("title", "description", "remediation", "message"), "x")
    return json.dumps(
        {"id": name, "severity": "high", "kind": "aws-iam-policy", "about": about, **texts, **more}
    )


PASS_AND_RUN = rule(
    "pass-and-run",
    "grants",
    when='policy.access(["iam:PassRole"]).granted',
    require='!policy.access(["lambda:CreateFunction"]).granted',
)
NO_BUCKETS = rule(
    "no-buckets",
    "grants",
    for_each={"statement": "policy.statements"},
    require='!statement.matchesAction("s3:DeleteBucket")',
)
ONE_STATEMENT = rule("one-statement", "form", require="policy.statements.size() == 1")
DENIES = rule("denies", "guards", require='policy.statements.exists(x, x.effect == "Deny")')
PASS, RUN, DELETE = allow("iam:PassRole"), allow("lambda:*"), allow("s3:DeleteBucket")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)

    def check(data: Any, *rules: str, command: tuple[str, ...] = ()) -> tuple[int, Any]:
        (tmp_path / "rules").mkdir(exist_ok=True)
        for each in rules:
            name = json.loads(each)["id"]
            (tmp_path / "rules" / f"{name}.yaml").write_text(each, encoding="utf-8")
        (tmp_path / "dump.json").write_text(json.dumps(data, indent=1), encoding="utf-8")
        arguments = command or ("rules", "dump.json", "--no-config", "--jobs", "0")
        with pytest.raises(SystemExit) as caught:
            cli.main([*arguments, "-o", "json"])
        assert isinstance(caught.value.code, int)
        return caught.value.code, json.loads(capsys.readouterr().out)

    return check


def told(report: Any) -> list[tuple[str, str, str]]:
    return [(each["part"], each["rule"], each["status"]) for each in report["findings"]]


def test_a_combination_is_found_on_the_principal_alone(run: Run) -> None:
    role = holder("Role", "r", inline={"a": policy(PASS)}, attached=[f"{OURS}b"])
    data = dump(RoleDetailList=[role], Policies=[managed(f"{OURS}b", RUN)])
    code, report = run(data, PASS_AND_RUN)
    assert code == 1
    assert told(report) == [("role/r/together", "pass-and-run", "fail")]
    assert (report["summary"]["fail"], report["summary"]["skip"]) == (1, 1)


def test_what_one_policy_violates_is_not_repeated(run: Run) -> None:
    inline = {"a": policy(PASS, RUN), "b": policy(DELETE), "c": policy(allow("s3:Get*"))}
    user = holder("User", "u", GroupList=["g"], attached=[f"{OURS}d"])
    data = dump(
        UserDetailList=[user],
        GroupDetailList=[holder("Group", "g", inline=inline)],
        Policies=[managed(f"{OURS}d", DELETE)],
    )
    code, report = run(data, PASS_AND_RUN, NO_BUCKETS)
    assert code == 1
    assert sorted(told(report)) == [
        ("group/g/inline/a", "pass-and-run", "fail"),
        ("group/g/inline/b", "no-buckets", "fail"),
        ("policy/d", "no-buckets", "fail"),
    ]


def test_a_statement_that_is_judged_nowhere_else_is_found_beside_a_known_one(run: Run) -> None:
    role = holder("Role", "r", inline={"a": policy(DELETE)}, attached=[f"{AWS}Full"])
    data = dump(RoleDetailList=[role], Policies=[managed(f"{AWS}Full", DELETE)])
    _, report = run(data, NO_BUCKETS)
    lines = {each["part"]: each["location"]["line"] for each in report["findings"]}
    assert lines.keys() == {"role/r/inline/a", "role/r/together"}
    assert lines["role/r/together"] > lines["role/r/inline/a"]


def test_a_combination_of_a_group_is_not_repeated_for_its_users(run: Run) -> None:
    group = holder("Group", "g", inline={"a": policy(PASS), "b": policy(RUN)})
    user = holder("User", "u", inline={"c": policy(allow("s3:Get*"))}, GroupList=["g"])
    _, report = run(dump(UserDetailList=[user], GroupDetailList=[group]), PASS_AND_RUN)
    assert told(report) == [("group/g/together", "pass-and-run", "fail")]


def test_each_principal_is_told_of_what_a_policy_of_aws_allows(run: Run) -> None:
    roles = [holder("Role", name, attached=[f"{AWS}Full"]) for name in "ab"]
    data = dump(RoleDetailList=roles, Policies=[managed(f"{AWS}Full", DELETE)])
    _, report = run(data, NO_BUCKETS)
    assert told(report) == [
        ("role/a/together", "no-buckets", "fail"),
        ("role/b/together", "no-buckets", "fail"),
    ]


def test_form_and_guards_are_asked_of_each_policy_only(run: Run) -> None:
    inline = {"a": policy(PASS), "b": policy({**RUN, "Effect": "Deny"})}
    _, report = run(
        dump(RoleDetailList=[holder("Role", "r", inline=inline)]), ONE_STATEMENT, DENIES
    )
    assert told(report) == [("role/r/inline/a", "denies", "fail")]


@pytest.mark.parametrize(
    ("inside", "status", "code"),
    [
        ([allow("*")], "fail", 1),
        ([allow("s3:*", "iam:*")], "", 0),
        ([allow("*"), {"Effect": "Deny", "Action": "lambda:*", "Resource": "*"}], "", 0),
        ([allow("*", Resource="arn:aws:lambda:*:*:function:a")], "error", 2),
        ([allow("s3:*", Resource="arn:aws:s3:::a")], "", 0),
    ],
)
def test_a_boundary_takes_away_from_what_is_allowed(
    run: Run, inside: list[Any], status: str, code: int
) -> None:
    role = holder("Role", "r", inline={"a": policy(PASS), "b": policy(RUN)}, boundary=f"{OURS}x")
    data = dump(RoleDetailList=[role], Policies=[managed(f"{OURS}x", *inside)])
    found, report = run(data, PASS_AND_RUN)
    assert found == code
    expected = [("role/r/together", "pass-and-run", status)] if status else []
    assert told(report) == expected
    if status == "error":
        (finding,) = report["findings"]
        assert "unless its permissions boundary `policy/x` forbids that" in finding["message"]


@pytest.mark.parametrize(("resource", "answer"), [("*", "yes"), ("arn:aws:s3:::a", "undecided")])
def test_what_a_boundary_may_forbid_is_no_answer(run: Run, resource: str, answer: str) -> None:
    role = holder("Role", "r", inline={"a": policy(PASS), "b": policy(RUN)}, boundary=f"{OURS}x")
    data = dump(
        RoleDetailList=[role], Policies=[managed(f"{OURS}x", allow("*", Resource=resource))]
    )
    command = ("grants", "dump.json", "--action", "lambda:InvokeFunction", "--no-config")
    _, report = run(data, command=command)
    answers = {each["part"]: each["answer"] for each in report["policies"]}
    assert answers["role/r/together"] == answer


WAIVER = """\
waivers:
- {rule: pass-and-run, document: dump.json, reason: r, owner: o, expires: 2027-01-01}
"""


@pytest.mark.parametrize(("resource", "code"), [("*", 0), ("arn:aws:lambda:*:*:function:a", 2)])
def test_no_waiver_accepts_what_is_not_decided(
    run: Run, tmp_path: Path, resource: str, code: int
) -> None:
    role = holder("Role", "r", inline={"a": policy(PASS), "b": policy(RUN)}, boundary=f"{OURS}x")
    data = dump(
        RoleDetailList=[role], Policies=[managed(f"{OURS}x", allow("*", Resource=resource))]
    )
    (tmp_path / "waivers.yaml").write_text(WAIVER, encoding="utf-8")
    words = ("--waivers", "waivers.yaml", "--today", "2026-12-01", "--jobs", "0")
    run(data, PASS_AND_RUN)
    found, _ = run(data, command=("rules", "dump.json", "--no-config", *words))
    assert found == code


def test_no_baseline_accepts_what_is_not_decided(run: Run, tmp_path: Path) -> None:
    role = holder("Role", "r", inline={"a": policy(PASS), "b": policy(RUN)}, boundary=f"{OURS}x")
    words = ("rules", "dump.json", "--no-config", "--jobs", "0")
    codes: list[int] = []
    for resource in ("*", "arn:aws:lambda:*:*:function:a"):
        bound = managed(f"{OURS}x", allow("*", Resource=resource))
        data = dump(RoleDetailList=[role], Policies=[bound])
        code, report = run(data, PASS_AND_RUN)
        codes += (
            [code, run(data, command=(*words, "--baseline", "baseline.json"))[0]]
            if codes
            else [code]
        )
        (tmp_path / "baseline.json").write_text(json.dumps(report), encoding="utf-8")
    assert codes == [1, 2, 2]


def test_what_is_not_decided_has_no_cause(run: Run) -> None:
    listed = rule("run", "grants", require='!policy.access(["lambda:CreateFunction"]).granted')
    both = rule("all", "grants", require='!policy.access(["lambda:*"]).granted')
    role = holder("Role", "r", attached=[f"{AWS}Full"], boundary=f"{OURS}x")
    for resource, expected in (("*", 1), ("arn:aws:lambda:*:*:function:a", 0)):
        bound = managed(f"{OURS}x", allow("*", Resource=resource))
        data = dump(RoleDetailList=[role], Policies=[managed(f"{AWS}Full", RUN), bound])
        _, report = run(data, listed, both)
        found = [each for each in report["findings"] if each["part"] == "role/r/together"]
        assert len(found) == 2
        assert sum(bool(each["implied_by"]) for each in found) == expected


@pytest.mark.parametrize(("resource", "code"), [("*", 0), ("arn:aws:s3:::a", 2)])
def test_what_a_boundary_may_forbid_is_compared_only_with_itself(
    policy_check: Command, tmp_path: Path, resource: str, code: int
) -> None:
    role = holder("Role", "r", inline={"a": policy(PASS), "b": policy(RUN)}, boundary=f"{OURS}x")
    data = dump(
        RoleDetailList=[role], Policies=[managed(f"{OURS}x", allow("*", Resource=resource))]
    )
    for name, changed in (("old", data), ("same", data), ("new", {**data, "Marker": "x"})):
        (tmp_path / f"{name}.json").write_text(json.dumps(changed), encoding="utf-8")
    for name, expected in (("same", 0), ("new", code)):
        ran = policy_check("compare", "old.json", f"{name}.json", "--no-config", cwd=tmp_path)
        assert ran.returncode == expected, ran.stdout
    assert (b"unless its permissions boundary" in ran.stdout) is (code == 2)


def test_a_principal_of_which_a_policy_lacks_is_an_error(run: Run) -> None:
    role = holder("Role", "r", attached=[f"{AWS}Full"])
    code, report = run(dump(RoleDetailList=[role]), PASS_AND_RUN)
    assert code == 2
    assert told(report) == [("role/r/together", "valid-document", "error")]
