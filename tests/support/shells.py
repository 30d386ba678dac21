"""Types keys into an interactive bash, zsh or fish on a terminal, and returns what it shows."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.command import COMMAND, COPY, PATIENCE

_START = {
    "bash": ["--norc", "--noprofile", "-i"],
    "zsh": ["-f", "-i"],
    "fish": ["--no-config", "-i"],
}
_SET_UP = {
    "bash": "source <(policy-check completion bash)\n",
    "zsh": "autoload -Uz compinit; compinit -u -D; bindkey -e; "
    "source <(policy-check completion zsh)\n",
    "fish": "set -g fish_autosuggestion_enabled 0; policy-check completion fish | source\n",
}
_TO_THE_START, _TO_THE_END = "\x01", "\x05"
_READY = "<ready>"


def typed(shell: str, keys: str, folder: Path) -> list[str]:
    """Return the words of a command line as it stands after some keys; `\t` completes.

    Skips where the machine does not have the shell.
    """
    for program in (shell, "setsid"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", shell, *_START[shell]],  # noqa: S607 - whichever there is
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env={
            "PATH": f"{COMMAND.parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "TERM": "xterm",
            "LC_ALL": "C.UTF-8",
            "COLUMNS": "500",
            **COPY,
        },
    )
    os.close(theirs)
    try:
        _type(ours, _SET_UP[shell] + "printf '<%s>' ready\n")
        _read(ours, _READY)
        _type(ours, f"{keys}{_TO_THE_START}printf '<%s>' shown {_TO_THE_END} end\n")
        shown = _read(ours, "<shown>(?:<[^<>]*>)*<end>")
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return re.findall("<([^>]*)>", shown)[1:-1]


def _type(terminal: int, keys: str) -> None:
    os.write(terminal, keys.encode())


def _read(terminal: int, pattern: str, seconds: float = PATIENCE) -> str:
    """Return the first text on a terminal that fits a pattern."""
    text = ""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := re.search(pattern, text):
            return found[0]
        if select.select([terminal], [], [], 0.1)[0]:
            with contextlib.suppress(OSError):
                text += os.read(terminal, 65536).decode(errors="replace")
    message = f"`{pattern}` was not shown: {text!r}"
    raise AssertionError(message)
