"""Limits the processor time and memory of what this process does before workers decide.

Rules, configurations and schemas can come from anyone who opens a pull request, like documents.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from checker.problems import InputError, Problem
from checker.workers.bounds import Workers, can_fork

_SHARE = 3 / 4
"""The share of the memory limit that a rehearsal may use."""
LEAST = 60
"""The lowest time limit, in seconds, as rules take far longer to compile than to decide."""


class _TooLongError(BaseException):
    """Raised by a timer, anywhere; not an Exception, so that no handler catches it."""


@contextmanager
def restrained(
    workers: Workers | None, what: str = "rules, configuration and the list of files"
) -> Iterator[None]:
    """Limit the time and memory of the block; raises InputError if the block exceeds them.

    `what` names the work for the message. Nothing is limited if `workers` is None, if the system
    has no such limits, or outside the main thread, which alone receives signals. The time of a call
    into a library in C is only noticed when the call returns.
    """
    if workers is None or not hasattr(signal, "setitimer") or not _is_main_thread():
        yield
        return
    from checker.workers.watch import memory  # noqa: PLC0415 - needs POSIX

    seconds = max(LEAST, workers.bounds.in_all)
    before = signal.signal(signal.SIGPROF, _ring)
    mask = signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPROF})
    problem = None
    try:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        with memory(workers.bounds.max_memory):
            yield
    except _TooLongError:
        problem = _too_long(what, seconds)
    except MemoryError:
        problem = _too_large(what)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGPROF, before or signal.SIG_DFL)
    if problem:
        raise InputError(problem)


def rehearse(run: Callable[[], object], workers: Workers | None, what: str) -> None:
    """Run a function in another process first; raises InputError if that process dies.

    A library in Rust ends its process if there is not enough memory. An exception of the function
    is ignored here, as the function will raise it again in this process. Nothing is done if
    `workers` is None or this process cannot be forked.
    """
    if workers is None or not can_fork():
        return
    from checker.workers.process import Channel, start  # noqa: PLC0415 - as above
    from checker.workers.watch import confine  # noqa: PLC0415

    seconds = max(LEAST, workers.bounds.in_all)

    def confined(_channel: Channel) -> None:
        confine(int(workers.bounds.max_memory * _SHARE))
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            run()
        except MemoryError:
            os.abort()  # as the library does if it runs out of memory first

    try:
        code = start(confined, ()).end(kill=False)
    except OSError as error:
        raise InputError(Problem("--jobs", f"no process can be started: {error}")) from error
    if code == -signal.SIGPROF:
        raise InputError(_too_long(what, seconds))
    if code < 0:
        raise InputError(_too_large(what))


def _too_long(what: str, seconds: float) -> Problem:
    message = f"{what} took more than {seconds:g} s of processor time: check fewer files at once"
    return Problem("--timeout", message)


def _too_large(what: str) -> Problem:
    message = f"not enough memory for {what}: check fewer files at once, or raise --max-memory"
    return Problem("--max-memory", message)


def _ring(_signal: int, _frame: FrameType | None) -> None:
    raise _TooLongError


def _is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
