"""The archive for machines without a network: what is in it, and that it installs."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.repo.dependencies import page
from tests.support.command import ROOT
from tests.support.wheels import digest, wheel
from tools import wheelhouse
from tools.pins import Pin, parse
from tools.wheelhouse import PLATFORMS, PYTHONS, TARGETS, Target, needed, own, pack, requirements

HASH = "0" * 64
OLD = "python_full_version < '3.13'"
WINDOWS = "sys_platform == 'win32'"

# ---- pins ----


def test_a_pin_is_read_and_written_as_it_was() -> None:
    text = (
        f"a==1.0 ; {WINDOWS} \\\n    --hash=sha256:{HASH} \\\n    --hash=sha256:{'1' * 64}\n"
        f"b-c==2 \\\n    --hash=sha256:{HASH}\n"
    )
    pins = parse(f"# a comment\n\n{text}")
    assert pins[0] == Pin("a", "1.0", WINDOWS, frozenset({HASH, "1" * 64}))
    assert "".join(f"{each.text(with_marker=True)}\n" for each in pins) == text


@pytest.mark.parametrize(
    "line",
    [
        "a==1.0",
        f"a>=1.0 --hash=sha256:{HASH}",
        f"a --hash=sha256:{HASH}",
        f"a==1.* --hash=sha256:{HASH}",
        f"a==1.0 --hash=md5:{'0' * 32}",
        f"a==1.0 --hash=sha256:{HASH} --hash=sha256:0",
        f"a @ https://example.com/a.whl --hash=sha256:{HASH}",
        "--index-url=https://example.com",
        f"--index-url=https://example.com a==1.0 --hash=sha256:{HASH}",
    ],
)
def test_what_is_no_pin_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="not a version that is pinned"):
        parse(line)


def test_the_pins_of_the_run_time_can_be_read() -> None:
    text = wheelhouse.PINS.read_text(encoding="utf-8")
    assert len(parse(text)) == len(re.findall(r"(?m)^[a-z]", text))


# ---- targets ----


def test_the_targets_are_what_the_project_supports() -> None:
    classified = re.search(r"Python (\S+) to (\S+) on Linux with glibc", page())
    assert classified
    assert (PYTHONS[0], PYTHONS[-1]) == classified.groups()
    assert len(TARGETS) == len(PYTHONS) * len(PLATFORMS)
    machines = {(each.system, each.machine) for each in PLATFORMS}
    assert machines == {
        ("linux", "x86_64"),
        ("linux", "aarch64"),
        ("darwin", "x86_64"),
        ("darwin", "arm64"),
        ("win32", "AMD64"),
    }


def test_markers_are_those_of_the_target_and_not_of_this_machine() -> None:
    pins = [
        Pin("always", "1", None, frozenset({HASH})),
        Pin("old", "1", OLD, frozenset({HASH})),
        Pin("windows", "1", WINDOWS, frozenset({HASH})),
        Pin("nt", "1", "os_name == 'nt' and platform_system == 'Windows'", frozenset({HASH})),
    ]
    named = {
        (target.python, target.platform.system): re.findall(r"(?m)^(\w+)==", needed(pins, target))
        for target in TARGETS
    }
    assert named[("3.12", "linux")] == ["always", "old"]
    assert named[("3.13", "darwin")] == ["always"]
    assert named[("3.11", "win32")] == ["always", "old", "windows", "nt"]
    assert ";" not in needed(pins, TARGETS[0])


# ---- the archive ----


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Return a folder of wheels as an index might have them."""
    folder = tmp_path / "published"
    folder.mkdir()
    for python in PYTHONS:
        tag = f"cp{python.replace('.', '')}"
        for platform in PLATFORMS:
            wheel(folder, "native-part", "2.0", f"{tag}-{tag}-{platform.tags[-1]}")
    wheel(folder, "pure", "1.0")
    wheel(folder, "backport", "3.0")
    return folder


@pytest.fixture
def pins(published: Path) -> list[Pin]:
    hashes: dict[str, set[str]] = {}
    for path in published.iterdir():
        hashes.setdefault(path.name.split("-")[0], set()).add(digest(path))
    return [
        Pin("backport", "3.0", OLD, frozenset(hashes["backport"])),
        Pin("native-part", "2.0", None, frozenset(hashes["native_part"] | {HASH})),
        Pin("pure", "1.0", None, frozenset(hashes["pure"])),
    ]


def _fetch(published: Path, target: Target, text: str, folder: Path) -> None:
    """Copy what pip would download for a target."""
    for name in re.findall(r"(?m)^([a-z-]+)==", text):
        tag = f"-cp{target.python.replace('.', '')}-{target.platform.tags[-1]}.whl"
        for path in published.glob(f"{name.replace('-', '_')}-*"):
            if path.name.endswith(("-any.whl", tag)):
                shutil.copy(path, folder)


