"""What this process does before others decide, within limits of processor time and memory.

Rules, configuration and schemas come from whoever opens a pull request, as documents do.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from checker.source import InputError, Problem
from checker.workers.limits import Workers

_WHAT = "rules, configuration and the list of files"
LEAST = 60
"""Seconds that there are at least: rules take far longer to compile than to decide."""


class _TooLongError(BaseException):
    """Raised by a timer, wherever the process is; no Exception, so that nothing keeps it."""


@contextmanager
def restrained(workers: Workers | None) -> Iterator[None]:
    """Bound what is done within; raises InputError when it takes too much.

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
    problem = None
    try:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        with memory(workers.bounds.max_memory):
            yield
    except _TooLongError:
        message = f"{_WHAT} took more than {seconds:g} s of processor time: check less at once"
        problem = Problem("--timeout", message)
    except MemoryError:
        problem = Problem("--max-memory", f"not enough memory for {_WHAT}: check less at once")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before or signal.SIG_DFL)
    if problem:
        raise InputError(problem)


def _ring(_signal: int, _frame: FrameType | None) -> None:
    raise _TooLongError


def _is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
