"""How many processes decide, and how much each of them may take."""

from __future__ import annotations

import os
import threading
from typing import NamedTuple

_MOST = 8
"""Processes that are started unless more are asked for."""
_WORTH = 200
"""Documents for which it pays to start a process: each makes the code of all rules by itself."""


class Bounds(NamedTuple):
    """What one process may take."""

    seconds: float = 10
    """Of processor time, for one rule on one document, and for reading that."""
    max_memory: int = 2 << 30
    """Bytes of memory."""

    def exceeded(self, advice: str = "") -> str:
        """Return why something was not decided, or without `advice` not read, in time."""
        what = advice or "the file, or the schema of its kind"
        return (
            f"not {'decided' if advice else 'read'} within {self.seconds:g} s of processor time: "
            f"simplify {what}, or raise --timeout"
        )

    def exhausted(self) -> str:
        """Return why something was not decided when all before it had taken too long."""
        return (
            f"not decided, as what came before took {self.in_all:g} s of processor time on this "
            "document: shorten it, or raise --timeout"
        )

    @property
    def in_all(self) -> float:
        """Seconds of processor time for all that is done with one document."""
        return 3 * self.seconds


class Workers(NamedTuple):
    """The processes of a run."""

    jobs: int | None = None
    """How many; None: as many as pay."""
    bounds: Bounds = Bounds()

    def count(self, documents: int) -> int:
        """Return how many processes decide some documents; one at least."""
        most = self.jobs or min(_MOST, _processors(), -(-documents // _WORTH))
        return max(1, min(most, documents))


def can_fork() -> bool:
    """Say whether this process can start another one like it, which threads would not survive."""
    return hasattr(os, "fork") and threading.active_count() == 1


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
