"""CEL as text: the place of a mistake, and text that is written to do harm."""

from __future__ import annotations

import subprocess
import sys

import pytest

from checker import cel
from checker.cel.types import DYN
from tests.support.command import limited


def value(text: str, **variables: object) -> object:
    return cel.compile(text, cel.Env({"data": DYN}), engine="cel-python").evaluate(
        cel.Activation(variables)
    )


def reason(text: str, **variables: object) -> str:
    with pytest.raises(cel.EvaluationError) as caught:
        value(text, **variables)
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("1 +", 1, 4), ("(1", 1, 3), ("", 1, 1), ("[1,\n 2", 2, 3), ("data.exists(x,", 1, 15)],
)
def test_an_expression_that_ends_too_early_says_so_at_its_end(
    text: str, line: int, column: int
) -> None:
    with pytest.raises(cel.CompileError) as caught:
        cel.compile(text, cel.Env({"data": DYN}), engine="cel-python")
    assert caught.value.message == "the expression ends too early"
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 3000 + "1" + ")" * 3000,
        "!" * 5000 + "true",
        "[" * 3000 + "]" * 3000,
        "+".join(["1"] * 3000),
        "data" + ".a" * 3000,
        "true" + " && true" * 3000,
    ],
    ids=["brackets", "not", "lists", "sum", "fields", "and"],
)
def test_deep_text_is_an_error_and_no_crash(text: str) -> None:
    with pytest.raises((cel.CompileError, cel.EvaluationError)) as caught:
        value(text, data={})
    assert "nested too deeply" in str(caught.value)


def test_an_overlong_expression_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(cel.CompileError, match="at most 100,000 characters"):
        cel.compile(" " * 100_000 + "1", cel.Env(), engine="cel-python")


def test_a_catastrophic_pattern_is_harmless() -> None:
    assert value("data.matches('^(a+)+$')", data="a" * 5000 + "b") is False


def test_an_open_string_of_backslashes_takes_no_time() -> None:
    text = '"' + "\\" * 81
    script = (
        "import sys; from checker import cel\n"
        "try: cel.compile(sys.argv[1], cel.Env(), engine='cel-python')\n"
        "except cel.CompileError: print('refused')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, text], capture_output=True, preexec_fn=limited, check=True
    )
    assert ran.stdout.strip() == b"refused"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("1 + + 2", 1, 5),
        ("a b", 1, 3),
        ("1 = 1", 1, 3),
        ("a.\n  b c", 2, 5),
        ("1 ==\n  2 )", 2, 5),
        ("'a' +\n 1 $ 2", 2, 4),
        ("{'a':}", 1, 6),
        ("'abc", 1, 1),
        ("\x00", 1, 1),
        ("'é' + \u202e", 1, 7),
    ],
)
def test_a_syntax_error_has_its_place(text: str, line: int, column: int) -> None:
    with pytest.raises(cel.CompileError) as caught:
        cel.compile(text, cel.Env({"data": DYN}), engine="cel-python")
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.message.startswith("syntax error in the CEL expression at `")
