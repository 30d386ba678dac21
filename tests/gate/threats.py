"""Writes the files that a case declares, and runs a command on them within limits.

A file is declared by its path, in which a byte that is no UTF-8 is a lone surrogate (`\\udcff`) and
`{i}` a number, and by one of:

- a text; `{"text": …, "encoding": …}`; `{"hex": …}`
- `{"pieces": [text, {"repeat": text, "times": n}, …]}`, where `{i}` in what repeats is its number
- `{"link": target}`, `{"fifo": true}`, `{"directory": true}`
- `{"sparse": bytes}`, a file of that size with nothing in it

With `"times": n` it is many files; `"mode"` is its permissions, in octal digits.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.command import COMMAND, COPY, PATIENCE


class Bounds(NamedTuple):
    """What the command may take and do; the system holds it to that."""

    seconds: int = 60
    """Of processor time, for each process."""
    megabytes: int = 1024
    """Of address space, for each process."""
    file_size: int = resource.RLIM_INFINITY
    """Bytes of each file that is written."""
    patience: int = PATIENCE
    """Seconds by the clock, for the whole run."""
    confined: bool = False
    """Not even root may read and write what its mode forbids."""


class Ran(NamedTuple):
    """What became of a run; each CRLF in what it wrote is a line feed here."""

    code: int
    stdout: str
    stderr: str


def make(root: Path, files: Mapping[str, Any]) -> None:
    """Create declared files below a directory."""
    for name, declared in files.items():
        given: Mapping[str, Any] = {"text": declared} if isinstance(declared, str) else declared
        for number in range(given.get("times", 1)):
            path = root / name.replace("{i}", str(number))
            path.parent.mkdir(parents=True, exist_ok=True)
            _make(path, given)
            if "mode" in given:
                path.chmod(int(given["mode"], 8))


def _make(path: Path, given: Mapping[str, Any]) -> None:
    if "link" in given:
        path.symlink_to(given["link"])
    elif "directory" in given:
        path.mkdir()
    elif "fifo" in given:
        os.mkfifo(path)
    elif "sparse" in given:
        with path.open("wb") as file:
            file.truncate(given["sparse"])
    else:
        path.write_bytes(_content(given))


def _content(given: Mapping[str, Any]) -> bytes:
    if "hex" in given:
        return bytes.fromhex(given["hex"])
    text: str = given["text"] if "text" in given else "".join(map(_piece, given["pieces"]))
    return text.encode(given.get("encoding", "utf-8"))


def _piece(piece: str | Mapping[str, Any]) -> str:
    if isinstance(piece, str):
        return piece
    repeated: str = piece["repeat"]
    if "{i}" not in repeated:
        return repeated * int(piece["times"])
    return "".join(repeated.replace("{i}", str(number)) for number in range(piece["times"]))


def run(
    arguments: Sequence[str],
    cwd: Path,
    bounds: Bounds,
    *,
    env: Mapping[str, str],
    to: str,
) -> Ran:
    """Run the installed command; standard output goes to a file, `to` a device, or is `closed`."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (bounds.seconds, bounds.seconds))
        resource.setrlimit(resource.RLIMIT_AS, (bounds.megabytes << 20, bounds.megabytes << 20))
        resource.setrlimit(resource.RLIMIT_FSIZE, (bounds.file_size, bounds.file_size))
        if to == "closed":
            os.close(1)

    out = Path(to) if to.startswith("/") else cwd.with_name("stdout")
    with out.open("wb") as stdout:
        ran = subprocess.run(
            [*(_confinement() if bounds.confined else ()), COMMAND, *arguments],
            cwd=cwd,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C", **COPY, **env},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            timeout=bounds.patience,
            preexec_fn=limit,
            check=False,
        )
    return Ran(ran.returncode, _text(out.read_bytes() if out.is_file() else b""), _text(ran.stderr))


def _text(written: bytes) -> str:
    return written.decode("utf-8").replace("\r\n", "\n")


def _confinement() -> list[str]:
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if not setpriv:
        pytest.skip("root may read and write everything, and there is no setpriv to prevent it")
    rights = "-dac_override,-dac_read_search"
    return [setpriv, "--bounding-set", rights, "--inh-caps", rights]
