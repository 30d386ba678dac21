"""Starts processes that run a function and exchange messages with their parent.

A process is forked, so it shares the memory of its parent. Tasks reach it through one pipe, and
results return through another. A third pipe only tells it that its parent has ended; then it ends,
too. This module needs POSIX.
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import pickle
import select
import signal
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

_HEAD = 8
"""Bytes of the number that precedes each message: its length."""
_CELLS = 3


class Channel:
    """One side of the connection between a process and its parent.

    It has a pipe to read from, a pipe to write to, and three numbers in shared memory, which the
    parent can still read after the process has died.
    """

    def __init__(self, reading: int, writing: int, cells: memoryview) -> None:
        self.reading = reading
        self.writing = writing
        self.cells = cells

    def send(self, message: object) -> None:
        """Send a message; raises OSError if the other side is gone."""
        data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        data = len(data).to_bytes(_HEAD, "little") + data
        view = memoryview(data)
        while view:
            view = view[os.write(self.writing, view) :]

    def receive(self) -> Any:
        """Wait for a message; raises EOFError if the other side is gone."""
        return self.receive_sized()[0]

    def receive_sized(self) -> tuple[Any, int]:
        """Wait for a message; return it and its size in bytes. Raises EOFError as `receive`."""
        size = int.from_bytes(self._exactly(_HEAD), "little")
        return pickle.loads(self._exactly(size)), size  # noqa: S301 - from a process forked from this one

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
    """A running process, the channel to it, and the pipe whose closing ends it."""

    def __init__(self, pid: int, channel: Channel, lifeline: int) -> None:
        self.pid = pid
        self.channel = channel
        self._lifeline = lifeline

    def close(self) -> None:
        """Close all pipes to the process."""
        self.channel.close()
        os.close(self._lifeline)

    def end(self, *, kill: bool) -> int:
        """Wait until the process has ended, or kill it; return its exit code.

        If a signal ended the process, the exit code is the negative number of the signal.
        """
        if kill:
            os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        self.close()
        return os.waitstatus_to_exitcode(status)


def start(run: Callable[[Channel], None], others: Iterable[Process]) -> Process:
    """Start a process that runs a function with its side of a channel.

    The process closes the pipes to `others`. Raises OSError if the system allows no further pipes
    or processes.
    """
    cells = memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast("q")[:_CELLS]
    ends: list[int] = []
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        for _ in range(3):
            ends += os.pipe()
        task_out, task_in, result_out, result_in, life_out, life_in = ends
        pid = os.fork()
        if not pid:
            unused = (task_in, result_out, life_in)
            _child(run, Channel(task_out, result_in, cells), life_out, unused, others)
    except OSError:
        for end in ends:
            os.close(end)
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    for end in (task_out, result_in, life_out):
        os.close(end)
    return Process(pid, Channel(result_out, task_in, cells), life_in)


def _child(
    run: Callable[[Channel], None],
    channel: Channel,
    lifeline: int,
    unused: Iterable[int],
    others: Iterable[Process],
) -> NoReturn:
    """Run the function and exit; SIGINT stays blocked, as the parent handles it."""
    code = 1
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGIO, signal.SIGPROF})
        for end in unused:
            os.close(end)
        for other in others:
            other.close()
        _die_with_parent(lifeline)
        _silence(channel)
        run(channel)
        code = 0
    finally:
        os._exit(code)


def _die_with_parent(lifeline: int) -> None:
    """Make the system end this process as soon as the other side of a pipe is closed.

    On systems that cannot do that, or where SIGIO does not end a process by default (macOS), the
    process itself checks for its parent (see `Watch`). F_SETOWN and O_ASYNC are described in
    https://man7.org/linux/man-pages/man2/fcntl.2.html.
    """
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    with contextlib.suppress(OSError):
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(lifeline, fcntl.F_SETFL, os.O_ASYNC)
    poll = select.poll()
    poll.register(lifeline, select.POLLHUP)
    if poll.poll(0):
        os._exit(1)  # the parent has ended already


def _silence(channel: Channel) -> None:
    """Discard what libraries print, as it may contain text of a document."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        if stream not in (channel.reading, channel.writing):
            os.dup2(nowhere, stream)
