"""`policy-check baseline update` and `waive --migrate`, as a user runs them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support.command import ROOT, Run
from tests.support.git import commit
from tests.support.suites import DATA

CASES = ROOT / "tests" / "cases"
TODAY = ("--today", "2026-11-25")


def copy(case: str, folder: Path) -> Path:
    shutil.copytree(CASES / case, folder / case)
    return folder / case


def test_an_older_baseline_is_rewritten_once(policy_check: Run, tmp_path: Path) -> None:
    old, new = copy("baseline-of-version-1", tmp_path), copy("baseline-knows-all", tmp_path)
    shutil.copy(old / "baseline.json", new / "baseline.json")
    refused = policy_check("rules", "policies", "--baseline", "baseline.json", cwd=new)
    assert refused.returncode == 2
    assert b"`policy-check baseline update baseline.json`" in refused.stderr
    ran = policy_check("baseline", "update", "baseline.json", "rules", "policies", cwd=new)
    assert ran.returncode == 0
    assert ran.stdout == b"3 of 3 violations are still there and kept in baseline.json\n"
    assert policy_check("rules", "policies", "--baseline", "baseline.json", cwd=new).returncode == 0
    before = (new / "baseline.json").read_bytes()
    ran = policy_check("baseline", "update", "baseline.json", "rules", "policies", cwd=new)
    assert (ran.returncode, (new / "baseline.json").read_bytes() == before) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("update",), "Missing argument 'FILE'"),
        (("policies",), "'policies' is not 'update'"),
        (("update", "git:HEAD:baseline.json", "rules", "policies"), "is at a commit"),
        (("update", "none.json", "rules", "policies"), "no such file"),
        (("update", "rules/named-resources.yaml", "rules", "policies"), "error"),
        (("update", "baseline.json", "none", "policies"), "no such file"),
        (("update", "baseline.json"), "no rules given"),
    ],
)
def test_what_cannot_be_updated_is_left(
    policy_check: Run, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    folder = copy("baseline", tmp_path)
    before = (folder / "baseline.json").read_bytes()
    commit(tmp_path)
    ran = policy_check("baseline", *arguments, cwd=folder)
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert said in ran.stderr.decode()
    assert (folder / "baseline.json").read_bytes() == before


def test_older_waivers_are_rewritten_once(policy_check: Run, tmp_path: Path) -> None:
    folder = copy("waivers-of-version-1", tmp_path)
    words = ("rules", "policies", "--waivers", "waivers.yaml", *TODAY)
    ran = policy_check("waive", "--migrate", *words, cwd=folder)
    assert ran.returncode == 0
    assert ran.stdout.decode().splitlines() == [
        "waivers.yaml:8  what it accepts has changed or is gone: remove the waiver",
        "1 waiver rewritten in waivers.yaml",
    ]
    report = json.loads(policy_check(*words, "-o", "json", cwd=folder).stdout)
    assert [(each["rule"], each["status"]) for each in report["findings"]] == [
        ("named-resources", "fail"),
        ("named-resources", "waived"),
        ("current-waiver", "fail"),
    ]
    ran = policy_check("waive", "--migrate", *words, cwd=folder)
    assert (ran.returncode, ran.stdout) == (0, b"0 waivers rewritten in waivers.yaml\n")


@pytest.mark.skipif(not DATA.is_dir(), reason="POLICY_CHECK_DATA names no data")
def test_what_outlived_its_deny_comes_back(policy_check: Run, tmp_path: Path) -> None:
    """Both were reported by users of a version whose fingerprints were of the Allow alone."""
    case = DATA / "gate-cases" / "06-baseline-survives-dropped-deny"
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "p.json").write_bytes((case / "old" / "p.json").read_bytes())
    policy_check("builtin", "p", "-o", "json=b.json", cwd=tmp_path)
    words = ("builtin", "p", "--baseline", "b.json")
    assert policy_check(*words, cwd=tmp_path).returncode == 0
    (tmp_path / "p" / "p.json").write_bytes((case / "new" / "p.json").read_bytes())
    assert policy_check(*words, cwd=tmp_path).returncode == 1
    case = DATA / "reports" / "23-waiver-outlives-the-deny"
    (tmp_path / "p" / "p.json").unlink()
    (tmp_path / "p" / "a.json").write_bytes((case / "p" / "a.json").read_bytes())
    bound = ("builtin:ecr", "p", "--today", "2026-12-01", "--waivers", "w.yaml")
    rule = ("--rule=ecr-push-to-one-repository", "--document=p/a.json", "--reason=all but prod")
    policy_check("waive", *bound, *rule, "--owner=x", "--expires=2027-03-31", cwd=tmp_path)
    one = ("--rule", "ecr-push-to-one-repository")
    assert policy_check(*bound, *one, cwd=tmp_path).returncode == 0
    (tmp_path / "p" / "a.json").write_bytes((case / "after" / "p" / "a.json").read_bytes())
    ran = policy_check(*bound, *one, cwd=tmp_path)
    assert (ran.returncode, b"WAIVED   " in ran.stdout) == (1, False)


def test_no_waiver_is_added_to_older_ones(policy_check: Run, tmp_path: Path) -> None:
    folder = copy("waivers-of-version-1", tmp_path)
    before = (folder / "waivers.yaml").read_bytes()
    words = ("--rule=named-resources", "--document=policies/a.json", "--reason=r", "--owner=o")
    ran = policy_check(
        *("waive", "rules", "policies", "--waivers", "waivers.yaml", *words, *TODAY),
        "--expires=2026-12-01",
        cwd=folder,
    )
    assert (ran.returncode, b"waive --migrate" in ran.stderr) == (2, True)
    assert (folder / "waivers.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rule=a",), "Missing option '--document'."),
        (("--migrate", "--rule=a"), "--migrate and --rule do not go together"),
        (("--migrate", "--waivers", "git:HEAD:waivers.yaml"), "is at a commit"),
    ],
)
def test_options_are_of_one_task(
    policy_check: Run, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    folder = copy("waivers-of-version-1", tmp_path)
    ran = policy_check("waive", "rules", "policies", *words, cwd=folder)
    assert (ran.returncode, said in ran.stderr.decode()) == (2, True)


def test_reports_of_two_versions_are_not_compared(policy_check: Run, tmp_path: Path) -> None:
    old = copy("baseline-of-version-1", tmp_path) / "baseline.json"
    new = copy("baseline", tmp_path) / "baseline.json"
    for pair in ((old, new), (new, old)):
        ran = policy_check("diff", *pair, cwd=tmp_path)
        assert ran.returncode == 2
        assert b"baseline-of-version-1/baseline.json: error: the fingerprints are of" in ran.stderr
    assert policy_check("diff", old, old, cwd=tmp_path).returncode == 0
