"""Something to do in, a process that does it out, which may die at any moment.

The process is forked, so that it knows what its parent knows; tasks go to it through one pipe and
results come back through another. Through a third comes nothing but the end of the parent, which
ends the process, too. Everything here is POSIX.
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
        return self.receive_sized()[0]

    def receive_sized(self) -> tuple[Any, int]:
        """Wait for a message, and return it and its bytes; raises EOFError as above."""
        size = int.from_bytes(self._exactly(_HEAD), "little")
        return pickle.loads(self._exactly(size)), size  # noqa: S301 - of a process forked from this

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
    """A running process, the channel to it, and the pipe whose end is its own."""

    def __init__(self, pid: int, channel: Channel, lifeline: int) -> None:
        self.pid = pid
        self.channel = channel
        self._lifeline = lifeline

    def close(self) -> None:
        """Close what leads to the process."""
        self.channel.close()
        os.close(self._lifeline)

    def end(self, *, kill: bool) -> int:
        """Wait for the end of the process, or end it; return its exit code.

        That is the negative number of a signal which ended it.
        """
        if kill:
            os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        self.close()
        return os.waitstatus_to_exitcode(status)


def start(run: Callable[[Channel], None], others: Iterable[Process]) -> Process:
    """Return a process that runs a function with its side of a channel.

    The pipes to `others` are closed in it. Raises OSError where the system allows no more.
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
    """Run, and never return to what the parent was doing; an interrupt is the parent's matter."""
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
    """Let the system end this process when the other side of a pipe is gone, whatever it does.

    Where a system cannot do that, or the signal ends nothing by default, as on macOS, the process
    looks for its parent by itself. F_SETOWN and O_ASYNC are described in
    https://man7.org/linux/man-pages/man2/fcntl.2.html.
    """
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    with contextlib.suppress(OSError):
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(lifeline, fcntl.F_SETFL, os.O_ASYNC)
    poll = select.poll()
    poll.register(lifeline, select.POLLHUP)
    if poll.poll(0):
        os._exit(1)  # it was gone already


def _silence(channel: Channel) -> None:
    """Send to nowhere what libraries print: it may be text of a document."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        if stream not in (channel.reading, channel.writing):
            os.dup2(nowhere, stream)
