"""Files of one JSON document a line."""

from __future__ import annotations

import codecs
import hashlib
import itertools
import os
import pickle
import tracemalloc
from pathlib import Path

import pytest

from checker.problems import InputError, Location, Problem
from checker.reader import Limits, Reading
from checker.sources.lines import read_lines, readings


def read(*lines: bytes, limits: Limits | None = None) -> list[tuple[int, Reading | InputError]]:
    return list(readings("x.jsonl", lines, limits or Limits()))


def problem(found: Reading | InputError) -> Problem:
    assert isinstance(found, InputError)
    (problem,) = found.problems
    return problem


def test_each_line_is_a_document_with_the_places_of_its_file() -> None:
    found = read(b'{"a": 1}\n', b"\n", b" \t\r\n", '["é", {"b": 2}]\r\n'.encode(), b"3")
    assert [number for number, _ in found] == [1, 4, 5]
    assert [each.data for _, each in found if isinstance(each, Reading)] == [
        {"a": 1},
        ["é", {"b": 2}],
        3,
    ]
    fourth = found[1][1]
    assert isinstance(fourth, Reading)
    assert fourth.locate((1, "b")) == Location(4, 13, 4, 14)
    assert fourth.line(4) == '["é", {"b": 2}]'
    assert fourth.problem("wrong", (0,)).location == Location(4, 2, 4, 5)
    assert fourth.locate_text((0,), 1, 1) == Location(4, 3, 4, 4)
    assert fourth.source.path == "x.jsonl"
    assert fourth.source.sha256 == hashlib.sha256('["é", {"b": 2}]'.encode()).hexdigest()
    assert fourth.within((1,)).locate(("b",)) == Location(4, 13, 4, 14)
    sent = pickle.loads(pickle.dumps(fourth))  # noqa: S301 - our own bytes
    assert sent.locate((1, "b")) == Location(4, 13, 4, 14)


def test_a_text_in_a_line_has_the_places_of_the_file() -> None:
    ((_, _), (_, found)) = read(b"1\n", rb'{"k": "[\"a\", nope]"}' + b"\n")
    assert isinstance(found, Reading)
    with pytest.raises(InputError) as caught:
        found.inside(("k",), Limits())
    assert problem(caught.value).location == Location(2, 16, 2, 20)
    ((_, found),) = read(rb'{"k": "[\"a\"]"}')
    assert isinstance(found, Reading)
    assert found.inside(("k",), Limits()).locate((0,)) == Location(1, 9, 1, 14)


@pytest.mark.parametrize(
    ("line", "place", "message"),
    [
        (b'{"a": 1,}', (8, 9), "trailing comma"),
        (b'{"a": 1, "a": 2}', (10, 13), "duplicate key `a`: first at line 2, column 2; keep one"),
        (b'{"a": ', (7, 7), "the JSON text ends too early"),
        (b"nope", (1, 5), "expected a value"),
        (b"1 2", (3, 4), "expected nothing more after the value"),
        (b'"\xff"', (2, 3), "byte 0xff is not UTF-8"),
        (b"\xef\xbb\xbf1", (1, 2), "a byte order mark is only allowed at the start of a file"),
        (b"[[[1]]]", (3, 4), "nested deeper than 2 levels"),
        (b"[" + b"1" * 30 + b"]", (1, 1), "larger than the limit of 20 bytes"),
        (b"\x00\x00", (1, 1), "starts with a zero byte"),
    ],
)
def test_a_line_that_cannot_be_read_is_an_error_at_its_place(
    line: bytes, place: tuple[int, int], message: str
) -> None:
    found = read(b"1\n", line + b"\n", b"3\n", limits=Limits(20, 2))
    assert [number for number, _ in found] == [1, 2, 3]
    first, broken, last = (each for _, each in found)
    assert isinstance(first, Reading)
    assert isinstance(last, Reading)
    wrong = problem(broken)
    assert message in wrong.message
    assert wrong.path == "x.jsonl"
    assert wrong.location == Location(2, place[0], 2, place[1])


def test_a_byte_order_mark_may_start_the_first_line() -> None:
    ((number, found),) = read(codecs.BOM_UTF8 + b"1\n", b"")
    assert number == 1
    assert isinstance(found, Reading)
    assert found.data == 1
    assert read(codecs.BOM_UTF8 + b"\n") == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_another_encoding_is_one_error(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes("1\n2\n".encode(encoding) * 9)
    lines = read_lines(str(path), Limits())
    found = list(readings("x.jsonl", lines, Limits()))
    ((number, broken),) = found
    assert number == 1
    assert "save it as UTF-8" in problem(broken).message
    assert lines.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_no_lines_are_no_documents() -> None:
    assert read() == read(b"\n", b"  \r\n") == []


# ---- files ----


def test_the_lines_of_a_file_are_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    for data in (b"", b"1", b"1\n", b"1\r\n\n2", b"\n\n", "é\u2028\n".encode()):
        path.write_bytes(data)
        lines = read_lines(str(path), Limits())
        assert lines.sha256 == ""
        assert b"".join(lines) == data
        assert lines.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_line_may_be_as_long_as_the_limit_and_no_longer(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "x.jsonl"
    limits = Limits(10)
    for size in (*range(9, 16), 1 << 16, (1 << 16) + 12, (1 << 16) + 13, (1 << 17) + 13):
        path.write_bytes(b"1" * size + end + b"2")
        lines = read_lines(str(path), limits)
        found = list(readings("x", lines, limits))
        assert [number for number, _ in found] == [1, 2]
        if size <= 10:
            assert isinstance(found[0][1], Reading), size
        else:
            assert "larger than the limit" in problem(found[0][1]).message, size
        assert lines.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_long_line_and_many_lines_are_read_in_flat_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"x" * 8_000_000 + b"\n" + b'{"a": [1, 2, 3]}\n' * 50_000)
    tracemalloc.start()
    limits = Limits(100_000)
    count = sum(
        1 for _ in itertools.islice(readings("x", read_lines(str(path), limits), limits), 5_000)
    )
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 5_000
    assert peak < 2_000_000


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path, message in (
        (tmp_path, "not a regular file but a directory"),
        (fifo, "not a regular file but a named pipe"),
        (tmp_path / "missing", "no such file or directory"),
        (tmp_path / "a\0b", "no file can have this name"),
    ):
        with pytest.raises(InputError) as caught:
            list(read_lines(str(path), Limits()))
        assert message in problem(caught.value).message
