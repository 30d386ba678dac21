"""The installed command in GitHub Actions: annotations, the job's summary, and how to stop both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.cli.github_run import SUMMARY
from tests.support.command import ROOT, Run
from tests.support.report_readers import read_github

RULES = ROOT / "rules" / "ecr"
POLICIES = ROOT / "examples" / "policies"
VIOLATIONS = ROOT / "examples" / "violations"
INSIDE = {"GITHUB_ACTIONS": "true"}
NEEDS_FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")


@pytest.fixture
def summary(tmp_path: Path) -> Path:
    path = tmp_path / "summary.md"
    path.touch()
    return path


def inside(summary: Path) -> dict[str, str]:
    return {**INSIDE, "GITHUB_STEP_SUMMARY": str(summary)}


def test_annotations_come_on_standard_error_and_the_report_stays_as_it_is(
    policy_check: Run, summary: Path
) -> None:
    plain = policy_check(RULES, VIOLATIONS, "-o", "json")
    ran = policy_check(RULES, VIOLATIONS, "-o", "json", env=inside(summary))
    assert (ran.returncode, ran.stdout) == (plain.returncode, plain.stdout)
    found = read_github(ran.stderr.decode())
    files = [each["document"] for each in json.loads(ran.stdout)["findings"]]
    assert sorted(each.properties["file"] for each in found) == sorted(files)
    assert plain.stderr == b""


def test_the_summary_is_added_to_what_the_step_wrote(policy_check: Run, summary: Path) -> None:
    summary.write_text("what was there", encoding="utf-8")
    ran = policy_check(RULES, VIOLATIONS, env=inside(summary))
    assert ran.returncode == 1
    before, _, written = summary.read_text(encoding="utf-8").partition("\n")
    assert before == "what was there"
    assert written.startswith("<!-- policy-check -->\n### policy-check FAILED: ")
    assert written == policy_check(RULES, VIOLATIONS, "-o", "markdown").stdout.decode()


def test_a_report_that_passes_is_summarised_too(policy_check: Run, summary: Path) -> None:
    ran = policy_check(RULES, POLICIES, env=inside(summary))
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "### policy-check PASSED" in summary.read_text(encoding="utf-8")


def test_the_format_that_was_asked_for_is_written_once(policy_check: Run, summary: Path) -> None:
    for env in (inside(summary), {"GITHUB_STEP_SUMMARY": str(summary)}):
        summary.write_bytes(b"")
        ran = policy_check(RULES, VIOLATIONS, "-o", "github", env=env)
        assert (ran.returncode, ran.stderr) == (1, b"")
        assert read_github(ran.stdout.decode())
        assert "### policy-check FAILED" in summary.read_text(encoding="utf-8")


def test_annotations_may_go_to_a_file(policy_check: Run, summary: Path, tmp_path: Path) -> None:
    target = tmp_path / "commands.txt"
    ran = policy_check(RULES, VIOLATIONS, "-o", f"github={target}", env=inside(summary))
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, b"", b"")
    assert read_github(target.read_text(encoding="utf-8"))
    assert summary.stat().st_size


@pytest.mark.parametrize("env", [{}, {"GITHUB_ACTIONS": "false"}, {"GITHUB_ACTIONS": ""}], ids=str)
def test_nothing_is_written_anywhere_else(
    policy_check: Run, summary: Path, env: dict[str, str]
) -> None:
    env = {**env, "GITHUB_STEP_SUMMARY": str(summary)}
    ran = policy_check(RULES, VIOLATIONS, env=env)
    assert (ran.returncode, ran.stderr, summary.read_bytes()) == (1, b"", b"")


@pytest.mark.parametrize(
    ("arguments", "env"), [(["--no-ci"], {}), ([], {"POLICY_CHECK_NO_CI": "1"})], ids=str
)
def test_both_can_be_stopped(
    policy_check: Run, summary: Path, arguments: list[str], env: dict[str, str]
) -> None:
    plain = policy_check(RULES, VIOLATIONS)
    ran = policy_check(RULES, VIOLATIONS, *arguments, env={**inside(summary), **env})
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, plain.stdout, b"")
    ran = policy_check(
        RULES, VIOLATIONS, "-o", "github", *arguments, env={**inside(summary), **env}
    )
    assert read_github(ran.stdout.decode()), "what was asked for is still written"
    assert summary.read_bytes() == b""


def test_without_a_file_for_it_there_is_no_summary(policy_check: Run) -> None:
    for env in (INSIDE, {**INSIDE, "GITHUB_STEP_SUMMARY": ""}):
        assert policy_check(RULES, POLICIES, env=env).returncode == 0


@NEEDS_FULL
@pytest.mark.parametrize("target", ["/dev/full", "missing/summary.md", "."])
def test_a_summary_that_cannot_be_written_is_exit_2(
    policy_check: Run, tmp_path: Path, target: str
) -> None:
    env = {**INSIDE, "GITHUB_STEP_SUMMARY": str(tmp_path / target)}
    for policies in (POLICIES, VIOLATIONS):
        ran = policy_check(RULES, policies, "-o", f"json={tmp_path / 'report.json'}", env=env)
        assert ran.returncode == 2
        assert b"the job summary was not written: " in ran.stderr
        assert b"Traceback" not in ran.stderr
        assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))


def test_a_summary_never_outgrows_what_github_takes(policy_check: Run, summary: Path) -> None:
    taken = SUMMARY - 4_000
    summary.write_bytes(b"x" * taken)
    assert policy_check(RULES, VIOLATIONS, env=inside(summary)).returncode == 1
    assert taken < summary.stat().st_size <= SUMMARY
    assert b" more findings not shown here**" in summary.read_bytes()
    ran = policy_check(RULES, VIOLATIONS, env=inside(summary))
    assert ran.returncode == 2
    assert b"bytes are taken: run policy-check in its own step" in ran.stderr


def test_what_prevents_a_check_is_annotated(
    policy_check: Run, summary: Path, tmp_path: Path
) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "a,b.yaml").write_text("id: a\nid: b\n", encoding="utf-8")
    ran = policy_check(rules, POLICIES, env=inside(summary))
    assert ran.returncode == 2
    line, _, rest = ran.stderr.decode().partition("\n")
    (command,) = read_github(line)
    assert command.name == "error"
    assert command.properties["file"].endswith("rules/a,b.yaml")
    assert command.properties["line"] == "2"
    assert "no check was performed" in rest
    assert b"::error" not in policy_check(rules, POLICIES, "--no-ci", env=INSIDE).stderr


def test_a_check_of_nothing_says_so(policy_check: Run, summary: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = policy_check(RULES, tmp_path / "empty", env=inside(summary))
    assert ran.returncode == 3
    (command,) = read_github(ran.stderr.decode())
    assert command.message == "NOTHING CHECKED: no document was found (exit 3)"
    assert "### policy-check NOTHING CHECKED" in summary.read_text(encoding="utf-8")
