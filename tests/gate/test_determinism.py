"""The same inputs give the same bytes, whatever is around them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.command import ROOT, Run

FORMATS = ("json", "text")
AROUND: dict[str, Mapping[str, str]] = {
    "hash seed 0": {"PYTHONHASHSEED": "0"},
    "hash seed 1": {"PYTHONHASHSEED": "1"},
    "hash seed 4294967295": {"PYTHONHASHSEED": "4294967295"},
    "a locale of UTF-8": {"LC_ALL": "C.UTF-8", "LANG": "tr_TR.UTF-8"},
    "no locale that exists": {"LC_ALL": "xx_XX.latin1"},
    "an encoding": {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"},
    "a time zone east": {"TZ": "Pacific/Kiritimati"},
    "a time zone west": {"TZ": "America/Adak"},
    "a size of the terminal": {"COLUMNS": "200", "LINES": "10"},
    "one process": {"POLICY_CHECK_JOBS": "1"},
    "two processes": {"POLICY_CHECK_JOBS": "2"},
    "three processes": {"POLICY_CHECK_JOBS": "3"},
    "seven processes and a seed": {"POLICY_CHECK_JOBS": "7", "PYTHONHASHSEED": "7"},
    "this process": {"POLICY_CHECK_JOBS": "0"},
    "a development mode": {"PYTHONDEVMODE": "1"},
    "no optimisation": {"PYTHONOPTIMIZE": "0"},
}


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


def outputs(policy_check: Run, place: Path, env: Mapping[str, str]) -> list[bytes]:
    found = []
    for name in FORMATS:
        ran = policy_check("builtin", "policies", "-o", name, cwd=place, env=env)
        assert ran.returncode == 2
        assert ran.stderr == b""
        found.append(ran.stdout)
    return found


def test_nothing_around_a_run_changes_its_bytes(policy_check: Run, tmp_path: Path) -> None:
    fill(tmp_path / "policies", sources())
    expected = outputs(policy_check, tmp_path, {})
    for name, env in AROUND.items():
        assert outputs(policy_check, tmp_path, env) == expected, name


@pytest.mark.parametrize("mask", [0o000, 0o077])
def test_the_bytes_do_not_depend_on_the_umask(policy_check: Run, tmp_path: Path, mask: int) -> None:
    fill(tmp_path / "policies", sources())
    expected = outputs(policy_check, tmp_path, {})
    before = os.umask(mask)
    try:
        assert outputs(policy_check, tmp_path, {}) == expected
        ran = policy_check("builtin", "policies", "-o", "json=report.json", cwd=tmp_path)
    finally:
        os.umask(before)
    assert ran.returncode == 2
    assert (tmp_path / "report.json").read_bytes() == expected[0]


def test_the_bytes_do_not_depend_on_the_order_of_files(policy_check: Run, tmp_path: Path) -> None:
    found = []
    for number, paths in enumerate((sources(), sources()[::-1])):
        place = tmp_path / str(number)
        fill(place / "policies", paths)
        found.append(outputs(policy_check, place, {}))
    assert found[0] == found[1]


def test_the_bytes_do_not_depend_on_what_ran_before(policy_check: Run, tmp_path: Path) -> None:
    """No cache is kept anywhere."""
    fill(tmp_path / "policies", sources())
    before = sorted(path.name for path in tmp_path.rglob("*"))
    env = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    first = outputs(policy_check, tmp_path, env)
    assert sorted(path.name for path in tmp_path.rglob("*")) == before
    assert outputs(policy_check, tmp_path, env) == first
