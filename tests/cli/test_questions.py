"""`policy-check grants` and `policy-check public`, as a user runs them."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from checker.budget import spend
from checker.iam.granting import granted
from checker.iam.request import Request
from checker.iam.statement import Policy
from checker.reader import AS_GIVEN
from checker.report import Answer, Answers
from checker.run.answering import answers
from checker.run.questions import grants
from checker.settings import Settings
from checker.workers import Bounds, Workers
from tests.support.command import MOST, Run
from tests.support.mishaps import hoard, spin

CASES = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
READ: Any = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
ADMIN: Any = {
    "Effect": "Allow",
    "Action": "iam:*",
    "Resource": "*",
    "Sid": "Admin",
    "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
}
OURS = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}


def policy(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)


OPEN: Any = {"Version": "2012-10-17", "Id": "open", "Statement": {**READ, "Principal": "*"}}
TEXTS = {
    "read": policy(READ),
    "admin": policy(ADMIN),
    "open": json.dumps(OPEN, indent=2),
    "ours": policy({**READ, "Principal": "*", "Condition": OURS}),
    "trust": policy({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}),
    "template": policy({**READ, "Resource": "arn:aws:s3:::${bucket}/*"}),
    "hostile": policy({**ADMIN, "Sid": "\x1b[2J\n::error::x"}),
    "several": f"Version: 2012-10-17\nStatement: {json.dumps(READ)}\n---\n"
    f"Version: 2012-10-17\n\n\n\nStatement:   {json.dumps(ADMIN)}\n",
    "wrapped": json.dumps({"PolicyVersion": {"Document": {"Statement": ADMIN}}}),
    "broken": '{"Statement": ',
    "other": '{"name": "package"}',
    "nothing": "",
    "configured": "policies: [p]\n",
}
"""The texts of files, by the names that the cases use."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_printed(policy_check: Run, tmp_path: Path, case: dict[str, Any]) -> None:
    for name, text in case.get("policies", {}).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(TEXTS[text], encoding="utf-8")
    stdin = TEXTS[case["stdin"]].encode() if "stdin" in case else b""
    ran = policy_check(*case["run"].split(), cwd=tmp_path, stdin=stdin)
    out, err = ran.stdout.decode(), ran.stderr.decode()
    assert (ran.returncode, "Traceback" in err) == (case["exit"], False), out + err
    if "out" in case:
        assert out == case["out"]
    for part in case.get("told", ()):
        assert part in out + err, out + err
    lines = [each for each in (out + err).split("\n") if each.lstrip().startswith("::")]
    assert (lines, "\x1b" in out + err) == ([], False)


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """Return a folder with three policies that grant iam:PassRole."""
    for name in "abc":
        (tmp_path / f"{name}.json").write_text(policy({**ADMIN, "Sid": name}), encoding="utf-8")
    return tmp_path


def test_json_says_the_same(policy_check: Run, three: Path) -> None:
    (three / "b.json").write_text(TEXTS["template"], encoding="utf-8")
    (three / "c.json").write_text(TEXTS["read"], encoding="utf-8")
    arguments = ("--action", "iam:PassRole", "--action", "s3:GetObject", "-o", "json")
    where = ("--resource", "arn:aws:iam::*:role/x", "--resource", "arn:aws:s3:::secrets/*")
    ran = policy_check("grants", *arguments, *where, "a.json", "b.json", "c.json", cwd=three)
    assert (ran.returncode, ran.stderr) == (2, b"")
    found = json.loads(ran.stdout)
    assert found["version"] == 1
    assert found["question"]["actions"] == ["iam:PassRole", "s3:GetObject"]
    assert found["question"]["resources"] == [where[1], where[3]]
    assert [each["answer"] for each in found["policies"]] == ["yes", "undecided", "no"]
    yes, undecided, no = found["policies"]
    assert (yes["document"], yes["part"], yes["actions"]) == ("a.json", "", ["iam:PassRole"])
    assert yes["request"] == {
        "action": "iam:PassRole",
        "resource": "arn:aws:iam::yyyyyyyyyyyy:role/x",
        "principal": "",
        "context": {"aws:multifactorauthpresent": ["true"]},
    }
    assert yes["statement"]["sid"] == "a"
    assert yes["statement"]["location"]["line"] == 4
    assert yes["statement"]["location"]["pointer"] == "/Statement/0"
    assert "placeholder" in undecided["problems"][0]["message"]
    assert undecided["problems"][0]["location"]["pointer"] == "/Statement/0/Resource"
    assert (no["request"], no["statement"], no["problems"]) == (None, None, [])
    assert found["inputs"]["files"]["read"] == 3
    assert found["inputs"]["facts"].startswith("AWS's actions")
    counts = {"policies": 3, "yes": 1, "no": 1, "skipped": 0, "undecided": 1}
    assert found["summary"] == {**counts, "strict": False, "exit_code": 2}


