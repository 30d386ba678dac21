"""Tells which tests are slow: those that start a process, or try random or many inputs."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
from collections.abc import Iterator
from types import CodeType, FunctionType

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
_PROCESSES: tuple[object, ...] = (subprocess, multiprocessing, getattr(os, "fork", None))


def is_slow(item: pytest.Item) -> bool:
    """Say whether a test is slow by what it is; `pytest.mark.slow` marks the others."""
    if not isinstance(item, pytest.Function):
        return False
    module = item.path.relative_to(ROOT / "tests")
    return (
        module.parts[0] in SLOW_FOLDERS
        or module.as_posix() in SLOW_MODULES
        or bool(getattr(item.obj, "is_hypothesis_test", False))
        or any(_starts_a_process(each, set()) for each in _functions(item))
    )


def _functions(item: pytest.Function) -> Iterator[object]:
    """Yield the function of a test and those of its fixtures."""
    yield item.obj
    for definitions in item._fixtureinfo.name2fixturedefs.values():  # noqa: SLF001 - no public way
        for definition in definitions:
            yield definition.func


def _starts_a_process(function: object, seen: set[object]) -> bool:
    """Say whether a function of these tests, or one that it calls, names what starts a process."""
    if not isinstance(function, FunctionType) or function in seen:
        return False
    seen.add(function)
    for name in _names(function.__code__):
        value = function.__globals__.get(name)
        if any(value is each for each in _PROCESSES):
            return True
        if _is_ours(value) and _starts_a_process(value, seen):
            return True
    return False


def _is_ours(value: object) -> bool:
    return isinstance(value, FunctionType) and value.__module__.startswith("tests.")


def _names(code: CodeType) -> Iterator[str]:
    """Yield the names that code uses, and the functions within."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
