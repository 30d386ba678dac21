"""Collects the functions of the language, with their overloads, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from checker.cel.library import lists, numbers, optionals, standard, strings
from checker.cel.library.overload import Cost, Overload

__all__ = ["Cost", "Overload", "functions", "grouped"]


def grouped(overloads: Iterable[Overload]) -> dict[str, tuple[Overload, ...]]:
    """Return overloads by the name of their function, in the given order."""
    names: dict[str, list[Overload]] = {}
    for overload in overloads:
        names.setdefault(overload.name, []).append(overload)
    return {name: tuple(found) for name, found in names.items()}


@cache
def functions() -> Mapping[str, tuple[Overload, ...]]:
    """Return the overloads of every function of the language, by the function's name."""
    modules = (standard, strings, numbers, lists, optionals)
    return MappingProxyType(
        grouped(overload for module in modules for overload in module.OVERLOADS)
    )