def test_json_is_inert(policy_check: Run, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(policy({**ADMIN, "Sid": "##vso[x]\x1b"}), encoding="utf-8")
    ran = policy_check("grants", "--action=iam:PassRole", "a.json", "-o", "json", cwd=tmp_path)
    assert (ran.returncode, b"##" in ran.stdout, b"\x1b" in ran.stdout) == (1, False, False)
    assert json.loads(ran.stdout)["policies"][0]["statement"]["sid"] == "##vso[x]\x1b"


def test_colours_may_be_chosen(policy_check: Run, three: Path) -> None:
    ran = policy_check("grants", "--action=iam:PassRole", ".", "--color=always", cwd=three)
    assert b"\x1b[1;31mgranted  \x1b[0m" in ran.stdout


def asked(folder: Path, workers: Workers | None, **more: Any) -> Answers:
    settings = Settings(policies=[str(folder)], root=AS_GIVEN, workers=workers, **more)
    return answers(settings, grants(["iam:PassRole"], []))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system knows no fork")
@pytest.mark.parametrize("jobs", [1, 2, 7])
def test_any_number_of_processes_answers_the_same(three: Path, jobs: int) -> None:
    (three / "a.json").write_text("{", encoding="utf-8")
    assert asked(three, Workers(jobs)) == asked(three, None)


def test_progress_is_told_file_by_file(three: Path) -> None:
    seen: list[tuple[int, int]] = []
    settings = Settings(policies=[str(three)], root=AS_GIVEN)
    answers(settings, grants(["iam:PassRole"], []), lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def err() -> None:
    raise AssertionError("nobody expected this")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system knows no fork")
@pytest.mark.parametrize(
    ("what", "told"),
    [
        (spin, "within 0.5 s of processor time: simplify the policy or what is asked"),
        (lambda: spend(1 << 60), "too much work to decide: simplify the policy"),
        (hoard, "not enough memory to decide it"),
        (err, "internal error, please report it: AssertionError"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "ended with signal 9"),
    ],
)
def test_what_cannot_be_decided_is_undecided_and_hides_nothing(
    three: Path, monkeypatch: pytest.MonkeyPatch, what: Callable[[], object], told: str
) -> None:
    def stumbling(given: Policy, *rest: Any) -> Request | None:
        if given.statements[0].sid == "b":
            what()
        return granted(given, *rest)

    monkeypatch.setattr("checker.run.questions.granted", stumbling)
    seconds = 0.5 if what is spin else MOST  # no other end may be overtaken by this one
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * 4096
    found = asked(three, Workers(2, Bounds(seconds, used + (64 << 20))))
    assert [each.answer for each in found.every] == [Answer.YES, Answer.UNDECIDED, Answer.YES]
    (problem,) = found.every[1].problems
    assert told in problem.message
    assert problem.path.endswith("b.json")
    assert found.exit_code == 2


def test_a_file_that_cannot_be_read_in_time_is_undecided(
    three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checker.documents.load", lambda *_, **__: spin())
    found = asked(three, Workers(2, Bounds(0.2)))
    assert [each.answer for each in found.every] == [Answer.UNDECIDED] * 3
    assert all("not read within 0.2 s" in each.problems[0].message for each in found.every)


def test_a_lost_file_never_passes(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.run.answering.decide_all", lambda *_: iter(()))
    with pytest.raises(RuntimeError, match="0 of 3 files were decided"):
        asked(three, None)
