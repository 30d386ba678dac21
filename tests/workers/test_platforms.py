"""The command decides also where a system lacks what Linux has; such systems are imitated here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import COMMAND
from tools.try_command import problems

WINDOWS = """
import os, select, signal, subprocess, sys

for module, names in (
    (os, ("fork", "O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_ASYNC", "sched_getaffinity")),
    (signal, ("SIGPROF", "SIGIO", "SIGCHLD", "SIGKILL", "setitimer", "ITIMER_PROF")),
    (signal, ("pthread_sigmask", "SIG_BLOCK", "SIG_UNBLOCK", "SIG_SETMASK")),
    (select, ("poll",)),
):
    for name in names:
        delattr(module, name)
for name in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules[name] = None
"""
"""Takes away what Python has on POSIX alone."""
MACOS = """
import resource, sys

set_limit = resource.setrlimit

def refuse(which, limits):
    if which == resource.RLIMIT_AS:
        raise ValueError("current limit exceeds maximum limit")
    set_limit(which, limits)

resource.setrlimit = refuse
sys.platform = "darwin"
"""
"""Refuses a bound of the address space, as the kernel of macOS does."""


@pytest.mark.parametrize("lacks", [WINDOWS, MACOS], ids=["windows", "macos"])
def test_the_command_decides_without_what_linux_has(tmp_path: Path, lacks: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(lacks, encoding="utf-8")
    command = tmp_path / "policy-check"
    command.write_text(f'#!/bin/sh\nPYTHONPATH={tmp_path} exec {COMMAND} "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    assert problems(str(command)) == []
