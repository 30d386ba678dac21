"""One program, eight threads: every evaluation gives what it gives alone."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from checker import cel
from tests.support.command import PATIENCE

THREADS = 8
ENGINES: tuple[cel.Engine, ...] = ("codegen", "interpret")
TYPES = {"d": "dyn", "n": "int", "limit": "int", "big": "bool"}
ENV = cel.Env({name: cel.Type(of) for name, of in TYPES.items()}, cost=2_000)
TEXTS = {
    "loops": (
        "d.items.filter(x, x % n == 0).map(x, x * 2).exists(x, x > limit) "
        "|| d.name.matches('^a+b') && d.items.all(x, x < 10)"
    ),
    "nested loops": "d.items.map(x, d.items.filter(y, y % 7 == x % 7).size() + n)",
    "bindings": "cel.bind(a, d.items.map(x, x + n), cel.bind(c, a.size() + limit, a + [c]))",
    "optional values": "d.?items[?n].orValue(limit) + d.?nothing.orValue(n)",
    "errors": "d.items.map(x, 100 / (x - n))",
    "two errors": "n / limit == 0 || d.name + 1 == d.items",
    "a dynamic pattern": "d.name.matches('^a{' + string(n) + '}b$')",
    "the budget": "d.items.all(x, d.items.all(y, d.items.all(z, x + y + z >= 0)))",
    "deep": "(" * 100 + "d.name == 'ab'" + " ? limit : n) + 0 == limit" * 100,
    "a lazy variable": "big || limit > n",
}


@pytest.fixture(autouse=True)
def _threads_take_turns_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def activation(number: int) -> cel.Activation:
    """Return one of many; in every other one `limit` is lazy."""
    items, name = list(range(number % 30)), "a" * (number % 4) + "b"
    values: dict[str, Any] = {"d": {"items": items, "name": name}, "n": number % 5}
    limit = number % 40
    lazy: dict[str, Callable[[cel.Activation], object]] = {
        "big": lambda known: known.read("n") == 4
    }
    if number % 2:
        return cel.Activation(values, {**lazy, "limit": lambda _: limit})
    return cel.Activation({**values, "limit": limit}, lazy)


def outcome(program: cel.Program, number: int) -> Any:
    """Return the value, or the error with its place."""
    try:
        return program.evaluate(activation(number))
    except cel.EvaluationError as error:
        return type(error).__name__, error.message, error.line, error.column


def in_threads(work: Callable[[int], Any]) -> list[Any]:
    """Return what eight threads, which start as one, return of their number."""
    ready = threading.Barrier(THREADS)

    def run(thread: int) -> Any:
        ready.wait(timeout=PATIENCE)
        return work(thread)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", TEXTS)
def test_one_program(name: str, engine: cel.Engine) -> None:
    numbers = range(40)
    alone = cel.compile(TEXTS[name], ENV, engine=engine, typed=False)
    expected = [outcome(alone, number) for number in numbers]
    assert len(set(map(repr, expected))) > 1, "the data tells the evaluations apart"
    program = cel.compile(TEXTS[name], ENV, engine=engine, typed=False)

    def work(thread: int) -> list[Any]:
        # each begins somewhere else, so that different data meet
        found = {
            at: outcome(program, at) for at in [*numbers[thread * 5 :], *numbers[: thread * 5]]
        }
        return [found[number] for number in numbers]

    assert in_threads(work) == [expected] * THREADS


@pytest.mark.parametrize("engine", ENGINES)
def test_compiling_in_threads(engine: cel.Engine) -> None:
    env = cel.Env({name: cel.Type(of) for name, of in TYPES.items()})

    def work(thread: int) -> list[Any]:
        texts = list(TEXTS.values())
        texts = texts[thread:] + texts[:thread]
        found = [cel.compile(text, env, engine=engine, typed=False) for text in texts]
        outcomes = {text: outcome(one, 7) for text, one in zip(texts, found, strict=True)}
        return [outcomes[text] for text in TEXTS.values()]

    assert in_threads(work) == [work(0)] * THREADS
