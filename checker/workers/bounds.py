"""Defines the number of worker processes, and the limits of each."""

from __future__ import annotations

import os
import threading
from typing import NamedTuple

_MOST = 8
"""The most processes that are started by default."""
_WORTH = 200
"""The documents that justify one more process, as each process generates the code of all rules."""


class Bounds(NamedTuple):
    """The limits of one process."""

    seconds: float = 10
    """Seconds of processor time for one rule on one document, and for reading one document."""
    max_memory: int = 2 << 30
    """Bytes of memory."""

    def exceeded(self, advice: str = "") -> str:
        """Return the message for a time limit that was exceeded.

        `advice` names what to simplify if deciding took too long; it is empty if reading did.
        """
        what = advice or "the file, or the schema of its kind"
        return (
            f"not {'decided' if advice else 'read'} within {self.seconds:g} s of processor time: "
            f"simplify {what}, or raise --timeout"
        )

    def exhausted(self) -> str:
        """Return the message for what was not decided because the document's time was used up."""
        return (
            f"not decided, because the rules before took {self.in_all:g} s of processor time on "
            "this document: shorten it, or raise --timeout"
        )

    @property
    def in_all(self) -> float:
        """Seconds of processor time for one document with all rules."""
        return 3 * self.seconds


class Workers(NamedTuple):
    """The number of processes of a run, and the limits of each."""

    jobs: int | None = None
    """The number of processes; None for as many as are worthwhile."""
    bounds: Bounds = Bounds()

    def count(self, documents: int) -> int:
        """Return how many processes to start for a number of documents; at least one."""
        most = self.jobs or min(_MOST, _processors(), -(-documents // _WORTH))
        return max(1, min(most, documents))


def can_fork() -> bool:
    """Return whether this process can be forked: the system has fork, and no other thread runs."""
    return hasattr(os, "fork") and threading.active_count() == 1


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
