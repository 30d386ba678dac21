"""Defines work that can be split by files among processes, each of which can begin anywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol, TypeVar

READING: Final = -1
"""The stage before the first one of deciding: the file is read."""
PART: Final = -3
"""No stage, but the begin of the next document of a file, which has time of its own."""
Refused = Callable[[int], str]
"""Called before each stage (READING, or a number from 0): why it must not be; or nothing."""

_Decision_co = TypeVar("_Decision_co", covariant=True)


def never(_stage: int) -> str:
    """Refuse no stage."""
    return ""


class Job(Protocol[_Decision_co]):
    """Something to decide on each of a number of documents."""

    @property
    def advice(self) -> str:
        """Return what to make simpler where a stage takes too long."""

    @property
    def size(self) -> int:
        """Return how many documents there are."""

    def decide(self, index: int, refused: Refused = never) -> _Decision_co:
        """Decide on one document; what is refused is undecided, and the decision says so."""


def lost(job: Job[_Decision_co], index: int, reason: str) -> _Decision_co:
    """Return the decision on a document of which nothing could be decided."""
    return job.decide(index, lambda stage: reason if stage == READING else "")
