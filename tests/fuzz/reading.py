"""Targets about the reader: any bytes are data whose places are known, or refused at a place."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Iterator
from typing import Any

import yaml

from checker.problems import InputError, Problem, Route
from checker.reader import (
    Reading,
    parse_json,
    parse_yaml,
    parse_yaml_documents,
    read_bytes,
    yaml_events,
)
from tests.fuzz.case import Case, Target, WrongAnswerError, hold
from tests.fuzz.mutation import mutated, random_bytes
from tests.fuzz.seeds import examples, rule_files
from tests.fuzz.writing import as_json, as_yaml
from tests.oracles.plain_json import plain_json
from tests.oracles.plain_yaml import plain_yaml

Json = Any
JSON_WORDS = (
    *(b"[", b"]", b"{", b"}", b":", b",", b" ", b"\n", b'"', b'"a"', b'"a":', b'"b"', b"\\"),
    *(b'"\\u0061"', b"\\ud800", b"\\udc00", b'"\\ud83d\\ude00"', b"\xf0\x9f\x98\x80", b"\xff"),
    *(b"1", b"-", b"0", b".", b"e", b"1e999", b"-0", b"9223372036854775808", b"NaN", b"-Infinity"),
    *(
        b"true",
        b"null",
        b"True",
        b"'",
        b"//",
        b"/*",
        b"\x00",
        b"\t",
        b"\r",
        b"\xc3\xa9",
        b"\xc2\xa0",
    ),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"[" * 70, b'{"a":' * 65, b"\\u000", b"\xed\xa0\x80"),
)
YAML_WORDS = (
    *(b": ", b":", b"- ", b"-", b"\n", b"\n  ", b"  ", b"\t", b"? ", b"[", b"]", b"{", b"}", b","),
    *(b"# ", b"'", b'"', b"|", b">", b"|-\n", b">2\n", b"---\n", b"...\n", b"--- ", b"&a ", b"*a"),
    *(
        b"!",
        b"!!str ",
        b"<<",
        b"<<: ",
        b"%YAML 1.1\n",
        b"%YAML 1.2\n",
        b"%TAG ! x\n",
        b"\r\n",
        b"\r",
        b"\\",
        b"\\u",
    ),
    *(b"~", b"null", b"no", b"1", b"010", b"0x1f", b".inf", b"1e400", b"2012-10-17", b"12:30"),
    *(b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"\xff", b"\x00", b"\xc3\xa9", b"- " * 70),
    *(b"a", b"a: ", b"b: ", b"a:\n", b"[" * 70, b"? " * 70, b"@", b"`", b"\\UFFFFFFFF"),
)


def _make_json(rnd: random.Random) -> Case:
    if rnd.random() < 0.3:
        return Case("x.json", random_bytes(rnd, JSON_WORDS))
    first, second = (as_json(rnd, _data(rnd)).encode() for _ in range(2))
    if rnd.random() < 0.1:
        return Case("x.json", first)
    return Case("x.json", mutated(rnd, first, JSON_WORDS, second))


def _make_yaml(rnd: random.Random) -> Case:
    kind = rnd.random()
    if kind < 0.3:
        return Case("x.yaml", random_bytes(rnd, YAML_WORDS))
    if kind < 0.5:
        first, second = rnd.choices(rule_files(), k=2)
        return Case("x.yaml", mutated(rnd, first[: rnd.randrange(3_000)], YAML_WORDS, second))
    write = as_json if kind < 0.6 else as_yaml
    first, second = (write(rnd, _data(rnd)).encode() for _ in range(2))
    if rnd.random() < 0.1:
        return Case("x.yaml", first)
    return Case("x.yaml", mutated(rnd, first, YAML_WORDS, second))


def _data(rnd: random.Random, depth: int = 4) -> Json:
    """Return any data, or a policy."""
    if depth == 4 and rnd.random() < 0.3:
        return rnd.choice(examples()).policy
    if depth and rnd.random() < 0.6:
        items = [_data(rnd, depth - 1) for _ in range(rnd.choice((0, 1, 2, 3)))]
        return items if rnd.random() < 0.5 else {_text(rnd): item for item in items}
    return rnd.choice((None, True, False, 0, -1, 2**63 - 1, 0.5, 1e300, _text(rnd)))


def _text(rnd: random.Random) -> str:
    return "".join(rnd.choices(_CHARACTERS, k=rnd.choice((0, 1, 3, 8))))


_CHARACTERS = (
    "ab*:-#'\"\\/ \n\t{}[],&!|>%@`?1.~=\x00\x1b\x7f\x85é\u2028\u202e\ufeff\ud7ff\U0001f600"
)


def judge_json(case: Case) -> None:
    """Hold a text to a plain reader, and each place to what is spelled there."""
    try:
        expected: list[Json] = [plain_json(case.content.removeprefix(b"\xef\xbb\xbf").decode())]
    except ValueError:
        expected = []
    try:
        reading = parse_json(read_bytes(case.name, case.content))
    except InputError as error:
        hold(not expected, f"refused, though it is clear: {error}")
        for problem in error.problems:
            _has_place(problem, case.content)
        return
    hold(expected == [reading.data], "read as something else than a plain reader does")
    for route, value in _routes(reading.data):
        hold(json.loads(_spelled(reading, route)) == value, f"{route} does not stand at its place")


def judge_yaml(case: Case) -> None:
    """Hold two parsers against each other, and what is read to plain readers of YAML and JSON."""
    found = [_by(loader, case) for loader in _LOADERS]
    hold(None in found or found[0] == found[1], "two parsers read it in two ways")
    _several(case)
    try:
        reading = parse_yaml(read_bytes(case.name, case.content))
    except InputError:
        return
    with contextlib.suppress(ValueError):
        hold(reading.data == plain_json(reading.source.text), "JSON means something else as YAML")
    try:
        expected = plain_yaml(reading.source.text, yaml_events.LOADER)
    except ValueError as error:
        raise WrongAnswerError(f"read, though a plain reader refuses it: {error}") from error
    hold(json.dumps(reading.data) == json.dumps(expected), "read otherwise than by a plain reader")
    lines = reading.source.text.split("\n")
    for route, _ in _routes(reading.data):
        place = reading.locate(route)
        hold(1 <= place.line <= place.end_line <= len(lines), f"{route} stands outside")
        hold((place.line, place.column) <= (place.end_line, place.end_column), f"{route}: order")
        hold(place.end_column <= len(lines[place.end_line - 1]) + 1, f"{route} ends outside")


_LOADERS: tuple[Any, Any] = (yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _by(loader: Any, case: Case) -> list[Json] | None:
    """Return the data in a list; None where it is refused."""
    usual, yaml_events.LOADER = yaml_events.LOADER, loader
    try:
        return [parse_yaml(read_bytes(case.name, case.content)).data]
    except InputError as error:
        for problem in error.problems:
            _has_place(problem, case.content)
        return None
    finally:
        yaml_events.LOADER = usual


def _several(case: Case) -> None:
    try:
        readings = parse_yaml_documents(read_bytes(case.name, case.content))
    except InputError as error:
        for problem in error.problems:
            _has_place(problem, case.content)
        return
    for reading in readings:
        reading.locate(())


def _has_place(problem: Problem, content: bytes) -> None:
    """Hold a refusal to a message of one line and a place within the text."""
    hold(problem.message and "\n" not in problem.message, "the message is no line")
    place = problem.location
    if place is None:
        raise WrongAnswerError(f"refused without a place: {problem.message}")
    lines = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").split("\n")
    hold(1 <= place.line <= len(lines), f"line {place.line} of {len(lines)}")
    hold(1 <= place.column <= len(lines[place.line - 1]) + 1, f"column {place.column} is outside")


def _routes(value: Json, route: Route = ()) -> Iterator[tuple[Route, Json]]:
    yield route, value
    items: Any = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    for step, item in items:
        yield from _routes(item, (*route, step))


def _spelled(reading: Reading, route: Route) -> str:
    place = reading.locate(route)
    lines = reading.source.text.split("\n")[place.line - 1 : place.end_line]
    lines[-1] = lines[-1][: place.end_column - 1]
    lines[0] = lines[0][place.column - 1 :]
    return "\n".join(lines)


TARGETS = (
    Target("json", _make_json, judge_json, "x.json"),
    Target("yaml", _make_yaml, judge_yaml, "x.yaml"),
)
