"""action.yml and the workflows: pinned, and safe whatever their inputs say."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from checker.render import FORMATS
from tests.support.command import COMMAND, PATIENCE, ROOT

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"uses: (?:\./|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$")
EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")
NEEDED = {"github", "markdown", "sarif"}
READ: Any = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/b"}
ADMIN: Any = {"Effect": "Allow", "Action": "*", "Resource": "*"}


class Ran(NamedTuple):
    """What became of a step."""

    code: int
    text: str
    outputs: Mapping[str, str]
    summary: str


def steps() -> Iterator[dict[str, Any]]:
    yield from ACTION["runs"]["steps"]


def step(name: str) -> dict[str, Any]:
    return next(each for each in steps() if each.get("id") == name)


def run(name: str, folder: Path, known: Mapping[str, str], **inputs: str) -> Ran:
    """Run the script of a step as a runner does: by bash, from a file, with variables."""
    values = {key: str(given.get("default", "")) for key, given in ACTION["inputs"].items()}
    values |= {key.replace("_", "-"): value for key, value in inputs.items()}
    values = {f"inputs.{key}": value for key, value in values.items()} | dict(known)
    files = {key: folder.parent / f"{folder.name}.{key}" for key in ("output", "summary", "script")}
    temporary = folder.parent / f"{folder.name}.temp"
    temporary.mkdir(exist_ok=True)
    for key in ("output", "summary"):
        files[key].write_text("")
    files["script"].write_text(step(name)["run"])
    ran = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", files["script"]],  # noqa: S607
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(files["output"]),
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "RUNNER_TEMP": str(temporary),
        }
        | {
            key: EXPRESSION.sub(lambda found: values[found[1]], text)
            for key, text in step(name)["env"].items()
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=PATIENCE,
    )
    lines = files["output"].read_text().splitlines()
    outputs = dict(line.split("=", 1) for line in lines)
    assert len(outputs) == len(lines)
    return Ran(ran.returncode, ran.stdout.decode(), outputs, files["summary"].read_text())


def check(folder: Path, **inputs: str) -> Ran:
    missing = NEEDED.difference(FORMATS)
    if missing:
        pytest.skip(f"the formats {', '.join(sorted(missing))} are not there yet")
    return run("check", folder, {"steps.install.outputs.bin": str(COMMAND.parent)}, **inputs)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a checkout with a good policy, and a bad one whose folder has a blank in its name."""
    folder = tmp_path / "checkout"
    for name, statement in (("policies/good.json", READ), ("more policies/bad.json", ADMIN)):
        path = folder / name
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    return folder


def test_no_input_becomes_a_part_of_a_script() -> None:
    assert all("${{" not in each["run"] for each in steps() if "run" in each)


@pytest.mark.parametrize("path", [ROOT / "action.yml", *WORKFLOWS], ids=lambda path: path.name)
def test_every_action_is_pinned_by_its_commit(path: Path) -> None:
    used = [line for line in path.read_text().splitlines() if re.search(r"\buses:", line)]
    assert used
    for line in used:
        assert PINNED.search(line), line


