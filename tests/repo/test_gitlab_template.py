"""The component for GitLab CI/CD: its script does what its inputs say, and no more."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import re2
import yaml

from checker.render import FORMATS
from checker.version import VERSION
from tests.support.command import COMMAND, PATIENCE, ROOT
from tests.support.wheels import digest, wheel

TEMPLATE = ROOT / "templates" / "policy-check.yml"
SPEC, JOBS = yaml.safe_load_all(TEMPLATE.read_text(encoding="utf-8"))
INPUTS = SPEC["spec"]["inputs"]
JOB = JOBS["policy-check"]
INPUT = re.compile(r"\$\[\[ inputs\.([a-z-]+) \]\]")
NEEDED = {"gitlab", "junit", "markdown"}
READ: Any = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/b"}
ADMIN: Any = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a checkout with a good policy, and a bad one whose folder has a blank in its name."""
    for name, statement in (("policies/good.json", READ), ("more policies/bad.json", ADMIN)):
        path = tmp_path / "checkout" / name
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    return tmp_path / "checkout"


def run(place: Path, shell: str, programs: Path, **inputs: str) -> tuple[int, str]:
    """Run the script of the job with inputs, as variables that nothing expands."""
    given = {name: str(each.get("default", "")) for name, each in INPUTS.items()}
    given |= {name.replace("_", "-"): value for name, value in inputs.items()}
    variables = {
        name: INPUT.sub(lambda found: given[found[1]], each["value"])
        for name, each in JOB["variables"].items()
    }
    ran = subprocess.run(
        [shell, "-ec", "\n".join(JOB["script"])],
        cwd=place,
        env={"PATH": f"{programs}:{os.environ['PATH']}", **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=PATIENCE,
    )
    return ran.returncode, ran.stdout.decode()


def check(place: Path, shell: str = "bash", **inputs: str) -> tuple[int, str]:
    missing = NEEDED.difference(FORMATS)
    if missing:
        pytest.skip(f"the formats {', '.join(sorted(missing))} are not there yet")
    return run(place, shell, COMMAND.parent, **inputs)


def test_an_input_becomes_a_variable_that_nothing_expands_or_a_plain_field() -> None:
    assert not INPUT.search("\n".join([*JOB["before_script"], *JOB["script"]]))
    assert all(each["expand"] is False for each in JOB["variables"].values())
    used = set(INPUT.findall(TEMPLATE.read_text(encoding="utf-8")))
    assert used == set(INPUTS)
    needed = [name for name, each in INPUTS.items() if "default" not in each]
    assert needed == ["policies", "wheel"]


WHEEL = f"policy_check-{VERSION}-py3-none-any.whl"
ADDRESS = f"https://example.com/releases/v{VERSION}/{WHEEL}"


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        (f"{ADDRESS}#sha256={'0' * 64}", True),
        ("", False),
        (VERSION, False),
        (ADDRESS, False),
        (f"{ADDRESS}#sha256=", False),
        (f"{ADDRESS}#sha256={'0' * 63}", False),
        (f"{ADDRESS}#md5={'0' * 32}", False),
        (f"http://example.com/{WHEEL}#sha256={'0' * 64}", False),
        (f"https://example.com/another-1.0-py3-none-any.whl#sha256={'0' * 64}", False),
        (f'{ADDRESS}#sha256={"0" * 64} ; python_version < "3"', False),
        (f"{ADDRESS}#sha256={'0' * 64}\n--index-url=https://example.com", False),
        (f"--index-url=https://example.com\n{ADDRESS}#sha256={'0' * 64}", False),
        (f"{ADDRESS}#egg=x#sha256={'0' * 64}", False),
    ],
)
def test_only_an_address_with_a_hash_is_installed(text: str, *, accepted: bool) -> None:
    # GitLab decides by RE2, where `^` and `$` are the ends of the whole text.
    assert bool(re2.search(INPUTS["wheel"]["regex"], text)) is accepted


@pytest.mark.parametrize("right", [True, False])
def test_a_wheel_of_another_hash_is_not_installed(tmp_path: Path, *, right: bool) -> None:
    path = wheel(tmp_path, "policy-check", VERSION)
    given = f"{path.as_uri()}#sha256={digest(path) if right else '0' * 64}"
    programs = Path(sys.executable).parent
    ran = subprocess.run(
        ["sh", "-ec", "\n".join(JOB["before_script"])],  # noqa: S607 - whichever there is
        cwd=tmp_path,
        env={
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PIP_NO_INDEX": "1",
            "PIP_TARGET": str(tmp_path / "target"),
            "POLICY_CHECK_INPUT_WHEEL": given,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=120,
    )
    assert (ran.returncode == 0) is right, ran.stdout.decode()
    assert (tmp_path / "target" / "policy_check.py").exists() is right


def test_the_reports_are_kept_whatever_the_check_says() -> None:
    artifacts = JOB["artifacts"]
    assert artifacts["when"] == "always"
    kept = {*artifacts["paths"], *artifacts["reports"].values()}
    written = set(re.findall(r"--output=\w+=(\S+)", JOB["script"][0]))
    assert written == kept
    assert set(artifacts["reports"]) == {"codequality", "junit"}


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_what_passes_is_exit_0_and_what_is_violated_exit_1(place: Path, shell: str) -> None:
    code, text = check(place, shell, policies="policies")
    assert (code, "PASSED" in text) == (0, True)
    assert json.loads((place / "gl-code-quality-report.json").read_text()) == []
    code, text = check(place, shell, policies="policies\n more policies \n\n")
    assert (code, "FAILED" in text) == (1, True)
    found = json.loads((place / "gl-code-quality-report.json").read_text())
    assert "no-full-admin" in {each["check_name"] for each in found}
    assert "no-full-admin" in (place / "policy-check.md").read_text()
    assert (place / "policy-check.xml").exists()


def test_options_that_the_command_reads_from_variables(place: Path) -> None:
    code, text = check(place, policies="policies", fail_level="nope")
    assert (code, "'nope' is not one of 'low'" in text) == (2, True)
    code, text = check(place, policies="policies", profile="nope")
    assert (code, "unknown profile `nope`" in text) == (2, True)
    code, _ = check(place, policies="policies\nmore policies", args="--exclude 'more *'")
    assert code == 0


@pytest.mark.parametrize("shell", ["bash", "sh"])
@pytest.mark.parametrize(
    "text",
    [
        "; touch pwned",
        "$(touch pwned)",
        "`touch pwned`",
        "' ; touch pwned ; '",
        "more *",
        "LINES",
        "${IFS}touch${IFS}pwned",
    ],
)
def test_a_hostile_input_reaches_the_command_as_it_is(
    place: Path, tmp_path: Path, shell: str, text: str
) -> None:
    fake = tmp_path / "policy-check"
    fake.write_text("#!/bin/sh\nprintf '<%s>\\n' \"$@\"\n")
    fake.chmod(0o755)
    code, shown = run(place, shell, tmp_path, rules=text, policies=text, args=text)
    given = ["check", f"--rules={text}", f"--policies={text}", *shlex.split(text)]
    assert shown.splitlines()[:-4] == [f"<{each}>" for each in given]
    assert code == 0
    assert not (place / "pwned").exists()


def test_a_quote_without_an_end_is_exit_2(place: Path) -> None:
    code, text = run(place, "bash", COMMAND.parent, policies="policies", args="--kind '*=pod")
    assert code == 2
    assert "a quote in the input args has no end" in text
