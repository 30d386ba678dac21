"""No expression and no document hangs an engine, or gets more than the two errors out of it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from typing import Any

import pytest

from checker import cel
from tests.support.command import limited

ENGINES: tuple[cel.Engine, ...] = ("codegen", "interpret")
ENV = cel.Env({"d": cel.Type("dyn"), "l": cel.Type("dyn")})
pytestmark = pytest.mark.parametrize("engine", ENGINES)


def repeated(opening: str, inner: str, *, times: int = 40) -> str:
    """Return bindings inside one another, the innermost around `inner`."""
    return opening * times + inner + ")" * (opening.count("(") * times)


LIST, MAP = "cel.bind(a, [a, a], ", "cel.bind(a, {'a': a, 'b': a}, "
BOTH = "cel.bind(a, [a, a], cel.bind(c, [c, c], "
HOSTILE = {
    "strings doubled": f"cel.bind(a, s, {repeated('cel.bind(a, a + a, ', 'a.size() > 0')})",
    "bytes doubled": f"cel.bind(a, b'x', {repeated('cel.bind(a, a + a, ', 'a.size() > 0')})",
    "lists joined": f"cel.bind(a, [1], {repeated('cel.bind(a, a + a, ', 'a.size() > 0')})",
    "lists doubled, a == a": f"cel.bind(a, [1], {repeated(LIST, 'a == a')})",
    "lists doubled, a in [a]": f"cel.bind(a, [1], {repeated(LIST, 'a in [a]')})",
    "lists doubled, compared": f"cel.bind(a, [1], cel.bind(c, [1], {repeated(BOTH, 'a == c')}))",
    "lists doubled, distinct": f"cel.bind(a, [1], {repeated(LIST, '[a, a].distinct() == []')})",
    "lists doubled, text": f"""cel.bind(a, [1], {repeated(LIST, "'%s'.format([a]) == ''")})""",
    "lists doubled, flat": f"cel.bind(a, [1], {repeated(LIST, 'a.flatten(50) == []')})",
    "lists doubled, returned": f"cel.bind(a, [1], {repeated(LIST, 'a')})",
    "maps doubled, compared": f"cel.bind(a, {{'x': 1}}, {repeated(MAP, 'a == a')})",
    "maps doubled, returned": f"cel.bind(a, {{'x': 1}}, {repeated(MAP, 'a')})",
    "small lists compared": "lists.range(10000).all(x, d == d && d == d && d == d)",
    "small lists searched": "lists.range(10000).all(x, !([x] in d.values))",
    "distinct lists": "d.values.map(x, [x]).distinct().size() > 0",
    "sets of lists": "sets.equivalent(d.values, d.values.map(x, [x]))",
    "loops in loops": "l.all(x, l.all(y, l.all(z, l.all(w, true))))",
    "loops without a budget": "lists.range(9000000000000000000).size() == 0",
    "loops that fail": "l.all(x, l.all(y, x / 0 == 1)) || l.exists(x, l.all(y, y / 0 == 1))",
    "map() of map()": "l.map(x, l.map(y, l.map(z, l)))",
    "replace": repeated("cel.bind(s, s.replace('x', 'xx'), ", "s.size() > 0"),
    "replace nothing": repeated("cel.bind(s, s.replace('', s), ", "s.size() > 0"),
    "join": repeated("cel.bind(s, [s, s, s].join(s), ", "s.size() > 0"),
    "split": "l.all(x, s.split('').size() > 0)",
    "format": "'%1000000000.5f'.format([1.0]) == '' || '%.1000000000f'.format([1.0]) == ''",
    "format of format": repeated("cel.bind(s, '%s%s'.format([s, s]), ", "s.size() > 0"),
    "a number": f"int('{'9' * 90000}') == 1 || double('{'9' * 90000}') == 1.0",
    "optional regex": f"'{'a' * 1000}'.matches('a?{{1000}}a{{1000}}')",
    "nested optional regex": f"'{'a' * 1000}'.matches('(a?a?a?){{300}}')",
    "exponential regex": f"'{'a' * 5000}!'.matches('^(a+)+$')",
    "regex too large": "s.matches('((a{100}){100}){100}')",
    "regex too large, unknown": "s.matches(d.pattern)",
    "many regexes": "l.all(x, !s.matches('(\\\\pL{90}){9}' + string(x)))",
    "many long regexes": "l.all(x, !s.matches('[a-z]{500}\\\\PL{300}' + string(x)))",
    "many digits": "double(digits + 'x') == 1.0",
    "many spans": "l.exists(x, l.exists(y, duration(d.span) == duration('1s')))",
    "long substrings": "l.all(x, l.all(y, long.substring(1).size() > 0))",
    "long texts formatted": "l.all(x, '%s'.format([l.map(y, long)]).size() == 0)",
    "short lists searched": "l.all(x, l.all(y, !(x in d.few || y in d.few)))",
    "short lists, distinct": "l.all(x, l.all(y, d.few.distinct().size() > 0))",
    "long regex": f"s.matches('{'(a|b)?' * 3000}')",
}
_OUTCOMES = {"value", "CompileError", "EvaluationError", "LimitError", "BudgetError"}
_CHILD = """
import json, sys
from checker import cel
text, engine = json.load(sys.stdin)
data = {"s": "x" * 1000, "l": list(range(1000)), "b": True, "i": 1}
data["digits"], data["long"] = "1" * 1_000_000, "x" * 10_000_000
data["d"] = {"span": "1" * 100, "few": [[0.5]] * 100 + [[n] for n in range(100)]}
data["d"] |= {"values": [[n] for n in range(5000)], "pattern": "((a{100}){100}){100}"}
data["d"] |= {str(n): {"k": [1, 2, 3] * 5} for n in range(2000)}
env = cel.Env(dict.fromkeys(data, cel.Type("dyn")), cost=100_000)
try:
    value = cel.compile(text, env, engine=engine).evaluate(cel.Activation(data))
    print("value", type(value).__name__)
except (cel.CompileError, cel.EvaluationError) as error:
    print(type(error).__name__)
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hangs(name: str, engine: cel.Engine) -> None:
    # a child, since what hangs in a thread or in C cannot be stopped
    done = subprocess.run(
        [sys.executable, "-c", _CHILD],
        input=json.dumps([HOSTILE[name], engine]),
        capture_output=True,
        text=True,
        preexec_fn=limited,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout.split()[0] in _OUTCOMES


def test_deep_data_is_an_error(engine: cel.Engine) -> None:
    one: Any = []
    other: Any = []
    for _ in range(20_000):
        one, other = [one], [other]
    program = cel.compile("d == l", ENV, engine=engine)
    with pytest.raises(cel.EvaluationError, match="nested too deeply"):
        program.evaluate(cel.Activation({"d": one, "l": other}))
    for text in ("d", "string(d)", "'%s'.format([d])", "d in [[d]]", "d.flatten(30000)"):
        with contextlib.suppress(cel.EvaluationError):  # and nothing else
            cel.compile(text, ENV, engine=engine).evaluate(cel.Activation({"d": one}))