ALLOWED = {
    ("policy-check.yml", "examples"): {"contents": "read", "security-events": "write"},
    ("release.yml", "attest"): {"attestations": "write", "id-token": "write"},
    ("release.yml", "index"): {"id-token": "write"},
    ("release.yml", "github"): {"contents": "write"},
}
"""What a job may do that may do more than read."""


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_do_no_more_than_it_must(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    granted = {
        (path.name, name): job["permissions"]
        for name, job in workflow["jobs"].items()
        if "permissions" in job
    }
    assert granted == {key: each for key, each in ALLOWED.items() if key[0] == path.name}
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"]
        for each in job["steps"]:
            assert "${{" not in each.get("run", "")
            if each.get("uses", "").startswith("actions/checkout@"):
                assert each["with"] == {"persist-credentials": False}


def jobs(name: str) -> dict[str, Any]:
    path = ROOT / ".github" / "workflows" / name
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    return found


def test_ci_runs_the_tests_on_every_supported_python_with_what_is_pinned() -> None:
    matrix = jobs("ci.yml")["test"]["strategy"]["matrix"]
    assert matrix == {"python-version": ["3.11", "3.12", "3.13", "3.14"]}
    assert jobs("ci.yml")["test"]["steps"][-1] == {"run": "make test PYTHON=python PINNED=1"}


def test_ci_runs_on_macos_and_windows_with_what_is_pinned() -> None:
    runs = {
        name: "\n".join(each.get("run", "") for each in jobs("ci.yml")[name]["steps"])
        for name in ("macos", "windows")
    }
    assert "make quick PYTHON=python PINNED=1" in runs["macos"]
    assert "--require-hashes --requirement requirements/ci.txt" in runs["windows"]
    assert all("tools.try_command" in text for text in runs.values())


def test_the_tests_that_run_on_windows_are_there() -> None:
    (text,) = (
        each["run"]
        for each in jobs("ci.yml")["windows"]["steps"]
        if "pytest" in each.get("run", "")
    )
    words = text[text.index("tests/") :]
    ran = subprocess.run(
        ["bash", "-c", f"ls {words}"],  # noqa: S607 - whichever there is
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert len(ran.stdout.split()) > 20


def test_nothing_is_published_before_it_was_tried_on_every_system() -> None:
    release = jobs("release.yml")
    assert release["try"]["needs"] == "build"
    assert release["attest"]["needs"] == ["build", "try"]
    assert release["index"]["needs"] == "attest"
    assert release["github"]["needs"] == "index"
    systems = " ".join(release["try"]["strategy"]["matrix"]["os"])
    assert all(each in systems for each in ("ubuntu", "arm", "macos", "windows"))


def test_what_signs_and_publishes_checks_out_nothing_and_installs_nothing() -> None:
    for name in ("attest", "index", "github"):
        steps_of = jobs("release.yml")[name]["steps"]
        assert not [each for each in steps_of if "checkout" in each.get("uses", "")]
        assert not [each for each in steps_of if "pip" in each.get("run", "")]
    assert jobs("release.yml")["index"]["environment"] == "pypi"


def test_all_that_a_release_installs_is_pinned_by_hash_or_its_own() -> None:
    for job in jobs("release.yml").values():
        for each in job["steps"]:
            text = re.sub(r"\\\n\s*", "", each.get("run", ""))
            for line in re.findall(r".*\binstall\b.*", text):
                assert re.search(r"--require-hashes|--no-index --no-deps", line), line


def test_the_workflow_tries_this_action_on_the_examples() -> None:
    used = jobs("policy-check.yml")["examples"]["steps"][-1]
    assert used["uses"] == "./"
    assert set(used["with"]) <= set(ACTION["inputs"])
    assert (ROOT / used["with"]["policies"]).is_dir()


def test_sarif_is_uploaded_also_when_the_check_failed() -> None:
    upload = next(each for each in steps() if "upload-sarif" in each.get("uses", ""))
    assert upload["if"].strip() == (
        "!cancelled() && inputs.upload-sarif == 'true' && steps.check.outputs.sarif-file != ''"
    )
    assert upload["with"]["sarif_file"] == "${{ steps.check.outputs.sarif-file }}"


def test_the_python_that_is_there_is_used(place: Path) -> None:
    found = run("python", place, {}).outputs["command"]
    assert found in {"python3", "python"}
    assert run("python", place, {}, python_version="3.12").outputs == {"command": ""}


def test_what_passes_is_exit_0(place: Path) -> None:
    ran = check(place, policies="policies")
    assert (ran.code, ran.outputs["exit-code"]) == (0, "0")
    assert ran.outputs["sarif-file"] == "policy-check.sarif"
    assert json.loads((place / "policy-check.sarif").read_text())["version"] == "2.1.0"
    assert "PASSED" in ran.text
    assert "policy-check" in ran.summary


def test_what_is_violated_is_exit_1_and_annotated(place: Path) -> None:
    ran = check(place, policies="policies\n  more policies \n\n")
    assert (ran.code, ran.outputs["exit-code"]) == (1, "1")
    assert re.search(r"^::error file=more policies/bad\.json,line=1,", ran.text, re.MULTILINE)
    assert "FAILED" in ran.text
    assert "no-full-admin" in ran.summary
    assert (place / "policy-check.sarif").exists()


@pytest.fixture
def shown(place: Path, tmp_path: Path) -> Callable[..., Ran]:
    """Return a function that checks by a command which shows its arguments in place of ours."""
    fake = tmp_path / "policy-check"
    fake.write_text("#!/bin/sh\nprintf '<%s>\\n' \"$@\"\n")
    fake.chmod(0o755)
    return lambda **inputs: run(
        "check", place, {"steps.install.outputs.bin": str(tmp_path)}, **inputs
    )


def test_every_input_is_an_option(shown: Callable[..., Ran]) -> None:
    ran = shown(
        rules="builtin:ecr\r\n  my rules\t\n\n",
        policies="a b.json\n*",
        profile="strict",
        fail_level="high",
        waivers="waivers.yaml",
        baseline="old.json",
        args="--strict  --kind '*=aws scp'\n\"-o\" html=$HOME.html",
        sarif_file="out.sarif",
    )
    assert ran.text.splitlines() == [
        "<check>",
        "<--rules=builtin:ecr>",
        "<--rules=my rules>",
        "<--policies=a b.json>",
        "<--policies=*>",
        "<--profile=strict>",
        "<--fail-level=high>",
        "<--waivers=waivers.yaml>",
        "<--baseline=old.json>",
        "<--strict>",
        "<--kind>",
        "<*=aws scp>",
        "<-o>",
        "<html=$HOME.html>",
        "<--output=sarif=out.sarif>",
        "<--output=text>",
    ]


def test_more_arguments_are_split_as_in_a_shell(place: Path) -> None:
    args = "--exclude 'more *' \\\n  --output \"json=my report.json\""
    ran = check(place, policies="policies\nmore policies", args=args)
    assert ran.code == 0
    report = json.loads((place / "my report.json").read_text())
    assert report["inputs"]["excluded"] == ["more policies/bad.json"]


HOSTILE = [
    "; touch pwned",
    "$(touch pwned)",
    "`touch pwned`",
    "' ; touch pwned ; '",
    '" ; touch pwned ; "',
    "--config=evil.yaml",
    "*",
    "mo?e *",
    "${IFS}touch${IFS}pwned",
    "%s%n",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_input_reaches_the_command_as_it_is(
    shown: Callable[..., Ran], place: Path, text: str
) -> None:
    names = ["rules", "policies", "profile", "fail_level", "waivers", "baseline", "sarif_file"]
    ran = shown(**dict.fromkeys([*names, "args"], text))
    options = [name.replace("_", "-") for name in names]
    options[-1] = "output=sarif"
    given = [*(f"--{option}={text}" for option in options), *shlex.split(text)]
    assert sorted(ran.text.splitlines()[1:-1]) == sorted(f"<{each}>" for each in given)
    assert (ran.code, ran.outputs) == (0, {"exit-code": "0"})
    assert sorted(path.name for path in place.iterdir()) == ["more policies", "policies"]


@pytest.mark.parametrize("name", ["rules", "policies", "args"])
@pytest.mark.parametrize("text", ["; touch pwned", "more *", "a\n::error::b"])
def test_a_hostile_input_is_no_pass(place: Path, name: str, text: str) -> None:
    ran = check(place, **{"policies": "policies", name: text})
    assert (ran.code, ran.outputs["exit-code"]) == (2, "2")
    assert not (place / "pwned").exists()
    assert not re.search(r"^\s*::error::", ran.text, re.MULTILINE)


def test_a_quote_without_an_end_is_exit_2(shown: Callable[..., Ran]) -> None:
    ran = shown(args="--kind '*=pod")
    assert "a quote in `args` has no end" in ran.text
    assert (ran.code, ran.outputs) == (2, {"exit-code": "2"})


@pytest.mark.parametrize("text", ["a\nsarif-file=b", "a\nexit-code=0"])
def test_an_output_cannot_be_forged(place: Path, text: str) -> None:
    ran = check(place, policies="policies", sarif_file=text)
    assert (ran.code, ran.outputs) == (2, {"exit-code": "2"})


def test_an_older_sarif_report_is_not_uploaded(place: Path) -> None:
    (place / "policy-check.sarif").write_text("an older one")
    ran = check(place, policies="policies", rules="missing")
    assert (ran.code, ran.outputs) == (2, {"exit-code": "2"})


def test_sarif_can_be_left_out(place: Path) -> None:
    ran = check(place, policies="policies", sarif_file="")
    assert (ran.code, ran.outputs) == (0, {"exit-code": "0"})
    assert not (place / "policy-check.sarif").exists()


def test_without_rules_the_configuration_says_which(place: Path) -> None:
    (place / "policy-check.yaml").write_text("rules: ['builtin:validity']\npolicies: [policies]\n")
    ran = check(place, rules="", policies="")
    assert ran.code == 0
    assert "config policy-check.yaml" in ran.text


def test_nothing_to_check_fails(place: Path) -> None:
    (place / "empty").mkdir()
    assert check(place, policies="empty").code == 3
    assert check(place, policies=" \n").code == 2