@pytest.fixture
def build(
    tmp_path: Path, published: Path, pins: list[Pin], monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Path]:
    """Return a function that makes the archive of a small release and returns its path."""
    file = tmp_path / "pins.txt"
    file.write_text("".join(f"{each.text(with_marker=True)}\n" for each in pins), encoding="utf-8")
    monkeypatch.setattr(wheelhouse, "PINS", file)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    ours = wheel(tmp_path, "policy-check", "0.1.0")

    def run() -> Path:
        arguments = [str(ours), "--output", str(tmp_path)]
        assert wheelhouse.main(arguments, functools.partial(_fetch, published)) == 0
        return tmp_path / "policy-check-0.1.0-wheelhouse.zip"

    return run


def test_the_archive_has_the_wheels_and_their_hashes(
    published: Path, build: Callable[[], Path]
) -> None:
    archive = build()
    with zipfile.ZipFile(archive) as content:
        names = {Path(each).name for each in content.namelist()}
        text = content.read(f"{archive.stem}/requirements.txt").decode()
    assert names == {
        *(each.name for each in published.iterdir()),
        "policy_check-0.1.0-py3-none-any.whl",
        "requirements.txt",
    }
    found = {each.name: each for each in parse(text)}
    assert list(found) == ["policy-check", "backport", "native-part", "pure"]
    assert found["backport"].marker == OLD
    assert HASH not in text, "it has no hash of a file that is not in the archive"
    assert len(found["native-part"].hashes) == len(TARGETS)


def test_the_archive_is_the_same_for_the_same_files(build: Callable[[], Path]) -> None:
    archive = build()
    first = digest(archive)
    archive.unlink()
    assert digest(build()) == first


def _install(folder: Path, target: Path) -> subprocess.CompletedProcess[bytes]:
    """Run the command of docs/releases.md, into a folder of its own."""
    shown = (ROOT / "docs" / "releases.md").read_text(encoding="utf-8")
    command = re.search(r"(?m)^\$ \S*pip install (--no-index(?:.*\\\n)*.*)$", shown)
    assert command
    arguments = command[1].replace("\\\n", " ").split()
    assert {"--no-index", "--require-hashes"} <= set(arguments)
    given = [each.replace("policy-check-0.1.0-wheelhouse", str(folder)) for each in arguments]
    return subprocess.run(
        [sys.executable, "-m", "pip", "install", "--target", target, *given],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("changed", [False, True])
def test_it_installs_without_a_network_and_no_changed_file(
    tmp_path: Path, *, changed: bool
) -> None:
    folder = tmp_path / "house"
    folder.mkdir()
    ours = wheel(folder, "policy-check", "0.1.0")
    pure = wheel(folder, "pure", "1.0")
    text = requirements(map(own, (ours, pure)), [ours, pure])
    (folder / "requirements.txt").write_text(text, encoding="utf-8")
    if changed:
        with zipfile.ZipFile(pure, "a") as content:
            content.writestr("evil.py", "")
    target = tmp_path / "target"
    ran = _install(folder, target)
    assert (ran.returncode == 0) is not changed, ran.stderr.decode()
    assert (target / "policy_check.py").exists() is not changed


# ---- what is refused ----


def test_a_pin_without_a_wheel_is_refused(tmp_path: Path) -> None:
    pin = Pin("pure", "1.0", None, frozenset({HASH}))
    with pytest.raises(ValueError, match=r"no wheel of pure 1\.0"):
        requirements([pin], [])
    with pytest.raises(ValueError, match=r"no wheel of pure 1\.0"):
        requirements([pin], [wheel(tmp_path, "pure", "1.1")])


def test_a_wheel_of_another_hash_is_refused(tmp_path: Path) -> None:
    pin = Pin("pure", "1.0", None, frozenset({HASH}))
    with pytest.raises(ValueError, match="no pin of pure has the hash"):
        requirements([pin], [wheel(tmp_path, "pure", "1.0")])


def test_a_wheel_that_nothing_pins_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing pins pure"):
        requirements([], [wheel(tmp_path, "pure", "1.0")])


def test_pip_is_asked_for_wheels_of_the_target_with_hashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: asked.extend(command))
    wheelhouse.download(TARGETS[0], "", tmp_path)
    assert {"--only-binary=:all:", "--require-hashes", "--no-deps"} <= set(asked)
    assert f"--python-version={PYTHONS[0]}" in asked
    assert "--platform=manylinux_2_28_x86_64" in asked


def test_an_empty_folder_makes_an_empty_archive(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    pack(tmp_path / "empty", tmp_path / "a.zip", 1_790_000_000)
    assert zipfile.ZipFile(tmp_path / "a.zip").namelist() == []
