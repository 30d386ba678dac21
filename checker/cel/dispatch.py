"""Overloads in, one function out that picks among them by the values that it is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from checker.budget import Meter
from checker.cel.hosts import Hosts
from checker.cel.library import Overload
from checker.cel.operators import no_overload
from checker.errors import EvaluationError


def dispatcher(name: str, overloads: Sequence[Overload], hosts: Hosts) -> Callable[..., Any]:
    """Return the function of `(meter, *values)`; raises EvaluationError where none applies."""

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
    """Call an overload whose parameters the values' own types match."""
    call = overload.call if overload.checked is None else overload.checked
    return call(meter, *values) if overload.metered else call(*values)


def candidates(hosts: Hosts, name: str, *, receiver: bool, count: int) -> tuple[Overload, ...]:
    """Return the overloads that a call may mean whose types say nothing."""
    return tuple(
        overload
        for overload in hosts.functions.get(name, ())
        if overload.receiver == receiver
        and (overload.variadic or len(overload.parameters) == count)
    )
