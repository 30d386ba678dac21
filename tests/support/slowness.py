"""Tells which tests are slow: those that start a process, or try random or many inputs."""

from __future__ import annotations

import multiprocessing
import subprocess
from collections.abc import Hashable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import TypeGuard

import pytest

from tests.support.command import ROOT

SLOW_FOLDERS = frozenset({"cases", "fuzz", "gate", "workers"})
"""Folders of tests/ in which every test runs the command, or processes of its own."""
SLOW_MODULES = frozenset(
    {
        "cel/test_limits.py",  # inputs of the largest size
        "cel/test_threads.py",
        "oracles/test_rule_mutants.py",
        "render/test_html_browser.py",
    }
)
"""Other modules of which every test is slow."""
_PROCESSES = (subprocess, multiprocessing)


def is_slow(item: pytest.Item) -> bool:
    """Say whether a test is slow by what it is; `pytest.mark.slow` marks the others."""
    if not isinstance(item, pytest.Function):
        return False
    module = item.path.relative_to(ROOT / "tests")
    return (
        module.parts[0] in SLOW_FOLDERS
        or module.as_posix() in SLOW_MODULES
        or bool(getattr(item.obj, "is_hypothesis_test", False))
        or any(map(starts_a_process, _functions(item)))
    )


def _functions(item: pytest.Function) -> Iterator[object]:
    """Yield the function of a test and those of its fixtures."""
    yield item.obj
    for definitions in item._fixtureinfo.name2fixturedefs.values():  # noqa: SLF001 - no public way
        for definition in definitions:
            yield definition.func


def starts_a_process(function: object) -> bool:
    """Say whether a function of these tests names what starts a process, or calls one that does."""
    return _starts_a_process(function, set())


def _starts_a_process(function: object, seen: set[object]) -> bool:
    if not isinstance(function, FunctionType) or function in seen:
        return False
    seen.add(function)
    return any(
        value in _PROCESSES or (_is_ours(value) and _starts_a_process(value, seen))
        for value in _named(function)
    )


def _named(function: FunctionType) -> Iterator[Hashable]:
    """Yield the functions and modules that a function names, and functions of its own modules."""
    names = set(_names(function.__code__))
    for name in names:
        value = function.__globals__.get(name)
        if isinstance(value, ModuleType) and value.__name__.startswith("tests."):
            yield from (each for other in names if _is_ours(each := getattr(value, other, None)))
        elif isinstance(value, FunctionType | ModuleType):
            yield value


def _is_ours(value: object) -> TypeGuard[FunctionType]:
    return isinstance(value, FunctionType) and value.__module__.startswith("tests.")


def _names(code: CodeType) -> Iterator[str]:
    """Yield the names that code uses, and those of the functions within."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
