"""What one evaluation may still spend: a list of one number, which goes down to zero."""

from __future__ import annotations

from typing import Final, TypeAlias

from checker.cel.errors import LimitError

Meter: TypeAlias = "list[int]"
"""One number, the units that are left; a list, since one is made for every evaluation."""

SMALL: Final = 256
"""Work on fewer characters or elements than this is part of the unit of the loop around it."""


def charge(meter: Meter, units: int) -> None:
    """Spend units; raises LimitError when there are not enough."""
    if units >= SMALL:
        meter[0] -= units
        if meter[0] < 0:
            raise over()


def loop(meter: Meter, turns: int) -> None:
    """Spend a unit for every turn of a loop, before it begins; raises LimitError."""
    meter[0] -= turns
    if meter[0] < 0:
        raise over()


def over() -> LimitError:
    """Return the error of an evaluation that costs too much."""
    return LimitError("cost budget exceeded: the expression does too much work on this document")
