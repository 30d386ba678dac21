"""A job in, the decisions on its documents out, in order, by processes that can be ended.

That works also within a library written in C, and memory is bounded as well: what one document or
rule does to a process is an error, and hides nothing of the others.
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

    Without `workers`, where the system knows no fork, and among threads of a caller's own, which
    a fork would break, this process decides, and nothing bounds its time and memory. Raises
    InputError if no process can be started.
    """
    if workers is None or not can_fork():
        yield from (job.decide(index) for index in range(job.size))
        return
    from checker.workers.crew import Crew  # noqa: PLC0415 - cannot be imported where none can fork

    crew = Crew(job, workers)
    # What is known by now is garbage to nobody, and to look at it would copy its memory.
    freezes = not gc.get_freeze_count()  # else a program that calls this has done so
    if freezes:
        gc.freeze()
    try:
        yield from crew.decisions()
    finally:
        crew.end()
        if freezes:
            gc.unfreeze()
