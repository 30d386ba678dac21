"""No text hangs the parser or gets more than the two errors out of an engine."""

from __future__ import annotations

import random
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker import cel
from checker.cel.ast import Text
from checker.cel.parser import parse
from tests.oracles.cel_generator import Generator
from tests.support.cel_shape import shown, spans_fit
from tests.support.work import moment, spent

ENGINES: tuple[cel.Engine, ...] = ("codegen", "interpret")
FUZZ = settings(max_examples=300, deadline=None)
MOST = 1000
"""Times `a_moment`: no short text takes anything near as long."""


def generated(seed: int) -> str:
    """Return a valid program."""
    return Generator(random.Random(seed)).case(3).text  # noqa: S311 - no secret


@FUZZ
@given(st.integers(0, 1 << 32))
def test_spans_of_programs(seed: int) -> None:
    spans_fit(generated(seed))


@FUZZ
@given(st.integers(0, 1 << 32))
def test_parentheses_around_a_program_change_nothing(seed: int) -> None:
    text = generated(seed)
    assert shown(parse(Text(f" (({text}\n) ) "))) == shown(parse(Text(text)))


@cache
def a_moment() -> float:
    """Measure once what a fixed piece of work takes: there are thousands of texts."""
    return moment()


def survives(text: str) -> None:
    """Compile and evaluate a text, which takes no time."""
    assert spent(lambda: attempt(text)) < MOST * a_moment()


def attempt(text: str) -> None:
    """Compile and evaluate; nothing but the two errors may leave."""
    env = cel.Env({"a": cel.Type("dyn")}, cost=10_000)
    for engine in ENGINES:
        try:
            program = cel.compile(text, env, engine=engine, typed=False)
            program.evaluate(cel.Activation({"a": {"b": [1, "x"]}}))
        except (cel.CompileError, cel.EvaluationError) as error:
            assert error.message  # noqa: PT017 - most texts are no programs


TOKENS = (
    *("a", "b", "x", "1", "2u", "1.5", "'s'", "b'x'", "true", "null", "in", "has", "map", "all"),
    *("(", ")", "[", "]", "{", "}", ".", ",", "?", ":", "+", "-", "*", "/", "%", "!", "&&", "||"),
    *("==", "<", ".?", "[?", "size", "matches", "cel", "bind", "optional", "of", " ", "\n", "//"),
    *("'", '"""', "\\", "`", "r'", "0x", "e1", ".`", "for", "\ud800", "\x00", "é", "9" * 30),
)


@FUZZ
@given(st.binary(max_size=80))
def test_random_bytes(data: bytes) -> None:
    survives(data.decode("latin-1"))
    survives(data.decode("utf-8", "surrogateescape"))


@FUZZ
@given(st.text(max_size=60))
def test_random_text(text: str) -> None:
    survives(text)


@FUZZ
@given(st.lists(st.sampled_from(TOKENS), max_size=40))
def test_token_soup(parts: list[str]) -> None:
    survives("".join(parts))
    survives(" ".join(parts))


@FUZZ
@given(st.integers(0, 1 << 32), st.data())
def test_mutated_programs(seed: int, data: st.DataObject) -> None:
    text = generated(seed)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 4))
        text = text[:at] + data.draw(st.sampled_from(("", *TOKENS))) + text[at + cut :]
    survives(text)


@FUZZ
@given(st.integers(0, 1 << 32), st.data())
def test_cut_programs(seed: int, data: st.DataObject) -> None:
    text = generated(seed)
    start = data.draw(st.integers(0, len(text)))
    survives(text[start : data.draw(st.integers(start, len(text)))])


RUBBISH = ("'", "\\", "'\\", '"\\"', "((", "[[", "{", "a.", "`", "//", "1e", "0x", "-", "?:", "''")


@pytest.mark.parametrize("unit", [*RUBBISH, "a ", "r'", "\n", "1.", "a?", ".?", "&", "\x00", "é"])
def test_long_rubbish_is_refused(unit: str) -> None:
    with pytest.raises(cel.CompileError):
        parse(Text(unit * (90_000 // len(unit)) + "\x00"))
