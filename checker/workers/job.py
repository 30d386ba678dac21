"""Defines work that can be split by files among processes, each of which can begin anywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol, TypeVar

READING: Final = -1
"""The first stage of a decision, in which the file is read."""
PART: Final = -3
"""Not a stage: it says that the next document of a file begins, which has its own time."""
Refused = Callable[[int], str]
"""Called before each stage (READING, or a number from 0): returns why it must be skipped, or ""."""

_Decision_co = TypeVar("_Decision_co", covariant=True)


def never(_stage: int) -> str:
    """Refuse no stage."""
    return ""


class Job(Protocol[_Decision_co]):
    """A decision to make on each of a number of documents."""

    @property
    def advice(self) -> str:
        """Return what a user can simplify if a stage takes too long."""

    @property
    def size(self) -> int:
        """Return how many documents there are."""

    def decide(self, index: int, refused: Refused = never) -> _Decision_co:
        """Decide on one document; the decision reports every refused stage as undecided."""


def lost(job: Job[_Decision_co], index: int, reason: str) -> _Decision_co:
    """Return the decision on a document for which nothing could be decided, for a reason."""
    return job.decide(index, lambda stage: reason if stage == READING else "")
