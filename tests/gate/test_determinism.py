"""The same inputs give the same bytes, whatever is around them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.command import ROOT, Run

AROUND: dict[str, Mapping[str, str]] = {
    "in this process, in the east": {
        "POLICY_CHECK_JOBS": "0",
        "PYTHONHASHSEED": "0",
        "LC_ALL": "C.UTF-8",
        "LANG": "tr_TR.UTF-8",
        "TZ": "Pacific/Kiritimati",
    },
    "in one process, in the west": {
        "POLICY_CHECK_JOBS": "1",
        "PYTHONHASHSEED": "1",
        "LC_ALL": "xx_XX.latin1",
        "TZ": "America/Adak",
    },
    "in two processes, with an encoding": {
        "POLICY_CHECK_JOBS": "2",
        "PYTHONHASHSEED": "4294967295",
        "PYTHONIOENCODING": "latin-1",
        "PYTHONUTF8": "0",
    },
    "in three processes, in development": {
        "POLICY_CHECK_JOBS": "3",
        "PYTHONHASHSEED": "42",
        "PYTHONDEVMODE": "1",
    },
    "in seven processes, on a wide terminal": {
        "POLICY_CHECK_JOBS": "7",
        "PYTHONHASHSEED": "7",
        "PYTHONOPTIMIZE": "0",
        "COLUMNS": "200",
        "LINES": "10",
    },
}
"""What must change nothing: several things at once, each of which is tried."""


def sources() -> list[Path]:
    examples = ROOT / "examples"
    return sorted(examples.glob("*/*.json"))


def fill(folder: Path, paths: list[Path]) -> None:
    """Copy files into a folder, in this order, with broken ones and others among them."""
    for path in paths:
        below = folder / path.parent.name / path.stem[0]
        below.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, below / path.name)
        cut = path.read_bytes()[: 20 * (len(path.name) % 9)]
        (below / f"{path.stem}-cut.json").write_bytes(cut)
        (below / f"{path.stem}.txt").touch()
        (below / f"{path.stem}-link.json").symlink_to(path.name)
        (below / f"{path.stem}-out.json").symlink_to("/etc/passwd")


def outputs(
    policy_check: Run, place: Path, env: Mapping[str, str], report: Path
) -> tuple[bytes, bytes]:
    """Return the text on standard output, and the JSON in a file."""
    arguments = ("builtin", "policies", "-o", "text", "-o", f"json={report}")
    ran = policy_check(*arguments, cwd=place, env=env)
    assert ran.returncode == 2
    assert ran.stderr == b""
    return ran.stdout, report.read_bytes()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("place")
    fill(folder / "policies", sources())
    return folder


@pytest.fixture(scope="module")
def expected(
    policy_check: Run, place: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[bytes, bytes]:
    return outputs(policy_check, place, {}, tmp_path_factory.mktemp("expected") / "report.json")


@pytest.mark.parametrize("name", AROUND)
def test_nothing_around_a_run_changes_its_bytes(
    policy_check: Run, place: Path, expected: tuple[bytes, bytes], tmp_path: Path, name: str
) -> None:
    assert outputs(policy_check, place, AROUND[name], tmp_path / "report.json") == expected


@pytest.mark.parametrize("mask", [0o000, 0o077])
def test_the_bytes_do_not_depend_on_the_umask(
    policy_check: Run, place: Path, expected: tuple[bytes, bytes], tmp_path: Path, mask: int
) -> None:
    before = os.umask(mask)
    try:
        assert outputs(policy_check, place, {}, tmp_path / "report.json") == expected
    finally:
        os.umask(before)


def test_the_bytes_do_not_depend_on_the_order_of_files(
    policy_check: Run, expected: tuple[bytes, bytes], tmp_path: Path
) -> None:
    fill(tmp_path / "policies", sources()[::-1])
    assert outputs(policy_check, tmp_path, {}, tmp_path / "report.json") == expected


def test_the_bytes_do_not_depend_on_what_ran_before(
    policy_check: Run, expected: tuple[bytes, bytes], tmp_path: Path
) -> None:
    """No cache is kept anywhere."""
    fill(tmp_path / "policies", sources())
    before = sorted(path.name for path in tmp_path.rglob("*"))
    env = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    report = tmp_path / "report.json"
    assert outputs(policy_check, tmp_path, env, report) == expected
    report.unlink()
    assert sorted(path.name for path in tmp_path.rglob("*")) == before
    assert outputs(policy_check, tmp_path, env, report) == expected
