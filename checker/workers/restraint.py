"""What this process does before others decide, within limits of processor time and memory.

Rules, configuration and schemas come from whoever opens a pull request, as documents do.
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
"""Of the memory for all of it, what a rehearsal of a part may take."""
LEAST = 60
"""Seconds that there are at least: rules take far longer to compile than to decide."""


class _TooLongError(BaseException):
    """Raised by a timer, wherever the process is; no Exception, so that nothing keeps it."""


@contextmanager
def restrained(
    workers: Workers | None, what: str = "rules, configuration and the list of files"
) -> Iterator[None]:
    """Bound what is done within; raises InputError when that, which is `what`, takes too much.

    Without `workers`, where the system knows no such limits, and outside the main thread, which
    alone hears of a signal, nothing is bounded. Time that passes within a library written in C
    is noticed when that returns.
    """
    if workers is None or not hasattr(signal, "setitimer") or not _is_main_thread():
        yield
        return
    from checker.workers.watch import memory  # noqa: PLC0415 - cannot be imported everywhere

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
    """Do something in a process first that may die of it, and raise InputError if it does.

    A library written in Rust ends its process where there is no memory. What raises is left to be
    met again. Without `workers`, and where no process can be started, nothing is done.
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
            os.abort()  # as the library does where it is the first to find none

    try:
        code = start(confined, ()).end(kill=False)
    except OSError as error:
        raise InputError(Problem("--jobs", f"no process can be started: {error}")) from error
    if code == -signal.SIGPROF:
        raise InputError(_too_long(what, seconds))
    if code < 0:
        raise InputError(_too_large(what))


def _too_long(what: str, seconds: float) -> Problem:
    message = f"{what} took more than {seconds:g} s of processor time: check less at once"
    return Problem("--timeout", message)


def _too_large(what: str) -> Problem:
    return Problem("--max-memory", f"not enough memory for {what}: check less at once")


def _ring(_signal: int, _frame: FrameType | None) -> None:
    raise _TooLongError


def _is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
