"""What the tool is made of: wheels, licences and pins; and that no command asks a network."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from checker.cli import COMMANDS
from checker.render import FORMATS
from tests.repo.dependencies import (
    OF_A_TOOL,
    brought_along,
    declared,
    is_permissive,
    licence,
    line,
    row,
    tags,
)
from tests.support.command import ROOT, Run

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUN_TIME = [*declared()["run time"], *brought_along()]
PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
PINS = {
    path.name: path.read_text(encoding="utf-8") for path in (ROOT / "requirements").glob("*.txt")
}

# ---- wheels ----


def test_the_wheel_is_for_any_platform_and_needs_what_pyproject_says(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as content:
        (metadata,) = [each for each in content.namelist() if each.endswith("/METADATA")]
        text = content.read(metadata).decode()
    needed = [
        each for each in re.findall(r"(?m)^Requires-Dist: (.+)$", text) if "extra" not in each
    ]
    wanted = PROJECT["project"]["dependencies"]
    assert sorted(map(str, map(Requirement, needed))) == sorted(map(str, map(Requirement, wanted)))


@pytest.mark.parametrize("name", RUN_TIME)
def test_what_is_needed_was_installed_from_a_wheel_that_is_published(name: str) -> None:
    found = tags(distribution(name))
    assert found, "it was not installed from a wheel"
    # A wheel that was built here says `linux`, and no more of the C library that it needs.
    assert not [tag for tag in found if re.search(r"-linux_", tag)]


# ---- licences ----


@pytest.mark.parametrize("name", RUN_TIME)
def test_the_licence_of_what_is_needed_is_permissive(name: str) -> None:
    assert is_permissive(licence(distribution(name)))


@pytest.mark.parametrize("name", declared()["development"])
def test_the_licence_of_a_tool_is_permissive_or_known(name: str) -> None:
    try:
        found = licence(distribution(name))
    except PackageNotFoundError:
        pytest.skip("it is not installed here")
    assert is_permissive(found) or found == OF_A_TOOL.get(name)


def _listed(title: str, end: str) -> list[str]:
    part = PAGE[PAGE.index(title) :]
    part = part[: part.index(end)] if end else part
    return [
        name for name in re.findall(r"(?m)^\| (\S+) \|", part) if name not in ("package", "---")
    ]


def test_the_page_lists_the_dependencies_of_pyproject_and_no_others() -> None:
    assert _listed("## At run time", "These bring along") == declared()["run time"]
    assert _listed("## For development", "") == declared()["development"]
    assert set(brought_along()) <= set(_listed("These bring along", "## For development"))


@pytest.mark.parametrize("name", [*RUN_TIME, *declared()["development"]])
def test_the_page_says_of_a_package_what_it_says_of_itself(name: str) -> None:
    try:
        found = row(name)
    except PackageNotFoundError:
        pytest.skip("it is not installed here")
    stale = "renew it: tools/dependencies.py --markdown > docs/dependencies.md"
    assert line(found).rpartition(" | ")[0] in PAGE, stale


# ---- pins ----


def _blocks(file: str) -> list[str]:
    """Return the pins of a file, each with its hashes."""
    parts = re.split(r"(?m)^(?=[a-z0-9])", PINS[file])
    return [each.rstrip() for each in parts if not each.startswith("#")]


def _pins(file: str) -> dict[str, dict[str, frozenset[str]]]:
    """Return the hashes of each version of each package; by its markers one may have several."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for block in _blocks(file):
        name, version = re.match(r"([a-z0-9-]+)==(\S+)", block).groups()  # type: ignore[union-attr]
        found.setdefault(name, {})[version] = frozenset(re.findall(r"sha256:([0-9a-f]{64})", block))
    return found


@pytest.mark.parametrize(
    ("file", "text"),
    [
        *(("ci.txt", each) for each in PROJECT["project"]["dependencies"]),
        *(("ci.txt", each) for each in PROJECT["project"]["optional-dependencies"]["dev"]),
        *(("ci.txt", each) for each in PROJECT["build-system"]["requires"]),
        *(("runtime.txt", each) for each in PROJECT["project"]["dependencies"]),
        *(("release.txt", each) for each in PROJECT["build-system"]["requires"]),
    ],
)
def test_what_is_declared_is_pinned_as_it_is_declared(file: str, text: str) -> None:
    wanted = Requirement(text)
    name = re.sub(r"[-_.]+", "-", wanted.name).lower()
    versions = _pins(file).get(name, {})
    assert versions, f"renew requirements/{file}, as it says itself"
    assert all(wanted.specifier.contains(version, prereleases=True) for version in versions)


@pytest.mark.parametrize("name", brought_along())
@pytest.mark.parametrize("file", ["ci.txt", "runtime.txt"])
def test_what_is_brought_along_is_pinned(file: str, name: str) -> None:
    assert name in _pins(file)


def test_a_pin_of_the_run_time_is_one_that_the_tests_ran_with() -> None:
    tested = _pins("ci.txt")
    for name, versions in _pins("runtime.txt").items():
        assert versions == tested[name], "renew requirements/runtime.txt, as it says itself"


