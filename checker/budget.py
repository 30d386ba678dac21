"""What evaluations may still spend: a number in a list, which goes down to zero.

Each evaluation has a meter of its own, unless a `budget` is open: then all share that one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, TypeAlias

from checker.errors import BudgetError

Meter: TypeAlias = "list[Any]"
"""The units that are left, and after them the regular expressions that were paid for.

A list, since those who share it must see it go down, and nothing is made as fast."""

COST: Final = 2_000_000
"""Units that may be spent: by one evaluation, unless the environment says otherwise, or by all
that share a `budget`, as all evaluations of one rule on one document do.

A loop charges one unit an element; a concatenation, a search or a function over text or lists
one for every element or character of what it reads or makes."""

SMALL: Final = 256
"""Work on fewer characters or elements than this is part of the unit of the loop around it."""


_SHARED: ContextVar[Meter | None] = ContextVar("budget", default=None)
shared: Final = _SHARED.get
"""Returns the meter of the budget that is open here, or None."""


@contextmanager
def budget(units: int = COST) -> Iterator[None]:
    """Let all evaluations within, and what hosts' functions `spend`, share some units."""
    token = _SHARED.set([units])
    try:
        yield
    finally:
        _SHARED.reset(token)


def spend(units: int) -> None:
    """Spend units of the budget that is open here; raises BudgetError when there are not enough.

    For a host's function whose work may be much larger than its arguments.
    """
    meter = shared()
    if meter is not None:
        loop(meter, units)


def charge(meter: Meter, units: int) -> None:
    """Spend units; raises BudgetError when there are not enough."""
    if units >= SMALL:
        meter[0] -= units
        if meter[0] < 0:
            raise over()


def loop(meter: Meter, turns: int) -> None:
    """Spend a unit for every turn of a loop, before it begins; raises BudgetError."""
    meter[0] -= turns
    if meter[0] < 0:
        raise over()


def over() -> BudgetError:
    """Return the error of an evaluation that costs too much."""
    return BudgetError("cost budget exceeded: the expression does too much work on this document")
