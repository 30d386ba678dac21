"""Runs tests on a copy of the package in which a mistake would open the gate.

`gate_mutants.yaml` holds the mistakes, and for each the tests of which at least one must fail.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import yaml

from tests.oracles.planting import Mistake
from tests.support.command import PATIENCE, ROOT

_COPIED = ("checker", "rules", "examples", "tests", "pyproject.toml")
"""What the tests of a copy need beside the package."""
_FAILED = 1
"""Pytest's exit code where tests were run and some failed."""


class Mutant(NamedTuple):
    """A mistake, and the tests of which at least one must fail with it."""

    name: str
    mistake: Mistake
    tests: tuple[str, ...]


class Result(StrEnum):
    """What the tests made of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    HUNG = "hung"
    BROKEN = "broken"
    """No test was run, as where the package could not be imported."""


class Outcome(NamedTuple):
    """A result, and the last lines that pytest said."""

    result: Result
    said: str


def load() -> list[Mutant]:
    """Return all mutants, in the order of the file."""
    text = Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
    return [
        Mutant(each["name"], Mistake.of(each), tuple(each["tests"]))
        for each in yaml.safe_load(text)
    ]


def copied(folder: Path) -> Path:
    """Copy what the tests need into a folder and return it."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in _COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def run(copy: Path, tests: Sequence[str], seconds: float = PATIENCE) -> Outcome:
    """Run tests of a copy on the copy, up to the first that fails."""
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider"]
    try:
        ran = subprocess.run(
            [*command, *tests],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return Outcome(Result.HUNG, f"no end within {seconds:g} s")
    said = "\n".join((ran.stdout + ran.stderr).splitlines()[-5:])
    if ran.returncode == 0:
        return Outcome(Result.SURVIVED, said)
    return Outcome(Result.KILLED if ran.returncode == _FAILED else Result.BROKEN, said)
