"""NOTICE names where the facts come from, and goes along with every build."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.support.command import ROOT

NOTICE = (ROOT / "NOTICE").read_text(encoding="utf-8")
FRAMEWORKS = yaml.safe_load((ROOT / "rules" / "controls.yaml").read_text(encoding="utf-8"))
OTHERS = yaml.safe_load(
    (ROOT / "tests" / "oracles" / "other_tools.yaml").read_text(encoding="utf-8")
)
WORDS = {"checkov-cfn": "checkov-cfn", "pathfinding-generated": "pathfinding.cloud"}
"""What NOTICE calls a tool whose folder is named otherwise."""


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def test_a_build_holds_the_licence_and_the_notice(tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license-files"] == ["LICENSE", "NOTICE"]
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    (source,) = tmp_path.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as content:
        licences = {Path(each).name for each in content.namelist() if "/licenses/" in each}
    with tarfile.open(source) as archive:
        names = {each.partition("/")[2] for each in archive.getnames()}
    assert licences == {"LICENSE", "NOTICE"}
    assert licences <= names


@pytest.mark.parametrize("name", FRAMEWORKS["frameworks"])
def test_it_names_every_framework(name: str) -> None:
    assert re.search(rf"(?m)^  {re.escape(name)} ", NOTICE)


@pytest.mark.parametrize("tool", sorted({each["file"].partition("/")[0] for each in OTHERS}))
def test_it_names_every_tool_whose_tests_are_told_of(tool: str) -> None:
    name = WORDS.get(tool, tool.removesuffix("-tests"))
    assert _plain(name) in _plain(NOTICE)


@pytest.mark.parametrize("path", ["README.md", "docs/reading.md", "examples/README.md"])
def test_it_names_what_is_linked_as_a_source_on_code_hosts(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    for repository in re.findall(r"https://github\.com/([\w.-]+/[\w.-]+)", text):
        assert repository.startswith(("OWNER/", "actions/")) or repository in NOTICE, repository


def test_every_file_that_it_names_is_there() -> None:
    for path in re.findall(r"\b(?:checker|rules|examples|docs|tests)/[\w./-]*\w", NOTICE):
        assert (ROOT / path).exists(), path
