"""Picks among the overloads of a function by the values of its arguments, at run time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from checker.budget import Meter
from checker.cel.hosts import Hosts
from checker.cel.library import Overload
from checker.cel.operators import no_overload
from checker.errors import EvaluationError


def dispatcher(name: str, overloads: Sequence[Overload], hosts: Hosts) -> Callable[..., Any]:
    """Return a function of `(meter, *values)` that calls the first overload that applies.

    The returned function raises EvaluationError if no overload applies.
    """

    def dispatched(meter: Meter, *values: Any) -> Any:
        for overload in overloads:
            wanted = overload.parameters
            if overload.variadic and values:
                wanted = (wanted[0],) * len(values)
            if len(wanted) == len(values) and all(map(hosts.accepts, wanted, values)):
                return called(overload, meter, values)
        if not overloads:
            raise EvaluationError(f"unknown function `{name}`")
        return no_overload(name, *values)

    return dispatched


def called(overload: Overload, meter: Meter, values: Sequence[Any]) -> Any:
    """Call an overload whose parameters match the types of the values."""
    call = overload.call if overload.checked is None else overload.checked
    return call(meter, *values) if overload.metered else call(*values)


def candidates(hosts: Hosts, name: str, *, receiver: bool, count: int) -> tuple[Overload, ...]:
    """Return the overloads that a call may mean if nothing is known of its operands' types."""
    return tuple(
        overload
        for overload in hosts.functions.get(name, ())
        if overload.receiver == receiver
        and (overload.variadic or len(overload.parameters) == count)
    )
