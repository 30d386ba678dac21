"""Packs policy-check and all that it needs into an archive for machines without a network.

    python -m tools.wheelhouse dist/policy_check-0.1.0-py3-none-any.whl --output dist

Takes the pins of requirements/runtime.txt and downloads their wheels for every supported Python and
platform. docs/releases.md says how to install from the archive.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from packaging.utils import parse_wheel_filename

from tools.pins import Pin, parse

PINS = Path(__file__).parents[1] / "requirements" / "runtime.txt"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
_GLIBC = ("2_28", "2_27", "2_26", "2_17")
"""Versions of the C library that wheels are named after; the newest is what is asked for."""


class Platform(NamedTuple):
    """One supported platform: how markers see it, and which wheels run on it."""

    system: str
    """`sys_platform` of https://peps.python.org/pep-0508/#environment-markers."""
    machine: str
    tags: tuple[str, ...]
    """Platform tags for pip; it adds older versions of macOS by itself."""


class Target(NamedTuple):
    """One Python on one platform."""

    python: str
    platform: Platform

    def environment(self) -> dict[str, str]:
        """Return what markers are evaluated with."""
        return {
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "platform_machine": self.platform.machine,
            "platform_system": _NAMES[self.platform.system],
            "os_name": "nt" if self.platform.system == "win32" else "posix",
            "sys_platform": self.platform.system,
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
            "extra": "",
        }


_NAMES = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}
PLATFORMS = (
    *(
        Platform("linux", machine, tuple(f"manylinux_{each}_{machine}" for each in _GLIBC))
        for machine in ("x86_64", "aarch64")
    ),
    Platform("darwin", "arm64", ("macosx_14_0_arm64",)),
    Platform("darwin", "x86_64", ("macosx_13_0_x86_64",)),
    Platform("win32", "AMD64", ("win_amd64",)),
)
TARGETS = tuple(itertools.starmap(Target, itertools.product(PYTHONS, PLATFORMS)))

Download = Callable[[Target, str, Path], None]
"""Puts the wheels of a target into a folder; takes the text of a requirements file."""


def download(target: Target, requirements: str, folder: Path) -> None:
    """Let pip fetch wheels and check their hashes; raises CalledProcessError where it cannot."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "requirements.txt"
        file.write_text(requirements, encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--only-binary=:all:", "--require-hashes"]
        command += ["--implementation=cp", f"--python-version={target.python}"]
        command += [f"--platform={tag}" for tag in target.platform.tags]
        command += [f"--dest={folder}", f"--requirement={file}"]
        subprocess.run(command, check=True)


def needed(pins: Iterable[Pin], target: Target) -> str:
    """Return the requirements of one target, with hashes and without markers.

    pip evaluates markers for the Python that it runs on, so they are evaluated here.
    """
    return "\n".join(each.text() for each in pins if each.applies(target.environment())) + "\n"


def requirements(pins: Iterable[Pin], wheels: Iterable[Path]) -> str:
    """Return a requirements file for some wheels, which has the hashes of these files alone.

    Raises ValueError for a wheel that no pin allows, and for a pin without a wheel.
    """
    left: dict[tuple[str, str], frozenset[str]] = {}
    for each in map(own, wheels):
        key = (each.name, each.version)
        left[key] = left.get(key, frozenset()) | each.hashes
    lines = []
    for pin in pins:
        found = left.pop((pin.name, pin.version), frozenset())
        if not found:
            raise ValueError(f"there is no wheel of {pin.name} {pin.version}")
        if unknown := found - pin.hashes:
            raise ValueError(f"no pin of {pin.name} has the hash {min(unknown)}")
        lines.append(pin._replace(hashes=found).text(with_marker=True))
    if left:
        raise ValueError(f"nothing pins {', '.join(name for name, _ in sorted(left))}")
    return "\n".join(lines) + "\n"


def own(wheel: Path) -> Pin:
    """Return the pin of a wheel by its own hash."""
    name, version, _, _ = parse_wheel_filename(wheel.name)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return Pin(name, str(version), None, frozenset({digest}))


def gather(
    wheel: Path, pins: list[Pin], folder: Path, targets: Iterable[Target], fetch: Download
) -> None:
    """Fill a folder with a wheel, the wheels of its pins and a requirements file."""
    for target in targets:
        fetch(target, needed(pins, target), folder)
    (folder / wheel.name).write_bytes(wheel.read_bytes())
    text = requirements([own(wheel), *pins], folder.glob("*.whl"))
    (folder / "requirements.txt").write_text(text, encoding="utf-8", newline="\n")


def pack(folder: Path, archive: Path, moment: float) -> None:
    """Write the files of a folder into a ZIP archive that is the same for the same files.

    `moment` is the time of every file, in seconds of the Unix epoch.
    """
    date = time.gmtime(moment)[:6]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as content:
        for path in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(f"{archive.stem}/{path.name}", date)
            entry.external_attr = 0o100644 << 16
            content.writestr(entry, path.read_bytes())


def main(arguments: list[str] | None = None, fetch: Download = download) -> int:
    """Write the archive and print its path; return 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("wheel", type=Path, help="the wheel of the release")
    parser.add_argument("--output", type=Path, required=True, help="the folder of the archive")
    given = parser.parse_args(arguments)
    pin = own(given.wheel)
    archive = given.output / f"{pin.name}-{pin.version}-wheelhouse.zip"
    with tempfile.TemporaryDirectory() as place:
        pins = parse(PINS.read_text(encoding="utf-8"))
        gather(given.wheel, pins, Path(place), TARGETS, fetch)
        pack(Path(place), archive, float(os.environ.get("SOURCE_DATE_EPOCH") or time.time()))
    print(archive)
    return 0


if __name__ == "__main__":
    sys.exit(main())
