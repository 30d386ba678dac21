"""Limits the processor time and memory of a worker, and records what the worker is doing.

Processor time is limited, so that a busy machine does not change a verdict. A timer ends the
process through the default action of a signal, which works even within libraries in C.
"""

from __future__ import annotations

import mmap
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from checker.workers.bounds import Bounds
from checker.workers.job import PART, READING
from checker.workers.process import Channel

SENDING = -2
"""The stage after the last rule, in which the decision is sent."""
_DOCUMENT, _STAGE, _SPENT = range(3)
_MICROSECONDS = 1_000_000


def confine(max_memory: int) -> None:
    """Limit the memory of this process to a number of bytes, and disable core files.

    From here on, a timer ends the process, whatever handler it inherited.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    _lower_memory(max_memory)


def address_space() -> int:
    """Return the size of this process's address space in bytes; 0 if the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    except OSError:
        return 0
    return int(pages) * mmap.PAGESIZE


@contextmanager
def memory(most: int) -> Iterator[None]:
    """Limit the memory of this process to a number of bytes, within the block."""
    before = _lower_memory(most)
    try:
        yield
    finally:
        if before is not None:
            resource.setrlimit(resource.RLIMIT_AS, before)


def _lower_memory(most: int) -> tuple[int, int] | None:
    """Limit the memory of this process, unless a lower limit holds; return the former limits.

    Returns None on macOS, where nothing is limited: its kernel refuses a limit that is lower than
    what the process has mapped, and libraries of the system alone are larger.
    https://github.com/apple-oss-distributions/xnu/blob/main/bsd/kern/kern_resource.c
    """
    if sys.platform == "darwin":
        return None
    before = resource.getrlimit(resource.RLIMIT_AS)
    if before[0] == resource.RLIM_INFINITY or most < before[0]:
        resource.setrlimit(resource.RLIMIT_AS, (most, before[1]))
    return before


class Watch:
    """Tells the parent which stage of which document starts, and sets the timer of each stage.

    The timer is only set again after it has run for a while, because most stages take no time.
    """

    def __init__(self, channel: Channel, bounds: Bounds) -> None:
        self._cells = channel.cells
        self._bounds = bounds
        self._slack = bounds.seconds / 20
        self._armed = 0.0
        self._start = 0.0
        self._documents = 0
        """How many documents of the file have begun: each adds its time to that of the file."""
        self._parent = os.getppid()

    def document(self, index: int, spent: float) -> None:
        """Start a document on which processes that died have spent a number of seconds."""
        self._cells[_STAGE] = READING
        self._cells[_DOCUMENT] = index
        self._documents = 0
        self._start = time.process_time() - spent
        self._arm(time.monotonic())

    def stage(self, stage: int) -> bool:
        """Start a stage; return whether the file has any time left."""
        if stage == PART:
            self._documents += 1
            return True
        self._cells[_STAGE] = stage
        now = time.monotonic()
        if now - self._armed > self._slack:
            self._arm(now)
        return self._cells[_SPENT] < max(1, self._documents) * self._bounds.in_all * _MICROSECONDS

    def _arm(self, now: float) -> None:
        if os.getppid() != self._parent:
            os._exit(1)  # the parent has ended, so nobody waits for the result
        self._armed = now
        self._cells[_SPENT] = int((time.process_time() - self._start) * _MICROSECONDS)
        signal.setitimer(signal.ITIMER_PROF, self._bounds.seconds + self._slack)


def seen(channel: Channel) -> tuple[int, int, float]:
    """Return the document and stage that a process is at, and the seconds spent on the document."""
    document, stage, spent = channel.cells
    return document, stage, spent / _MICROSECONDS
