"""Limits the work of evaluations, in units that they spend from a meter.

Each evaluation has its own meter, unless a `budget` is open: then all of them share that one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, TypeAlias

from checker.errors import BudgetError

Meter: TypeAlias = "list[Any]"
"""The units that are left, followed by the regular expressions that were already charged for.

It is a list because all its users must see the count go down, and because no other object is
created as fast."""

COST: Final = 2_000_000
"""The units that one evaluation may spend, unless its environment sets another limit.

It is also what all evaluations under one `budget` may spend together, as all evaluations of one
rule on one document do. A loop costs one unit for each element. A concatenation, a search or a
function on strings or lists costs one unit for each character or element that it reads or makes.
"""

SMALL: Final = 256
"""Work on fewer characters or elements than this is free: the loop around it pays one unit."""


_SHARED: ContextVar[Meter | None] = ContextVar("budget", default=None)
shared: Final = _SHARED.get
"""Returns the meter of the open budget, or None if no budget is open."""


@contextmanager
def budget(units: int = COST) -> Iterator[None]:
    """Share a number of units among all evaluations and all calls of `spend` inside the block."""
    token = _SHARED.set([units])
    try:
        yield
    finally:
        _SHARED.reset(token)


def spend(units: int) -> None:
    """Spend units of the open budget, if any; raises BudgetError if too few are left.

    A host's function calls this if its work may be much larger than its arguments.
    """
    meter = shared()
    if meter is not None:
        loop(meter, units)


def charge(meter: Meter, units: int) -> None:
    """Spend a unit for each character or element; raises BudgetError if too few are left.

    Fewer than `SMALL` units are free.
    """
    if units >= SMALL:
        meter[0] -= units
        if meter[0] < 0:
            raise over()


def loop(meter: Meter, turns: int) -> None:
    """Spend a unit for each turn of a loop, before the loop begins.

    Raises BudgetError if too few units are left.
    """
    meter[0] -= turns
    if meter[0] < 0:
        raise over()


def over() -> BudgetError:
    """Return the error for an evaluation that costs too much."""
    return BudgetError(
        "cost budget exceeded: the expression does too much work on this document; simplify it"
    )
