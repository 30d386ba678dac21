"""Damages a text at random: it changes bytes, and drops, moves and repeats parts."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

_MOST = 20_000
"""Bytes of a text that is made: what larger ones do is measured elsewhere."""


def mutated(rnd: random.Random, data: bytes, words: Sequence[bytes], other: bytes = b"") -> bytes:
    """Return some bytes with a few changes; `words` are what has a meaning in their language."""
    for _ in range(rnd.choice((1, 1, 2, 3, 8))):
        data = rnd.choice(_WAYS)(rnd, data, words, other)[:_MOST]
    return data


def random_bytes(rnd: random.Random, words: Sequence[bytes]) -> bytes:
    """Return any bytes, or words in any order."""
    count = rnd.choice((0, 1, 3, 10, 40))
    if rnd.random() < 0.3:
        return rnd.randbytes(count)
    return b"".join(rnd.choices(words, k=count))


def _flip(rnd: random.Random, data: bytes, _words: Sequence[bytes], _other: bytes) -> bytes:
    at = rnd.randrange(len(data) + 1)
    return data[:at] + bytes([rnd.randrange(256)]) + data[at + 1 :]


def _insert(rnd: random.Random, data: bytes, words: Sequence[bytes], _other: bytes) -> bytes:
    at = rnd.randrange(len(data) + 1)
    return data[:at] + rnd.choice(words) + data[at:]


def _put(rnd: random.Random, data: bytes, words: Sequence[bytes], _other: bytes) -> bytes:
    start, end = _span(rnd, data)
    return data[:start] + rnd.choice(words) + data[end:]


def _lose(rnd: random.Random, data: bytes, _words: Sequence[bytes], _other: bytes) -> bytes:
    start, end = _span(rnd, data)
    return data[:start] + data[end:]


def _repeat(rnd: random.Random, data: bytes, _words: Sequence[bytes], _other: bytes) -> bytes:
    start, end = _span(rnd, data)
    return data[:end] + data[start:end] * rnd.choice((1, 2, 70)) + data[end:]


def _cut(rnd: random.Random, data: bytes, _words: Sequence[bytes], _other: bytes) -> bytes:
    return data[: rnd.randrange(len(data) + 1)]


def _lines(rnd: random.Random, data: bytes, _words: Sequence[bytes], _other: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    if len(lines) > 1:
        one, two = rnd.randrange(len(lines)), rnd.randrange(len(lines))
        lines[one], lines[two] = lines[two], lines[one]
    return b"".join(lines)


def _splice(rnd: random.Random, data: bytes, _words: Sequence[bytes], other: bytes) -> bytes:
    start, end = _span(rnd, other)
    at = rnd.randrange(len(data) + 1)
    return data[:at] + other[start:end] + data[at + rnd.choice((0, end - start)) :]


def _span(rnd: random.Random, data: bytes) -> tuple[int, int]:
    start = rnd.randrange(len(data) + 1)
    return start, min(len(data), start + rnd.choice((1, 2, 5, 20, 100)))


_WAYS: tuple[Callable[[random.Random, bytes, Sequence[bytes], bytes], bytes], ...] = (
    *(_flip, _insert, _insert, _put, _put, _lose, _repeat, _cut, _lines, _splice),
)
