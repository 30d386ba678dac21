"""Decides on the documents of a job in processes with limits of time and memory.

A process can be ended even while it runs code of a library in C. If a rule and a document exhaust
a process, that is an error, and all other rules and documents are still decided.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import TypeVar

from checker.workers.bounds import Bounds, Workers, can_fork
from checker.workers.job import Job
from checker.workers.restraint import rehearse, restrained

__all__ = ["Bounds", "Workers", "decide_all", "rehearse", "restrained"]


_Decision = TypeVar("_Decision")


def decide_all(job: Job[_Decision], workers: Workers | None) -> Iterator[_Decision]:
    """Yield a decision for every document of a job, in order.

    This process decides, without limits of time and memory, if `workers` is None, if the system
    has no fork, or if the process has several threads, which a fork would break. Raises InputError
    if no process can be started.
    """
    if workers is None or not can_fork():
        yield from (job.decide(index) for index in range(job.size))
        return
    from checker.workers.crew import Crew  # noqa: PLC0415 - its import fails on systems without fork

    crew = Crew(job, workers)
    # The collector would write to all objects that exist by now, and so copy the shared memory.
    freezes = not gc.get_freeze_count()  # otherwise the calling program has frozen them already
    if freezes:
        gc.freeze()
    try:
        yield from crew.decisions()
    finally:
        crew.end()
        if freezes:
            gc.unfreeze()
