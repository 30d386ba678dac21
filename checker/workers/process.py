"""Something to do in, a process that does it out, which may die at any moment.

The process is forked, so that it knows what its parent knows; tasks go to it through one pipe and
results come back through another. Everything here is POSIX.
"""

from __future__ import annotations

import mmap
import os
import pickle
import signal
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

_HEAD = 8
"""Bytes of the length that precedes each message."""
_CELLS = 3


class Channel:
    """What a process and its parent share: a pipe to read, one to write, and three numbers.

    The numbers are in memory that both see, so that they outlive a process.
    """

    def __init__(self, reading: int, writing: int, cells: memoryview) -> None:
        self.reading = reading
        self.writing = writing
        self.cells = cells

    def send(self, message: object) -> None:
        """Send a message; raises OSError where nobody reads it."""
        data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        data = len(data).to_bytes(_HEAD, "little") + data
        view = memoryview(data)
        while view:
            view = view[os.write(self.writing, view) :]

    def receive(self) -> Any:
        """Wait for a message; raises EOFError if the other side is gone."""
        size = int.from_bytes(self._exactly(_HEAD), "little")
        return pickle.loads(self._exactly(size))  # noqa: S301 - of a process forked from this one

    def close(self) -> None:
        """Close both pipes."""
        os.close(self.reading)
        os.close(self.writing)

    def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            part = os.read(self.reading, min(size - len(data), 1 << 20))
            if not part:
                raise EOFError
            data += part
        return bytes(data)


class Process:
    """A running process, and the channel to it."""

    def __init__(self, pid: int, channel: Channel) -> None:
        self.pid = pid
        self.channel = channel

    def end(self, *, kill: bool) -> int:
        """End the process and return its exit code, or the negative number of a signal."""
        if kill:
            os.kill(self.pid, signal.SIGKILL)
        self.channel.close()
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)


def start(run: Callable[[Channel], None], others: Iterable[Process]) -> Process:
    """Return a process that runs a function with its side of a channel.

    The pipes to `others` are closed in it. Raises OSError where the system allows no more.
    """
    cells = memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast("q")[:_CELLS]
    task_out, task_in = os.pipe()
    result_out, result_in = os.pipe()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        pid = os.fork()
        if not pid:
            _child(run, Channel(task_out, result_in, cells), (task_in, result_out), others)
    except OSError:
        for end in (task_in, result_out):
            os.close(end)
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for end in (task_out, result_in):
            os.close(end)
    return Process(pid, Channel(result_out, task_in, cells))


def _child(
    run: Callable[[Channel], None],
    channel: Channel,
    unused: Iterable[int],
    others: Iterable[Process],
) -> NoReturn:
    """Run, and never return to what the parent was doing; an interrupt is the parent's matter."""
    code = 1
    try:
        for end in unused:
            os.close(end)
        for other in others:
            other.channel.close()
        _silence(channel)
        run(channel)
        code = 0
    finally:
        os._exit(code)


def _silence(channel: Channel) -> None:
    """Send to nowhere what libraries print: it may be text of a document."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        if stream not in (channel.reading, channel.writing):
            os.dup2(nowhere, stream)