def test_what_builds_a_release_is_what_the_tests_built_with() -> None:
    tested, used = _pins("ci.txt"), _pins("release.txt")
    for name in used.keys() & tested.keys():
        assert used[name] == tested[name], "renew requirements/release.txt, as it says itself"


@pytest.mark.parametrize("file", PINS)
def test_every_pin_has_a_hash_and_none_names_a_place(file: str) -> None:
    least = {"ci.txt": sum(map(len, declared().values())), "runtime.txt": len(RUN_TIME)}
    assert len(_blocks(file)) >= least.get(file, 1)
    for pin in _blocks(file):
        first, *hashes = pin.split(" \\\n")
        assert re.fullmatch(r"[a-z0-9-]+==[0-9a-z.]+( ; [^;@/]+)?", first), first
        assert hashes
        assert all(re.fullmatch(r" {4}--hash=sha256:[0-9a-f]{64}", each) for each in hashes), first
    assert "://" not in PINS[file]
    assert not re.search(r"(?m)^\s*-", re.sub(r"(?m)^ {4}--hash=.*$", "", PINS[file]))


# ---- no network ----

REFUSING = """
import socket

def refuse(*arguments, **options):
    raise SystemExit("a network was asked")

for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname", "socketpair"):
    setattr(socket, name, refuse)
"""
"""What Python runs first: no socket can be made, and no name looked up."""
POLICIES = "examples/policies"
VIOLATIONS = "examples/violations"
ONE = "examples/policies/ecr-one-repository.json"
ARGUMENTS: dict[str, tuple[list[str], int]] = {
    "check": (["check", "rules/", POLICIES, VIOLATIONS], 1),
    "compare": (["compare", ONE, "examples/violations/ecr-push-to-one-repository.json"], 1),
    "grants": (["grants", "--action", "s3:DeleteBucket", ONE], 0),
    "public": (["public", "examples/violations/no-public-principal.json"], 1),
    "documents": (["documents", ONE], 0),
    "waive": (
        [
            *("waive", "rules/", VIOLATIONS, "--rule", "no-full-admin"),
            *("--document", f"{VIOLATIONS}/no-full-admin.json", "--waivers", "{folder}/w.yaml"),
            *("--reason", "r", "--owner", "o", "--expires", "2026-12-31", "--today", "2026-11-25"),
        ],
        0,
    ),
    "baseline": (["baseline", "update", "{folder}/report.json", "rules/", POLICIES], 0),
    "diff": (["diff", "{folder}/report.json", "{folder}/report.json"], 0),
    "rules": (["rules", "--list"], 0),
    "explain": (["explain", "ecr-push-to-one-repository"], 0),
    "completion": (["completion", "bash"], 0),
}
"""What each command is given, and how it ends."""


def test_every_command_is_asked() -> None:
    assert ARGUMENTS.keys() == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_asks_a_network(policy_check: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(REFUSING, encoding="utf-8")
    policy_check("rules/", POLICIES, "-o", f"json={tmp_path / 'report.json'}")
    arguments, code = ARGUMENTS[name]
    given = [each.replace("{folder}", str(tmp_path)) for each in arguments]
    ran = policy_check(*given, env={"PYTHONPATH": str(tmp_path)})
    assert b"a network was asked" not in ran.stderr
    assert ran.returncode == code


def test_no_format_asks_a_network(policy_check: Run, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(REFUSING, encoding="utf-8")
    outputs = [part for each in FORMATS for part in ("-o", f"{each}={tmp_path / each}.out")]
    env = {"PYTHONPATH": str(tmp_path)}
    ran = policy_check("rules/", VIOLATIONS, "builtin:ecr", *outputs, env=env)
    assert b"a network was asked" not in ran.stderr
    assert len(list(tmp_path.glob("*.out"))) == len(FORMATS)


def test_a_network_that_is_asked_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(REFUSING, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", "import socket; socket.create_connection(('localhost', 9))"],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert b"a network was asked" in ran.stderr


# ---- the linter ----


def test_the_linters_rules_about_security_are_on() -> None:
    lint = PROJECT["tool"]["ruff"]["lint"]
    assert lint["select"] == ["ALL"]
    assert not [rule for rule in lint["ignore"] if re.match(r"S\d|S$", rule)]
    excused = {
        folder: {rule for rule in rules if re.match(r"S\d|S$", rule)}
        for folder, rules in lint["per-file-ignores"].items()
    }
    assert not [folder for folder in excused if folder.startswith("checker")]
    assert set().union(*excused.values()) <= {"S101", "S603"}, "tests assert, and run commands"


def test_no_excuse_in_the_package_is_for_a_whole_file() -> None:
    for path in (ROOT / "checker").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?m)^# (ruff|flake8): noqa", text), path
        for found in re.findall(r"# noqa:? ?(.*)", text):
            assert re.match(r"[A-Z]+\d+(, [A-Z]+\d+)* - \S", found + " - x"), f"{path}: {found}"
