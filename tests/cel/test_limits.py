"""Every limit holds at its number and refuses one more; no input gets past them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from checker import cel
from checker.budget import COST
from checker.cel.ceilings import MAX_LENGTH, MAX_NESTING, MAX_NODES, MAX_PROBLEMS

ENGINES: tuple[cel.Engine, ...] = ("codegen", "interpret")
TYPES = {"b": "bool", "i": "int", "s": "string", "d": "dyn"}
ENV = cel.Env({name: cel.Type(of) for name, of in TYPES.items()})
VALUES = {"b": True, "i": 1, "d": {}, "s": "x" * 1000}
pytestmark = pytest.mark.parametrize("engine", ENGINES)


@pytest.fixture(autouse=True)
def _recursion_limit_is_left_alone() -> Any:
    limit = sys.getrecursionlimit()
    yield
    assert sys.getrecursionlimit() == limit


def evaluated(text: str, engine: cel.Engine, env: cel.Env = ENV) -> Any:
    return cel.compile(text, env, engine=engine).evaluate(cel.Activation(VALUES))


LENGTHS: dict[str, Callable[[int], str]] = {
    "spaces": lambda n: "b" + " " * (n - 1),
    "a comment": lambda n: "b//" + "x" * (n - 3),
    "a string": lambda n: "'" + "x" * (n - 8) + "'!=''" + " ",
    "an escaped string": lambda n: "'" + "\\n" * ((n - 8) // 2) + "' != ''",
    "lines": lambda n: "\n" * (n - 1) + "b",
}


@pytest.mark.parametrize("shape", LENGTHS)
def test_length(shape: str, engine: cel.Engine) -> None:
    assert evaluated(LENGTHS[shape](MAX_LENGTH), engine) is True
    too_long = LENGTHS[shape](MAX_LENGTH).ljust(MAX_LENGTH) + " "
    with pytest.raises(cel.CompileError, match="at most 100,000 characters") as caught:
        evaluated(too_long, engine)
    assert (caught.value.line, caught.value.column) == (1, 1)


NODES: dict[str, Callable[[int], str]] = {
    "a list": lambda n: f"[{','.join('1' * (n - 1))}]",
    "a sum": lambda n: "-" * (n % 2 == 0) + "i+" + "+".join("1" * ((n - 1) // 2)),
    "a conjunction": lambda n: "&&".join("b" * (n - 1)),
    "arguments": lambda n: f"[{','.join('1' * (n - 2))}].size()",
}


@pytest.mark.parametrize("shape", NODES)
def test_nodes(shape: str, engine: cel.Engine) -> None:
    evaluated(NODES[shape](MAX_NODES), engine)
    with pytest.raises(cel.CompileError, match="at most 20,000 nodes"):
        evaluated(NODES[shape](MAX_NODES + 1), engine)


NESTED: dict[str, Callable[[int], str]] = {
    "parentheses": lambda n: "(" * n + "b" + ")" * n,
    "lists": lambda n: "[" * n + "]" * n,
    "maps": lambda n: "{'a':" * (n - 1) + "b" + "}" * (n - 1),
    "not": lambda n: "!" * (n - 1) + "b",
    "minus": lambda n: "-" * (n - 1) + "i",
    "sums on the right": lambda n: "1+(" * (n - 1) + "i" + ")" * (n - 1),
    "comparisons": lambda n: "b==(" * (n - 1) + "b" + ")" * (n - 1),
    "conditions": lambda n: "(" * (n - 1) + "b" + "? b : b)" * (n - 1),
    "last branches": lambda n: "b ? b : " * (n - 1) + "b",
    "middle branches": lambda n: "b ? " * (n - 1) + "b" + ": b" * (n - 1),
    "logic": lambda n: "(b && (b || " * ((n - 2) // 2) + "!b" + "))" * ((n - 2) // 2),
    "loops": lambda n: "[1].all(x, " * (n - 2) + "!b" + ")" * (n - 2),
    "map()": lambda n: "[1].map(x, " * (n - 2) + "[b]" + ")" * (n - 2),
    "chained map()": lambda n: "[1]" + ".map(x, x)" * (n - 2),
    "binds": lambda n: "cel.bind(x, b, " * (n - 1) + "x" + ")" * (n - 1),
    "bound values": lambda n: "cel.bind(x, " * (n - 1) + "b" + ", x)" * (n - 1),
    "optMap()": lambda n: "optional.of(b).optMap(x, " * (n - 2) + "[x]" + ")" * (n - 2),
    "calls": lambda n: "dyn(" * (n - 1) + "b" + ")" * (n - 1),
    "methods": lambda n: "s" + ".trim()" * (n - 1),
    "fields": lambda n: "has(d" + ".a" * (n - 1) + ")",
    "optional fields": lambda n: "d" + ".?a" * (n - 1),
    "indices": lambda n: "[0][" * (n - 2) + "0" + "]" * (n - 2),
}


@pytest.mark.parametrize("shape", NESTED)
def test_nesting(shape: str, engine: cel.Engine) -> None:
    try:
        evaluated(NESTED[shape](MAX_NESTING), engine)
    except cel.EvaluationError as error:
        assert "no such key" in error.message  # noqa: PT017 - most shapes have a value
    with pytest.raises(cel.CompileError, match="at most 250 levels"):
        evaluated(NESTED[shape](MAX_NESTING + 2), engine)


@pytest.mark.parametrize(
    "shape", ["parentheses", "lists", "not", "calls", "methods", "last branches"]
)
def test_one_level_too_many(shape: str, engine: cel.Engine) -> None:
    with pytest.raises(cel.CompileError, match="at most 250 levels"):
        evaluated(NESTED[shape](MAX_NESTING + 1), engine)


@pytest.mark.parametrize("shape", NESTED)
def test_far_too_deep(shape: str, engine: cel.Engine) -> None:
    with pytest.raises(cel.CompileError, match=r"at most (250 levels|100,000 char|20,000 nodes)"):
        evaluated(NESTED[shape](30_000), engine)


def below(levels: int, work: Callable[[], Any]) -> Any:
    """Return what some work returns when its caller stands deep."""
    return below(levels - 1, work) if levels else work()


@pytest.mark.parametrize("shape", NESTED)
def test_deep_caller(shape: str, engine: cel.Engine) -> None:
    try:
        below(700, lambda: evaluated(NESTED[shape](MAX_NESTING - 1), engine))
    except cel.EvaluationError as error:
        assert "no such key" in error.message  # noqa: PT017 - most shapes have a value


def test_caller_at_the_end_of_the_stack(engine: cel.Engine) -> None:
    text = "[1].all(x, [2].exists(y, x < y) && (!b || s.matches('^x+$') || d == [[[s]]]))"
    program = cel.compile(text, ENV, engine=engine)
    for levels in range(sys.getrecursionlimit() - 200, sys.getrecursionlimit(), 2):
        for work in (
            lambda: program.evaluate(cel.Activation(VALUES)),
            lambda: evaluated(text, engine),
        ):
            try:
                assert below(levels, work) is True
            except (RecursionError, cel.LimitError):
                break  # here Python itself has no room for the caller


def test_chains_are_one_level(engine: cel.Engine) -> None:
    assert evaluated("+".join(["1"] * 5000), engine) == 5000
    assert evaluated(" && ".join(["b"] * 5000), engine) is True
    assert evaluated(" || ".join(["!b"] * 2500) + " || b", engine) is True


def test_problems(engine: cel.Engine) -> None:
    for number in (MAX_PROBLEMS, MAX_PROBLEMS + 1):
        with pytest.raises(cel.CompileError) as caught:
            evaluated(" && ".join(f"wrong{at}" for at in range(number)), engine)
        assert len(caught.value.problems) == MAX_PROBLEMS


COSTLY = {
    "[1, 2, 3, 4, 5].all(x, x > 0)": 5,
    "[1, 2, 3, 4, 5].all(x, [1, 2, 3, 4, 5].all(y, b))": 30,
    "[1, 2, 3].map(x, x).filter(x, b).exists_one(x, x == 2)": 9,
    "{1: 2, 3: 4}.all(k, v, k < v)": 2,
    "(s + s).size() == 2000": 2000,
    "s.matches('^x*y?$')": 1000,
    "!s.contains('y')": 1000,
    "lists.range(500).size() == 500": 500,
    "s.replace('x', s).size() == 1000000": 1_001_000,
}


@pytest.mark.parametrize(("text", "cost"), COSTLY.items())
def test_cost(text: str, cost: int, engine: cel.Engine) -> None:
    assert evaluated(text, engine, cel.Env(ENV.variables, cost=3 * cost)) is True
    with pytest.raises(cel.LimitError, match="cost budget exceeded"):
        evaluated(text, engine, cel.Env(ENV.variables, cost=cost - 1))


@pytest.mark.parametrize("text", list(COSTLY)[:4])
def test_cost_of_loops_to_the_number(text: str, engine: cel.Engine) -> None:
    assert evaluated(text, engine, cel.Env(ENV.variables, cost=COSTLY[text])) is True


def test_cost_unless_told(engine: cel.Engine) -> None:
    assert cel.Env().cost == COST
    with pytest.raises(cel.LimitError, match="cost budget exceeded"):
        evaluated(f"lists.range({COST + 1}).size() > 0", engine)


def test_each_evaluation_has_its_own_budget(engine: cel.Engine) -> None:
    program = cel.compile(
        "lists.range(50).all(x, b)", cel.Env(ENV.variables, cost=100), engine=engine
    )
    assert all(program.evaluate(cel.Activation(VALUES)) for _ in range(5))


@pytest.mark.parametrize(
    "text",
    [
        "lists.range(100).exists(x, x == 5) || i / i == 1",
        "lists.range(100).all(x, false) && i / i == 0",
        "i / 0 == 1 || lists.range(100).size() == 100",
        "[1].exists(x, lists.range(100).exists(y, b) || i / i == 1)",
        "(lists.range(100).size() > 5 ? b : b) || i / i == 1",
        "optional.of(lists.range(100)).hasValue() || i / i == 1",
        "d == s + s || i / i == 1",
    ],
)
def test_nothing_absorbs_an_exceeded_budget(text: str, engine: cel.Engine) -> None:
    with pytest.raises(cel.LimitError, match="cost budget exceeded"):
        evaluated(text, engine, cel.Env(ENV.variables, cost=10))


def test_evaluations_share_a_budget_that_is_open(engine: cel.Engine) -> None:
    loop = cel.compile("lists.range(50).all(x, b)", ENV, engine=engine)
    deep = cel.compile("(" * 100 + "lists.range(50).all(x, b)" + ")" * 100, ENV, engine=engine)
    with cel.budget(100 * 3):
        assert loop.evaluate(cel.Activation(VALUES)) is True
        assert deep.evaluate(cel.Activation(VALUES)) is True
        assert loop.evaluate(cel.Activation(VALUES)) is True
        for program in (loop, deep):
            with pytest.raises(cel.BudgetError, match="cost budget exceeded"):
                program.evaluate(cel.Activation(VALUES))
    assert loop.evaluate(cel.Activation(VALUES)) is True


def test_a_regular_expression_is_paid_for_once(engine: cel.Engine) -> None:
    env = cel.Env({"p": cel.Type("string"), "s": cel.Type("string")})
    program = cel.compile("[1, 2, 3].all(x, s.matches(p))", env, engine=engine)
    for _ in range(2):  # that it was compiled before makes it no cheaper
        with cel.budget(5_000):
            assert program.evaluate(cel.Activation({"p": "^x+$", "s": "x"})) is True
        with cel.budget(500), pytest.raises(cel.BudgetError):
            program.evaluate(cel.Activation({"p": "^x+$", "s": "x"}))


def test_what_is_not_needed_costs_nothing(engine: cel.Engine) -> None:
    env = cel.Env(ENV.variables, cost=10)
    assert evaluated("b || lists.range(100).exists(x, true)", engine, env) is True
    assert evaluated("b ? b : lists.range(100).exists(x, true)", engine, env) is True


def work(text: str, engine: cel.Engine) -> int:
    """Return how many calls of functions it takes to compile a text: exact, whatever the clock."""
    count = 0

    def called(_frame: object, _event: str, _argument: object) -> None:
        nonlocal count
        count += 1

    threading.setprofile(called)
    sys.setprofile(called)
    try:
        cel.compile(text, ENV, engine=engine)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return count


WIDE: dict[str, Callable[[int], str]] = {
    "and": lambda n: " && ".join(["b"] * n),
    "or": lambda n: " || ".join(f"i == {at}" for at in range(n // 3)),
    "sum": lambda n: "+".join(["i"] * (n // 2)),
    "list": lambda n: f"[{','.join(['i'] * n)}]",
    "map": lambda n: "{" + ", ".join(f"'{at}': i" for at in range(n // 2)) + "}",
    "text": lambda n: " + ".join(["s", "'a'"] * (n // 4)),
    "loops": lambda n: " && ".join(["[i].all(y, y > 0)"] * (n // 6)),
    "dyn": lambda n: " && ".join(["d.a.b == d.c"] * (n // 6)),
    "conditions": lambda n: f"[{','.join(['b ? i : 1'] * (n // 4))}]",
    "mixed": lambda n: " && ".join(["(b || d.a)"] * (n // 3)),
}


@pytest.mark.parametrize("shape", WIDE)
def test_compiling_is_linear_in_the_nodes(shape: str, engine: cel.Engine) -> None:
    evaluated("b", engine)  # what is loaded once
    assert work(WIDE[shape](4000), engine) < 2.3 * work(WIDE[shape](2000), engine)


# the type of a list grows with its depth, which makes nested literals quadratic (up to 250 levels)
@pytest.mark.parametrize("shape", sorted(set(NESTED) - {"parentheses", "lists"}))
def test_compiling_is_linear_in_the_depth(shape: str, engine: cel.Engine) -> None:
    evaluated("b", engine)
    assert work(NESTED[shape](240), engine) < 2.3 * work(NESTED[shape](120), engine)


def test_longest_regular_expression(engine: cel.Engine) -> None:
    assert evaluated(f"!s.matches('{'y' * 10_000}')", engine) is True
    with pytest.raises(cel.CompileError, match="at most 10,000 characters"):
        evaluated(f"s.matches('{'y' * 10_001}')", engine)
