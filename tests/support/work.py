"""Measures how much work an action is, whatever else the machine does meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable


def moments(action: Callable[[], object]) -> float:
    """Return the processor time of an action as a multiple of `moment`.

    A slow or busy machine slows both down, so that their ratio may be compared with a constant.
    """
    before = moment()
    taken = spent(action)
    return taken / max(before, moment())


def moment() -> float:
    """Return the processor time of a fixed piece of work: about 10 ms on a machine of 2025."""
    return spent(_work)


def spent(action: Callable[[], object]) -> float:
    """Return the seconds of processor time that an action takes in this process."""
    start = time.process_time()
    action()
    return time.process_time() - start


def _work() -> None:
    text = ""
    for number in range(60_000):
        text = f"{number}{text[:8]}"
