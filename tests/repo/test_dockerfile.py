"""The image: small, without what builds it, not run as root, and built from what it needs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

from tests.support.command import ROOT


class Instruction(NamedTuple):
    """One instruction, and the number of its stage, from 0."""

    stage: int
    name: str
    text: str


def instructions() -> list[Instruction]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    found: list[Instruction] = []
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        name, _, rest = line.partition(" ")
        stages = sum(each.name == "FROM" for each in found) - (name != "FROM")
        found.append(Instruction(stages, name, rest))
    return found


def of(name: str, stage: int | None = None) -> list[str]:
    return [
        each.text for each in instructions() if each.name == name and stage in (None, each.stage)
    ]


LAST = instructions()[-1].stage


def copied() -> list[str]:
    """Return what of the checkout is copied."""
    return [path for text in of("COPY", 0) for path in text.split()[:-1]]


def test_the_base_is_pinned_and_one_that_has_wheels_for_every_dependency() -> None:
    bases = of("FROM")
    assert bases == ["python:3.13-slim AS build", "python:3.13-slim"]


def test_it_does_not_run_as_root() -> None:
    (user,) = of("USER", LAST)
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", user), "a number, so that a cluster can check it"
    names = [each.name for each in instructions() if each.stage == LAST]
    assert names[-4:] == ["USER", "WORKDIR", "ENTRYPOINT", "CMD"]


def test_what_builds_is_left_behind() -> None:
    assert of("RUN", LAST) == []
    assert of("COPY", LAST) == ["--from=build /opt/policy-check /opt/policy-check"]
    assert of("ADD") == []
    assert "--without-pip" in of("RUN", 0)[0]


def test_the_command_is_the_entry_point_in_the_mounted_folder() -> None:
    assert json.loads(of("ENTRYPOINT")[0]) == ["policy-check"]
    assert json.loads(of("CMD")[0]) == ["--help"]
    assert of("WORKDIR", LAST) == ["/work"]


def test_only_what_is_copied_reaches_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if not line.startswith("#")]
    assert rules == ["*", *(f"!{path.removeprefix('./')}" for path in copied()), "**/__pycache__"]


def test_what_is_copied_is_enough_to_build_from(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for path in copied():
        if (ROOT / path).is_dir():
            shutil.copytree(ROOT / path, source / path)
        else:
            shutil.copy(ROOT / path, source)
    arguments = ["wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run(
        [sys.executable, "-m", "pip", *arguments, "--wheel-dir", tmp_path, source], check=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    scripts = {f"checker/cli/completion.{shell}" for shell in ("bash", "zsh", "fish")}
    rules = {f"checker/shipped/{path.relative_to(ROOT / 'rules')}" for path in rule_files()}
    assert scripts | rules | {"checker/py.typed"} <= names


def rule_files() -> list[Path]:
    return list((ROOT / "rules").rglob("*.yaml"))
