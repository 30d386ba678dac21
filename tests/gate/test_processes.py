"""The installed command and its processes: what ends one of them, and what ends them all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import COMMAND, PATIENCE, ROOT, Run

RULES = ROOT / "rules"
VIOLATIONS = ROOT / "examples" / "violations"
POLICIES = ROOT / "examples" / "policies"
ENDLESS = {
    "$defs": {
        "d40": {"type": "string"},
        **{
            f"d{number}": {"anyOf": [{"$ref": f"#/$defs/d{number + 1}"}] * 2}
            for number in range(40)
        },
    },
    "$ref": "#/$defs/d0",
}
"""A schema that takes years to refuse anything, in a library written in Rust."""
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc")


@pytest.fixture
def endless(tmp_path: Path) -> list[str]:
    """Return the arguments of a run that takes for ever on one document out of three."""
    (tmp_path / "endless.json").write_text(json.dumps(ENDLESS), encoding="utf-8")
    (tmp_path / "policy-check.yaml").write_text(
        "kinds: [{name: endless, schema: endless.json}]\npaths: {'*.endless.json': endless}\n",
        encoding="utf-8",
    )
    policies = tmp_path / "policies"
    policies.mkdir()
    (policies / "b.endless.json").write_text("1", encoding="utf-8")
    policy = (VIOLATIONS / "no-full-admin.json").read_bytes()
    (policies / "a.json").write_bytes(policy)
    (policies / "c.json").write_bytes(policy)
    return [
        str(RULES / "iam" / "no-full-admin.yaml"),
        str(policies),
        "--config",
        str(tmp_path / "policy-check.yaml"),
    ]


def started(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def stat(pid: int) -> tuple[str, int, int]:
    """Return the state, the parent and the spent ticks of a process; empty if it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return "", 0, 0
    fields = text.rpartition(")")[2].split()
    return fields[0], int(fields[1]), int(fields[11]) + int(fields[12])


def children(pid: int) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and stat(int(entry.name))[1] == pid:
            yield int(entry.name)


def busy_child(pid: int) -> int:
    """Return the child that has come to what takes for ever."""
    while stat(pid)[0]:
        for child in children(pid):
            if stat(child)[2] > 2 * os.sysconf("SC_CLK_TCK"):
                return child
        time.sleep(0.1)
    pytest.fail("the command has ended before")


def wait_until_gone(pids: list[int]) -> None:
    end = time.monotonic() + PATIENCE / 10
    while left := [pid for pid in pids if stat(pid)[0] not in {"", "Z"}]:
        if time.monotonic() > end:
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            pytest.fail("an orphan is left")
        time.sleep(0.1)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_killed_process_makes_its_document_an_error(endless: list[str], jobs: str) -> None:
    with started(*endless, "--jobs", jobs, "--timeout", "600", "-o", "json") as command:
        os.kill(busy_child(command.pid), signal.SIGKILL)
        stdout, stderr = command.communicate(timeout=PATIENCE)
    assert command.returncode == 2
    assert stderr == b""
    report = json.loads(stdout)
    assert report["summary"]["documents"] == 3
    (error,) = [finding for finding in report["findings"] if finding["status"] == "error"]
    assert error["document"].endswith("b.endless.json")
    assert "ended with signal 9" in error["message"]
    failed = {f["document"][-6:] for f in report["findings"] if f["rule"] == "no-full-admin"}
    assert failed == {"a.json", "c.json"}


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_ends_all_processes(endless: list[str], tmp_path: Path, jobs: str) -> None:
    target = tmp_path / "report.txt"
    arguments = [*endless, "--jobs", jobs, "--timeout", "600", "-o", f"text={target}"]
    with started(*arguments) as command:
        busy_child(command.pid)
        pids = list(children(command.pid))
        os.killpg(command.pid, signal.SIGINT)  # as a terminal does
        _, stderr = command.communicate(timeout=PATIENCE)
    assert command.returncode == 130
    assert stderr.strip() == b"policy-check: interrupted, no report was written"
    assert [stat(pid)[0] for pid in pids] == [""] * len(pids)
    assert not target.exists()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_no_process_outlives_the_command(endless: list[str], end: signal.Signals) -> None:
    """Not even where one of them is within a library, with much time left."""
    with started(*endless, "--jobs", "2", "--timeout", "600") as command:
        busy_child(command.pid)
        pids = list(children(command.pid))
        command.send_signal(end)
        command.communicate(timeout=PATIENCE)
    assert command.returncode == -end
    wait_until_gone(pids)


def outputs(policy_check: Run, jobs: str, report: Path) -> tuple[bytes, bytes]:
    inputs = (RULES, VIOLATIONS, POLICIES)
    ran = policy_check(*inputs, "--jobs", jobs, "-o", "text", "-o", f"json={report}")
    assert ran.returncode == 1
    return ran.stdout, report.read_bytes()


@pytest.fixture(scope="module")
def by_one(policy_check: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    return outputs(policy_check, "1", tmp_path_factory.mktemp("one") / "report.json")


@pytest.mark.parametrize("jobs", ["2", "3", "auto", "0"])
def test_the_bytes_do_not_depend_on_the_number_of_processes(
    policy_check: Run, by_one: tuple[bytes, bytes], tmp_path: Path, jobs: str
) -> None:
    assert outputs(policy_check, jobs, tmp_path / "report.json") == by_one


def test_what_a_library_prints_reaches_nobody(endless: list[str], policy_check: Run) -> None:
    """RE2 and Rust write to standard error what they cannot do, with text of the document."""
    ran = policy_check(*endless, "--timeout", "1")
    assert ran.returncode == 2
    assert ran.stderr == b""


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--jobs", "-2"),
        ("--jobs", "many"),
        ("--jobs", "1025"),
        ("--timeout", "0"),
        ("--timeout", "-1"),
        ("--timeout", "nan"),
        ("--timeout", "inf"),
        ("--max-memory", "0"),
        ("--max-memory", "1T"),
        ("--max-memory", "1.5G"),
        ("--max-memory", "63M"),
        ("--max-memory", "1025G"),
        ("--max-file-size", "-1"),
        ("--max-file-size", "big"),
        ("--max-depth", "0"),
        ("--max-depth", "129"),
    ],
)
def test_a_limit_that_is_none_is_a_usage_error(policy_check: Run, option: str, value: str) -> None:
    ran = policy_check(RULES, POLICIES, option, value)
    assert ran.returncode == 2
    assert option.encode() in ran.stderr
    assert ran.stdout == b""
